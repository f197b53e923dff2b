//! [`Settings`]: everything that is fixed before row 1.

use super::full_name::Beside;
use super::group::Group;
use super::imported::Imported;
use super::joined_name::JoinedName;
use super::{Choices, Column, NamePart, Rule, earlier};
use crate::account::{Account, DedupPolicy, OpportunityMatching};
use crate::field::{FieldId, Fields};
use crate::follow_up::FollowUp;
use crate::issue::Finding;
use crate::mapping::{ColumnMapping, Mapping};
use crate::normalize;
use crate::object::{Mode, Object};
use crate::source::BlockRow;

/// The account, the mapping and the modes of one import, compiled.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) account: Account,
    pub(crate) fields: Fields,
    pub(crate) mapping: Mapping,
    /// The mapping with the formats that were found in the file.
    pub(super) mapping_with_formats: Mapping,
    pub(crate) headers: Vec<String>,
    /// The mode of each object; `None` if the object is not selected.
    pub(crate) contacts: Option<Mode>,
    pub(crate) opportunities: Option<Mode>,
    pub(crate) follow_ups: Vec<FollowUp>,
    pub(crate) choices: Choices,
    /// The match rules that the file can feed, in order. One whose fields are not all mapped never matches.
    pub(crate) rules: Vec<Rule>,
    pub(crate) rule_names: Vec<Vec<String>>,
    /// What a contact can be matched by, for messages.
    pub(crate) rules_in_words: String,
    pub(crate) contact_columns: Vec<Column>,
    /// The parts that are joined to a name, if the CRM keeps names whole and the file has parts.
    pub(crate) joined_name: Option<JoinedName>,
    /// The column in which rows name their own country. It says how phones are read, even if contacts are only
    /// looked up (V6, P8).
    pub(super) country: Option<Column>,
    /// Whether a column could take back a contact's wish not to be contacted, but must not (W6).
    pub(crate) protects_consent: bool,
    pub(crate) opportunity_columns: Vec<Column>,
    /// The columns of contacts, grouped by field; both fields of e-mail addresses, or of phones, are one group.
    pub(crate) contact_groups: Vec<Group>,
    /// The columns of opportunities, grouped by field, and the fields that a new opportunity has even without a
    /// column (O6).
    pub(crate) opportunity_groups: Vec<Group>,
    /// Whether some row may create an opportunity: mode and account let one (O5), and the columns have what a new one
    /// needs (O6).
    pub(crate) may_create_opportunities: bool,
    /// See [`earlier::clearable`].
    pub(crate) clearable: Vec<FieldId>,
    /// See [`earlier::fillable`].
    pub(crate) fillable: Vec<FieldId>,
    /// What is odd about the mapping but does not stop the import.
    pub(crate) notices: Vec<Finding>,
    /// Where the file says what an earlier import did, if it is our own error log.
    pub(super) imported: Imported,
    /// The fields whose stored values a plan needs.
    pub(crate) contact_wanted: Vec<FieldId>,
    pub(crate) opportunity_wanted: Vec<FieldId>,
}

impl Settings {
    pub(crate) fn new(
        account: Account,
        mapping: Mapping,
        headers: Vec<String>,
        (contacts, opportunities): (Option<Mode>, Option<Mode>),
        follow_ups: Vec<FollowUp>,
    ) -> Self {
        let fields = account.fields();
        let choices = Choices::new(&account, &fields);
        let mut settings = Settings {
            imported: Imported::of(&headers),
            rules: Vec::new(),
            rules_in_words: in_words(&account.dedup, &fields),
            rule_names: account.dedup.contacts.iter().map(|rule| rule.0.clone()).collect(),
            contact_columns: Vec::new(),
            joined_name: None,
            country: None,
            protects_consent: false,
            opportunity_columns: Vec::new(),
            contact_groups: Vec::new(),
            opportunity_groups: Vec::new(),
            may_create_opportunities: false,
            clearable: Vec::new(),
            fillable: Vec::new(),
            notices: Vec::new(),
            contact_wanted: Vec::new(),
            opportunity_wanted: Vec::new(),
            account,
            fields,
            mapping_with_formats: mapping.clone(),
            mapping,
            headers,
            contacts,
            opportunities,
            follow_ups,
            choices,
        };
        settings.compile_columns();
        settings.compile_earlier();
        settings.compile_rules();
        settings.compile_wanted();
        settings.may_create_opportunities = settings.lets_rows_create_opportunities();
        settings.contact_groups = Group::of_contacts(&settings.contact_columns);
        settings.opportunity_groups = Group::of_opportunities(&settings.opportunity_columns);
        settings
    }

    pub(crate) fn columns(&self, object: Object) -> &[Column] {
        match object {
            Object::Contact => &self.contact_columns,
            Object::Opportunity => &self.opportunity_columns,
        }
    }

    /// The columns that feed a field.
    pub(crate) fn columns_of(&self, field: FieldId) -> &[Column] {
        let all = self.columns(self.fields.get(field).object);
        // They are sorted by field.
        let from = all.partition_point(|column| column.field < field);
        let to = all.partition_point(|column| column.field <= field);
        &all[from..to]
    }

    /// The ids of stored records that a row gives.
    pub(crate) fn ids_given<'c>(
        &'c self,
        cells: &BlockRow<'c>,
    ) -> impl Iterator<Item = (Object, Box<str>)> + use<'c> {
        let fields = [
            (FieldId::CONTACT_ID, Object::Contact),
            (FieldId::CONTACT_LINK, Object::Contact),
            (FieldId::OPPORTUNITY_ID, Object::Opportunity),
        ];
        let cells = *cells;
        fields.into_iter().flat_map(move |(field, object)| {
            let columns = self.columns_of(field).iter();
            let given =
                columns.map(move |column| column.mapped(normalize::trim(column.text(&cells))));
            given.filter(|id| !id.is_empty()).map(move |id| (object, Box::from(id)))
        })
    }

    pub(crate) fn wanted(&self, object: Object) -> &[FieldId] {
        match object {
            Object::Contact => &self.contact_wanted,
            Object::Opportunity => &self.opportunity_wanted,
        }
    }

    /// Whether this field helps to identify a contact: its id, an address, or a part of a match rule.
    pub(crate) fn is_key(&self, field: FieldId) -> bool {
        field == FieldId::CONTACT_ID
            || field.is_address()
            || self.rules.iter().any(|rule| rule.has(field))
    }

    /// Whether several contacts may have a key in common. The keys of a rule of several fields belong to nobody alone
    /// (M6).
    pub(crate) fn may_share_keys(&self) -> bool {
        self.rules.iter().any(|rule| !rule.owns_keys())
    }

    /// Whether the plan of a window depends on what earlier windows have said about its records.
    pub(crate) fn depends_on_earlier_windows(&self) -> bool {
        !(self.clearable.is_empty() && self.fillable.is_empty())
    }

    /// Whether an opportunity has to be compared with those that its contact has already (O4, O5).
    pub(crate) fn compares_opportunities(&self) -> bool {
        let policy = &self.account.opportunities;
        self.opportunities.is_some()
            && (policy.matching.is_some() || policy.duplicates != Default::default())
    }

    /// Whether opportunities are compared with open ones only (O5).
    pub(crate) fn matches_open_only(&self) -> bool {
        self.account.opportunities.matching.as_ref().is_some_and(|matching| matching.open_only)
    }

    fn lets_rows_create_opportunities(&self) -> bool {
        let matching = &self.account.opportunities.matching;
        let is_let = self.opportunities.is_some_and(Mode::creates)
            && matching.as_ref().is_none_or(OpportunityMatching::may_create);
        if !is_let {
            return false;
        }
        let is_there = |field| !self.columns_of(field).is_empty();
        let has_pipeline = !self.choices.has_pipelines()
            || self.choices.only_pipeline().is_some()
            || is_there(FieldId::PIPELINE);
        has_pipeline && is_there(FieldId::OPPORTUNITY_NAME)
    }

    fn compile_columns(&mut self) {
        let mut columns = self.mapped_columns();
        self.joined_name = JoinedName::of(&mut columns, &self.fields, self.headers.len());
        let part = |field| columns.iter().find(|column| column.field == field);
        let beside = Beside::of(part(FieldId::FIRST_NAME), part(FieldId::LAST_NAME));
        for column in columns {
            self.add_column(column, beside.as_ref());
        }
        // Primary addresses before additional ones, so that a row is folded in that order (V1); a part of a
        // full name after the column of that part, whose blanks may clear.
        let order =
            |column: &Column| (column.field, column.name_part != NamePart::Whole, column.index());
        self.contact_columns.sort_by_key(order);
        self.opportunity_columns.sort_by_key(|column| (column.field, column.index()));
        let protects = |column: &Column| column.field == FieldId::DND && !column.loosens_consent;
        self.protects_consent = self.contact_columns.iter().any(protects);
        let is_country = |column: &&Column| column.field == FieldId::COUNTRY;
        self.country = self.contact_columns.iter().find(is_country).cloned();
    }

    /// The columns of the file that are mapped to a field, followed by the constants.
    fn mapped_columns(&self) -> Vec<Column> {
        let resolved = self.mapping.resolve(&self.headers);
        let token = self.mapping.clear_token.as_deref();
        let compile = |index: usize, mapped: &ColumnMapping| {
            let (object, key) = (mapped.object?, mapped.field.as_deref()?);
            let field = self.fields.find(object, key)?;
            let header = self.headers.get(index).map_or("", String::as_str);
            Some(Column::new(index, header, mapped, field, &self.fields, token))
        };
        let of_file = resolved.columns.iter().filter_map(|&(index, mapped)| compile(index, mapped));
        let constants = self.mapping.constants.iter().filter_map(|constant| {
            let mapped = ColumnMapping {
                object: Some(constant.object),
                field: Some(constant.field.clone()),
                ..ColumnMapping::default()
            };
            Some(compile(0, &mapped)?.constant(&constant.value))
        });
        of_file.chain(constants).collect()
    }

    /// Adds a column to those of its object, if the object takes part. A full name that is split becomes two.
    fn add_column(&mut self, column: Column, beside: Option<&Beside>) {
        match column.object {
            Object::Opportunity if self.opportunities.is_some() => {
                self.opportunity_columns.push(column);
            }
            // Contacts that are not selected are still looked up for their opportunities (P8).
            Object::Contact if self.contacts.is_some() || self.opportunities.is_some() => {
                // If the account does not keep both parts, the name is not split.
                if column.field != FieldId::NAME || !self.fields.splits_names() {
                    return self.contact_columns.push(column);
                }
                let column = match beside {
                    Some(beside) => column.beside(beside.clone()),
                    None => column,
                };
                let first =
                    column.clone().feeding(NamePart::FirstName, FieldId::FIRST_NAME, &self.fields);
                let last = column.feeding(NamePart::LastName, FieldId::LAST_NAME, &self.fields);
                self.contact_columns.extend([first, last]);
            }
            Object::Contact | Object::Opportunity => {}
        }
    }

    fn compile_earlier(&mut self) {
        let all = || self.contact_columns.iter().chain(&self.opportunity_columns);
        (self.clearable, self.fillable) =
            (earlier::clearable(all()), earlier::fillable(all(), &self.follow_ups));
    }

    fn compile_rules(&mut self) {
        for (number, names) in self.rule_names.iter().enumerate() {
            if let Some(rule) = Rule::compile(number, names, &self.fields, &self.contact_columns) {
                self.rules.push(rule);
            }
        }
        if self.contacts.is_none() {
            // Contacts that are not selected are looked up but never written, so only their keys matter (P8).
            let keep: Vec<bool> =
                self.contact_columns.iter().map(|column| self.is_key(column.field)).collect();
            let mut keep = keep.into_iter();
            self.contact_columns.retain(|_| keep.next().unwrap_or(false));
        }
        self.joined_name
            .take_if(|joined| !self.contact_columns.iter().any(|column| joined.is_column(column)));
    }

    fn compile_wanted(&mut self) {
        let fields_of =
            |columns: &[Column]| columns.iter().map(|column| column.field).collect::<Vec<_>>();
        let mut contact = with_both_addresses(fields_of(&self.contact_columns));
        contact.push(FieldId::TAGS);
        contact.push(FieldId::COUNTRY);
        contact.extend(self.rules.iter().flat_map(Rule::fields));
        let mut opportunity = fields_of(&self.opportunity_columns);
        opportunity.extend([
            FieldId::PIPELINE,
            FieldId::STAGE,
            FieldId::STATUS,
            FieldId::LOST_REASON,
            FieldId::CONTACT_LINK,
        ]);
        if let Some(matching) = &self.account.opportunities.matching {
            let named = |key: &str| self.fields.find(Object::Opportunity, key);
            opportunity.extend(matching.compared(&self.fields).filter_map(named));
            opportunity.push(FieldId::EXPECTED_CLOSE_DATE);
        }
        let is_kept = |field: &FieldId| {
            let is_none = matches!(
                *field,
                FieldId::CONTACT_ID | FieldId::OPPORTUNITY_ID | FieldId::OPPORTUNITY_TAGS
            );
            !is_none && !self.fields.is_absent(*field)
        };
        contact.retain(is_kept);
        opportunity.retain(is_kept);
        (self.contact_wanted, self.opportunity_wanted) = (sorted(contact), sorted(opportunity));
    }
}

/// Adds the other field where one of the two for addresses is given, since an address may move between them.
pub(super) fn with_both_addresses(mut fields: Vec<FieldId>) -> Vec<FieldId> {
    for pair in
        [[FieldId::EMAIL, FieldId::ADDITIONAL_EMAILS], [FieldId::PHONE, FieldId::ADDITIONAL_PHONES]]
    {
        if pair.iter().any(|field| fields.contains(field)) {
            fields.extend(pair);
        }
    }
    fields
}

/// The fields in order, each once.
pub(super) fn sorted(mut fields: Vec<FieldId>) -> Vec<FieldId> {
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The match rules by what people call their fields: `Email, or First Name and Last Name`.
fn in_words(policy: &DedupPolicy, fields: &Fields) -> String {
    let rule = |keys: &[String]| {
        let labels: Vec<&str> = keys.iter().map(|key| fields.label(Object::Contact, key)).collect();
        match labels.split_last() {
            Some((last, others)) if !others.is_empty() => {
                format!("{} and {last}", others.join(", "))
            }
            _ => labels.concat(),
        }
    };
    let rules: Vec<String> = policy.contacts.iter().map(|of| rule(&of.0)).collect();
    let is_plain = policy.contacts.iter().all(|of| of.0.len() == 1);
    rules.join(if is_plain { " or " } else { ", or " })
}
