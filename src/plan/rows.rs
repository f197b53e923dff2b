//! [`RowPlan`]: one row of the file and what becomes of its two sides.

use indexmap::IndexMap;

use super::ledger::SideOfRow;
use super::{By, Outcome, Plan};
use crate::draft::{Cell, region};
use crate::field::{Field, FieldId};
use crate::mapping::Merge;
use crate::merge::Addresses;
use crate::normalize;
use crate::object::{Object, RecordRef, RowIndex, RowNumber};
use crate::value::Value;

/// How many later rows of a record are compared with a row. If any of them differs, one of the first does, unless they
/// all repeat each other.
const MOST_COMPARED: usize = 1_000;

/// One row of the file in a [`Plan`], with the [side](Self::side) of each object.
///
/// ```
/// use crm_import::{Import, MemoryStorage, Object, Outcome, RowNumber, Source};
///
/// let file = "Email,Opportunity Name\nana@example.com,Roof\nANA@example.com,\n";
/// let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut MemoryStorage::default()).unwrap();
///
/// let second = plan.row(RowNumber(2)).unwrap();
/// let ana = second.side(Object::Contact).unwrap();
/// assert_eq!((ana.outcome(), ana.first_row()), (Outcome::Merged, Some(RowNumber(1))));
/// assert_eq!(ana.reason().unwrap().name(), "email");
/// assert!(second.side(Object::Opportunity).is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RowPlan<'p> {
    pub(super) plan: &'p Plan,
    pub(super) row: RowIndex,
}

/// How a row found its record (behaviour M9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason<'p> {
    /// It found none, so the record is new.
    New,
    /// By its id.
    Id,
    /// For a contact: by a match rule, given as the keys of its fields.
    Rule(&'p [String]),
    /// For an opportunity: by the [fields that the account matches](crate::account::OpportunityMatching).
    Match,
    /// For an opportunity: as the only one of its contact in its pipeline.
    Pipeline,
    /// For a contact, if the plan resumes an interrupted import: the row found it before the interruption, by a key
    /// that the contact no longer has.
    Before,
}

impl Reason<'_> {
    /// The name used in JSON: `new`, `id`, `match`, `pipeline`, `before`, or the fields of a rule, joined by `+`.
    pub fn name(&self) -> String {
        match self {
            Reason::New => "new".into(),
            Reason::Id => "id".into(),
            Reason::Rule(fields) => fields.join("+"),
            Reason::Match => "match".into(),
            Reason::Pipeline => "pipeline".into(),
            Reason::Before => "before".into(),
        }
    }
}

impl<'p> RowPlan<'p> {
    /// The number of the row.
    pub fn number(&self) -> RowNumber {
        self.plan.ledger.number(self.row)
    }

    /// The physical line on which the row begins.
    pub fn line(&self) -> u64 {
        self.plan.ledger.line(self.row)
    }

    /// Whether all mapped cells of the row are blank.
    pub fn is_blank(&self) -> bool {
        self.side(Object::Contact).is_none()
            && self.side(Object::Opportunity).is_none()
            && !self.plan.ledger.is_unused(self.row)
    }

    /// One side of the row. `None` if the row has no such side, or the object is not imported.
    pub fn side(&self, object: Object) -> Option<SidePlan<'p>> {
        let SideOfRow { outcome, record, by, .. } = self.plan.ledger.side(object, self.row);
        Some(SidePlan { plan: self.plan, row: self.row, object, outcome: outcome?, record, by })
    }

    /// The cells of the row, as the file has them.
    pub fn cells(&self) -> impl Iterator<Item = &'p str> {
        let (block, at) = self.plan.ledger.locate(self.row);
        block.record(at)
    }

    /// The id of the record that this side of the row was imported to before, if the file is our own error log.
    pub(crate) fn imported_id(&self, object: Object) -> Option<&'p str> {
        let ledger = &self.plan.ledger;
        ledger.settings.imported_id(object, &ledger.cells(self.row))
    }

    /// The check that the error log keeps of the cells of a contact that was left out as a repeat.
    pub(crate) fn check_of_repeat(&self) -> Option<String> {
        let (settings, cells) = (&self.plan.ledger.settings, self.plan.ledger.cells(self.row));
        let before = settings.repeat_left_out(&cells).map(str::to_owned);
        let first = || self.side(Object::Contact)?.first_row().map(|row| row.to_string());
        before.or_else(first).map(|first| settings.check_of_repeat(&first, &cells))
    }

    /// Whether a later row of the same record has another value in a column that this row fills, too.
    pub(crate) fn is_overruled(&self, object: Object) -> bool {
        let ledger = &self.plan.ledger;
        let Some(record) = ledger.side(object, self.row).record else { return false };
        let own = ledger.cells(self.row);
        let differs = |row: RowIndex| {
            let later = ledger.cells(row);
            let mut columns = ledger.settings.columns(object).iter();
            columns.any(|column| {
                let [own, later] = [&own, &later].map(|cells| normalize::trim(column.text(cells)));
                column.merge == Merge::Overwrite
                    && own != later
                    && !own.is_empty()
                    && !later.is_empty()
            })
        };
        let only_links = |row: RowIndex| {
            object == Object::Opportunity && ledger.opportunity_rows[row.index()].only_links
        };
        // The rows come last one first.
        let rows = ledger.row_indexes(record);
        let later = rows.take_while(|row| *row > self.row).take(MOST_COMPARED);
        later.filter(|row| !only_links(*row)).any(differs)
    }

    /// The check that the error log keeps of the contact's cells, to tell later whether they were changed.
    pub(crate) fn check_of_contact(&self) -> String {
        let ledger = &self.plan.ledger;
        ledger.settings.check_of_contact(&ledger.cells(self.row))
    }

    /// Whether the row has tags for the contact of its opportunity (P8).
    pub(crate) fn has_opportunity_tags(&self) -> bool {
        let (settings, cells) = (&self.plan.ledger.settings, self.plan.ledger.cells(self.row));
        let mut columns = settings.columns_of(FieldId::OPPORTUNITY_TAGS).iter();
        columns.any(|column| {
            !normalize::is_blank(column.text(&cells)) && !column.means_nothing(&cells)
        })
    }

    /// The check that the error log keeps of the opportunity's cells. Only if this import has written the opportunity,
    /// or an earlier import has, and this one has left it as it is.
    pub(crate) fn check_of_opportunity(&self, outcome: Outcome) -> Option<String> {
        let (settings, cells) = (&self.plan.ledger.settings, self.plan.ledger.cells(self.row));
        let is_known = outcome.is_folded() || settings.is_opportunity_as_imported(&cells);
        is_known.then(|| settings.check_of_opportunity(&cells))
    }

    /// The check that the error log keeps of the cells by which this row has found or created the contact `id`. If the
    /// row was not used now, because it failed or was skipped, it keeps the check that it had in the log before.
    pub(crate) fn check_of_keys(&self, outcome: Outcome, id: &str) -> String {
        let (settings, cells) = (&self.plan.ledger.settings, self.plan.ledger.cells(self.row));
        if matches!(outcome, Outcome::Skip | Outcome::Fail) {
            return settings.key_check(&cells).unwrap_or_default().to_owned();
        }
        let had_brought = || {
            self.imported_id(Object::Contact) == Some(id) && settings.had_brought_contact(&cells)
        };
        settings.check_of_keys(outcome == Outcome::Create || had_brought(), &cells)
    }
}

/// One side of a row in a [`Plan`]: its outcome, its record and how it found it.
#[derive(Clone, Copy, Debug)]
pub struct SidePlan<'p> {
    plan: &'p Plan,
    row: RowIndex,
    object: Object,
    outcome: Outcome,
    record: Option<RecordRef>,
    by: By,
}

impl<'p> SidePlan<'p> {
    /// What becomes of the side.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The id of its record, if the record is stored.
    pub fn id(&self) -> Option<&'p str> {
        self.plan.ledger.id(self.record?)
    }

    /// The first row of the file that met its record: that is folded into it or, if none is, that was led to its
    /// contact and skipped (M9).
    pub fn first_row(&self) -> Option<RowNumber> {
        let (ledger, record) = (&self.plan.ledger, self.record?);
        let named = || Some(ledger.number(ledger.entry(record).named_row?));
        let named_before = || ledger.met(record)?.named_row;
        ledger.first_number(record).or_else(named_before).or_else(named)
    }

    /// How the row found its record. `None` if it has none, for example because the side fails.
    pub fn reason(&self) -> Option<Reason<'p>> {
        let settings = &self.plan.ledger.settings;
        self.record?;
        Some(match self.by {
            By::New => Reason::New,
            By::Id => Reason::Id,
            By::Match => Reason::Match,
            By::Pipeline => Reason::Pipeline,
            By::Before => Reason::Before,
            By::Rule(rule) => {
                Reason::Rule(&settings.rule_names[settings.rules[usize::from(rule)].number])
            }
        })
    }

    /// The normalised value by which the row found its record: the id, or the key under the match rule, with `, `
    /// between its parts. `None` if the record was found in another way or is new (behaviour M9).
    ///
    /// ```
    /// # use crm_import::{Import, MemoryStorage, Object, Source};
    /// # let mut crm = MemoryStorage::default();
    /// crm.insert(Object::Contact, [("email", "ana@example.com")]);
    /// let file = Source::from_bytes(&b"Email\nANA@example.com\n"[..]);
    /// let plan = Import::new().plan(file, &mut crm).unwrap();
    /// let side = plan.rows().next().unwrap().side(Object::Contact).unwrap();
    /// assert_eq!(side.matched_value().as_deref(), Some("ana@example.com"));
    /// ```
    pub fn matched_value(&self) -> Option<String> {
        self.record?;
        match self.by {
            By::Id => self.id().map(str::to_owned),
            By::Rule(rule) => {
                let ledger = &self.plan.ledger;
                let row = ledger.cells(self.row);
                let rule = &ledger.settings.rules[usize::from(rule)];
                let key = usize::from(ledger.contact_rows[self.row.index()].key);
                rule.key_of(&ledger.settings, &row, key)
            }
            By::New | By::Match | By::Pipeline | By::Before => None,
        }
    }

    /// The first row of the contact to whom this row gives its opportunity (P2). If the account leaves a link as it is
    /// (P7), or the side fails, the opportunity does not go there. Where it is linked to in the end, says
    /// [`Step::contact_row`](super::Step::contact_row).
    pub fn contact_row(&self) -> Option<RowNumber> {
        if self.object == Object::Contact {
            return None;
        }
        let contact = self.plan.ledger.opportunity_rows[self.row.index()].contact?;
        self.plan.ledger.first_number(contact)
    }

    /// The id of the contact to whom this row gives its opportunity, if that contact is stored; see
    /// [`contact_row`](Self::contact_row).
    pub fn contact_id(&self) -> Option<&'p str> {
        if self.object == Object::Contact {
            return None;
        }
        let contact = self.plan.ledger.opportunity_rows[self.row.index()].contact?;
        self.plan.ledger.id(contact)
    }

    /// The valid values of the row, normalised, by field.
    pub fn values(&self) -> Vec<(&'p Field, Vec<Value<'p>>)> {
        let ledger = &self.plan.ledger;
        let row = ledger.cells(self.row);
        let settings = &*ledger.settings;
        let region = match self.object {
            Object::Contact => region(settings, &row),
            Object::Opportunity => settings.account.default_country.as_deref(),
        };
        let mut values: IndexMap<FieldId, Vec<Value<'p>>> = IndexMap::new();
        let mut put = |field: FieldId, value: Value<'p>| {
            let values = values.entry(field).or_default();
            if !values.contains(&value) {
                values.push(value);
            }
        };
        for column in settings.columns(self.object) {
            let text = column.text(&row);
            let more = Addresses::of_primary(column.field).map(Addresses::additional);
            if column.is_list || more.is_some() {
                let mut field = column.field;
                column.read_items(text, region, &settings.choices, |_, read| {
                    if let Ok(value) = read {
                        put(field, value);
                        field = more.unwrap_or(field);
                    }
                });
            } else if let Cell::Value(value) = column.read(text, region, &settings.choices) {
                put(column.field, value);
            }
        }
        values.into_iter().map(|(field, values)| (settings.fields.get(field), values)).collect()
    }
}
