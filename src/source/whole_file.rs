//! [`WholeFile`]: a file on disk that is read as it was when it was opened.
//!
//! Whoever is still writing a file, or cuts it short, while it is imported would otherwise have a part of it imported,
//! and be told that this is all of it.

use std::fs::File;
use std::io::{self, Read};

use super::SourceError;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct WholeFile {
    file: File,
    /// How many bytes it still has, by the length that it had; `None` if that is not known, as of a pipe.
    left: Option<u64>,
}

impl WholeFile {
    pub(super) fn new(file: File) -> Self {
        let told = file.metadata().ok().filter(|of| of.is_file() && of.len() > 0);
        WholeFile { left: told.map(|of| of.len()), file }
    }

    /// How many bytes the file has, if that is known.
    pub(super) fn len(&self) -> Option<u64> {
        self.left
    }
}

impl Read for WholeFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if let Some(left) = self.left.as_mut().filter(|_| !buffer.is_empty()) {
            let rest = left.checked_sub(read as u64);
            *left = rest.filter(|rest| read > 0 || *rest == 0).ok_or_else(changed)?;
        }
        Ok(read)
    }
}

fn changed() -> io::Error {
    io::Error::other(SourceError::Changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::RowNumber;
    use crate::source::{Block, Source};

    /// Reads a file that somebody changes behind its first rows. Returns the last row that was read.
    fn read(name: &str, change: impl FnOnce(&File)) -> Result<RowNumber, SourceError> {
        let path = std::env::temp_dir().join(format!("crm-import-{name}-{}", std::process::id()));
        std::fs::write(&path, "Email\n".to_owned() + &"ana@example.com\n".repeat(100_000)).unwrap();
        let mut rows = Source::from_path(&path).open().unwrap();
        let (mut block, mut findings) = (Block::new(), Vec::new());
        rows.read_block(&mut block, 10, &mut findings).unwrap();
        change(&File::options().append(true).open(&path).unwrap());
        let mut count = 10;
        let end = loop {
            match rows.read_block(&mut block, 10_000, &mut findings) {
                Ok(true) => count += u32::try_from(block.len()).unwrap(),
                Ok(false) => break Ok(RowNumber(count)),
                Err(error) => break Err(error),
            }
        };
        std::fs::remove_file(&path).unwrap();
        end
    }

    #[test]
    fn a_file_that_is_cut_or_grows_while_it_is_read_is_not_taken_for_a_whole_one() {
        assert_eq!(read("steady", |_| ()).unwrap(), RowNumber(100_000));
        let cut = read("cut", |file| file.set_len(1_000_000).unwrap());
        assert!(matches!(cut, Err(SourceError::Changed)), "{cut:?}");
        let grown = read("grown", |mut file| {
            std::io::Write::write_all(&mut file, b"bo@example.com\n").unwrap();
        });
        assert!(matches!(grown, Err(SourceError::Changed)), "{grown:?}");
    }
}
