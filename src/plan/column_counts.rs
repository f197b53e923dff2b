//! [`ColumnCounts`]: what becomes of the filled cells of a mapped column (behaviour L2).
//!
//! Nothing is counted while planning. On demand, each cell is compared with its record as it is after all rows
//! have been folded into it. Most cells need no comparison: what a plain column takes from the only row of a record
//! is there afterwards.

use std::ops::AddAssign;

use super::final_record::{FinalRecord, Holding, Items, folded};
use super::{Entry, Outcome, Plan};
use crate::draft::{Column, NamePart, Settings};
use crate::field::FieldId;
use crate::issue::{IssueCode, Severity};
use crate::mapping::Merge;
use crate::maps::{Map, Set};
use crate::merge::{Addresses, RowOf};
use crate::normalize;
use crate::object::{ContactNumber, Object, RecordRef, RowIndex};

/// What becomes of the filled cells of one mapped column. The last five counts add up to `filled` (behaviour L2).
///
/// ```
/// use crm_import::mapping::{ColumnMapping, Mapping, Merge};
/// use crm_import::{Import, MemoryStorage, Object, Source};
///
/// let mut crm = MemoryStorage::default();
/// crm.insert(Object::Contact, [("email", "ana@example.com"), ("city", "Reno")]);
/// let column = |header: &str, field: &str, merge| ColumnMapping {
///     header: Some(header.into()),
///     object: Some(Object::Contact),
///     field: Some(field.into()),
///     merge,
///     ..ColumnMapping::default()
/// };
/// let columns = vec![column("Email", "email", None), column("City", "city", Some(Merge::FillBlank))];
/// let import = Import::new().mapping(Mapping { columns, ..Mapping::default() });
///
/// let file = "Email,City\nana@example.com,Boise\nbo@example.com,Salem\nnowhere,\n";
/// let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
/// let counts = plan.column_counts();
/// let (email, city) = (&counts[0], &counts[1]);
/// assert_eq!((email.filled, email.taken, email.failed), (3, 2, 1));
/// assert_eq!((city.filled, city.taken, city.left_out), (2, 1, 1)); // Ana's city stays as it is
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnCounts {
    /// Its 0-based position in the file.
    pub index: usize,
    /// Its header.
    pub header: String,
    /// The object it feeds. A column that feeds both is counted for each.
    pub object: Object,
    /// The key of the field. For a part that is [joined](crate::Field::is_part) to a name, the key of the part.
    pub field: String,
    /// Cells that are not blank.
    pub filled: u64,
    /// Cells whose value is written, or stored already.
    pub taken: u64,
    /// Cells left out, wholly or in part, in favour of another value: by the column's merge rule, or because a later
    /// row of the same record counts.
    pub left_out: u64,
    /// Cells refused, wholly or in part; an issue says why.
    pub refused: u64,
    /// Cells of sides that are skipped.
    pub skipped: u64,
    /// Cells of sides that fail; an issue says why.
    pub failed: u64,
}

/// Adds the counts of the same column on further rows, such as those of the next window.
impl AddAssign<&ColumnCounts> for ColumnCounts {
    fn add_assign(&mut self, more: &ColumnCounts) {
        self.filled += more.filled;
        self.taken += more.taken;
        self.left_out += more.left_out;
        self.refused += more.refused;
        self.skipped += more.skipped;
        self.failed += more.failed;
    }
}

/// What becomes of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Taken,
    LeftOut,
    Refused,
    Skipped,
    Failed,
}

impl From<Holding> for Fate {
    fn from(answer: Holding) -> Self {
        match answer {
            Holding::Holds => Fate::Taken,
            Holding::HoldsNot => Fate::LeftOut,
            Holding::Unusable => Fate::Refused,
        }
    }
}

impl ColumnCounts {
    fn add(&mut self, fate: Fate) {
        self.filled += 1;
        *match fate {
            Fate::Taken => &mut self.taken,
            Fate::LeftOut => &mut self.left_out,
            Fate::Refused => &mut self.refused,
            Fate::Skipped => &mut self.skipped,
            Fate::Failed => &mut self.failed,
        } += 1;
    }
}

impl Plan {
    /// What becomes of the filled cells of every mapped column, so that no cell is lost silently. Columns of an
    /// object that is not imported are not counted.
    ///
    /// This takes a pass over the plan each time it is called. The plan of a finished
    /// [run](crate::Import::run) has no rows; add up the counts of its [windows](crate::Event::Window) instead.
    pub fn column_counts(&self) -> Vec<ColumnCounts> {
        let mut tally = Tally::new(self);
        let mut counts = Vec::new();
        for object in Object::ALL {
            let mut targets = Target::all(&self.ledger.settings, object);
            if !targets.is_empty() {
                tally.count(object, &mut targets);
                counts.extend(targets.into_iter().map(|target| target.counts));
            }
        }
        counts.sort_by_key(|counts| (counts.index, counts.object == Object::Opportunity));
        counts
    }
}

/// One pass over a plan.
struct Tally<'p> {
    plan: &'p Plan,
    /// The cells that an issue refuses: row, column, and the side of the row.
    refused: Set<(RowIndex, u16, Object)>,
    /// The contact that the tags of an opportunity's row go to.
    gifts: Map<RowIndex, ContactNumber>,
    /// The tags that those contacts have in the end.
    tags: Map<ContactNumber, Items>,
}

impl<'p> Tally<'p> {
    fn new(plan: &'p Plan) -> Self {
        let refusals = plan.findings.iter().filter(|found| match found.code {
            // The cell is not refused: it counts before that of the earlier row.
            IssueCode::FieldDiffers => false,
            // The cell is not refused: the row means the contact that it names.
            IssueCode::ContactUnlikeLog => false,
            // Unless it is an error, a contact was chosen, and carries the value.
            IssueCode::KeyAmbiguous => found.severity == Severity::Error,
            _ => true,
        });
        let refused = refusals.filter_map(|found| {
            let row = RowIndex::of(found.row?);
            Some((row, found.column?, found.object.unwrap_or(Object::Contact)))
        });
        Tally {
            plan,
            refused: refused.collect(),
            gifts: plan.ledger.gifts.iter().map(|&(contact, row)| (row, contact)).collect(),
            tags: Map::default(),
        }
    }

    fn count(&mut self, object: Object, targets: &mut [Target<'_>]) {
        let ledger = &self.plan.ledger;
        for row in ledger.all_rows() {
            let side = ledger.side(object, row);
            let fate = match side.outcome {
                None => continue,
                Some(Outcome::Fail) => Fate::Failed,
                Some(Outcome::Skip) => Fate::Skipped,
                Some(_) => {
                    // All rows of a record are counted at its first row.
                    let Some(record) = side.record else { continue };
                    let entry = ledger.entry(record);
                    if entry.first_row == Some(row) {
                        self.count_record(record, entry, targets);
                    }
                    continue;
                }
            };
            let of = ledger.row(object, row);
            let filled = targets.iter_mut().filter(|target| target.is_filled(&of));
            filled.for_each(|target| target.counts.add(fate));
        }
    }

    fn count_record(&mut self, step: RecordRef, entry: &Entry, targets: &mut [Target<'_>]) {
        let ledger = &self.plan.ledger;
        let is_alone = entry.only_row().is_some();
        let mut after: Option<FinalRecord<'_>> = None;
        for row in ledger.row_indexes(step) {
            let of = ledger.row(step.object, row);
            let only_links = step.object == Object::Opportunity
                && ledger.opportunity_rows[row.index()].only_links;
            for target in targets.iter_mut().filter(|target| target.is_filled(&of)) {
                let first = target.columns[0];
                let is_of_link =
                    matches!(first.field, FieldId::CONTACT_LINK | FieldId::OPPORTUNITY_TAGS);
                if only_links && !is_of_link {
                    target.counts.add(Fate::Skipped);
                    continue;
                }
                let is_refused =
                    first.index().is_some_and(|at| self.refused.contains(&(row, at, step.object)));
                let answer = if is_refused {
                    Holding::Unusable
                } else if target.stays(is_alone) {
                    Holding::Holds
                } else if first.field == FieldId::OPPORTUNITY_TAGS {
                    self.holds_tags(row, first)
                } else {
                    let after = after.get_or_insert_with(|| FinalRecord::of(ledger, step));
                    let answers = target.columns.iter().map(|column| after.holds(column, &of));
                    answers.max().unwrap_or(Holding::Holds)
                };
                target.counts.add(answer.into());
            }
        }
    }

    /// Whether the contact of an opportunity has the tags of a row.
    fn holds_tags(&mut self, row: RowIndex, column: &Column) -> Holding {
        let ledger = &self.plan.ledger;
        let Some(&contact) = self.gifts.get(&row) else { return Holding::HoldsNot };
        let tags = self.tags.entry(contact).or_insert_with(|| {
            FinalRecord::of(ledger, RecordRef::from(contact)).list(FieldId::TAGS).clone()
        });
        let cells = ledger.cells(row);
        let mut answer = Holding::Holds;
        column.read_items(column.text(&cells), None, &ledger.settings.choices, |_, read| {
            answer = answer.max(match read {
                Ok(tag) if tags.contains(&folded(&tag)) => Holding::Holds,
                Ok(_) => Holding::HoldsNot,
                Err(_) => Holding::Unusable,
            });
        });
        answer
    }
}

/// A column of the file with the field that it feeds.
struct Target<'p> {
    counts: ColumnCounts,
    /// One, or both that a full name is split into.
    columns: Vec<&'p Column>,
    /// The column whose cells are counted: the first of `columns`, or one of the parts that are joined to it.
    cells: &'p Column,
    /// See [`is_simple`].
    is_simple: bool,
}

impl Target<'_> {
    /// Whether the record certainly has the value of a cell afterwards. `is_alone` says that the cell is on the only
    /// row of the record.
    fn stays(&self, is_alone: bool) -> bool {
        self.is_simple && (is_alone || self.columns[0].merge == Merge::Append)
    }
}

impl<'p> Target<'p> {
    fn all(settings: &'p Settings, object: Object) -> Vec<Self> {
        let is_selected = match object {
            Object::Contact => settings.contacts.is_some(),
            Object::Opportunity => settings.opportunities.is_some(),
        };
        let mut targets: Vec<Target<'p>> = Vec::new();
        for column in settings.columns(object).iter().filter(|_| is_selected) {
            if let Some(joined) =
                settings.joined_name.as_ref().filter(|joined| joined.is_column(column))
            {
                let parts = joined.parts.iter().filter(|part| settings.fields.is_part(part.field));
                let of_part =
                    |part: &'p Column| Target::new(settings, object, column, part, part.field);
                targets.extend(parts.filter_map(of_part));
                continue;
            }
            let Some(index) = column.index().map(usize::from) else { continue };
            let is_part = column.name_part != NamePart::Whole;
            let other = targets.iter_mut().find(|target| target.counts.index == index);
            if let Some(target) = other.filter(|_| is_part) {
                target.columns.push(column);
                target.is_simple &= is_simple(settings.columns(object), column);
                continue;
            }
            let field = if is_part { FieldId::NAME } else { column.field };
            targets.extend(Target::new(settings, object, column, column, field));
        }
        targets
    }

    /// The target by which the values of `cells` reach the record through `column`.
    fn new(
        settings: &'p Settings,
        object: Object,
        column: &'p Column,
        cells: &'p Column,
        field: FieldId,
    ) -> Option<Self> {
        let index = usize::from(cells.index()?);
        let counts = ColumnCounts {
            index,
            header: settings.headers.get(index).cloned().unwrap_or_default(),
            object,
            field: settings.fields.get(field).key.clone(),
            filled: 0,
            taken: 0,
            left_out: 0,
            refused: 0,
            skipped: 0,
            failed: 0,
        };
        let is_simple = is_simple(settings.columns(object), column);
        Some(Target { counts, columns: vec![column], cells, is_simple })
    }

    fn is_filled(&self, row: &RowOf<'_>) -> bool {
        !normalize::is_blank(self.cells.whole_text(&row.cells))
    }
}

/// Whether every usable value of this column on the only row of a record is there afterwards. That is so if the column
/// takes every value, its field depends on no other field, and no other column replaces what it feeds.
fn is_simple(columns: &[Column], column: &Column) -> bool {
    let depends = matches!(
        column.field,
        FieldId::PIPELINE
            | FieldId::STAGE
            | FieldId::STATUS
            | FieldId::LOST_REASON
            | FieldId::CONTACT_LINK
            | FieldId::OPPORTUNITY_TAGS
    );
    let takes = |merge| matches!(merge, Merge::Overwrite | Merge::Union | Merge::Append);
    let pair = Addresses::of_field(column.field);
    let same = |other: &&Column| match pair {
        Some(kind) => kind.has(other.field),
        None => other.field == column.field,
    };
    let mut others = columns.iter().filter(same).filter(|other| !std::ptr::eq(*other, column));
    !depends
        && takes(column.merge)
        && column.is_direct()
        && others.all(|other| match pair {
            Some(_) => !other.is_list || other.merge != Merge::Overwrite,
            None => column.is_list && other.merge != Merge::Overwrite,
        })
}
