//! [`Bytes`]: a window onto the file that slides forward and always holds the whole current record.

use std::borrow::Cow;
use std::io::{self, Read};

use twox_hash::XxHash3_128;

/// How much is read at a time.
const CHUNK: usize = 256 * 1024;
/// Ctrl-Z. Older programs end a text with it, and fill the last block of 128 bytes.
const END_MARK: u8 = 0x1a;
const END_MARKS: usize = 128;

/// The digest is computed of at least so many bytes at a time: few enough that they are still in the processor's
/// cache when they have been read.
const DIGESTED: usize = 16 * 1024;

/// The bytes of a file, from memory or from a stream.
pub(super) enum Bytes<'a> {
    Memory(Memory<'a>),
    Stream(Stream<'a>),
}

pub(super) struct Memory<'a> {
    bytes: Cow<'a, [u8]>,
    at: usize,
    /// Where the marks begin that end the text.
    end: usize,
    /// The digest of the first bytes, and of how many. `None` if nobody needs it before all of them were read.
    digest: Option<(Box<XxHash3_128>, usize)>,
}

pub(super) struct Stream<'a> {
    reader: Box<dyn Read + Send + 'a>,
    buffer: Vec<u8>,
    /// Where the record that is being read begins.
    at: usize,
    len: usize,
    /// How many bytes at the end of the buffer are not shown, because they may be the marks that end the text.
    hidden: usize,
    hides_end_marks: bool,
    is_end: bool,
    hash: Box<XxHash3_128>,
}

impl<'a> Bytes<'a> {
    pub(super) fn memory(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let bytes = bytes.into();
        let end = bytes.len();
        Bytes::Memory(Memory { bytes, at: 0, end, digest: None })
    }

    /// Computes the digest along the way, of what was just read, so that no byte has to come from memory twice.
    pub(super) fn digested(self) -> Self {
        match self {
            Bytes::Memory(memory) => {
                let digest = Some((Box::new(XxHash3_128::new()), 0));
                Bytes::Memory(Memory { digest, ..memory })
            }
            stream @ Bytes::Stream(_) => stream,
        }
    }

    pub(super) fn stream(reader: Box<dyn Read + Send + 'a>) -> Self {
        Bytes::Stream(Stream {
            reader,
            buffer: Vec::new(),
            at: 0,
            len: 0,
            hidden: 0,
            hides_end_marks: false,
            is_end: false,
            hash: Box::new(XxHash3_128::new()),
        })
    }

    /// Stops computing the digest, because it is computed elsewhere.
    pub(super) fn stop_digesting(&mut self) {
        if let Bytes::Memory(memory) = self {
            memory.digest = None;
        }
    }

    /// From now on, leaves out the marks that end the text. They are neither a row nor part of the last cell. Elsewhere
    /// in the file they stay. The text must be known to be UTF-8 by now.
    pub(super) fn hide_end_marks(&mut self) {
        match self {
            Bytes::Memory(Memory { bytes, at, end, .. }) => *end -= end_marks(&bytes[*at..*end]),
            Bytes::Stream(stream) => {
                stream.hides_end_marks = true;
                stream.hide_end_marks();
            }
        }
    }

    /// A reader of the rest of the file.
    pub(super) fn into_reader(self) -> Box<dyn Read + Send + 'a> {
        match self {
            Bytes::Memory(Memory { bytes, at, .. }) => {
                let mut rest = io::Cursor::new(bytes);
                rest.set_position(at as u64);
                Box::new(rest)
            }
            Bytes::Stream(stream) => {
                let mut held = stream.buffer;
                held.truncate(stream.len);
                held.drain(..stream.at);
                Box::new(io::Cursor::new(held).chain(stream.reader))
            }
        }
    }

    /// The bytes in memory from the current position on.
    pub(super) fn held(&self) -> &[u8] {
        match self {
            Bytes::Memory(memory) => memory.rest(),
            Bytes::Stream(stream) => &stream.buffer[stream.at..stream.len - stream.hidden],
        }
    }

    /// Moves the current position forward.
    pub(super) fn consume(&mut self, bytes: usize) {
        match self {
            Bytes::Memory(memory) => memory.consume(bytes),
            Bytes::Stream(stream) => stream.at += bytes,
        }
    }

    /// Reads more bytes after those that are held; false at the end of the file.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        match self {
            Bytes::Memory(_) => Ok(false),
            Bytes::Stream(stream) => stream.more(),
        }
    }

    /// A digest of everything read so far, or of the whole file if it is in memory.
    pub(super) fn digest(&self) -> u128 {
        match self {
            Bytes::Memory(memory) => memory.digest(),
            Bytes::Stream(stream) => stream.hash.finish_128(),
        }
    }
}

/// The digest of a whole file: XXH3 with 128 bits, which checkpoints written by earlier versions hold.
pub(super) fn digest_of(bytes: &[u8]) -> u128 {
    XxHash3_128::oneshot(bytes)
}

impl Memory<'_> {
    pub(super) fn whole(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes from the current position on.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..self.end]
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes;
        if let Some((hash, len)) = &mut self.digest
            && self.at - *len >= DIGESTED
        {
            hash.write(&self.bytes[*len..self.at]);
            *len = self.at;
        }
    }

    fn digest(&self) -> u128 {
        let Some((hash, len)) = &self.digest else { return digest_of(&self.bytes) };
        let mut hash = hash.clone();
        hash.write(&self.bytes[*len..]);
        hash.finish_128()
    }
}

impl Stream<'_> {
    fn more(&mut self) -> io::Result<bool> {
        if self.is_end {
            return Ok(false);
        }
        if self.at > 0 && self.len + CHUNK > self.buffer.len() {
            self.buffer.copy_within(self.at..self.len, 0);
            self.len -= self.at;
            self.at = 0;
        }
        if self.len + CHUNK > self.buffer.len() {
            self.buffer
                .resize((self.len + CHUNK).max(self.buffer.len() + self.buffer.len() / 2), 0);
        }
        let shown = self.len - self.hidden;
        let read = loop {
            match self.reader.read(&mut self.buffer[self.len..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.hash.write(&self.buffer[self.len..self.len + read]);
        self.len += read;
        self.is_end = read == 0;
        self.hide_end_marks();
        // Only marks came, so nothing more is shown: what comes next tells whether they end the text.
        if !self.is_end && self.len - self.hidden == shown { self.more() } else { Ok(!self.is_end) }
    }

    fn hide_end_marks(&mut self) {
        if self.hides_end_marks {
            self.hidden = end_marks(&self.buffer[self.at..self.len]);
        }
    }
}

/// Copies what is ready, from the place up to which it was given, as far as there is room for it. Returns how much that
/// is.
pub(super) fn hand_out(ready: &[u8], given: &mut usize, out: &mut [u8]) -> usize {
    let rest = &ready[*given..];
    let len = rest.len().min(out.len());
    out[..len].copy_from_slice(&rest[..len]);
    *given += len;
    len
}

/// How many of the last bytes are marks that end the text, provided that nothing follows.
fn end_marks(bytes: &[u8]) -> usize {
    bytes.iter().rev().take(END_MARKS).take_while(|byte| **byte == END_MARK).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_same_in_every_version_and_however_the_file_is_read() {
        const DIGESTS: [(usize, u128); 6] = [
            (0, 0x99aa06d3014798d86001c324468d497f),
            (5, 0x8156cb136c7003e99f31da1ddba90baf),
            (16, 0x4ad789329416e4387df51ed58f26bee2),
            (100, 0x2701f07d2c26abff94b1961520a11588),
            (1_000, 0x17a0f7b2ab909d68404e1417800eb486),
            (70_000, 0xc6ab7b2c2e5933c0d91fbfcaab7eed82),
        ];
        for (len, digest) in DIGESTS {
            let file: Vec<u8> = (0..len).map(|at| (at * 31 % 251) as u8).collect();
            assert_eq!(Bytes::memory(file.as_slice()).digest(), digest, "{len}");
            let mut read = Bytes::memory(file.as_slice()).digested();
            while !read.held().is_empty() {
                read.consume(read.held().len().min(9_000));
                assert_eq!(read.digest(), digest, "{len} while it is read");
            }
            let mut stream = Bytes::stream(Box::new(file.as_slice()));
            while stream.more().unwrap() {}
            assert_eq!(stream.digest(), digest, "{len} from a stream");
        }
    }
}
