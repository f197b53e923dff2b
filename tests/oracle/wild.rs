//! Settings beyond those that the naive planner knows, for comparing the engine with itself: any column
//! may have any merge rule, blanks that clear, defaults, constants beside it; more fields, and follow-ups.

use crm_import::mapping::{Blank, ColumnMapping, Constant, Mapping, Merge, OnInvalid};
use crm_import::{Account, FieldKind, FollowUp, Import, MemoryStorage, Object, Scope};
use serde_json::json;

use crate::dice::Dice;
use crate::model::{Crm, Policy, Row, Values, fold};
use crate::{engine, generate};

/// More headers, each with the key of its field, what cells say and what may stand in for a blank one.
const MORE: [(&str, &str, &[&str], &str); 13] = [
    ("Name", "name", &["", "Ana Lee", "Kim, Bo", "Ana"], "Cy Fox"),
    ("Source", "source", &["", "fair", "web"], "import"),
    ("City", "city", &["", "York", "Bath", "Huddersfield"], "Rome"),
    ("Do Not Disturb", "dnd", &["", "yes", "no", "perhaps"], "yes"),
    ("Followers", "followers", &["", "u1", "u2", "u1; u2", "u9"], "u2"),
    ("Date of Birth", "date_of_birth", &["", "1990-12-31", "1991-01-01", "nope"], "1980-01-01"),
    ("Colours", "colours", &["", "red", "blue; RED", "green"], "blue"),
    ("Opportunity Source", "source", &["", "fair", "web"], "import"),
    ("Opportunity Owner", "owner", &["", "u1", "u2", "u9"], "u2"),
    ("Opportunity Followers", "followers", &["", "u1", "u2", "u1; u2", "u9"], "u2"),
    ("Business Name", "business_name", &["", "Acme", "Bolt"], "Core"),
    ("Opportunity Notes", "notes", &["", "hello", "call", "call again"], "new"),
    ("Rooms", "rooms", &["", "hall", "attic; HALL", "loft"], "attic"),
];
/// From here on they are of opportunities.
const FIRST_OF_OPPORTUNITIES: usize = 7;

fn is_of_opportunities(at: usize) -> bool {
    at >= FIRST_OF_OPPORTUNITIES
}

/// Adds more columns to a case, and to what is stored.
fn more_columns(dice: &mut Dice, policy: &mut Policy, crm: &mut Crm, rows: &mut [Row]) {
    for (at, (header, field, pool, _)) in MORE.into_iter().enumerate() {
        if !dice.one_in(3) || (is_of_opportunities(at) && policy.opportunities.is_none()) {
            continue;
        }
        policy.headers.push(header);
        for row in rows.iter_mut() {
            let cell = match policy.token {
                Some(token) if dice.one_in(8) => token,
                _ => dice.one_of(pool),
            };
            row.insert(header, cell.to_owned());
        }
        let of = if is_of_opportunities(at) { &mut crm.opportunities } else { &mut crm.contacts };
        let stored: &[&str] = match field {
            "dnd" => &["true", "false"],
            "date_of_birth" => &["1990-12-31"],
            "followers" | "owner" => &["u1", "u2"],
            _ => &pool[1..2],
        };
        for (_, values) in of.iter_mut() {
            if dice.one_in(2) {
                values.insert(field, vec![dice.one_of(stored).to_owned()]);
            }
        }
    }
}

/// A case with settings of its own.
#[derive(Clone)]
pub(crate) struct Wild {
    pub(crate) policy: Policy,
    pub(crate) crm: Crm,
    pub(crate) rows: Vec<Row>,
    mapping: Mapping,
    follow_ups: Vec<FollowUp>,
    is_highlevel: bool,
    /// Some fields have little room.
    is_narrow: bool,
}

impl Wild {
    pub(crate) fn of(dice: &mut Dice) -> Self {
        let mut policy = generate::policy(dice);
        if dice.one_in(10) {
            // Names are kept whole.
            policy.absent.extend(["first_name", "last_name"]);
        }
        let (mut crm, mut rows) = (generate::crm(dice, &policy), generate::rows(dice, &policy));
        more_columns(dice, &mut policy, &mut crm, &mut rows);
        let account = engine::account(&policy);
        let mut mapping = engine::mapping(&policy, &account);
        let how_many = [8, 4, 2][dice.below(3)];
        for column in &mut mapping.columns {
            wilder(dice, how_many, column, &account);
        }
        constants(dice, &policy, &mut mapping);
        let follow_ups = (0..dice.below(3)).map(|_| follow_up(dice)).collect();
        let (is_highlevel, is_narrow) = (dice.one_in(8), dice.one_in(3));
        Wild { policy, crm, rows, mapping, follow_ups, is_highlevel, is_narrow }
    }

    /// The case without what follows: whom an import creates, the next one may update.
    pub(crate) fn without_follow_ups(self) -> Self {
        Wild { follow_ups: Vec::new(), ..self }
    }

    /// Does one column take away with the next import what another has brought? A name that is only kept may have a
    /// default for each row beside a last name that is cleared, and a blank may clear the second address of a cell
    /// that only fills a blank primary one.
    pub(crate) fn takes_back(&self) -> bool {
        let mut columns = self.mapping.columns.iter();
        columns.any(|column| match (column.field.as_deref(), column.merge) {
            (Some("name"), Some(Merge::Keep)) => column.default_always,
            (Some("email" | "phone"), Some(Merge::FillBlank)) => true,
            _ => false,
        })
    }

    /// Does a column fill blank tags, and has a contact the tag of a follow-up and no other? An import that goes on does
    /// not know any more that they were not blank.
    pub(crate) fn blurs_tags(&self) -> bool {
        let tags = |follow_up: &FollowUp| match follow_up {
            FollowUp::Tag(tag, _) => Some(fold(tag)),
            _ => None,
        };
        let given: Vec<String> = self.follow_ups.iter().filter_map(tags).collect();
        let is_given = |tag: &String| given.contains(&fold(tag));
        let is_blurred = |values: &Values| {
            values.get("tags").is_some_and(|tags| !tags.is_empty() && tags.iter().all(is_given))
        };
        let mut columns = self.mapping.columns.iter();
        columns.any(|it| it.field.as_deref() == Some("tags") && it.merge == Some(Merge::FillBlank))
            && self.crm.contacts.iter().any(|(_, values)| is_blurred(values))
    }

    /// The import, the storage it is for, and the file.
    pub(crate) fn set_up(&self) -> (Import, MemoryStorage, String) {
        let (import, mut storage) = engine::set_up(&self.policy, &self.crm);
        if self.is_narrow {
            storage.account = storage
                .account
                .at_most(Object::Contact, &[("city", 6), ("notes", 9)])
                .at_most(Object::Opportunity, &[("notes", 8), ("name", 4)]);
        }
        let import = import.mapping(self.mapping.clone());
        let import = self.follow_ups.iter().cloned().fold(import, Import::follow_up);
        let import = if self.is_highlevel { import.highlevel() } else { import };
        (import, storage, engine::csv(&self.policy, &self.rows))
    }

    /// The case without everything that it does not take for `differs` to tell something.
    pub(crate) fn smallest(mut self, differs: impl Fn(&Wild) -> Option<String>) -> String {
        let mut told = differs(&self).unwrap();
        loop {
            let smaller = self.smaller().into_iter().find_map(|wild| Some((differs(&wild)?, wild)));
            let Some(smaller) = smaller else { break };
            (told, self) = smaller;
        }
        let mapping: Vec<String> =
            self.mapping.columns.iter().map(|column| json!(column).to_string()).collect();
        let Wild { policy, crm, follow_ups, is_highlevel, is_narrow, .. } = &self;
        let (_, _, file) = self.set_up();
        let mapping = mapping.join("\n");
        format!(
            "{mapping}\n{follow_ups:?} {is_highlevel} {is_narrow}\n{policy:?}\n{crm:?}\n{file}\n{told}"
        )
    }

    /// The same with a little less, in every way.
    fn smaller(&self) -> Vec<Wild> {
        let mut all = Vec::new();
        let mut push = |change: &dyn Fn(&mut Wild)| {
            let mut wild = self.clone();
            change(&mut wild);
            all.push(wild);
        };
        if self.is_highlevel {
            push(&|wild| wild.is_highlevel = false);
        }
        if self.is_narrow {
            push(&|wild| wild.is_narrow = false);
        }
        (0..self.rows.len()).for_each(|at| push(&|wild| _ = wild.rows.remove(at)));
        (0..self.follow_ups.len()).for_each(|at| push(&|wild| _ = wild.follow_ups.remove(at)));
        let constants = 0..self.mapping.constants.len();
        constants.for_each(|at| push(&|wild| _ = wild.mapping.constants.remove(at)));
        for at in 0..self.policy.headers.len() {
            push(&|wild| {
                let header = wild.policy.headers.remove(at);
                wild.mapping.columns.remove(at);
                wild.rows.iter_mut().for_each(|row| _ = row.remove(header));
            });
        }
        for (at, row) in self.rows.iter().enumerate() {
            for (header, _) in row.iter().filter(|(_, cell)| !cell.is_empty()) {
                push(&|wild| wild.rows[at].get_mut(header).unwrap().clear());
            }
        }
        for (at, column) in self.mapping.columns.iter().enumerate() {
            for plainer in plainer(column).into_iter().filter(|plainer| plainer != column) {
                push(&|wild| wild.mapping.columns[at] = plainer.clone());
            }
        }
        for of in [|crm| &mut crm.contacts, |crm| &mut crm.opportunities] as [Records; 2] {
            let records = of(&mut self.crm.clone()).clone();
            for (at, (_, values)) in records.iter().enumerate() {
                push(&|wild| _ = of(&mut wild.crm).remove(at));
                values.keys().for_each(|key| push(&|wild| _ = of(&mut wild.crm)[at].1.remove(key)));
            }
        }
        all
    }
}

/// The contacts of a CRM, or its opportunities.
type Records = fn(&mut Crm) -> &mut Vec<(String, Values)>;

/// A column with one setting less, and with none.
fn plainer(column: &ColumnMapping) -> [ColumnMapping; 5] {
    let plain = ColumnMapping {
        header: column.header.clone(),
        object: column.object,
        field: column.field.clone(),
        ..ColumnMapping::default()
    };
    [
        ColumnMapping { merge: None, ..column.clone() },
        ColumnMapping { blank: None, ..column.clone() },
        ColumnMapping { default_always: false, ..column.clone() },
        ColumnMapping { default: None, default_always: false, ..column.clone() },
        plain,
    ]
}

fn follow_up(dice: &mut Dice) -> FollowUp {
    let scope = dice.one_of(&[Scope::All, Scope::Created, Scope::Updated]);
    let name = dice.one_of(&["vip", "welcome", "Fair"]).to_owned();
    match dice.below(4) {
        0 => FollowUp::List(name, scope),
        1 => FollowUp::Workflow(name, scope),
        _ => FollowUp::Tag(name, scope),
    }
}

/// Gives a column other settings, one in so many each.
fn wilder(dice: &mut Dice, how_many: usize, column: &mut ColumnMapping, account: &Account) {
    let fields = account.fields();
    let (Some(object), Some(key)) = (column.object, column.field.clone()) else { return };
    let Some(id) = fields.find(object, &key) else { return };
    let (field, header) = (fields.get(id), column.header.clone().unwrap_or_default());
    if key == "id" || key == "contact_id" || header == "Opportunity Tags" {
        return;
    }
    if dice.one_in(how_many) {
        let mut merges = vec![Merge::FillBlank, Merge::FillBlank, Merge::Overwrite, Merge::Keep];
        merges.extend(field.is_list.then_some(Merge::Union));
        merges.extend((field.kind == FieldKind::LongText).then_some(Merge::Append));
        column.merge = Some(dice.one_of(&merges));
    }
    if dice.one_in(how_many) {
        column.blank = Some(Blank::Clear);
    }
    if dice.one_in(how_many) {
        let all = [OnInvalid::DropValue, OnInvalid::DropCell, OnInvalid::FailRow];
        column.on_invalid = Some(dice.one_of(&all));
    }
    column.loosens_consent = key == "dnd" && dice.one_in(2);
    let is_key = account.dedup.contacts.iter().any(|rule| rule.0 == [key.clone()]);
    if let Some(default) = default_of(&header).filter(|_| !is_key && dice.one_in(how_many)) {
        column.default = Some(default.to_owned());
        column.default_always = dice.one_in(2);
    }
}

/// What may stand in for a blank cell.
fn default_of(header: &str) -> Option<&'static str> {
    let more = MORE.iter().find(|(other, ..)| *other == header).map(|more| more.3);
    more.or(match header {
        "Tags" => Some("new"),
        "Notes" => Some("hello"),
        "Opportunity Name" => Some("Roof"),
        "Opportunity Value" => Some("50"),
        "Status" => Some("won"),
        "Lost Reason" => Some("Price"),
        "Expected Close Date" => Some("2026-06-15"),
        "Company" => Some("Acme"),
        _ => None,
    })
}

fn constants(dice: &mut Dice, policy: &Policy, mapping: &mut Mapping) {
    let all = [
        (Object::Contact, "Source", "source", "fair"),
        (Object::Contact, "Tags", "tags", "new"),
        (Object::Contact, "Colours", "colours", "red"),
        (Object::Opportunity, "Opportunity Source", "source", "fair"),
        (Object::Opportunity, "Status", "status", "won"),
        (Object::Opportunity, "Opportunity Value", "value", "70"),
        (Object::Opportunity, "Rooms", "rooms", "hall"),
    ];
    for (object, header, field, value) in all {
        let is_selected = match object {
            Object::Contact => policy.contacts.is_some(),
            Object::Opportunity => policy.opportunities.is_some(),
        };
        let is_list = matches!(field, "tags" | "colours" | "rooms");
        if is_selected && dice.one_in(12) && (is_list || !policy.headers.contains(&header)) {
            let (field, value) = (field.to_owned(), value.to_owned());
            mapping.constants.push(Constant { object, field, value });
        }
    }
}
