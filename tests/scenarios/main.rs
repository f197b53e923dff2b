//! The specification as text: every `*.txt` file here holds cases with prose between them.
//!
//! A case begins with a heading (`## name`) and starts with an empty CRM in the United States. Blocks
//! begin with `@` and end at the next blank line; everything else is prose.
//!
//! | block | holds |
//! |---|---|
//! | `@account` | the account's settings, as JSON; what is left out has its default |
//! | `@stored` | one record a line: `contact c1 \| email=ana@example.com \| first_name=Ana` |
//! | `@mapping` | settings of columns as JSON, joined to the mapping of headers by field label |
//! | `@import …` | a file, `----`, and the plan that is expected; with `window=1` a run of such windows is what writes; `tag=fair` tags all contacts, `tag=new@created` those who are new; `breaks=crlf` or `breaks=cr` is how the file breaks its lines |
//! | `@crm` | `----`, and what is stored after the imports before it, each of which was applied |
//!
//! `UPDATE=1 cargo test --test scenarios` writes what came out in place of what was expected; read the
//! difference before it is committed. Each plan is also made with windows of 1, 7 and 64 rows, which
//! must say the same (L1), its totals are counted again row by row (L2), and it is applied to a copy
//! of the CRM, which must do exactly what was planned (L3).

#![allow(clippy::unwrap_used)]

mod case;
mod show;

use std::fs;
use std::path::PathBuf;

use case::Case;

/// Runs every case of one file.
fn run(name: &str) {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/scenarios/{name}.txt"));
    let text = fs::read_to_string(&path).unwrap();
    let (mut out, mut case) = (String::new(), Case::default());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if let Some(name) = line.strip_prefix("## ") {
            case = Case::named(name);
        } else if let Some(directive) = line.strip_prefix('@') {
            let block: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
            let cut = block.iter().position(|line| *line == "----").unwrap_or(block.len());
            let input = block[..cut].join("\n");
            if !input.is_empty() {
                out.push_str(&input);
                out.push('\n');
            }
            if let Some(answer) = case.answer(directive, &input) {
                out.push_str("----\n");
                out.push_str(&answer);
            }
            out.push('\n');
        }
    }
    let out = format!("{}\n", out.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, out).unwrap();
    } else {
        for (at, (found, expected)) in out.lines().zip(text.lines()).enumerate() {
            assert_eq!(found, expected, "{name}.txt, line {}", at + 1);
        }
        assert_eq!(out.lines().count(), text.lines().count(), "{name}.txt ends elsewhere");
    }
}

macro_rules! files {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })*

        #[test]
        fn every_file_of_the_folder_is_run() {
            let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
            let is_text = |path: &PathBuf| path.extension().is_some_and(|e| e == "txt");
            let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            assert_eq!(files.filter(is_text).count(), [$(stringify!($name)),*].len());
        }
    };
}

files! {
    modes identity teaching repeats pairing writing addresses opportunities matching law highlevel few_fields cells room
}
