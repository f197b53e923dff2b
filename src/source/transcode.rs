//! Readers that turn other encodings into UTF-8.
//!
//! Bytes that cannot be decoded become the byte 0xFF, which never occurs in UTF-8. So they are found, replaced and
//! reported with their row and column, like broken UTF-8.

use std::io::{self, Read};

use super::input::hand_out;

/// The byte for whatever cannot be decoded.
const BROKEN: u8 = 0xff;
/// How much is read at a time.
const CHUNK: usize = 32 * 1024;
/// How many units are looked at together: most text is ASCII for so long.
const TOGETHER: usize = 16;

/// An encoding in units of two or four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wide {
    pub(super) name: &'static str,
    unit: usize,
    is_little: bool,
}

impl Wide {
    pub(super) const UTF_16LE: Wide = Wide { name: "UTF-16LE", unit: 2, is_little: true };
    pub(super) const UTF_16BE: Wide = Wide { name: "UTF-16BE", unit: 2, is_little: false };
    pub(super) const UTF_32LE: Wide = Wide { name: "UTF-32LE", unit: 4, is_little: true };
    pub(super) const UTF_32BE: Wide = Wide { name: "UTF-32BE", unit: 4, is_little: false };

    fn value(self, unit: &[u8]) -> u32 {
        let add = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        if self.is_little { unit.iter().rev().fold(0, add) } else { unit.iter().fold(0, add) }
    }

    /// Appends the text of some units if all of them are ASCII; false if one is not.
    fn push_ascii(self, units: &[u8], out: &mut Vec<u8>) -> bool {
        match (self.unit, self.is_little) {
            (2, true) => push_ascii::<2, 0>(units, out),
            (2, false) => push_ascii::<2, 1>(units, out),
            (_, true) => push_ascii::<4, 0>(units, out),
            (_, false) => push_ascii::<4, 3>(units, out),
        }
    }
}

/// See [`Wide::push_ascii`]; `AT` is the place of a unit's lowest byte.
fn push_ascii<const UNIT: usize, const AT: usize>(units: &[u8], out: &mut Vec<u8>) -> bool {
    let (units, _) = units.as_chunks::<UNIT>();
    // All bits that occur, at each place of a unit.
    let mut bits = [0; UNIT];
    for unit in units {
        bits.iter_mut().zip(unit).for_each(|(bits, byte)| *bits |= byte);
    }
    let is_ascii =
        bits.iter().enumerate().all(|(at, bits)| *bits == 0 || (at == AT && *bits < 0x80));
    if is_ascii {
        out.extend(units.iter().map(|unit| unit[AT]));
    }
    is_ascii
}

/// Reads UTF-16 or UTF-32 as UTF-8.
pub(super) struct WideReader<'a> {
    reader: Box<dyn Read + Send + 'a>,
    encoding: Wide,
    raw: Box<[u8]>,
    /// How many bytes at the beginning of `raw` are the first part of a unit that was cut.
    cut: usize,
    /// The first half of a surrogate pair, whose second half is expected next.
    high: Option<u32>,
    out: Vec<u8>,
    given: usize,
}

impl<'a> WideReader<'a> {
    pub(super) fn new(reader: Box<dyn Read + Send + 'a>, encoding: Wide) -> Self {
        let raw = vec![0; CHUNK].into_boxed_slice();
        WideReader { reader, encoding, raw, cut: 0, high: None, out: Vec::new(), given: 0 }
    }

    /// Decodes some more; false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        let read = self.reader.read(&mut self.raw[self.cut..])?;
        self.given = 0;
        self.out.clear();
        if read == 0 {
            if std::mem::take(&mut self.cut) > 0 || self.high.take().is_some() {
                self.out.push(BROKEN);
            }
            return Ok(false);
        }
        let len = self.cut + read;
        let whole = len - len % self.encoding.unit;
        let raw = std::mem::take(&mut self.raw);
        for units in raw[..whole].chunks(TOGETHER * self.encoding.unit) {
            if self.high.is_some() || !self.encoding.push_ascii(units, &mut self.out) {
                for unit in units.chunks_exact(self.encoding.unit) {
                    self.add(self.encoding.value(unit));
                }
            }
        }
        self.raw = raw;
        self.raw.copy_within(whole..len, 0);
        self.cut = len - whole;
        Ok(true)
    }

    fn add(&mut self, value: u32) {
        match (self.high.take(), value) {
            (Some(high), 0xdc00..=0xdfff) => {
                return self.push(0x10000 + ((high - 0xd800) << 10) + (value - 0xdc00));
            }
            (Some(_), _) => self.out.push(BROKEN),
            (None, _) => {}
        }
        match value {
            0xd800..=0xdbff if self.encoding.unit == 2 => self.high = Some(value),
            _ => self.push(value),
        }
    }

    fn push(&mut self, value: u32) {
        match char::from_u32(value) {
            Some(c) => self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => self.out.push(BROKEN),
        }
    }
}

impl Read for WideReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && self.fill()? {}
        Ok(hand_out(&self.out, &mut self.given, out))
    }
}

/// Reads a legacy encoding as UTF-8.
#[cfg(feature = "encoding")]
pub(super) struct Legacy<'a> {
    reader: Box<dyn Read + Send + 'a>,
    decoder: encoding_rs::Decoder,
    raw: Box<[u8]>,
    raw_at: usize,
    raw_len: usize,
    is_end: bool,
    is_done: bool,
}

#[cfg(feature = "encoding")]
impl<'a> Legacy<'a> {
    pub(super) fn new(
        reader: Box<dyn Read + Send + 'a>,
        encoding: &'static encoding_rs::Encoding,
    ) -> Self {
        Legacy {
            reader,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; CHUNK].into_boxed_slice(),
            raw_at: 0,
            raw_len: 0,
            is_end: false,
            is_done: false,
        }
    }
}

#[cfg(feature = "encoding")]
impl Read for Legacy<'_> {
    /// `out` must have room for a character; the window onto the file always has more.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        use encoding_rs::DecoderResult;

        let Some(room) = out.len().checked_sub(1) else { return Ok(0) };
        while !self.is_done {
            if self.raw_at == self.raw_len && !self.is_end {
                self.raw_at = 0;
                self.raw_len = self.reader.read(&mut self.raw)?;
                self.is_end = self.raw_len == 0;
            }
            let rest = &self.raw[self.raw_at..self.raw_len];
            let (result, read, mut written) = self.decoder.decode_to_utf8_without_replacement(
                rest,
                &mut out[..room],
                self.is_end,
            );
            self.raw_at += read;
            if let DecoderResult::Malformed(..) = result {
                out[written] = BROKEN;
                written += 1;
            }
            self.is_done = self.is_end && matches!(result, DecoderResult::InputEmpty);
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}
