//! [`rewritten`]: a file that is read as if it were written in another way.

use std::io::{self, Read};

use super::encoding::PREFIX;
use super::input::{Bytes, hand_out};

/// How much is read at a time.
const CHUNK: usize = 32 * 1024;

/// Writes a file anew while it is read.
pub(super) trait Rewrite: Send {
    /// Appends the next piece of the file to `out`, in the way it is to be written. Returns how much of the piece that
    /// is: the rest comes again, with what follows it. At the end of the file, there is no rest.
    fn add(&mut self, piece: &[u8], is_end: bool, out: &mut Vec<u8>) -> usize;
}

/// The same file, written anew from this place on.
pub(super) fn rewritten<'a>(
    bytes: Bytes<'a>,
    from: usize,
    rewrite: Box<dyn Rewrite>,
) -> io::Result<Bytes<'a>> {
    let reader = Rewritten {
        reader: bytes.into_reader(),
        rewrite,
        kept: from,
        raw: Vec::with_capacity(CHUNK),
        out: Vec::new(),
        given: 0,
    };
    let mut bytes = Bytes::stream(Box::new(reader));
    while bytes.held().len() < PREFIX && bytes.more()? {}
    Ok(bytes)
}

struct Rewritten<'a> {
    reader: Box<dyn Read + Send + 'a>,
    rewrite: Box<dyn Rewrite>,
    /// So many bytes stand above the header, and stay as they are.
    kept: usize,
    /// What was read and is not in `out` yet.
    raw: Vec<u8>,
    out: Vec<u8>,
    given: usize,
}

impl Rewritten<'_> {
    /// Reads some more; false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        self.given = 0;
        self.out.clear();
        let held = self.raw.len();
        self.raw.resize(held + CHUNK, 0);
        let read = self.reader.read(&mut self.raw[held..]);
        self.raw.truncate(held + *read.as_ref().unwrap_or(&0));
        let is_end = read? == 0;
        let kept = self.kept.min(self.raw.len());
        self.kept -= kept;
        self.out.extend_from_slice(&self.raw[..kept]);
        let added = self.rewrite.add(&self.raw[kept..], is_end, &mut self.out);
        self.raw.drain(..kept + added);
        Ok(!is_end)
    }
}

impl Read for Rewritten<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && self.fill()? {}
        Ok(hand_out(&self.out, &mut self.given, out))
    }
}
