//! The fields of contacts and opportunities: their keys, labels and kinds, and custom fields.
//!
//! [`Fields`] is the catalogue of one account. Settings, files and messages name a field by its object and
//! key; the API identifies it by a [`FieldId`], its position in the catalogue.
#![doc = include_str!("standard.md")]

mod id;
mod standard;
pub(crate) mod synonyms;
mod words;

pub use id::FieldId;
pub(crate) use words::words;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::maps::Map;
use crate::object::Object;

/// What a field holds, which decides how its cells are read (behaviour §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// An exact decimal number.
    Number,
    /// An exact amount of money, with as many decimals as the cell has, in the account's currency. Currency signs
    /// and codes are ignored: `5 €` and `$5` are both 5. If a file has several currencies, map the column that
    /// names them to a field of its own, or leave the amounts out.
    Money,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A date, without a time.
    Date,
    /// Yes or no.
    Boolean,
    /// One of the field's options.
    SingleChoice,
    /// Any number of the field's options.
    MultipleChoice,
    /// Any number of texts.
    List,
    /// A country, kept as its ISO 3166 code.
    Country,
    /// The name of a time zone.
    Timezone,
    /// A user of the account.
    User,
    /// A full name, which becomes a first and a last name.
    FullName,
    /// The id of a record in the CRM.
    RecordId,
    /// A pipeline of the account.
    Pipeline,
    /// A stage of the row's pipeline.
    Stage,
    /// open, won, lost or abandoned.
    Status,
    /// A file. CRMs have such fields, but they cannot be imported.
    File,
    /// A signature. CRMs have such fields, but they cannot be imported.
    Signature,
}

impl FieldKind {
    /// Whether values of this kind can be imported.
    pub const fn is_importable(self) -> bool {
        !matches!(self, FieldKind::File | FieldKind::Signature)
    }
}

/// One field of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The object it belongs to.
    pub object: Object,
    /// Its stable name, for programs: `first_name`.
    pub key: String,
    /// Its name, for people: `First Name`.
    pub label: String,
    /// How its cells are read.
    pub kind: FieldKind,
    /// Whether it can hold several values.
    pub is_list: bool,
    /// Whether it is a custom field.
    pub is_custom: bool,
    /// Whether it is a standard field that this account [does not have](Fields::only).
    pub is_absent: bool,
    /// Whether it is a part of the name, in an account that [keeps names in one field](Fields::only). A column can be
    /// mapped to it, but its cells are joined to `name` and never written here.
    pub is_part: bool,
    /// The options of a choice; empty if any value will do.
    pub options: Vec<String>,
    /// How many characters a text has at most, or an item of a list; `None` for any length.
    pub max_chars: Option<usize>,
    /// How many decimals a number has at most; `None` for any.
    pub max_decimals: Option<u32>,
}

/// How long a note may be (behaviour §10).
const NOTE_CHARS: usize = 5_000;

impl Field {
    fn standard(object: Object, (key, label, kind, is_list): standard::Row) -> Self {
        Field {
            object,
            key: key.into(),
            label: label.into(),
            kind,
            is_list,
            is_custom: false,
            is_absent: false,
            is_part: false,
            options: Vec::new(),
            max_chars: (kind == FieldKind::LongText).then_some(NOTE_CHARS),
            max_decimals: None,
        }
    }

    fn custom(field: &CustomField) -> Self {
        let label = if field.label.is_empty() { &field.key } else { &field.label };
        Field {
            object: field.object,
            key: field.key.clone(),
            label: label.clone(),
            kind: field.kind,
            is_list: matches!(field.kind, FieldKind::MultipleChoice | FieldKind::List),
            is_custom: true,
            is_absent: false,
            is_part: false,
            options: field.options.clone(),
            max_chars: None,
            max_decimals: None,
        }
    }
}

/// A field that the account has besides the standard ones (behaviour §10). An import never creates fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// The object it belongs to.
    pub object: Object,
    /// Its stable name, for programs.
    pub key: String,
    /// Its name, for people. If empty, the key.
    #[serde(default)]
    pub label: String,
    /// How its cells are read.
    pub kind: FieldKind,
    /// The options of a choice; empty if any value will do.
    #[serde(default)]
    pub options: Vec<String>,
}

impl CustomField {
    /// A field of which any value will do. The options of a choice are a field of their own:
    ///
    /// ```
    /// use crm_import::{CustomField, FieldKind, Object};
    ///
    /// let currency = CustomField {
    ///     options: vec!["USD".into(), "EUR".into()],
    ///     ..CustomField::new(Object::Opportunity, "currency", "Currency", FieldKind::SingleChoice)
    /// };
    /// ```
    pub fn new(
        object: Object,
        key: impl Into<String>,
        label: impl Into<String>,
        kind: FieldKind,
    ) -> Self {
        CustomField { object, key: key.into(), label: label.into(), kind, options: Vec::new() }
    }
}

/// The catalogue of an account's fields: the standard ones it has, and the custom ones.
///
/// [`Account::fields`](crate::Account::fields) makes it.
///
/// ```
/// use crm_import::{Fields, Object};
///
/// let fields = Fields::standard();
/// let email = fields.find(Object::Contact, "email").unwrap();
/// assert_eq!(fields.get(email).label, "Email");
/// ```
#[derive(Clone, Debug)]
pub struct Fields {
    fields: Vec<Field>,
    /// Of contacts, of opportunities.
    by_key: [Map<String, FieldId>; 2],
    /// What the account matches contacts by; none where no account is known.
    match_rules: Vec<Vec<FieldId>>,
}

impl Fields {
    /// All standard fields, and no custom ones.
    pub fn standard() -> Self {
        Fields::with_custom(&[])
    }

    /// All standard fields, and these custom ones. A custom field with the key of a standard one, or of an earlier
    /// custom one, is left out.
    pub fn with_custom(custom: &[CustomField]) -> Self {
        let mut catalogue =
            Fields { fields: Vec::new(), by_key: Default::default(), match_rules: Vec::new() };
        for (object, rows) in
            [(Object::Contact, standard::CONTACT), (Object::Opportunity, standard::OPPORTUNITY)]
        {
            for &row in rows {
                catalogue.push(Field::standard(object, row));
            }
        }
        custom.iter().for_each(|field| catalogue.push(Field::custom(field)));
        catalogue
    }

    fn push(&mut self, field: Field) {
        let known = &mut self.by_key[field.object as usize];
        if known.contains_key(&field.key) {
            return;
        }
        let id = u16::try_from(self.fields.len()).expect("an account has fewer than 65,536 fields");
        known.insert(field.key.clone(), FieldId(id));
        self.fields.push(field);
    }

    /// Leaves out the standard fields of an object whose keys are not listed.
    ///
    /// Some are kept in any case: those that every record has ([`ALWAYS`](Self::ALWAYS)), and those that a column
    /// can be mapped to because its cells are stored in another field. These are `name`, if both its parts are
    /// listed; or else, if `name` is listed, the [parts](Field::is_part) that are not.
    ///
    /// Without `tags`, contacts do not take tags from their opportunities either. If no field of opportunities is
    /// listed, the account has no opportunities, and no field of them is kept.
    ///
    /// ```
    /// use crm_import::{Fields, Object};
    ///
    /// let fields = Fields::standard().only(Object::Contact, &["email".into(), "city".into()]);
    /// assert!(fields.find(Object::Contact, "city").is_some());
    /// assert!(fields.find(Object::Contact, "id").is_some());
    /// assert!(fields.find(Object::Contact, "website").is_none());
    /// ```
    #[must_use]
    pub fn only(mut self, object: Object, keys: &[String]) -> Self {
        let is_none = object == Object::Opportunity && keys.is_empty();
        let is_kept = |key: &str| {
            keys.iter().any(|kept| kept == key)
                || !is_none && Fields::ALWAYS.contains(&(object, key))
        };
        let is_contact = object == Object::Contact;
        let splits = is_contact && is_kept("first_name") && is_kept("last_name");
        let joins = is_contact && is_kept("name") && !splits && !self.is_absent(FieldId::NAME);
        let loses_tags = is_contact && !is_kept("tags");
        for field in self.fields.iter_mut().filter(|field| !field.is_custom) {
            let is_own = field.object == object;
            if is_own && matches!(field.key.as_str(), "first_name" | "last_name") {
                field.is_part = joins && !is_kept(&field.key) && !field.is_absent;
            }
            let is_absent = match is_own {
                true => !(is_kept(&field.key) || field.is_part || splits && field.key == "name"),
                false => loses_tags && field.key == "tags",
            };
            if is_absent {
                field.is_absent = true;
                self.by_key[field.object as usize].remove(&field.key);
            }
        }
        self
    }

    /// The standard fields that an account always has, if it has the object: (object, key).
    pub const ALWAYS: [(Object, &'static str); 7] = [
        (Object::Contact, "id"),
        (Object::Opportunity, "id"),
        (Object::Opportunity, "name"),
        (Object::Opportunity, "pipeline"),
        (Object::Opportunity, "stage"),
        (Object::Opportunity, "status"),
        (Object::Opportunity, "contact_id"),
    ];

    /// The same fields of an account that has only so much room in some of them.
    pub(crate) fn with_room(
        mut self,
        chars: &IndexMap<Object, IndexMap<String, usize>>,
        decimals: &IndexMap<Object, IndexMap<String, u32>>,
    ) -> Self {
        for field in &mut self.fields {
            let chars = chars.get(&field.object).and_then(|of| of.get(&field.key)).copied();
            let decimals = decimals.get(&field.object).and_then(|of| of.get(&field.key)).copied();
            field.max_chars = chars.into_iter().chain(field.max_chars).min();
            field.max_decimals = decimals;
        }
        self
    }

    /// The same fields of an account that matches contacts by these. A rule with a key that they do not have
    /// is left out.
    pub(crate) fn matched_by<'r>(mut self, rules: impl Iterator<Item = &'r [String]>) -> Self {
        let ids = |rule: &[String]| -> Option<Vec<FieldId>> {
            rule.iter().map(|key| self.find(Object::Contact, key)).collect()
        };
        self.match_rules = rules.filter_map(ids).filter(|rule| !rule.is_empty()).collect();
        self
    }

    /// Whether the account can find contacts by these of their fields alone.
    pub(crate) fn finds_by(&self, has: impl Fn(FieldId) -> bool) -> bool {
        self.match_rules.iter().any(|rule| rule.iter().all(|field| has(*field)))
    }

    /// The field of an object with this key.
    pub fn find(&self, object: Object, key: &str) -> Option<FieldId> {
        self.by_key[object as usize].get(key).copied()
    }

    /// The label of the field with this key; the key itself if there is no such field.
    pub(crate) fn label<'a>(&'a self, object: Object, key: &'a str) -> &'a str {
        self.find(object, key).map_or(key, |id| &self.get(id).label)
    }

    /// The field with this id.
    ///
    /// # Panics
    /// If the id comes from the catalogue of another account that has more fields.
    #[inline]
    pub fn get(&self, id: FieldId) -> &Field {
        &self.fields[id.index()]
    }

    /// Every field that the account has, with its id: those of contacts, those of opportunities, custom ones.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        let all = self.fields.iter().enumerate().map(|(at, field)| (FieldId(at as u16), field));
        all.filter(|(_, field)| !field.is_absent)
    }

    /// Whether the account stores first and last names, so that full names are split (behaviour §10).
    pub(crate) fn splits_names(&self) -> bool {
        [FieldId::FIRST_NAME, FieldId::LAST_NAME].into_iter().all(|part| self.is_kept(part))
    }

    /// Whether the field is a part of a name that is kept whole.
    pub(crate) fn is_part(&self, id: FieldId) -> bool {
        self.get(id).is_part
    }

    /// Whether the field is stored as such, neither absent nor joined to another.
    fn is_kept(&self, id: FieldId) -> bool {
        !self.is_absent(id) && !self.is_part(id)
    }

    /// Whether the account does without this field.
    pub(crate) fn is_absent(&self, id: FieldId) -> bool {
        self.get(id).is_absent
    }

    /// The number of [positions](FieldId::index). Standard fields that the account does not have keep theirs.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Never true, because the standard fields always have their positions.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_docs_name_every_standard_field_and_no_other() {
        let page = include_str!("standard.md");
        let tables = page.split("\n| of ").skip(1);
        for (object, table) in Object::ALL.into_iter().zip(tables) {
            let rows = table.lines().filter(|line| line.starts_with("| `"));
            let cells = rows.filter_map(|row| row.split('|').nth(1));
            let mut told: Vec<&str> =
                cells.flat_map(|keys| keys.split('`').skip(1).step_by(2)).collect();
            let fields = Fields::standard();
            let all = fields.iter().filter(|(_, field)| field.object == object);
            let mut keys: Vec<&str> = all.map(|(_, field)| field.key.as_str()).collect();
            told.sort_unstable();
            keys.sort_unstable();
            assert_eq!(told, keys);
        }
    }

    #[test]
    fn a_custom_field_never_takes_the_place_of_a_standard_one() {
        let custom = CustomField {
            object: Object::Contact,
            key: "email".into(),
            label: "Other".into(),
            kind: FieldKind::Text,
            options: vec![],
        };
        let fields = Fields::with_custom(&[custom]);
        assert_eq!(fields.len(), Fields::standard().len());
    }
}
