//! The preset [`Mapping::highlevel`] (behaviour §16).

use super::{Blank, ColumnMapping, Mapping, OnInvalid};
use crate::account::Account;
use crate::field::{Field, FieldId, FieldKind};
use crate::object::Object;

/// What separates the items of a list for HighLevel's importer.
const SEPARATORS: &str = ",;.";

/// Besides its id, the fields that an opportunity cannot be without (O6).
const NEEDED: [FieldId; 4] =
    [FieldId::OPPORTUNITY_NAME, FieldId::PIPELINE, FieldId::STAGE, FieldId::STATUS];

impl Mapping {
    /// The same mapping, set to read a file the way HighLevel's importer documents, which is less careful than
    /// this crate's default (behaviour §16). Settings that a column already has are kept.
    ///
    /// - A blank cell clears what is stored, except e-mail addresses and phones, fields of a match rule, and
    ///   required fields.
    /// - Tags are written in lower case, and a full stop separates the items of a list as well.
    /// - An invalid e-mail address fails the contact of its row. An unknown option of a multiple choice drops
    ///   the whole cell.
    /// - Countries are read only from their code or their English name.
    ///
    /// The result is an ordinary mapping: show it, change it, store it.
    /// [`Import::highlevel`](crate::Import::highlevel) applies the preset to whichever mapping an import uses.
    ///
    /// ```
    /// use crm_import::mapping::Blank;
    /// use crm_import::{Account, Mapping, Object};
    ///
    /// let mapping = Mapping::default()
    ///     .column("Email", Object::Contact, "email")
    ///     .column("City", Object::Contact, "city")
    ///     .highlevel(&Account::default());
    /// assert_eq!(mapping.columns[0].blank, None);
    /// assert_eq!(mapping.columns[1].blank, Some(Blank::Clear));
    /// ```
    #[must_use]
    pub fn highlevel(mut self, account: &Account) -> Self {
        let fields = account.fields();
        for column in &mut self.columns {
            let (Some(object), Some(key)) = (column.object, column.field.as_deref()) else {
                continue;
            };
            let Some(id) = fields.find(object, key) else { continue };
            let field = fields.get(id);
            if !is_never_cleared(id, field, account) {
                column.blank.get_or_insert(Blank::Clear);
            }
            set_what_its_kind_asks(column, id, field.kind);
        }
        for constant in &mut self.constants {
            if is_tags(fields.find(constant.object, &constant.field)) {
                constant.value = constant.value.to_lowercase();
            }
        }
        self
    }
}

/// What HighLevel does with cells of this kind.
fn set_what_its_kind_asks(column: &mut ColumnMapping, id: FieldId, kind: FieldKind) {
    match kind {
        FieldKind::Email if id == FieldId::EMAIL => {
            column.on_invalid.get_or_insert(OnInvalid::FailRow);
        }
        FieldKind::MultipleChoice => {
            column.on_invalid.get_or_insert(OnInvalid::DropCell);
        }
        FieldKind::Country => column.exact_country = true,
        _ => {}
    }
    if matches!(kind, FieldKind::MultipleChoice | FieldKind::List) {
        column.list_separators.get_or_insert_with(|| SEPARATORS.to_owned());
    }
    column.lower_case |= is_tags(Some(id));
}

fn is_tags(id: Option<FieldId>) -> bool {
    matches!(id, Some(FieldId::TAGS | FieldId::OPPORTUNITY_TAGS))
}

/// Whether it is an address, an id, or a field by which its record is found or which it needs. Under the preset no
/// blank clears these, although merging would let some of them be cleared.
fn is_never_cleared(id: FieldId, field: &Field, account: &Account) -> bool {
    // A full name is read as both its parts, and parts may be joined to it.
    let is_named = |name: &String| match id {
        _ if id == FieldId::NAME || field.is_part => {
            ["name", "first_name", "last_name"].contains(&name.as_str())
        }
        _ => *name == field.key,
    };
    let mut keys = account.dedup.contacts.iter().flat_map(|rule| &rule.0);
    let is_of_contact = field.object == Object::Contact;
    // Contacts are found by additional addresses as by the primary one (M3), and a primary one that the
    // file replaces is kept among them (V2): cleared, it would be gone with the second import.
    id.is_address()
        || NEEDED.contains(&id)
        || field.kind == FieldKind::RecordId
        || is_of_contact && (keys.any(is_named) || account.dedup.required.iter().any(is_named))
}
