//! [`Needs`]: what must be mapped to create records, and what to update them.

use super::Mapping;
use crate::account::{Account, Duplicates, Unlinked};
use crate::field::{FieldId, Fields};
use crate::object::Object;

/// What a mapping needs to create records of an object, and what to update them, as found by
/// [`Mapping::needs`] (behaviour A4).
///
/// ```
/// use crm_import::{Account, Mapping, Object};
///
/// let headers = ["Name".to_owned()];
/// let mapping = Mapping::default().column("Name", Object::Contact, "name");
/// let needs = mapping.needs(&headers, &Account::default(), Object::Contact);
/// assert!(needs.create.iter().all(|need| need.is_met));
/// assert_eq!(needs.update[0].fields, ["id", "email", "phone"]);
/// assert!(!needs.update[0].is_met);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needs {
    /// To create records. All of these are needed.
    pub create: Vec<Need>,
    /// To find the records to update.
    pub update: Vec<Need>,
}

/// One thing that a mapping needs: any one of several fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Need {
    /// The keys of the fields that meet it. Fields that count only together are joined by `+`.
    pub fields: Vec<String>,
    /// Whether one of them is mapped.
    pub is_met: bool,
    /// Whether every row fails without it. If not, some rows may still be imported.
    pub is_strict: bool,
}

impl Mapping {
    /// What it takes to create and to update records of an object, and whether this mapping has it.
    ///
    /// An editor of mappings can show this while a person works on one; [`check`](Self::check) turns what is
    /// missing into problems.
    pub fn needs(&self, headers: &[String], account: &Account, object: Object) -> Needs {
        let (fields, resolved) = (account.fields(), self.resolve(headers));
        let columns = resolved
            .columns
            .iter()
            .filter_map(|(_, column)| fields.find(column.object?, column.field.as_deref()?));
        let constants = self
            .constants
            .iter()
            .filter_map(|constant| fields.find(constant.object, &constant.field));
        let mapped: Vec<FieldId> = columns.chain(constants).collect();
        MappedFields { fields: &fields, account, mapped: &mapped }.needs(object)
    }
}

/// The fields of an account that have a column or a constant.
pub(super) struct MappedFields<'a> {
    pub(super) fields: &'a Fields,
    pub(super) account: &'a Account,
    pub(super) mapped: &'a [FieldId],
}

impl MappedFields<'_> {
    pub(super) fn needs(&self, object: Object) -> Needs {
        match object {
            Object::Contact => self.of_contacts(),
            Object::Opportunity => self.of_opportunities(),
        }
    }

    fn of_contacts(&self) -> Needs {
        let policy = &self.account.dedup;
        let required = policy.required.iter().map(|key| vec![key.clone()]);
        // A contact that has none of these is empty (M8).
        let anything = ["id", "email", "phone", "first_name", "last_name"].map(String::from);
        let create = required.chain([anything.to_vec()]);
        let keys = policy.contacts.iter().map(crate::account::MatchRule::name);
        let update = std::iter::once("id".to_owned()).chain(keys).collect();
        Needs {
            create: create.map(|fields| self.need(Object::Contact, fields)).collect(),
            update: vec![self.need(Object::Contact, update)],
        }
    }

    fn of_opportunities(&self) -> Needs {
        let object = Object::Opportunity;
        let policy = &self.account.opportunities;
        let mut create = vec![self.need(object, vec!["name".into()])];
        if self.account.pipelines.len() > 1 {
            // The only pipeline there is may stand in (O6).
            create.push(self.need(object, vec!["pipeline".into()]));
        }
        if policy.unlinked == Unlinked::Fail {
            create.push(self.contact_of_opportunities());
        }
        let mut update = vec!["id".to_owned()];
        if let Some(matching) = &policy.matching {
            let compared: Vec<&str> = matching.compared(self.fields).collect();
            update.push(compared.join("+"));
        }
        let mut update = self.need(object, update);
        update.is_met |= policy.duplicates == Duplicates::Update;
        Needs { create, update: vec![update] }
    }

    /// Something must say whose a new opportunity is (P5).
    fn contact_of_opportunities(&self) -> Need {
        let of_contact = self.of_contacts();
        let is_met = self.is_mapped(Object::Opportunity, "contact_id")
            || of_contact.create.iter().chain(&of_contact.update).any(|need| need.is_met);
        let mut fields = vec!["contact_id".to_owned()];
        let contact = of_contact.update.into_iter().flat_map(|need| need.fields);
        fields.extend(contact.map(|key| format!("contact {key}")));
        Need { fields, is_met, is_strict: false }
    }

    /// A need without which every row fails.
    fn need(&self, object: Object, fields: Vec<String>) -> Need {
        let is_met =
            fields.iter().any(|rule| rule.split('+').all(|key| self.is_mapped(object, key)));
        Need { fields, is_met, is_strict: true }
    }

    /// Whether a field is mapped, or one that stands in for it.
    fn is_mapped(&self, object: Object, key: &str) -> bool {
        feeders(self.fields, object, key).any(|id| self.mapped.contains(&id))
    }
}

/// The field with this key, and those that stand in for it: whatever feeds one of them feeds this field.
pub(super) fn feeders<'f>(
    fields: &'f Fields,
    object: Object,
    key: &str,
) -> impl Iterator<Item = FieldId> + use<'f> {
    let stand_in = match key {
        "email" => "additional_emails",
        "phone" => "additional_phones",
        "first_name" | "last_name" => "name",
        other => other,
    };
    let is_whole_name = object == Object::Contact && key == "name";
    let parts = [FieldId::FIRST_NAME, FieldId::LAST_NAME].into_iter();
    let joined = parts.filter(move |part| is_whole_name && fields.is_part(*part));
    [key, stand_in].map(|key| fields.find(object, key)).into_iter().flatten().chain(joined)
}
