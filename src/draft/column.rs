//! [`Column`]: one column of the file, compiled from the mapping.

use super::full_name::Beside;
use crate::field::{Field, FieldId, FieldKind, Fields};
use crate::issue::IssueCode;
use crate::mapping::{Blank, ColumnMapping, Merge, OnInvalid};
use crate::maps::Map;
use crate::normalize::{self, DateFormat, Separators, folded};
use crate::object::Object;
use crate::source::BlockRow;

/// Which part of a full name the column feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NamePart {
    Whole,
    FirstName,
    LastName,
}

/// Which cells of a column mean nothing, though they are not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SilentCells {
    None,
    /// Dates of zeros.
    Zeros,
    /// Those that the value map says mean nothing.
    Mapped,
}

/// Where a column's cells come from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    File(u16),
    Constant(String),
}

impl Origin {
    #[inline]
    pub(super) fn text<'b>(&'b self, row: &BlockRow<'b>) -> &'b str {
        match self {
            Origin::File(index) => row.cell(usize::from(*index)),
            Origin::Constant(value) => value,
        }
    }
}

/// A column of the file, or a constant, with everything it takes to read its cells.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(super) origin: Origin,
    /// The header in the file.
    header: String,
    pub(crate) object: Object,
    pub(crate) field: FieldId,
    pub(crate) kind: FieldKind,
    pub(crate) is_list: bool,
    pub(crate) name_part: NamePart,
    /// If its cells are made from others: the first column of the file that they are made from.
    made_from: Option<u16>,
    /// For a part of a full name: the columns that the file has for the parts.
    pub(super) beside: Option<Box<Beside>>,
    pub(crate) merge: Merge,
    pub(crate) blank: Blank,
    pub(crate) on_invalid: OnInvalid,
    pub(crate) default: Option<String>,
    pub(crate) default_always: bool,
    pub(crate) loosens_consent: bool,
    pub(crate) date: DateFormat,
    pub(crate) separators: Option<Separators>,
    /// Whether the mapping leaves it open how the column's dates or numbers are written.
    pub(super) is_format_open: bool,
    /// Whether they turned out to be written in more than one way.
    pub(super) is_mixed: bool,
    pub(crate) list_separators: String,
    pub(crate) is_lower_case: bool,
    is_country_exact: bool,
    pub(crate) country: Option<String>,
    /// How many characters a text may have.
    pub(crate) max_chars: usize,
    /// How many decimals a number may have, if that is limited.
    pub(super) max_decimals: Option<u32>,
    values: Map<String, String>,
    clear_token: Option<String>,
    /// Whether each cell says a value or nothing: none clears, and no default takes the place of a blank one.
    pub(crate) is_plain: bool,
}

impl Column {
    pub(crate) fn new(
        index: usize,
        header: &str,
        mapped: &ColumnMapping,
        field: FieldId,
        fields: &Fields,
        clear_token: Option<&str>,
    ) -> Self {
        let of = fields.get(field);
        let (merge, blank) = merge_and_blank(mapped, of);
        let country = mapped.country.as_deref().and_then(|name| normalize::country(name).ok());
        Column {
            origin: Origin::File(u16::try_from(index).expect("a source has fewer columns")),
            header: header.to_owned(),
            object: of.object,
            field,
            kind: of.kind,
            is_list: of.is_list,
            name_part: NamePart::Whole,
            made_from: None,
            beside: None,
            merge,
            blank,
            on_invalid: mapped.on_invalid.unwrap_or_default(),
            default: mapped.default.clone(),
            default_always: mapped.default_always,
            loosens_consent: mapped.loosens_consent,
            max_chars: of.max_chars.unwrap_or(usize::MAX),
            max_decimals: of.max_decimals,
            date: date_format(mapped, field),
            separators: mapped.separators,
            is_format_open: leaves_format_open(mapped, of.kind),
            is_mixed: false,
            list_separators: mapped.item_separators(of.kind).into(),
            is_lower_case: mapped.lower_case && of.kind == FieldKind::List,
            is_country_exact: mapped.exact_country,
            country: country.map(Into::into),
            values: value_map(mapped),
            clear_token: clear_token.map(str::to_owned),
            is_plain: blank == Blank::Keep && mapped.default.is_none() && clear_token.is_none(),
        }
    }

    /// The same column as a constant: all its cells are this text.
    pub(crate) fn constant(mut self, value: &str) -> Self {
        self.origin = Origin::Constant(value.to_owned());
        self
    }

    /// The same column, to feed one part of a name.
    pub(crate) fn feeding(mut self, part: NamePart, field: FieldId, fields: &Fields) -> Self {
        self.name_part = part;
        self.feed(field, fields);
        self
    }

    /// Turns to another field.
    fn feed(&mut self, field: FieldId, fields: &Fields) {
        self.field = field;
        self.max_chars = fields.get(field).max_chars.unwrap_or(usize::MAX);
    }

    /// The same column, to feed a whole name. Its cells are at this place, and are made from those of the columns from
    /// `made_from` on.
    pub(super) fn whole(
        mut self,
        index: u16,
        made_from: Option<u16>,
        default: Option<String>,
        fields: &Fields,
    ) -> Self {
        self.origin = Origin::File(index);
        self.made_from = made_from;
        self.feed(FieldId::NAME, fields);
        self.kind = FieldKind::FullName;
        // The value maps were used when the cells were made.
        self.values.clear();
        if default.is_some() {
            self.blank = Blank::Keep;
        }
        self.is_plain &= default.is_none();
        self.default = default;
        self
    }

    /// Its position in the file, or after all of the file's if its cells are made from others; `None` for a
    /// constant.
    pub(crate) fn index(&self) -> Option<u16> {
        match self.origin {
            Origin::File(index) => Some(index),
            Origin::Constant(_) => None,
        }
    }

    /// Whether the row ends before the column's cell. Then it says nothing there, not even that it is blank.
    pub(crate) fn is_missing(&self, row: &BlockRow<'_>) -> bool {
        self.made_from.or(self.index()).is_some_and(|index| row.lacks(usize::from(index)))
    }

    /// Whether this text is the name of the column, in capitals or not.
    pub(super) fn is_called(&self, text: &str) -> bool {
        let name = || self.header.chars().flat_map(char::to_lowercase);
        let is_name = || normalize::trim(text).chars().flat_map(char::to_lowercase).eq(name());
        !self.header.is_empty() && !self.is_constant() && is_name()
    }

    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.origin, Origin::Constant(_))
    }

    /// The raw text of this column on one row, as far as the column has a say there: where the row fills a
    /// column for one part of a name, a full name says nothing about that part.
    #[inline]
    pub(crate) fn text<'b>(&'b self, row: &BlockRow<'b>) -> &'b str {
        match &self.beside {
            None => self.origin.text(row),
            Some(beside) => self.text_beside(beside, row),
        }
    }

    /// The raw text of this column's cell on one row.
    pub(crate) fn whole_text<'b>(&'b self, row: &BlockRow<'b>) -> &'b str {
        self.origin.text(row)
    }

    /// The bytes of the [text](Self::text).
    #[inline]
    pub(crate) fn bytes<'b>(&'b self, row: &BlockRow<'b>) -> &'b [u8] {
        match &self.origin {
            Origin::File(index) => row.bytes(usize::from(*index)),
            Origin::Constant(value) => value.as_bytes(),
        }
    }

    /// Whether the row certainly says nothing in this column. If not, it may still say nothing.
    #[inline]
    pub(crate) fn is_silent(&self, row: &BlockRow<'_>) -> bool {
        match &self.origin {
            Origin::File(index) => self.is_plain && row.is_empty(usize::from(*index)),
            Origin::Constant(_) => false,
        }
    }

    /// A short cut for a cell that [`read`](Self::read) would return unchanged: the cell, trimmed, "" if it is
    /// blank. `None`: it has to be read.
    #[inline]
    pub(crate) fn plain_text<'b>(&'b self, row: &BlockRow<'b>) -> Option<&'b str> {
        let Origin::File(index) = &self.origin else { return None };
        let is_text = matches!(self.kind, FieldKind::Text | FieldKind::LongText | FieldKind::List);
        if !is_text
            || !self.is_plain
            || !self.values.is_empty()
            || self.is_lower_case
            || row.may_hold_nul()
        {
            return None;
        }
        let cell = normalize::trim(row.cell(usize::from(*index)));
        (cell.len() <= self.max_chars && !may_have_guard(cell)).then_some(cell)
    }

    /// Whether cells are read as they are: no value map or clear token comes first, and they need not be in lower case.
    pub(crate) fn is_direct(&self) -> bool {
        self.values.is_empty() && self.clear_token.is_none() && !self.is_lower_case
    }

    /// The country that a cell of this column names.
    pub(super) fn country_of(&self, cell: &str) -> Option<&'static str> {
        self.country_named(self.mapped(normalize::trim(cell))).ok()
    }

    /// The country with this name, read as exactly as the column wants it.
    pub(super) fn country_named(&self, name: &str) -> Result<&'static str, IssueCode> {
        if self.is_country_exact {
            normalize::country_exact(name)
        } else {
            normalize::country(name)
        }
    }

    /// What to read in place of a trimmed cell: what the value map says, or the bare cell itself.
    #[inline]
    pub(crate) fn mapped<'b>(&'b self, cell: &'b str) -> &'b str {
        self.meant(self.bare(cell))
    }

    /// What the value map says for a bare cell, or the cell itself. Next to columns for its parts, a full name was
    /// looked up before it was divided.
    #[inline]
    pub(super) fn meant<'b>(&'b self, cell: &'b str) -> &'b str {
        if self.values.is_empty() || self.beside.is_some() { cell } else { self.looked_up(cell) }
    }

    /// A trimmed cell without the guard that marks it as text for a spreadsheet, such as `="007"`; "" for a date of
    /// zeros, which says that there is none.
    #[inline]
    pub(super) fn bare<'b>(&self, cell: &'b str) -> &'b str {
        if may_have_guard(cell) {
            self.without_guard(cell)
        } else if self.kind == FieldKind::Date && normalize::says_no_day(cell) {
            ""
        } else {
            cell
        }
    }

    /// A trimmed cell without the guard by which a spreadsheet keeps its zeros. A single apostrophe is such a
    /// guard only before a postal code with a digit in it: `'Twas` and `'t Hart` are texts. Forms filled in beside
    /// an advertisement write `z:01234`.
    #[cold]
    fn without_guard<'b>(&self, cell: &'b str) -> &'b str {
        let of_code = || match cell.strip_prefix("z:") {
            Some(code) => Some(code),
            None => {
                cell.strip_prefix('\'').filter(|code| code.contains(|c: char| c.is_ascii_digit()))
            }
        };
        let code = if self.field == FieldId::POSTAL_CODE { of_code() } else { None };
        code.map_or_else(|| normalize::unguarded(cell), normalize::trim)
    }

    pub(super) fn looked_up<'b>(&'b self, cell: &'b str) -> &'b str {
        if self.values.is_empty() {
            return cell;
        }
        self.values.get(&folded(cell)).map_or(cell, String::as_str)
    }

    /// Which cells may mean nothing, though they are not blank.
    pub(super) fn silent_cells(&self) -> SilentCells {
        match self.kind {
            _ if self.values.values().any(String::is_empty) => SilentCells::Mapped,
            FieldKind::Date => SilentCells::Zeros,
            _ => SilentCells::None,
        }
    }

    /// Whether the cell on a row means nothing, because the value map says so, or because it is a date of zeros. It is
    /// blank then, and makes no side present (P1).
    pub(crate) fn means_nothing(&self, row: &BlockRow<'_>) -> bool {
        self.looked_up(self.bare(normalize::trim(self.whole_text(row)))).is_empty()
    }

    /// Whether a cell can clear what is stored (W3), or replace it by a default (W6). Then it matters what earlier rows
    /// have given, because neither happens to that.
    pub(crate) fn depends_on_given(&self) -> bool {
        let can_clear = self.blank == Blank::Clear || self.clear_token.is_some();
        self.kind != FieldKind::RecordId
            && (can_clear || (self.default_always && self.default.is_some()))
    }

    /// Whether a trimmed cell asks to clear what is stored (W3). No cell does in a column that never replaces it.
    pub(crate) fn asks_to_clear(&self, cell: &str) -> bool {
        let meant = self.mapped(cell);
        self.merge != Merge::Keep
            && (self.means_clear(meant) || (meant.is_empty() && self.blank == Blank::Clear))
    }

    /// The greatest length of its texts, in words for an issue.
    pub(crate) fn room(&self) -> String {
        format!("{} character{}", self.max_chars, if self.max_chars == 1 { "" } else { "s" })
    }

    /// The text of a constant.
    pub(crate) fn constant_text(&self) -> Option<&str> {
        match &self.origin {
            Origin::File(_) => None,
            Origin::Constant(text) => Some(text),
        }
    }

    pub(super) fn has_clear_token(&self) -> bool {
        self.clear_token.is_some()
    }

    /// Whether a trimmed cell says the clear token, itself or by the value map.
    pub(crate) fn is_clear_token(&self, cell: &str) -> bool {
        self.has_clear_token() && self.means_clear(self.mapped(cell))
    }

    /// Whether what a cell [means](Self::mapped) is the clear token.
    pub(super) fn means_clear(&self, meant: &str) -> bool {
        // Spreadsheets write `#N/A`, people `#n/a`.
        self.clear_token.as_deref().is_some_and(|token| token.eq_ignore_ascii_case(meant))
    }
}

/// Whether it is a long text of the standard fields, such as notes, to which rows add (§10).
fn is_note(field: &Field) -> bool {
    field.kind == FieldKind::LongText && !field.is_custom
}

/// How a value of the column is merged with the stored one, and what a blank cell does.
fn merge_and_blank(mapped: &ColumnMapping, field: &Field) -> (Merge, Blank) {
    let usual = if field.is_list {
        Merge::Union
    } else if is_note(field) {
        Merge::Append
    } else {
        Merge::Overwrite
    };
    let merge = mapped.merge.unwrap_or(usual);
    // A default takes the place of a blank, so nothing is cleared; nor is a value that the column never replaces.
    let blank = match mapped.blank.unwrap_or_default() {
        Blank::Clear if mapped.default.is_some() || merge == Merge::Keep => Blank::Keep,
        blank => blank,
    };
    (merge, blank)
}

/// What the mapping's value map says in place of cells, by the folded text of the cell.
fn value_map(mapped: &ColumnMapping) -> Map<String, String> {
    let meanings = mapped.values.iter().map(|(from, to)| {
        let from = folded(normalize::unguarded(normalize::trim(from)));
        (from, normalize::trim(to).to_owned())
    });
    meanings.filter(|(from, _)| !from.is_empty()).collect()
}

/// How the column writes dates, as far as the mapping and the field say.
fn date_format(mapped: &ColumnMapping, field: FieldId) -> DateFormat {
    let format = mapped.date_format();
    match field {
        FieldId::DATE_OF_BIRTH => DateFormat { pivot: DateFormat::BIRTH_PIVOT, ..format },
        _ => format,
    }
}

/// Whether the cell may begin with a guard that marks it as text for a spreadsheet. Few do.
#[inline]
pub(crate) fn may_have_guard(cell: &str) -> bool {
    matches!(cell.as_bytes().first(), Some(b'=' | b'\'' | b'z'))
}

/// Whether the mapping leaves it to the file how dates or numbers are written.
fn leaves_format_open(mapped: &ColumnMapping, kind: FieldKind) -> bool {
    match kind {
        FieldKind::Date => mapped.date_order.is_none(),
        FieldKind::Number | FieldKind::Money => mapped.separators.is_none(),
        _ => false,
    }
}
