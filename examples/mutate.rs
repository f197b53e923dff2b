//! Reads and plans files that are broken on purpose, until the time is up:
//! `cargo run --release --example mutate -- SECONDS [SEED] [FILE.csv …]`.
//!
//! Each turn takes a file (those given, or some small ones), breaks it in a few places, and holds what
//! must hold of any file: nothing panics, the rows are the same however the bytes arrive, and every row
//! of the plan is accounted for (behaviour L2, L5). A file that breaks one of these is written to
//! `find-SEED-TURN.csv`, to be kept as a test.

#[allow(dead_code)]
#[path = "../src/dice.rs"]
mod dice;

use std::io::Read;
use std::time::{Duration, Instant};

use crm_import::source::{Block, Limits};
use crm_import::{Import, MemoryStorage, Object, Source};
use dice::Dice;

const SEEDS: [&[u8]; 5] = [
    b"First Name,Email,Phone,Country,Tags\nAna,ana@example.com,+1 206 555 0123,US,\"vip, new\"\n\
      Bo,\"Bo <bo@example.com>\",030 123456,Germany,\n",
    b"sep=;\nContact ID;Date of Birth;Notes\n17;31.12.1999;\"two\nlines\"\n18;03/04/2026;\n",
    b"Report of today\n\nOpportunity Name\tOpportunity Value\tStatus\tExpected Close Date\n\
      Roof\t1.234,50 \xe2\x82\xac\twon\t4. M\xc3\xa4rz 2026\n",
    b"Opportunity ID,Opportunity Name,Contact ID,Email\r\n1,Roof,17,a@x.com\r\n1.2E+17,,,\r\n",
    b"\xff\xfeN\0a\0m\0e\0,\0E\0m\0a\0i\0l\0\n\0A\0n\0a\0,\0a\0@\0x\0.\0c\0o\0m\0\n\0",
];

/// What stands in broken files more often than chance would have it.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"@x.com",
    b"+1",
    b"1E+10",
    b"1.234",
    b"31/02/2026",
    b"::: ",
    b"<",
    b"=1+1",
    b"'",
    b"9999999999",
    b"\xe2\x80\x8b",
    b" ",
];

/// Breaks a file in up to six places.
fn break_file(file: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(file.len() + 1);
        match dice.below(6) {
            0 => file.truncate(at),
            1 => drop(file.drain(at..file.len().min(at + 1 + dice.below(20)))),
            2 => {
                let end = file.len().min(at + dice.below(200));
                let copy = file[at..end].to_vec();
                let to = dice.below(file.len() + 1);
                file.splice(to..to, copy);
            }
            3 => {
                if let Some(byte) = file.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            _ => {
                let piece = dice.one_of(&PIECES);
                let times = if dice.one_in(10) { 1 + dice.below(3_000) } else { 1 };
                file.splice(at..at, piece.repeat(times));
            }
        }
    }
}

/// Gives a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(out.len()).min(self.0.len());
        let (now, later) = self.0.split_at(len);
        out[..len].copy_from_slice(now);
        self.0 = later;
        Ok(len)
    }
}

/// Cells, line and fate of every row, or why there is none.
fn rows_of(source: Source<'_>, limits: Limits, block_rows: usize) -> Vec<String> {
    let mut rows = match source.limits(limits).open() {
        Ok(rows) => rows,
        Err(error) => return vec![error.to_string()],
    };
    let mut told = vec![format!("{:?}", rows.headers())];
    let mut block = Block::new();
    loop {
        match rows.next_block(&mut block, block_rows) {
            Ok(None) => return told,
            Ok(Some(issues)) => {
                told.extend((0..block.len()).map(|row| {
                    let cells: Vec<&str> = block.record(row).collect();
                    format!("{cells:?} {} {}", block.line(row), block.is_failed(row))
                }));
                told.extend(issues.iter().map(|issue| format!("{issue} {:?}", issue.value)));
            }
            Err(error) => told.push(error.to_string()),
        }
    }
}

/// What does not hold of a file.
fn fault(file: &[u8], dice: &mut Dice) -> Option<String> {
    let limits = Limits::default().cell_bytes(dice.one_of(&[1 << 20, 100]));
    let mut whole = rows_of(Source::from_bytes(file), limits, 1_000);
    let drops = Drops(file, 1 + dice.below(7));
    let mut dropped = rows_of(Source::from_reader(drops), limits, 1 + dice.below(5));
    // Issues come with their block, wherever it ends.
    whole.sort();
    dropped.sort();
    if whole != dropped {
        return Some("the rows depend on how the bytes arrive".into());
    }
    let import = Import::new().planning_window(1 + dice.below(9));
    let plan = import.plan(Source::from_bytes(file), &mut MemoryStorage::default()).ok()?;
    for object in Object::ALL {
        let of = plan.stats().of(object);
        let sum = of.create + of.update + of.unchanged + of.merged + of.skip + of.fail;
        let sides = plan.rows().filter(|row| row.side(object).is_some()).count();
        if of.rows != sum || sum != sides as u64 {
            return Some(format!("{object:?}: {of:?}, {sides} sides"));
        }
    }
    for step in plan.steps() {
        step.changes().iter().for_each(|change| drop(change.text()));
    }
    let issues = plan.issues().filter(|issue| issue.message().is_empty()).count();
    (issues > 0).then(|| "an issue without a message".into())
}

#[allow(clippy::print_stdout)] // it is what a program is for
fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10);
    let seed = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1_u64);
    let mut files: Vec<Vec<u8>> = arguments.map(std::fs::read).collect::<Result<_, _>>()?;
    if files.is_empty() {
        files.extend(SEEDS.map(<[u8]>::to_vec));
    }
    let (mut dice, mut turns, mut finds) = (Dice::new(seed), 0_u64, 0);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end && finds < 10 {
        turns += 1;
        let mut file = files[dice.below(files.len())].clone();
        break_file(&mut file, &mut dice);
        let found =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| fault(&file, &mut dice)));
        let fault = found.unwrap_or_else(|_| Some("a panic".into()));
        if let Some(fault) = fault {
            finds += 1;
            let name = format!("find-{seed}-{turns}.csv");
            std::fs::write(&name, &file)?;
            println!("{name}: {fault}");
        }
    }
    println!("{turns} broken files, {finds} finds");
    Ok(())
}
