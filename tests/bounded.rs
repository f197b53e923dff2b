//! Endless and broken files are read in bounded memory (behaviour §12). The files are made as they are
//! read, so what the process holds at its peak is the reader's; one test, because the peak is the
//! process's.

#![allow(clippy::unwrap_used)] // outside of test functions too

use std::io::Read;

use crm_import::source::{Block, Limits};
use crm_import::{Import, IssueCode, MemoryStorage, Source};

/// Gives a text once, another one so many times, and a last one.
struct Repeated {
    text: Vec<u8>,
    at: usize,
    body: &'static [u8],
    turns: usize,
    tail: &'static [u8],
}

impl Repeated {
    fn new(head: &str, body: &'static str, bytes: usize, tail: &'static str) -> Self {
        let turns = bytes / body.len();
        Repeated { text: head.into(), at: 0, body: body.as_bytes(), turns, tail: tail.as_bytes() }
    }
}

impl Read for Repeated {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.text.len() {
            let turns = self.turns.min(64 * 1024 / self.body.len() + 1);
            self.turns -= turns;
            self.text = if turns > 0 {
                self.body.repeat(turns)
            } else {
                std::mem::take(&mut self.tail).to_vec()
            };
            self.at = 0;
        }
        let len = out.len().min(self.text.len() - self.at);
        out[..len].copy_from_slice(&self.text[self.at..self.at + len]);
        self.at += len;
        Ok(len)
    }
}

/// Rows, failed rows, and the codes of the first issues.
fn read(file: Repeated, limits: Limits) -> (usize, usize, Vec<IssueCode>) {
    let mut rows = Source::from_reader(file).limits(limits).open().unwrap();
    let mut block = Block::new();
    let (mut count, mut failed, mut codes) = (0, 0, Vec::new());
    while let Some(issues) = rows.next_block(&mut block, 8_192).unwrap() {
        count += block.len();
        failed += (0..block.len()).filter(|row| block.is_failed(*row)).count();
        codes.extend(issues.iter().take(10).map(|issue| issue.code));
        codes.truncate(10);
    }
    (count, failed, codes)
}

/// The most memory the process has held, in MiB, where the system tells.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib / 1024)
}

#[test]
fn no_file_can_make_the_reader_hold_more_than_its_limits() {
    const MIB: usize = 1 << 20;
    let limits = Limits::default();

    // A quote that is never closed: one row is lost, all others are read.
    let body = "Ana,ana@example.com,\"a note, quoted\",3\n";
    let open = Repeated::new("a,b,c,d\n1,2,\"3,4\n", body, 200 * MIB, "");
    let rows = 200 * MIB / body.len();
    // The quote closes where the next one opens, in the middle of a cell.
    assert_eq!(read(open, limits), (rows + 1, 1, vec![IssueCode::QuoteUnclosed]));
    println!("200 MiB, a quote closed by the next one: peak {:?} MiB", peak());

    let plain = "Ana,ana@example.com,a note,3\n";
    let open = Repeated::new("a,b,c,d\n1,2,\"3,4\n", plain, 200 * MIB, "");
    let rows = 200 * MIB / plain.len();
    assert_eq!(read(open, limits), (rows + 1, 1, vec![IssueCode::QuoteUnclosed]));
    println!("200 MiB, a quote never closed: peak {:?} MiB", peak());

    let open = Repeated::new("a,b\n1,\"", "text without end ", 50 * MIB, "\",\n2,3\n");
    assert_eq!(read(open, limits), (2, 1, vec![IssueCode::CellTooLong]));
    println!("a cell of 50 MiB: peak {:?} MiB", peak());

    let line = Repeated::new("a,b\n", "x,", 100 * MIB, "\n2,3\n");
    assert_eq!(read(line, limits), (2, 1, vec![IssueCode::RowTooWide]));
    println!("a line of 100 MiB: peak {:?} MiB", peak());

    let wide = "h,".repeat(4_999) + "h\n";
    let row: &'static str = Box::leak(",".repeat(4_999).into_boxed_str());
    let file = Repeated::new(&wide, row, row.len(), "");
    let refused = Source::from_reader(file).open();
    assert!(refused.unwrap_err().to_string().contains("more columns than the limit"));
    let row: &'static str = Box::leak((",".repeat(4_999) + "\n").into_boxed_str());
    let file = Repeated::new(&wide, row, 50 * MIB, "");
    assert_eq!(read(file, limits.columns(5_000)), (50 * MIB / 5_000, 0, vec![]));
    println!("5,000 columns, 10,485 rows: peak {:?} MiB", peak());

    // An open quote before every doubled one, and no line that looks like a row.
    let open = Repeated::new("a,b\n", "\"\n\"\"\n", 20 * MIB, "");
    let (_, _, codes) = read(open, limits);
    assert!(!codes.is_empty());
    println!("20 MiB of quotes: peak {:?} MiB", peak());

    // Which import of a file this is, is told without keeping the file.
    let file = Repeated::new("First Name,Email,Notes,Value\n", plain, 100 * MIB, "");
    let own = Import::new().checkpoint(Source::from_reader(file), &mut MemoryStorage::default());
    assert_eq!(own.unwrap().file.len(), 32);
    println!("the checkpoint of 100 MiB: peak {:?} MiB", peak());

    assert!(peak().is_none_or(|mib| mib < 160), "{:?} MiB", peak());
}
