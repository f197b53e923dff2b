//! Reports rows that append to a text which has no room for more (behaviour W5, §10).
//!
//! Nearly all texts have room. To know that, it is enough to count bytes, because a text never has more characters than
//! bytes. Only a text that may be full is folded.

use std::ops::Range;

use super::Planner;
use super::running_values::KEPT_FROM;
use crate::draft::{Column, Settings};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode};
use crate::mapping::Merge;
use crate::maps::Map;
use crate::merge::Single;
use crate::object::{Object, RecordRef, RowIndex};

/// The text of one field of one record.
type Text = (RecordRef, FieldId);

/// The fields to whose texts rows append, and what is known about texts that may be full.
#[derive(Debug, Default)]
pub(super) struct GrowingTexts {
    /// The columns of each such field, for contacts and for opportunities.
    fields: [Vec<Range<usize>>; 2],
    /// For contacts and for opportunities: whether several columns feed one such field, so that the first row of a
    /// record can fill the text by itself.
    adds_alone: [bool; 2],
    /// For texts with many rows: up to which row bytes were counted, and how many there are at most.
    counted: Map<Text, (RowIndex, usize)>,
    /// For texts that may be full: the text as a certain row left it, and that row.
    kept: Map<Text, (RowIndex, Single<'static>)>,
}

impl GrowingTexts {
    pub(super) fn of(settings: &Settings) -> Self {
        let of = |object| -> Vec<Range<usize>> {
            let columns = settings.columns(object);
            // The columns are sorted by field.
            let of_field = |group: &[Column]| {
                let from = columns.partition_point(|column| column.field < group[0].field);
                group.iter().any(grows).then_some(from..from + group.len())
            };
            columns.chunk_by(|a, b| a.field == b.field).filter_map(of_field).collect()
        };
        let fields = [of(Object::Contact), of(Object::Opportunity)];
        let adds_alone =
            [0, 1].map(|object: usize| fields[object].iter().any(|columns| columns.len() > 1));
        GrowingTexts { fields, adds_alone, ..GrowingTexts::default() }
    }
}

fn grows(column: &Column) -> bool {
    column.merge == Merge::Append && column.max_chars < usize::MAX
}

/// Whether there is certainly room for this many bytes. Not with a value map, which may make a cell longer.
fn is_room(bytes: usize, columns: &[Column]) -> bool {
    bytes <= columns[0].max_chars && columns.iter().all(Column::is_direct)
}

impl Planner {
    /// Reports what a row would append to texts of its record that have no room for it.
    #[inline]
    pub(super) fn note_full_texts(
        &mut self,
        settings: &Settings,
        record: RecordRef,
        row: RowIndex,
    ) {
        if self.growing_texts.fields[record.object as usize].is_empty() {
            return;
        }
        let entry = self.ledger.entry(record);
        let is_alone = entry.is_new() && entry.first_row == Some(row);
        if !is_alone || self.growing_texts.adds_alone[record.object as usize] {
            self.look_for_full_texts(settings, record, row);
        }
    }

    #[inline(never)]
    fn look_for_full_texts(&mut self, settings: &Settings, record: RecordRef, row: RowIndex) {
        for at in 0..self.growing_texts.fields[record.object as usize].len() {
            let field = self.growing_texts.fields[record.object as usize][at].clone();
            let columns = &settings.columns(record.object)[field];
            let has_room = self.has_room(record, row, columns);
            if !has_room.unwrap_or_else(|| self.has_room_by_count(record, row, columns)) {
                self.note_full_text(record, row, columns);
            }
        }
    }

    #[cold]
    fn note_full_text(&mut self, record: RecordRef, row: RowIndex, columns: &[Column]) {
        let key = (record, columns[0].field);
        let kept = self.growing_texts.kept.remove(&key);
        let now = self.grown(record, row, columns, kept);
        let number = self.ledger.row(record.object, row).number;
        let refused = now.refused.iter().map(|&column| {
            let finding = Finding::row(IssueCode::TextFull, number);
            finding.object(record.object).column(column).detail(columns[0].room())
        });
        self.window.findings.extend(refused);
        // A text that is there already is not appended again, so the real length may be far below the count.
        let len = now.value.as_ref().map_or(0, |text| text.to_text().len() + 1);
        self.growing_texts.counted.insert(key, (row, len));
        self.growing_texts.kept.insert(key, (row, now));
    }

    /// Whether there is certainly room, judging by the bytes of all rows so far. `None` if the record has too many rows
    /// to count them all again.
    #[inline]
    fn has_room(&self, record: RecordRef, row: RowIndex, columns: &[Column]) -> Option<bool> {
        // The first cell of a blank text has room: if it was too long by itself, it was refused when it was read.
        let is_first = columns.len() == 1 && self.ledger.said_before(record.object, row).is_none();
        let base = self.ledger.base(record);
        if is_first && !base.shows(columns[0].field) {
            return Some(true);
        }
        let cells = self.ledger.cells(row);
        if columns.iter().all(|column| column.text(&cells).is_empty()) {
            return Some(true);
        }
        let mut most = self.stored_len(record, columns);
        let mut rows = self.ledger.back_from(record.object, row);
        for row in rows.by_ref().take(KEPT_FROM) {
            most += self.row_len(row, columns);
        }
        rows.next().is_none().then(|| is_room(most, columns))
    }

    /// Like [`has_room`](Self::has_room), but goes on counting where an earlier row has stopped.
    fn has_room_by_count(&mut self, record: RecordRef, row: RowIndex, columns: &[Column]) -> bool {
        let text = (record, columns[0].field);
        let counted = self.growing_texts.counted.get(&text).copied();
        let last = counted.map(|(last, _)| last);
        let mut most = counted.map_or_else(|| self.stored_len(record, columns), |(_, most)| most);
        for row in self.ledger.back_from(record.object, row).take_while(|&row| Some(row) != last) {
            most += self.row_len(row, columns);
        }
        self.growing_texts.counted.insert(text, (row, most));
        is_room(most, columns)
    }

    /// How many bytes the text has at most before any row.
    fn stored_len(&self, record: RecordRef, columns: &[Column]) -> usize {
        let base = self.ledger.base(record);
        let defaults = columns.iter().filter_map(|column| column.default.as_deref());
        base.shown(columns[0].field).chain(defaults).map(|text| text.len() + 1).sum()
    }

    /// How many bytes a row appends at most, including line breaks.
    fn row_len(&self, row: RowIndex, columns: &[Column]) -> usize {
        let cells = self.ledger.cells(row);
        columns.iter().map(|column| column.text(&cells).len() + 1).sum()
    }

    /// The text after the rows up to this one. `kept` is the text as an earlier row left it.
    fn grown(
        &self,
        record: RecordRef,
        row: RowIndex,
        columns: &[Column],
        kept: Option<(RowIndex, Single<'static>)>,
    ) -> Single<'static> {
        let base = self.ledger.base(record);
        let (kept, rows) = self.since(record.object, kept, row).with_roles(base);
        let mut now = kept.unwrap_or_else(|| Single::stored(base, columns[0].field));
        for (row, role) in rows {
            now.refused.clear();
            now.take_row(base, columns, &self.ledger.row(record.object, row), role);
        }
        now.into_owned()
    }
}
