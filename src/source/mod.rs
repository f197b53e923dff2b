//! Bytes to rows: [`Source`] in, [`Rows`] out.
//!
//! CSV files come in many encodings, with many delimiters, and sometimes with notices above the header.
//! [`Source::open`] detects all of this from the beginning of the file, unless you [declare](FileFormat) it. Then
//! [`Rows`] reads the file block by block, and needs no more memory than a block. If a row cannot be read, an issue
//! says so, and reading continues with the next row.
//!
//! If headers are repeated and the line above names groups of columns (`Contact,,Deal,` above `Name,Email,Name,Value`),
//! the repeated ones are read with their group: `Contact Name`, `Deal Name`.
//!
//! Where the beginning of the file can be read in no other way, spaces may stand before the quotes of a cell
//! (`Ana, "York, UK"`), and a backslash before a quote inside of them (`"Ana \"Nan\" Lee"`).
//!
//! A file must have a header. If the first line holds an e-mail address, it is probably a row, and the issue
//! [`HeaderIsData`](crate::IssueCode::HeaderIsData) says so. If a later row repeats the header, it fails with
//! [`HeaderRepeated`](crate::IssueCode::HeaderRepeated), provided that one of its cells makes this certain. Older
//! programs end a file with Ctrl-Z; it is not read as part of the file.
//!
//! ```
//! use crm_import::source::{Block, Source};
//!
//! let file = "sep=;\n\nName;Phone\n\"Lee; Ana\";555-0123\n";
//! let mut rows = Source::from_bytes(file.as_bytes()).open().unwrap();
//! assert_eq!(rows.headers(), ["Name", "Phone"]);
//!
//! let mut block = Block::new();
//! rows.next_block(&mut block, 1000).unwrap();
//! assert_eq!(block.cell(0, 0), "Lee; Ana");
//! assert_eq!(block.line(0), 4);
//! ```

mod block;
mod block_filling;
mod block_row;
mod block_text;
mod damage;
mod dialect;
mod encoding;
mod formula;
#[cfg(feature = "encoding")]
mod garbled;
mod header;
mod input;
mod made_column;
mod marks;
mod pieces;
mod plain_rows;
mod quote_signs;
mod quoting;
mod raw;
mod records;
mod rewritten;
mod rows;
mod split;
mod stripe;
mod transcode;
mod unmended;
mod whole_file;

pub use block::Block;
pub(crate) use block_row::{BlockRow, side_by_side};
pub use block_text::TextSpan;
pub use dialect::Dialect;
pub(crate) use formula::{escape_formula, unescape_formula};
pub use rows::Rows;
pub(crate) use stripe::{Stripe, rows_of};

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use whole_file::WholeFile;

/// A file to import, not opened yet.
pub struct Source<'a> {
    input: Input<'a>,
    format: FileFormat,
    limits: Limits,
}

enum Input<'a> {
    Path(PathBuf),
    Bytes(Cow<'a, [u8]>),
    Reader(Box<dyn Read + Send + 'a>),
}

impl<'a> Source<'a> {
    /// A file on disk.
    pub fn from_path(path: impl AsRef<Path>) -> Source<'static> {
        Source::new(Input::Path(path.as_ref().to_owned()))
    }

    /// A file in memory. Borrowed bytes are parsed in place.
    pub fn from_bytes(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Source::new(Input::Bytes(bytes.into()))
    }

    /// Anything that can be read once, such as an upload. You need not buffer it.
    pub fn from_reader(reader: impl Read + Send + 'a) -> Self {
        Source::new(Input::Reader(Box::new(reader)))
    }

    /// The same file again, if it can be read twice.
    pub(crate) fn twin(&self) -> Option<Source<'_>> {
        let input = match &self.input {
            // A pipe can be read only once.
            Input::Path(path) if !path.is_file() => return None,
            Input::Path(path) => Input::Path(path.clone()),
            Input::Bytes(bytes) => Input::Bytes(Cow::Borrowed(bytes)),
            Input::Reader(_) => return None,
        };
        Some(Source { input, format: self.format.clone(), limits: self.limits })
    }

    fn new(input: Input<'a>) -> Self {
        Source { input, format: FileFormat::default(), limits: Limits::default() }
    }

    /// Declares what you know about the format. Everything else is detected.
    #[must_use]
    pub fn format(mut self, format: FileFormat) -> Self {
        self.format = format;
        self
    }

    /// Replaces the default limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Opens the file and reads its beginning: encoding, delimiter, header line.
    ///
    /// # Errors
    /// [`SourceError`] if no row can be read at all: an I/O error, no header, an unknown encoding.
    pub fn open(self) -> Result<Rows<'a>, SourceError> {
        let (bytes, total): (input::Bytes<'a>, Option<u64>) = match self.input {
            Input::Path(path) => {
                let file = WholeFile::new(File::open(path)?);
                let total = file.len();
                (input::Bytes::stream(Box::new(file)), total)
            }
            Input::Bytes(bytes) => {
                let total = bytes.len() as u64;
                (input::Bytes::memory(bytes).digested(), Some(total))
            }
            Input::Reader(reader) => (input::Bytes::stream(reader), None),
        };
        Rows::open(bytes, total, &self.format, self.limits)
    }
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let input = match &self.input {
            Input::Path(path) => path.display().to_string(),
            Input::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Input::Reader(_) => "reader".into(),
        };
        f.debug_struct("Source")
            .field("input", &input)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// What you know about the format of a file. Whatever you leave out is detected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileFormat {
    /// The character between cells.
    pub delimiter: Option<char>,
    /// The encoding by its label: `utf-8`, `windows-1252`, `utf-16le`, `shift_jis`, …
    pub encoding: Option<String>,
    /// The physical line of the header, 1-based.
    pub header_line: Option<u64>,
    /// What to do with rows that have more or fewer cells than the header.
    pub ragged: Ragged,
}

/// What to do with rows that have more or fewer cells than the header. In both cases an issue reports the row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ragged {
    /// Missing cells say nothing, and clear nothing even where blanks do; surplus cells are left out.
    #[default]
    Pad,
    /// The row fails.
    Fail,
}

/// The most that is read of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The number of rows; the rest of the file is not read (default: 4 billion).
    pub rows: u32,
    /// The number of bytes, counted as UTF-8; the rest of the file is not read (default: no limit).
    pub bytes: u64,
    /// The number of columns: a file with a wider header is refused, and a wider row fails (default: 4,096).
    pub columns: usize,
    /// The number of bytes in a cell: a row with a longer cell fails (default: 1 MiB).
    pub cell_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { rows: u32::MAX - 1, bytes: u64::MAX, columns: 4_096, cell_bytes: 1 << 20 }
    }
}

impl Limits {
    /// At most this many rows.
    #[must_use]
    pub fn rows(mut self, rows: u32) -> Self {
        self.rows = rows.min(u32::MAX - 1);
        self
    }

    /// At most this many bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// At most this many columns.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.min(usize::from(u16::MAX) - 1);
        self
    }

    /// At most this many bytes in a cell; not more than 256 MiB.
    #[must_use]
    pub fn cell_bytes(mut self, bytes: usize) -> Self {
        self.cell_bytes = bytes.min(256 << 20);
        self
    }
}

/// Why no row of a file can be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file cannot be opened or read.
    #[error("the file cannot be read")]
    Io(#[source] io::Error),
    /// Somebody has written to the file, or truncated it, since the import began. Perhaps it is still being copied.
    #[error("the file was changed while it was read")]
    Changed,
    /// Nothing in the file could be a header.
    #[error("the file is empty: it has no header")]
    NoHeader,
    /// The file ends before the declared header line.
    #[error("the file has no line {line}, where the header was declared to be")]
    HeaderLine {
        /// The declared line.
        line: u64,
    },
    /// The declared encoding is unknown.
    #[error(
        "the encoding {label:?} is not known; declare one such as \"utf-8\" or \"windows-1252\""
    )]
    Encoding {
        /// The declared label.
        label: String,
    },
    /// The text is in a legacy encoding, and the feature `encoding` is off.
    #[error("the file is not UTF-8; save it as UTF-8, or enable the feature `encoding`")]
    NeedsEncoding,
    /// The declared delimiter cannot be one.
    #[error(
        "{delimiter:?} cannot be a delimiter: it must be one ASCII character other than a quote"
    )]
    Delimiter {
        /// The declared delimiter.
        delimiter: char,
    },
    /// The header has more columns than the limit.
    #[error("the header has more columns than the limit of {limit} (Limits::columns)")]
    TooManyColumns {
        /// The limit.
        limit: usize,
    },
    /// A cell of the header is longer than the limit for a cell.
    #[error("a cell of the header is longer than the limit of {limit} bytes; is this a table?")]
    HeaderTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The file is of another kind.
    #[error("the file is {kind}, not a table of text; export it as CSV first")]
    NotText {
        /// What it is, judging by how it begins.
        kind: &'static str,
    },
}

impl From<io::Error> for SourceError {
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(SourceError::Io)
    }
}
