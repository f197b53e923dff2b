//! [`decode`]: finds out which encoding the file is in, and turns it into UTF-8 (behaviour §12).
//!
//! The first of these that applies decides:
//!
//! 1. a byte order mark,
//! 2. the declared encoding,
//! 3. NULs where UTF-16 or UTF-32 would have them,
//! 4. a beginning that is valid UTF-8.
//!
//! Otherwise the encoding is guessed.

use super::SourceError;
use super::input::Bytes;
#[cfg(feature = "encoding")]
use super::transcode::Legacy;
use super::transcode::{Wide, WideReader};

/// How much of the beginning is looked at.
pub(super) const PREFIX: usize = 1024 * 1024;

/// A file as UTF-8. What its own encoding does not allow has become a byte that UTF-8 does not allow, so that it is
/// found and reported when the cell is read.
pub(super) struct Decoded<'a> {
    pub(super) bytes: Bytes<'a>,
    /// The encoding it was in.
    pub(super) encoding: String,
    /// Whether the encoding was guessed from the frequency of bytes.
    pub(super) is_guess: bool,
}

impl<'a> Decoded<'a> {
    fn sure(bytes: Bytes<'a>, encoding: &str) -> Self {
        Decoded { bytes, encoding: encoding.to_owned(), is_guess: false }
    }
}

/// Finds the encoding of a file.
pub(super) fn decode<'a>(
    mut bytes: Bytes<'a>,
    declared: Option<&str>,
) -> Result<Decoded<'a>, SourceError> {
    while bytes.held().len() < PREFIX && bytes.more()? {}
    let held = bytes.held();
    let prefix = &held[..held.len().min(PREFIX)];
    if let Some(kind) = other_kind(prefix) {
        return Err(SourceError::NotText { kind });
    }
    let (encoding, mark) = match prefix {
        [0xef, 0xbb, 0xbf, ..] => {
            bytes.consume(3);
            return Ok(Decoded::sure(bytes, "UTF-8"));
        }
        [0xff, 0xfe, 0, 0, ..] => (Some(Wide::UTF_32LE), 4),
        [0, 0, 0xfe, 0xff, ..] => (Some(Wide::UTF_32BE), 4),
        // UTF-32 may have the mark of UTF-16, where a program has cut off the rest of the longer one.
        [0xff, 0xfe, rest @ ..] => (Some(utf32(rest).unwrap_or(Wide::UTF_16LE)), 2),
        [0xfe, 0xff, rest @ ..] => (Some(utf32(rest).unwrap_or(Wide::UTF_16BE)), 2),
        _ => (declared_wide(declared).or_else(|| told_by_zeros(prefix)), 0),
    };
    let Some(encoding) = encoding else { return legacy(bytes, declared) };
    bytes.consume(mark);
    let reader = WideReader::new(bytes.into_reader(), encoding);
    let mut bytes = Bytes::stream(Box::new(reader));
    while bytes.held().len() < PREFIX && bytes.more()? {}
    Ok(Decoded::sure(bytes, encoding.name))
}

fn utf32(text: &[u8]) -> Option<Wide> {
    told_by_zeros(text).filter(|encoding| matches!(*encoding, Wide::UTF_32LE | Wide::UTF_32BE))
}

/// What kind of file it is, if it is one of those that people mistake for CSV.
fn other_kind(prefix: &[u8]) -> Option<&'static str> {
    match prefix {
        [b'P', b'K', 3, 4, ..] => Some("a workbook of a spreadsheet or another zip archive"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Some("a workbook of an old spreadsheet"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("a PDF document"),
        [0x1f, 0x8b, ..] => Some("a compressed file"),
        _ => other_text(prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix).trim_ascii_start()),
    }
}

/// What kind of text it is, if it is one that programs export instead of a table.
fn other_text(text: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&str, &str); 6] = [
        ("begin:vcard", "a vCard file of an address book"),
        ("begin:vcalendar", "a calendar"),
        ("<!doctype html", "a web page"),
        ("<html", "a web page"),
        ("<table>", "a web page"),
        ("<?xml", "an XML document"),
    ];
    let begins = |with: &str| {
        text.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with.as_bytes()))
    };
    if let Some((_, kind)) = BEGINNINGS.iter().find(|(with, _)| begins(with)) {
        return Some(kind);
    }
    // `[{"email": …`: a list of records, or a record.
    let list = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    let record = list.unwrap_or(text).strip_prefix(b"{")?;
    record.trim_ascii_start().starts_with(b"\"").then_some("a JSON document")
}

fn declared_wide(label: Option<&str>) -> Option<Wide> {
    match label?.trim().to_ascii_lowercase().replace(['_', '-'], "").as_str() {
        "utf16" | "utf16le" => Some(Wide::UTF_16LE),
        "utf16be" => Some(Wide::UTF_16BE),
        "utf32" | "utf32le" => Some(Wide::UTF_32LE),
        "utf32be" => Some(Wide::UTF_32BE),
        _ => None,
    }
}

/// Recognises UTF-16 and UTF-32 without a mark: where text is mostly ASCII, every other byte is NUL in UTF-16,
/// and three of four are in UTF-32.
fn told_by_zeros(text: &[u8]) -> Option<Wide> {
    let units = text.len() / 4;
    if units < 2 || memchr::memchr(0, text).is_none() {
        return None;
    }
    let mut zeros = [0_usize; 4];
    for unit in text.chunks_exact(4) {
        for (count, byte) in zeros.iter_mut().zip(unit) {
            *count += usize::from(*byte == 0);
        }
    }
    let most = zeros.map(|count| count * 10 >= units * 7);
    let few = zeros.map(|count| count * 10 < units);
    match (most, few) {
        ([false, true, true, true], [true, ..]) => Some(Wide::UTF_32LE),
        ([true, true, true, false], [.., true]) => Some(Wide::UTF_32BE),
        ([false, true, false, true], [true, _, true, _]) => Some(Wide::UTF_16LE),
        ([true, false, true, false], [_, true, _, true]) => Some(Wide::UTF_16BE),
        _ => None,
    }
}

fn is_utf8(prefix: &[u8]) -> bool {
    match std::str::from_utf8(prefix) {
        Ok(_) => true,
        // The end of the prefix may cut a character: that is no error.
        Err(error) => error.error_len().is_none() && prefix.len() - error.valid_up_to() < 4,
    }
}

#[cfg(feature = "encoding")]
fn legacy<'a>(bytes: Bytes<'a>, declared: Option<&str>) -> Result<Decoded<'a>, SourceError> {
    let held = bytes.held();
    let prefix = &held[..held.len().min(PREFIX)];
    let mut is_guess = false;
    let encoding = match declared {
        Some(label) => encoding_rs::Encoding::for_label(label.trim().as_bytes())
            .ok_or_else(|| SourceError::Encoding { label: label.to_owned() })?,
        None if is_utf8(prefix) || is_nearly_utf8(prefix, 3) => encoding_rs::UTF_8,
        None => {
            let guess = guess(prefix);
            // A line of another file was pasted in: no text in windows-1252 has `Ã«` where UTF-8 has `ë`.
            let is_mixed = guess == encoding_rs::WINDOWS_1252 && is_nearly_utf8(prefix, 1);
            is_guess = !is_mixed;
            if is_mixed { encoding_rs::UTF_8 } else { guess }
        }
    };
    if encoding == encoding_rs::UTF_8 {
        return Ok(Decoded::sure(bytes, "UTF-8"));
    }
    let reader = Legacy::new(bytes.into_reader(), encoding);
    let mut bytes = Bytes::stream(Box::new(reader));
    while bytes.held().len() < PREFIX && bytes.more()? {}
    Ok(Decoded { bytes, encoding: encoding.name().to_owned(), is_guess })
}

#[cfg(not(feature = "encoding"))]
fn legacy<'a>(bytes: Bytes<'a>, declared: Option<&str>) -> Result<Decoded<'a>, SourceError> {
    let is_declared_utf8 = declared
        .map(|label| matches!(label.to_ascii_lowercase().as_str(), "utf-8" | "utf8" | "ascii"));
    let held = bytes.held();
    let prefix = &held[..held.len().min(PREFIX)];
    match is_declared_utf8 {
        Some(false) => Err(SourceError::NeedsEncoding),
        None if !is_utf8(prefix) && !is_nearly_utf8(prefix, 3) => Err(SourceError::NeedsEncoding),
        _ => Ok(Decoded::sure(bytes, "UTF-8")),
    }
}

/// Whether it is UTF-8 with a few broken bytes: at least `times` multi-byte characters for each broken place. In other
/// encodings a letter beyond ASCII is hardly ever followed by exactly the bytes that UTF-8 requires.
fn is_nearly_utf8(prefix: &[u8], times: usize) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in prefix.utf8_chunks() {
        // The first bytes of characters beyond ASCII.
        good += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= bad * times
}

/// How much the detector is shown. For each byte it takes about a hundred times as long as reading does.
#[cfg(feature = "encoding")]
const SHOWN: usize = 64 * 1024;

#[cfg(feature = "encoding")]
fn guess(prefix: &[u8]) -> &'static encoding_rs::Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    let mut shown = 0;
    for piece in telling_pieces(prefix) {
        detector.feed(piece, false);
        shown += piece.len();
        if shown >= SHOWN {
            break;
        }
    }
    detector.feed(b"\n", true);
    match detector.guess(None, chardetng::Utf8Detection::Deny) {
        encoding if encoding == encoding_rs::WINDOWS_1252 && is_macintosh(prefix) => {
            encoding_rs::MACINTOSH
        }
        encoding => encoding,
    }
}

/// Roughly the cells that are not ASCII, because only they tell encodings apart. In every encoding that the detector
/// knows, the bytes at which the text is cut are never part of a longer character.
#[cfg(feature = "encoding")]
fn telling_pieces(prefix: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_cut = |byte: &u8| matches!(byte, ..b' ' | b',' | b';' | b'"');
    // Where the prefix ends before the file, it may end within a character.
    let last_cut = prefix.iter().rposition(is_cut).filter(|_| prefix.len() == PREFIX);
    let whole = last_cut.map_or(prefix, |last| &prefix[..last]);
    whole.split_inclusive(is_cut).filter(|piece| !piece.is_ascii())
}

/// Whether the text was written by a spreadsheet on an older Mac. The detector, which is made for browsers, does not
/// look for that. Accented letters of a Mac have the bytes of signs and capitals in windows-1252, which do not occur
/// inside a word: `JosŽ`, `Kšln`. The letters of windows-1252, in turn, are signs on a Mac.
#[cfg(feature = "encoding")]
fn is_macintosh(prefix: &[u8]) -> bool {
    let (mut mac, mut signs, mut windows) = (0_usize, 0_usize, 0_usize);
    for (at, &byte) in prefix.iter().enumerate().filter(|(_, byte)| !byte.is_ascii()) {
        let before = at.checked_sub(1).map_or(b' ', |before| prefix[before]);
        let behind = prefix.get(at + 1).copied().unwrap_or(b' ');
        let ends_word = before.is_ascii_lowercase();
        let is_inside = before.is_ascii_alphabetic() && behind.is_ascii_lowercase();
        match byte {
            // On Windows capitals, and bytes without a meaning; on a Mac é è ç ê å ü, after a small letter.
            0x81 | 0x8a | 0x8c..=0x90 | 0x9d | 0x9f => mac += usize::from(ends_word || is_inside),
            // On Windows signs; on a Mac á à â ã õ, within a word.
            0x83 | 0x86..=0x89 | 0x8b | 0x98 | 0x9b => mac += usize::from(is_inside),
            // On a Mac ï and ô; on Windows a bullet and a trade mark, which may be within a word, too.
            0x95 | 0x99 => signs += usize::from(is_inside),
            0xdf.. => windows += usize::from(ends_word || is_inside),
            _ => {}
        }
    }
    mac > 0 && mac + signs > windows
}
