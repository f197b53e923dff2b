//! [`FormatScan`]: finds the date order or the separators of columns that do not declare them. It looks at the
//! whole column before the first cell is read (behaviour §9): `3/4/2026` may be in March or in April, but with
//! `25/4/2026` in the same column it is in April.

use super::{Column, Settings};
use crate::account::DateOrder;
use crate::field::FieldKind;
use crate::issue::{Finding, IssueCode};
use crate::mapping::Mapping;
use crate::normalize::{
    self, DateOrderFound, DateScan, SeparatorScan, Separators, SeparatorsFound,
};
use crate::source::{Block, Stripe, rows_of};

/// The format of a column whose cells contradict each other: only cells that can be read in just one way are
/// read.
pub(crate) const MIXED: &str = "mixed";

/// What was seen in the columns whose format the mapping leaves open.
#[derive(Clone, Debug)]
pub(crate) struct FormatScan {
    dates: Vec<(u16, DateScan)>,
    numbers: Vec<(u16, SeparatorScan)>,
}

impl FormatScan {
    pub(crate) fn new(settings: &Settings) -> Self {
        let columns = || settings.contact_columns.iter().chain(&settings.opportunity_columns);
        let open = |is_open: fn(&Column) -> bool| {
            let mut indexes: Vec<u16> =
                columns().filter(|column| is_open(column)).filter_map(Column::index).collect();
            indexes.sort_unstable();
            indexes.dedup();
            indexes
        };
        let is_date = |column: &Column| column.kind == FieldKind::Date && column.is_format_open;
        let is_number = |column: &Column| column.kind != FieldKind::Date && column.is_format_open;
        FormatScan {
            dates: open(is_date).into_iter().map(|at| (at, DateScan::default())).collect(),
            numbers: open(is_number).into_iter().map(|at| (at, SeparatorScan::default())).collect(),
        }
    }

    /// Looks at more rows.
    pub(crate) fn observe(&mut self, block: &Block) {
        for (index, scan) in &mut self.dates {
            block.each_filled(usize::from(*index), |cell| scan.observe(normalize::unguarded(cell)));
        }
        for (index, scan) in &mut self.numbers {
            block.each_filled(usize::from(*index), |cell| scan.observe(normalize::unguarded(cell)));
        }
    }

    /// Looks at some rows of a block.
    pub(super) fn observe_stripe(&mut self, stripe: &Stripe<'_>) {
        let cells = |index: u16| {
            let column = usize::from(index);
            let rows = rows_of(stripe.filled(column));
            rows.map(move |row| normalize::unguarded(stripe.row(row).cell(column)))
        };
        for (index, scan) in &mut self.dates {
            cells(*index).for_each(|cell| scan.observe(cell));
        }
        for (index, scan) in &mut self.numbers {
            cells(*index).for_each(|cell| scan.observe(cell));
        }
    }

    /// Adds what was seen in other rows of the same columns.
    pub(crate) fn merge(&mut self, other: &FormatScan) {
        for ((_, scan), (_, more)) in self.dates.iter_mut().zip(&other.dates) {
            scan.merge(more);
        }
        for ((_, scan), (_, more)) in self.numbers.iter_mut().zip(&other.numbers) {
            scan.merge(more);
        }
    }

    /// Whether each column has shown its format or, by a filled cell, that it needs none. The block holds the rows that
    /// were observed.
    pub(crate) fn are_told(&self, block: &Block) -> bool {
        let is_filled = |index: &u16| {
            let mut is_filled = false;
            let mut look = |cell: &str| is_filled |= !normalize::is_blank(cell);
            block.each_filled(usize::from(*index), &mut look);
            is_filled
        };
        let of_dates = self.dates.iter().all(|(index, scan)| match scan.resolve() {
            DateOrderFound::NotNeeded => is_filled(index),
            DateOrderFound::Told(_) | DateOrderFound::Contradictory => true,
            DateOrderFound::Likely(_) | DateOrderFound::Unknown => false,
        });
        let of_numbers = self.numbers.iter().all(|(index, scan)| match scan.resolve() {
            SeparatorsFound::NotNeeded => is_filled(index),
            SeparatorsFound::Told(_) | SeparatorsFound::Contradictory => true,
            SeparatorsFound::Likely(_) | SeparatorsFound::Unknown => false,
        });
        of_dates && of_numbers
    }

    /// The formats of the columns, judging by what was seen. A date column that shows no order takes that of its
    /// header (`MM/DD/YYYY`), else the account's, with a warning. If neither has one that can be, ambiguous cells
    /// of the column are refused.
    pub(crate) fn found(&self, settings: &Settings) -> Formats {
        let mut formats = Formats { findings: settings.notices.clone(), ..Formats::default() };
        for (index, scan) in &self.dates {
            let header = settings.headers.get(usize::from(*index));
            let named = header.and_then(|header| normalize::order_in_header(header));
            let named = named.filter(|order| scan.allows(*order));
            let (order, is_assumed) = match scan.resolve() {
                DateOrderFound::Told(order) => (Some(order), false),
                _ if named.is_some() => (named, false),
                DateOrderFound::Likely(order) => {
                    let stated = settings.account.date_order;
                    (stated.filter(|stated| *stated == DateOrder::Ymd).or(Some(order)), true)
                }
                DateOrderFound::Contradictory => {
                    formats.mixed.push(*index);
                    (None, false)
                }
                DateOrderFound::NotNeeded => (None, false),
                DateOrderFound::Unknown => {
                    (settings.account.date_order.filter(|order| scan.allows(*order)), true)
                }
            };
            if let (Some(order), true) = (order, is_assumed) {
                let finding = Finding::file(IssueCode::DateOrderAssumed).column(*index);
                formats.findings.push(finding.detail(in_words(order)));
            }
            formats.dates.push((*index, order));
        }
        for (index, scan) in &self.numbers {
            let separators = match scan.resolve() {
                SeparatorsFound::Told(separators) | SeparatorsFound::Likely(separators) => {
                    Some(separators)
                }
                SeparatorsFound::Contradictory => {
                    formats.mixed.push(*index);
                    None
                }
                SeparatorsFound::NotNeeded | SeparatorsFound::Unknown => None,
            };
            formats.numbers.push((*index, separators));
        }
        formats
    }
}

/// The formats that were found for the columns whose format the mapping leaves open.
#[derive(Debug, Default)]
pub(crate) struct Formats {
    dates: Vec<(u16, Option<DateOrder>)>,
    numbers: Vec<(u16, Option<Separators>)>,
    /// The columns whose cells are written in more than one way.
    mixed: Vec<u16>,
    /// What to report about them.
    pub(crate) findings: Vec<Finding>,
}

impl Formats {
    /// Whether each cell is read the same with both.
    pub(crate) fn read_alike(&self, other: &Formats) -> bool {
        self.dates == other.dates && self.numbers == other.numbers && self.mixed == other.mixed
    }
}

impl Settings {
    /// The formats, by header, of the columns that could be read in several ways: `mdy`, `dmy` or `ymd` for
    /// dates, the [sample](Separators::sample) of a number for numbers, [`MIXED`] where several ways were
    /// found.
    pub(crate) fn resolved_formats(&self) -> indexmap::IndexMap<String, String> {
        let mut formats = indexmap::IndexMap::new();
        for column in self.contact_columns.iter().chain(&self.opportunity_columns) {
            let Some(header) = column.index().and_then(|at| self.headers.get(usize::from(at)))
            else {
                continue;
            };
            let format = match (column.kind, column.date.order, column.separators) {
                _ if column.is_mixed => MIXED.to_owned(),
                (FieldKind::Date, Some(order), _) => order.name().to_owned(),
                (FieldKind::Number | FieldKind::Money, _, Some(separators)) => separators.sample(),
                _ => continue,
            };
            formats.insert(header.clone(), format);
        }
        formats
    }

    /// Reads the columns whose format the mapping leaves open in these formats from now on.
    pub(crate) fn adopt_formats(&mut self, formats: &Formats) {
        for &(index, order) in &formats.dates {
            let dates = self.open_at(index).filter(|column| column.kind == FieldKind::Date);
            dates.for_each(|column| column.date.order = order);
        }
        for &(index, separators) in &formats.numbers {
            let numbers = self.open_at(index).filter(|column| column.kind != FieldKind::Date);
            numbers.for_each(|column| column.separators = separators);
        }
        for &index in &formats.mixed {
            self.open_at(index).for_each(|column| column.is_mixed = true);
        }
        self.mapping_with_formats = self.declare_formats();
    }

    /// Reads the columns with this header as written in more than one way from now on. They were so in the file that
    /// these rows come from. The rows alone may all be written in one way, and would then be read by that.
    pub(crate) fn adopt_mixed(&mut self, header: &str) {
        let headers = &self.headers;
        let is_called = |column: &&mut Column| {
            let own = column.index().and_then(|at| headers.get(usize::from(at)));
            column.is_format_open && own.is_some_and(|own| own == header)
        };
        let columns = self.contact_columns.iter_mut().chain(&mut self.opportunity_columns);
        columns.filter(is_called).for_each(|column| {
            (column.is_format_open, column.is_mixed) = (false, true);
        });
    }

    /// The mapping with the formats that were found.
    pub(crate) fn mapping_with_formats(&self) -> &Mapping {
        &self.mapping_with_formats
    }

    /// The mapping as it would be if it declared the formats that were found.
    fn declare_formats(&self) -> Mapping {
        let mut settled = self.mapping.clone();
        for (at, mapped) in self.mapping.resolve(&self.headers).columns {
            let is_it = |column: &&Column| {
                column.is_format_open
                    && column.index().map(usize::from) == Some(at)
                    && mapped.object == Some(column.object)
                    && mapped.field.as_ref() == Some(&self.fields.get(column.field).key)
            };
            let found = self.contact_columns.iter().chain(&self.opportunity_columns).find(is_it);
            let place = self.mapping.columns.iter().position(|own| std::ptr::eq(own, mapped));
            if let Some((column, place)) = found.zip(place) {
                let settled = &mut settled.columns[place];
                (settled.date_order, settled.separators) = (column.date.order, column.separators);
            }
        }
        settled
    }

    fn open_at(&mut self, index: u16) -> impl Iterator<Item = &mut Column> {
        let columns = self.contact_columns.iter_mut().chain(&mut self.opportunity_columns);
        columns.filter(move |column| column.index() == Some(index) && column.is_format_open)
    }
}

fn in_words(order: DateOrder) -> &'static str {
    match order {
        DateOrder::Mdy => "month, day, year",
        DateOrder::Dmy => "day, month, year",
        DateOrder::Ymd => "year, month, day",
    }
}
