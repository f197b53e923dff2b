//! Reports where rows of one record contradict each other (behaviour W5, O9), and where a row would take back a wish
//! not to be contacted (W6).

use std::ops::Range;

use super::Planner;
use crate::draft::{Cell, Column, NamePart, Settings, may_have_guard};
use crate::field::{FieldId, FieldKind};
use crate::issue::{Detail, Finding, IssueCode};
use crate::mapping::Merge;
use crate::merge::{RowOf, effective, takes_back_dnd};
use crate::normalize;
use crate::object::{ContactNumber, Object, RowIndex};
use crate::plan::{Entry, Ledger};
use crate::source::{BlockRow, side_by_side};
use crate::value::Value;

/// The columns in which a row may contradict what came before it.
#[derive(Debug)]
pub(super) struct Differences {
    /// An earlier row of its contact (W5).
    contacts: Compared,
    /// An earlier row of its opportunity (O9).
    opportunities: Compared,
    /// Its stored contact, as far as comparing texts can tell.
    pub(super) overwritten: Vec<Overwritten>,
}

impl Differences {
    pub(super) fn of(settings: &Settings) -> Self {
        Differences {
            contacts: Compared::of(settings, Object::Contact),
            opportunities: Compared::of(settings, Object::Opportunity),
            overwritten: overwritten(settings),
        }
    }
}

/// A field of plain text that only one column feeds and overwrites. If the cell is not blank, the field has the text of
/// the cell afterwards, as long as there is room for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overwritten {
    /// The place of the column in the file.
    index: usize,
    field: FieldId,
    max_chars: usize,
}

/// Whether a row can contradict an earlier one in this column.
fn is_compared(column: &Column) -> bool {
    !column.is_list
        && column.merge == Merge::Overwrite
        && !column.is_constant()
        && !matches!(
            column.field,
            FieldId::EMAIL
                | FieldId::PHONE
                | FieldId::CONTACT_ID
                | FieldId::OPPORTUNITY_ID
                | FieldId::CONTACT_LINK
        )
}

/// The columns in which the rows of a record are compared.
#[derive(Debug)]
struct Compared {
    columns: Vec<ComparedColumn>,
    /// The same columns, as ranges of columns that stand side by side in the file.
    stretches: Vec<Range<usize>>,
    /// Whether one of them [has a region](ComparedColumn::has_region).
    has_region: bool,
}

#[derive(Clone, Copy, Debug)]
struct ComparedColumn {
    /// Its place among the columns of the object.
    place: usize,
    /// Its place in the file.
    index: usize,
    /// Whether it holds phones, whose meaning depends on the country of the row. In all other columns, the same text
    /// means the same.
    has_region: bool,
}

impl Compared {
    fn of(settings: &Settings, object: Object) -> Self {
        let columns = settings.columns(object).iter().enumerate();
        let columns: Vec<ComparedColumn> = columns
            .filter(|(_, column)| is_compared(column))
            .filter_map(|(place, column)| {
                let index = usize::from(column.index()?);
                Some(ComparedColumn { place, index, has_region: column.kind == FieldKind::Phone })
            })
            .collect();
        Compared {
            stretches: side_by_side(columns.iter().map(|column| column.index)),
            has_region: columns.iter().any(|column| column.has_region),
            columns,
        }
    }

    /// Whether two rows certainly agree, because they have the same text in all of these columns.
    fn are_alike(&self, a: &BlockRow<'_>, b: &BlockRow<'_>) -> bool {
        let mut stretches = self.stretches.iter();
        !self.has_region
            && stretches.all(|stretch| {
                let said = a.stretch(stretch.clone());
                said.is_some() && said == b.stretch(stretch.clone())
            })
    }
}

fn overwritten(settings: &Settings) -> Vec<Overwritten> {
    let is_plain = |column: &&Column| {
        is_compared(column)
            && column.kind == FieldKind::Text
            && column.name_part == NamePart::Whole
            && column.is_direct()
            && settings.columns_of(column.field).len() == 1
    };
    let columns = settings.contact_columns.iter().filter(is_plain);
    let place = |column: &Column| {
        let index = usize::from(column.index()?);
        Some(Overwritten { index, field: column.field, max_chars: column.max_chars })
    };
    columns.filter_map(place).collect()
}

/// Whether comparing texts shows that a row contradicts its stored contact. If the last row of a contact does, the
/// contact is changed. If not, only folding its rows can tell.
pub(super) fn contradicts(
    ledger: &Ledger,
    overwritten: &[Overwritten],
    contact: &Entry,
    row: RowIndex,
) -> bool {
    let cells = ledger.cells(row);
    if ledger.contact_rows[row.index()].has_dropped || cells.may_hold_nul() {
        return false;
    }
    let Some(of) = contact.stored() else { return false };
    overwritten.iter().any(|&Overwritten { index, field, max_chars }| {
        let said = cells.cell(index);
        let stored = ledger.stored_contacts.value(of, field).unwrap_or_default();
        if said == stored {
            return false;
        }
        let said = normalize::trim(said);
        !said.is_empty()
            && said.len() <= max_chars
            && !may_have_guard(said)
            && !normalize::looks_like(said, normalize::trim(stored))
    })
}

/// A row, and the row before it of the same record.
struct Pair<'l> {
    ledger: &'l Ledger,
    settings: &'l Settings,
    previous: RowIndex,
    /// The two rows, the earlier one first.
    rows: [RowOf<'l>; 2],
}

impl<'l> Pair<'l> {
    /// The earlier row that the later one contradicts in a column, if there is one.
    fn contradicted(
        &self,
        &ComparedColumn { index, has_region, .. }: &ComparedColumn,
        column: &'l Column,
        counts: impl Fn(FieldId, &Value<'_>, &Value<'_>) -> bool,
    ) -> Option<RowIndex> {
        let [before, this] = &self.rows;
        let text = this.cells.cell(index);
        let is_repeated = !has_region && text == before.cells.cell(index);
        if text.is_empty() || (is_repeated && !before.is_dropped(column.index(), 0)) {
            return None;
        }
        let now = this.value(self.settings, column)?;
        let (earlier, said) = self.said_before(column)?;
        let differs = !normalize::says_the_same(&said, &now)
            && !takes_back_dnd(column, Some(&said), &now)
            && counts(column.field, &said, &now);
        differs.then_some(earlier)
    }

    /// The last value that earlier rows give in a column, and the row that gives it.
    fn said_before(&self, column: &'l Column) -> Option<(RowIndex, Value<'l>)> {
        let Pair { ledger, settings, previous, rows: [before, _] } = self;
        // Usually it is the row right before.
        if let Some(value) = before.value(settings, column) {
            return Some((*previous, value));
        }
        let mut earlier = ledger.back_from(column.object, *previous).skip(1);
        earlier.find_map(|row| Some((row, ledger.row(column.object, row).value(settings, column)?)))
    }
}

impl Planner {
    /// Reports where a row contradicts an earlier row of its contact (W5).
    pub(super) fn note_differences(
        &mut self,
        settings: &Settings,
        row: RowIndex,
        previous: RowIndex,
    ) {
        self.note_where(settings, Object::Contact, [row, previous], |_, _, _| true);
    }

    /// Reports where a row contradicts an earlier row of its opportunity (O9). `pipeline` is the pipeline of the
    /// opportunity after the row, by which stages are compared. `is_lost` says whether it is lost then, so that lost
    /// reasons matter.
    pub(super) fn note_opportunity_differences(
        &mut self,
        settings: &Settings,
        [row, previous]: [RowIndex; 2],
        pipeline: &str,
        is_lost: bool,
    ) {
        let stage = |said: &Value<'_>| {
            settings.choices.stage(pipeline, &said.to_text()).ok().map(str::to_owned)
        };
        self.note_where(settings, Object::Opportunity, [row, previous], |field, before, now| {
            match field {
                FieldId::STAGE => stage(before) != stage(now),
                FieldId::LOST_REASON => is_lost,
                _ => true,
            }
        });
    }

    /// Reports where a row contradicts an earlier one. `counts` says whether a difference between two values of a field
    /// matters.
    fn note_where(
        &mut self,
        settings: &Settings,
        object: Object,
        [row, previous]: [RowIndex; 2],
        counts: impl Fn(FieldId, &Value<'_>, &Value<'_>) -> bool,
    ) {
        let Planner { ledger, window, differences, .. } = self;
        let compared = match object {
            Object::Contact => &differences.contacts,
            Object::Opportunity => &differences.opportunities,
        };
        let pair = Pair {
            ledger,
            settings,
            previous,
            rows: [previous, row].map(|row| ledger.row(object, row)),
        };
        let [before, this] = &pair.rows;
        if compared.are_alike(&this.cells, &before.cells) {
            return;
        }
        let first = window.findings.len();
        for compared in &compared.columns {
            let column = &settings.columns(object)[compared.place];
            let Some(earlier) = pair.contradicted(compared, column, &counts) else { continue };
            // The cell of a full name feeds two fields, and is reported once.
            let is_told = window.findings[first..].iter().any(|old| old.column == column.index());
            if !is_told {
                let finding = Finding::row(IssueCode::FieldDiffers, this.number).object(object);
                let detail = Some(Detail::Row(earlier.number()));
                window.findings.push(Finding { column: column.index(), detail, ..finding });
            }
        }
    }

    /// Reports that a contact still counts as one who does not want to be contacted, although the row says otherwise
    /// (W6).
    #[cold]
    pub(super) fn note_kept_consent(
        &mut self,
        settings: &Settings,
        contact: ContactNumber,
        row: RowIndex,
    ) {
        let columns = settings.columns_of(FieldId::DND);
        let this = self.row_of(row);
        let (number, no) = (this.number, Value::Boolean(false));
        // A cell takes the wish back if it says no, or if it has the clear token. A blank cell does not.
        let said = |column: &Column| {
            let text = column.text(&this.cells);
            column.is_clear_token(normalize::trim(text))
                || column.read(text, None, &settings.choices) == Cell::Value(no.clone())
        };
        let Some(column) = columns.iter().find(|column| !column.loosens_consent && said(column))
        else {
            return;
        };
        let previous = self.ledger.contact_rows[row.index()].previous;
        let before = if self.is_one_of_many(row) {
            previous.and_then(|previous| self.kept_value(settings, contact, previous, FieldId::DND))
        } else {
            let rows = self.ledger.rows(contact);
            let earlier = rows.split_last().map_or(&[][..], |(_, earlier)| earlier);
            effective(self.ledger.base(contact), columns, earlier).map(Value::into_owned)
        };
        if !takes_back_dnd(column, before.as_ref(), &no) {
            return;
        }
        let finding = Finding::row(IssueCode::ConsentKept, number).object(Object::Contact);
        self.report(finding.column(column.index()));
    }
}
