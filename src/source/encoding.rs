//! Which encoding the file is in, and a reader that turns it into UTF-8 (behaviour §12).
//!
//! A byte order mark decides; then what was declared; then whether the beginning is valid UTF-8; only
//! then is anything guessed.

use std::io::{self, Read};

use super::SourceError;
use super::input::Bytes;

/// How much of the beginning is looked at.
pub(super) const PREFIX: usize = 1024 * 1024;

/// The bytes as UTF-8, and the name of the encoding they were in.
pub(super) fn decode<'a>(
    mut bytes: Bytes<'a>,
    declared: Option<&str>,
) -> Result<(Bytes<'a>, String), SourceError> {
    while bytes.held().len() < PREFIX && bytes.more()? {}
    let held = bytes.held();
    let prefix = &held[..held.len().min(PREFIX)];
    if prefix.starts_with(b"\xef\xbb\xbf") {
        bytes.consume(3);
        return Ok((bytes, "UTF-8".into()));
    }
    let order = match prefix {
        [0xff, 0xfe, ..] => Some((true, 2)),
        [0xfe, 0xff, ..] => Some((false, 2)),
        _ => declared_utf16(declared)
            .or_else(|| utf16_without_mark(prefix))
            .map(|little| (little, 0)),
    };
    if let Some((is_little, mark)) = order {
        bytes.consume(mark);
        let reader = Utf16 {
            reader: bytes.into_reader(),
            is_little,
            odd: None,
            high: None,
            out: Vec::new(),
        };
        let mut bytes = Bytes::stream(Box::new(reader));
        while bytes.held().len() < PREFIX && bytes.more()? {}
        return Ok((bytes, if is_little { "UTF-16LE".into() } else { "UTF-16BE".into() }));
    }
    legacy(bytes, declared)
}

fn declared_utf16(label: Option<&str>) -> Option<bool> {
    match label?.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf-16" | "utf-16le" | "utf16" | "utf16le" => Some(true),
        "utf-16be" | "utf16be" => Some(false),
        _ => None,
    }
}

/// Text that is mostly ASCII has a NUL in every other byte.
fn utf16_without_mark(prefix: &[u8]) -> Option<bool> {
    let pairs = prefix.len() / 2;
    if pairs < 4 {
        return None;
    }
    let nul = |offset: usize| prefix.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (nul(0), nul(1));
    match () {
        () if odd * 10 >= pairs * 7 && even * 10 < pairs => Some(true),
        () if even * 10 >= pairs * 7 && odd * 10 < pairs => Some(false),
        () => None,
    }
}

fn is_utf8(prefix: &[u8]) -> bool {
    match std::str::from_utf8(prefix) {
        Ok(_) => true,
        // A character that is cut at the end of the prefix is no error.
        Err(error) => error.error_len().is_none() && prefix.len() - error.valid_up_to() < 4,
    }
}

#[cfg(feature = "encoding")]
fn legacy<'a>(
    bytes: Bytes<'a>,
    declared: Option<&str>,
) -> Result<(Bytes<'a>, String), SourceError> {
    let held = bytes.held();
    let prefix = &held[..held.len().min(PREFIX)];
    let encoding = match declared {
        Some(label) => encoding_rs::Encoding::for_label(label.trim().as_bytes())
            .ok_or_else(|| SourceError::Encoding { label: label.to_owned() })?,
        None if is_utf8(prefix) || is_nearly_utf8(prefix) => encoding_rs::UTF_8,
        None => guess(prefix),
    };
    if encoding == encoding_rs::UTF_8 {
        return Ok((bytes, "UTF-8".into()));
    }
    let reader = Legacy {
        reader: bytes.into_reader(),
        decoder: encoding.new_decoder_without_bom_handling(),
        raw: vec![0; 64 * 1024],
        raw_at: 0,
        raw_len: 0,
        is_end: false,
    };
    let mut bytes = Bytes::stream(Box::new(reader));
    while bytes.held().len() < PREFIX && bytes.more()? {}
    Ok((bytes, encoding.name().to_owned()))
}

#[cfg(not(feature = "encoding"))]
fn legacy<'a>(
    bytes: Bytes<'a>,
    declared: Option<&str>,
) -> Result<(Bytes<'a>, String), SourceError> {
    let is_declared_utf8 = declared
        .map(|label| matches!(label.to_ascii_lowercase().as_str(), "utf-8" | "utf8" | "ascii"));
    let held = bytes.held();
    let prefix = &held[..held.len().min(PREFIX)];
    match is_declared_utf8 {
        Some(false) => Err(SourceError::NeedsEncoding),
        None if !is_utf8(prefix) && !is_nearly_utf8(prefix) => Err(SourceError::NeedsEncoding),
        _ => Ok((bytes, "UTF-8".into())),
    }
}

/// A UTF-8 file with a few broken bytes: at least ten multi-byte characters for each broken place.
fn is_nearly_utf8(prefix: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in prefix.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= bad * 10
}

#[cfg(feature = "encoding")]
fn guess(prefix: &[u8]) -> &'static encoding_rs::Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(prefix, true);
    detector.guess(None, chardetng::Utf8Detection::Deny)
}

#[cfg(feature = "encoding")]
struct Legacy<'a> {
    reader: Box<dyn Read + Send + 'a>,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_len: usize,
    is_end: bool,
}

#[cfg(feature = "encoding")]
impl Read for Legacy<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.raw_at == self.raw_len && !self.is_end {
                self.raw_at = 0;
                self.raw_len = self.reader.read(&mut self.raw)?;
                self.is_end = self.raw_len == 0;
            }
            let rest = &self.raw[self.raw_at..self.raw_len];
            let (_, read, written, _) = self.decoder.decode_to_utf8(rest, out, self.is_end);
            self.raw_at += read;
            if written > 0 || self.is_end {
                return Ok(written);
            }
        }
    }
}

struct Utf16<'a> {
    reader: Box<dyn Read + Send + 'a>,
    is_little: bool,
    /// The first byte of a pair that was cut.
    odd: Option<u8>,
    /// The first half of a surrogate pair that was cut.
    high: Option<u16>,
    out: Vec<u8>,
}

impl Utf16<'_> {
    fn fill(&mut self) -> io::Result<bool> {
        let mut raw = [0; 32 * 1024];
        let from = usize::from(self.odd.is_some());
        raw[0] = self.odd.take().unwrap_or(0);
        let read = self.reader.read(&mut raw[from..])?;
        if read == 0 {
            if from + usize::from(self.high.take().is_some()) > 0 {
                self.push(char::REPLACEMENT_CHARACTER);
            }
            return Ok(false);
        }
        let raw = &raw[..from + read];
        if raw.len() % 2 == 1 {
            self.odd = raw.last().copied();
        }
        let is_little = self.is_little;
        let units = raw.chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        });
        for unit in units {
            match (self.high.take(), unit) {
                (Some(high), 0xdc00..=0xdfff) => {
                    let code =
                        0x10000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(unit) - 0xdc00);
                    self.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    continue;
                }
                (Some(_), _) => self.push(char::REPLACEMENT_CHARACTER),
                (None, _) => {}
            }
            match unit {
                0xd800..=0xdbff => self.high = Some(unit),
                _ => self
                    .push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
            }
        }
        Ok(true)
    }

    fn push(&mut self, c: char) {
        self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl Read for Utf16<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.out.is_empty() && self.fill()? {}
        let len = self.out.len().min(out.len());
        out[..len].copy_from_slice(&self.out[..len]);
        self.out.drain(..len);
        Ok(len)
    }
}
