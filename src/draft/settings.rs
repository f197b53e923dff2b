//! [`Settings`]: everything that is frozen before row 1.

use std::ops::Range;

use hashbrown::HashMap;

use super::full_name::Beside;
use super::joined::Joined;
use super::{Column, Part, Rule, earlier};
use crate::account::{Account, DedupPolicy, PhoneRule};
use crate::field::{FieldId, FieldKind, Fields};
use crate::follow_up::FollowUp;
use crate::issue::{IssueCode, log_columns};
use crate::mapping::{ColumnMapping, Mapping};
use crate::normalize::{self, OptionSet, STATUSES};
use crate::object::{Mode, Object};
use crate::source::BlockRow;

/// The account, the mapping and the modes of one import, compiled.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) account: Account,
    pub(crate) fields: Fields,
    pub(crate) mapping: Mapping,
    /// The same, with the formats that were found in the file.
    pub(super) settled_mapping: Mapping,
    pub(crate) headers: Vec<String>,
    /// The mode of each object; `None` = not selected.
    pub(crate) contacts: Option<Mode>,
    pub(crate) opportunities: Option<Mode>,
    pub(crate) follow_ups: Vec<FollowUp>,
    pub(crate) choices: Choices,
    /// The usable match rules in order; those whose fields are not mapped never match.
    pub(crate) rules: Vec<Rule>,
    pub(crate) rule_names: Vec<Vec<String>>,
    /// What a contact can be matched by, for messages.
    pub(crate) rules_in_words: String,
    pub(crate) contact_columns: Vec<Column>,
    /// What one of them is made of.
    pub(crate) joined: Option<Joined>,
    /// The column of the rows' own countries. It tells how phones are read also where contacts are only
    /// looked up (V6, P8).
    pub(super) country: Option<Column>,
    /// A column could take back a contact's wish not to be contacted, and is not allowed to (W6).
    pub(crate) minds_consent: bool,
    pub(crate) opportunity_columns: Vec<Column>,
    /// The columns of contacts: those of one field, and of both fields of addresses, together.
    pub(crate) contact_groups: Vec<Group>,
    /// The columns of each field of opportunities; there are fields that a new one has without a column
    /// (O6).
    pub(crate) opportunity_groups: Vec<Group>,
    /// The fields that a cell can clear or replace by a default unless an earlier row has given them,
    /// sorted.
    pub(crate) clearable: Vec<FieldId>,
    /// The fields that a column fills only where they are blank, and that may hold what no row has said:
    /// tags, beside a follow-up that gives some, and the value of an opportunity, which may be 0 (O6).
    pub(crate) fillable: Vec<FieldId>,
    /// Where our own error log has the ids of the contacts and of the opportunities that were imported.
    pub(super) imported: [Option<usize>; 2],
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
        let place = |own: &str| headers.iter().position(|header| header == own);
        let mut settings = Settings {
            imported: [log_columns::CONTACT_ID, log_columns::OPPORTUNITY_ID].map(place),
            rules: Vec::new(),
            rules_in_words: in_words(&account.dedup, &fields),
            rule_names: account.dedup.contacts.iter().map(|rule| rule.0.clone()).collect(),
            contact_columns: Vec::new(),
            joined: None,
            country: None,
            minds_consent: false,
            opportunity_columns: Vec::new(),
            contact_groups: Vec::new(),
            opportunity_groups: Vec::new(),
            clearable: Vec::new(),
            fillable: Vec::new(),
            contact_wanted: Vec::new(),
            opportunity_wanted: Vec::new(),
            account,
            fields,
            settled_mapping: mapping.clone(),
            mapping,
            headers,
            contacts,
            opportunities,
            follow_ups,
            choices,
        };
        settings.compile_columns();
        settings.compile_rules();
        settings.compile_wanted();
        settings.compile_groups();
        settings
    }

    pub(crate) fn columns(&self, object: Object) -> &[Column] {
        match object {
            Object::Contact => &self.contact_columns,
            Object::Opportunity => &self.opportunity_columns,
        }
    }

    /// Does our own error log say that this side of a row was imported before?
    pub(crate) fn was_imported(&self, object: Object, cells: &BlockRow<'_>) -> bool {
        let [contacts, opportunities] = self.imported;
        let place = if object == Object::Contact { contacts } else { opportunities };
        place.is_some_and(|place| !cells.is_empty(place))
    }

    pub(crate) fn wanted(&self, object: Object) -> &[FieldId] {
        match object {
            Object::Contact => &self.contact_wanted,
            Object::Opportunity => &self.opportunity_wanted,
        }
    }

    /// Does this field identify a contact: its id, or part of a match rule?
    pub(crate) fn is_key(&self, field: FieldId) -> bool {
        matches!(
            field,
            FieldId::CONTACT_ID
                | FieldId::EMAIL
                | FieldId::ADDITIONAL_EMAILS
                | FieldId::PHONE
                | FieldId::ADDITIONAL_PHONES
        ) || self.rules.iter().any(|rule| rule.has(field))
    }

    /// Does it matter what rows of earlier windows have said of a record?
    pub(crate) fn minds_earlier_windows(&self) -> bool {
        !(self.clearable.is_empty() && self.fillable.is_empty())
    }

    /// Do opportunities ask for those their contact has already (O4, O5)?
    pub(crate) fn compares_opportunities(&self) -> bool {
        let policy = &self.account.opportunities;
        self.opportunities.is_some()
            && (policy.matching.is_some() || policy.duplicates != Default::default())
    }

    fn compile_columns(&mut self) {
        let resolved = self.mapping.resolve(&self.headers);
        let token = self.mapping.clear_token.as_deref();
        let compile = |index: usize, mapped: &ColumnMapping| {
            let (object, key) = (mapped.object?, mapped.field.as_deref()?);
            let field = self.fields.find(object, key)?;
            let header = self.headers.get(index).map_or("", String::as_str);
            Some(Column::new(index, header, mapped, object, field, &self.fields, token))
        };
        let mut columns: Vec<Column> =
            resolved.columns.iter().filter_map(|&(index, mapped)| compile(index, mapped)).collect();
        for constant in &self.mapping.constants {
            let mapped = ColumnMapping {
                object: Some(constant.object),
                field: Some(constant.field.clone()),
                ..ColumnMapping::default()
            };
            columns.extend(compile(0, &mapped).map(|column| column.constant(&constant.value)));
        }
        self.joined = Joined::of(&mut columns, &self.fields, self.headers.len());
        let part = |field| columns.iter().find(|column| column.field == field);
        let beside = Beside::of(part(FieldId::FIRST_NAME), part(FieldId::LAST_NAME));
        for column in columns {
            let is_selected = match column.object {
                Object::Contact => self.contacts.is_some() || self.opportunities.is_some(),
                Object::Opportunity => self.opportunities.is_some(),
            };
            match column.object {
                _ if !is_selected => {}
                Object::Opportunity => self.opportunity_columns.push(column),
                // Where a part cannot be kept, the name is not split.
                Object::Contact if column.field == FieldId::NAME && self.fields.splits_names() => {
                    let column = match &beside {
                        Some(beside) => column.beside(beside.clone()),
                        None => column,
                    };
                    self.contact_columns
                        .push(column.clone().part(Part::FirstName, FieldId::FIRST_NAME));
                    self.contact_columns.push(column.part(Part::LastName, FieldId::LAST_NAME));
                }
                Object::Contact => self.contact_columns.push(column),
            }
        }
        let minds = |column: &Column| column.field == FieldId::DND && !column.loosens_consent;
        self.minds_consent = self.contact_columns.iter().any(minds);
        // Primary before additional, so that folding a row meets them in that order (V1); a part of a
        // full name behind the column of that part, whose blanks may clear.
        let order = |column: &Column| (column.field, column.part != Part::Whole, column.index());
        self.contact_columns.sort_by_key(order);
        self.opportunity_columns.sort_by_key(|column| (column.field, column.index()));
        let is_country = |column: &&Column| column.field == FieldId::COUNTRY;
        self.country = self.contact_columns.iter().find(is_country).cloned();
        let all = || self.contact_columns.iter().chain(&self.opportunity_columns);
        self.clearable = earlier::clearable(all());
        self.fillable = earlier::fillable(all(), &self.follow_ups);
    }

    fn compile_rules(&mut self) {
        for (number, names) in self.rule_names.iter().enumerate() {
            if let Some(rule) = Rule::compile(number, names, &self.fields, &self.contact_columns) {
                self.rules.push(rule);
            }
        }
        if self.contacts.is_none() {
            // Contacts that are not selected are looked up and never written (P8).
            let keep: Vec<bool> =
                self.contact_columns.iter().map(|column| self.is_key(column.field)).collect();
            let mut keep = keep.into_iter();
            self.contact_columns.retain(|_| keep.next().unwrap_or(false));
        }
        self.joined.take_if(|joined| !self.contact_columns.iter().any(|column| joined.is(column)));
    }

    fn compile_groups(&mut self) {
        let of_contact = |column: &Column| match column.field {
            FieldId::ADDITIONAL_EMAILS => FieldId::EMAIL,
            FieldId::ADDITIONAL_PHONES => FieldId::PHONE,
            other => other,
        };
        self.contact_groups = groups(&self.contact_columns, of_contact);
        self.opportunity_groups = groups(&self.opportunity_columns, |column| column.field);
        for field in [
            FieldId::PIPELINE,
            FieldId::STAGE,
            FieldId::STATUS,
            FieldId::VALUE,
            FieldId::LOST_REASON,
        ] {
            let place = self.opportunity_groups.binary_search_by_key(&field, |group| group.field);
            if let Err(place) = place {
                self.opportunity_groups.insert(place, Group { field, columns: 0..0, bits: 0 });
            }
        }
    }

    fn compile_wanted(&mut self) {
        let mut contact: Vec<FieldId> =
            self.contact_columns.iter().map(|column| column.field).collect();
        for pair in [
            [FieldId::EMAIL, FieldId::ADDITIONAL_EMAILS],
            [FieldId::PHONE, FieldId::ADDITIONAL_PHONES],
        ] {
            if pair.iter().any(|field| contact.contains(field)) {
                contact.extend(pair);
            }
        }
        contact.push(FieldId::TAGS);
        contact.push(FieldId::COUNTRY);
        contact.extend(self.rules.iter().flat_map(Rule::fields));
        let mut opportunity: Vec<FieldId> =
            self.opportunity_columns.iter().map(|column| column.field).collect();
        opportunity.extend([
            FieldId::PIPELINE,
            FieldId::STAGE,
            FieldId::STATUS,
            FieldId::LOST_REASON,
            FieldId::CONTACT_LINK,
        ]);
        if let Some(matching) = &self.account.opportunities.matching {
            let named = |key: &String| self.fields.find(Object::Opportunity, key);
            opportunity.extend(matching.fields.iter().filter_map(named));
            opportunity.push(FieldId::EXPECTED_CLOSE_DATE);
        }
        for list in [&mut contact, &mut opportunity] {
            list.retain(|field| {
                !self.fields.is_absent(*field)
                    && !matches!(
                        *field,
                        FieldId::CONTACT_ID | FieldId::OPPORTUNITY_ID | FieldId::OPPORTUNITY_TAGS
                    )
            });
            list.sort_unstable();
            list.dedup();
        }
        (self.contact_wanted, self.opportunity_wanted) = (contact, opportunity);
    }
}

/// Columns that are folded together.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// The first field.
    pub(crate) field: FieldId,
    /// Where they stand among the columns of their object.
    pub(crate) columns: Range<usize>,
    /// Their places in the file, as bits, if a row that has nothing there says nothing; else 0.
    bits: u64,
}

impl Group {
    /// Do rows say nothing here of which these columns are [filled](crate::source::BlockRow::filled)?
    pub(crate) fn is_silent(&self, filled: u64) -> bool {
        self.bits != 0 && self.bits & filled == 0
    }
}

/// `Email, First Name and Last Name`: the rules by what people call their fields.
fn in_words(policy: &DedupPolicy, fields: &Fields) -> String {
    let label = |key: &String| fields.label(Object::Contact, key).to_owned();
    let rules = policy.contacts.iter().map(|rule| rule.0.iter().map(label).collect::<Vec<_>>());
    rules.map(|labels| labels.join(" and ")).collect::<Vec<_>>().join(", ")
}

fn groups(columns: &[Column], of: impl Fn(&Column) -> FieldId) -> Vec<Group> {
    let mut start = 0;
    let bit =
        |column: &Column| 1_u64.checked_shl(column.index()?.into()).filter(|_| column.is_plain);
    let group = |columns: &[Column]| {
        let range = start..start + columns.len();
        start = range.end;
        let bits = columns.iter().map(bit).try_fold(0, |all, bit| Some(all | bit?));
        Group { field: columns[0].field, columns: range, bits: bits.unwrap_or(0) }
    };
    columns.chunk_by(|a, b| of(a) == of(b)).map(group).collect()
}

/// What a cell may say where the account decides: users, pipelines, stages, options.
#[derive(Debug)]
pub(crate) struct Choices {
    pub(crate) phone_rule: PhoneRule,
    users: OptionSet,
    statuses: OptionSet,
    pipelines: OptionSet,
    /// Per pipeline.
    stages: Vec<OptionSet>,
    options: HashMap<FieldId, OptionSet, foldhash::fast::RandomState>,
}

impl Choices {
    pub(crate) fn new(account: &Account, fields: &Fields) -> Self {
        let mut options = HashMap::default();
        for (id, field) in fields.iter() {
            let listed = match field.kind {
                FieldKind::SingleChoice | FieldKind::MultipleChoice if field.is_custom => {
                    &field.options
                }
                FieldKind::SingleChoice | FieldKind::MultipleChoice | FieldKind::Timezone => {
                    match account.options.get(&field.key) {
                        Some(listed) => listed,
                        None => continue,
                    }
                }
                _ => continue,
            };
            if !listed.is_empty() {
                options.insert(id, OptionSet::new(listed.iter().map(|o| (o.clone(), o.clone()))));
            }
        }
        Choices {
            phone_rule: account.phones,
            users: OptionSet::of_users(&account.users),
            statuses: OptionSet::new(STATUSES.map(|s| (s.to_owned(), s.to_owned()))),
            pipelines: OptionSet::new(
                account.pipelines.iter().map(|p| (p.id.clone(), p.name.clone())),
            ),
            stages: account
                .pipelines
                .iter()
                .map(|p| OptionSet::new(p.stages.iter().map(|s| (s.id.clone(), s.name.clone()))))
                .collect(),
            options,
        }
    }

    pub(crate) fn user(&self, cell: &str) -> Result<&str, IssueCode> {
        // `Last, First` is `Last First`, and `First Last` where the last name has several words.
        let turned = |code| match cell.split_once(',') {
            Some((last, first)) => {
                let (last, first) = (normalize::trim(last), normalize::trim(first));
                let found = self.users.find(&format!("{last} {first}"));
                found.or_else(|code| match code {
                    IssueCode::OptionUnknown => self.users.find(&format!("{first} {last}")),
                    other => Err(other),
                })
            }
            None => Err(code),
        };
        let at = self.users.find(cell).or_else(turned).map_err(|code| match code {
            IssueCode::OptionAmbiguous => IssueCode::OwnerAmbiguous,
            _ => IssueCode::OwnerUnknown,
        })?;
        Ok(self.users.id(at))
    }

    pub(crate) fn status(&self, cell: &str) -> Result<&str, IssueCode> {
        self.statuses
            .find(cell)
            .map(|at| self.statuses.id(at))
            .map_err(|_| IssueCode::StatusUnknown)
    }

    /// The id of a pipeline by id or name; in an account without pipelines any text.
    pub(crate) fn pipeline<'b>(&'b self, cell: &'b str) -> Result<&'b str, IssueCode> {
        if self.pipelines.is_empty() {
            return normalize::text(cell);
        }
        self.pipelines
            .find(cell)
            .map(|at| self.pipelines.id(at))
            .map_err(|_| IssueCode::PipelineUnknown)
    }

    /// The id of a stage of a pipeline (by id), by id or name.
    pub(crate) fn stage<'b>(&'b self, pipeline: &str, cell: &'b str) -> Result<&'b str, IssueCode> {
        let Some(stages) = self.stages_of(pipeline) else {
            return if self.pipelines.is_empty() {
                normalize::text(cell)
            } else {
                Err(IssueCode::StageUnknown)
            };
        };
        stages.find(cell).map(|at| stages.id(at)).map_err(|_| IssueCode::StageUnknown)
    }

    /// The first stage of a pipeline.
    pub(crate) fn first_stage(&self, pipeline: &str) -> Option<&str> {
        self.stages_of(pipeline).filter(|stages| !stages.is_empty()).map(|stages| stages.id(0))
    }

    pub(crate) fn pipeline_label<'b>(&'b self, id: &'b str) -> &'b str {
        self.pipelines.find(id).map_or(id, |at| self.pipelines.label(at))
    }

    pub(crate) fn has_pipelines(&self) -> bool {
        !self.pipelines.is_empty()
    }

    /// The only pipeline there is.
    pub(crate) fn only_pipeline(&self) -> Option<&str> {
        (self.pipelines.len() == 1).then(|| self.pipelines.id(0))
    }

    pub(crate) fn option<'b>(
        &'b self,
        field: FieldId,
        cell: &'b str,
    ) -> Result<&'b str, IssueCode> {
        match self.options.get(&field) {
            Some(options) => options.find(cell).map(|at| options.id(at)),
            None => normalize::text(cell),
        }
    }

    pub(crate) fn has_options(&self, field: FieldId) -> bool {
        self.options.contains_key(&field)
    }

    /// What might have been meant.
    pub(crate) fn nearest(
        &self,
        kind: FieldKind,
        field: FieldId,
        pipeline: &str,
        cell: &str,
    ) -> Vec<&str> {
        let set = match kind {
            FieldKind::User => Some(&self.users),
            FieldKind::Status => Some(&self.statuses),
            FieldKind::Pipeline => Some(&self.pipelines),
            FieldKind::Stage => self.stages_of(pipeline),
            _ => self.options.get(&field),
        };
        set.map_or_else(Vec::new, |set| set.nearest(cell, 3))
    }

    fn stages_of(&self, pipeline: &str) -> Option<&OptionSet> {
        let at = self.pipelines.find(pipeline).ok()?;
        self.stages.get(at)
    }
}
