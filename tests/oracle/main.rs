//! The engine against a naive planner that reads like the rule book.
//!
//! [`naive`] knows the rules and nothing of the engine: plain records, every row compared with every
//! record, one row after the other. Both plan random small files over random policies; each row's
//! outcome, the record it led to and by what, every issue, and what is stored in the end must agree.
//! [`again`] and [`borrowed`] have the same files imported twice, [`killed`] has them interrupted at each write, and
//! [`logs`] imports their error logs. [`windows`] holds a run in windows against one plan of the same files, and of
//! others with settings that only the engine knows ([`wild`]).
//!
//! `CRM_IMPORT_CASES=100000 cargo test --release --test oracle` runs more; `CRM_IMPORT_CASE=17` one.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod addresses;
mod again;
mod borrowed;
mod cells;
mod contacts;
#[allow(dead_code)]
#[path = "../../src/dice.rs"]
mod dice;
mod engine;
mod generate;
mod killed;
mod lending;
mod logs;
mod model;
mod naive;
mod opportunities;
#[path = "../outcomes/mod.rs"]
mod outcomes;
mod standing;
mod wild;
mod windows;
mod writing;

use dice::Dice;

/// Tells which case it was, whatever fails in it.
struct Case(u64);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("CRM_IMPORT_CASE={} repeats it alone", self.0);
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn the_engine_agrees_with_the_rule_book_on_random_files_and_policies() {
    let cases = number("CRM_IMPORT_CASES").unwrap_or(3_000);
    let (first, last) = number("CRM_IMPORT_CASE").map_or((0, cases), |case| (case, case + 1));
    let (mut agreed, mut refused) = (0, 0);
    for case in first..last {
        let _told = Case(case);
        let mut dice = Dice::new(case + 1);
        let policy = generate::policy(&mut dice);
        let (crm, rows) = (generate::crm(&mut dice, &policy), generate::rows(&mut dice, &policy));
        let window = [1, 2, 3, 1000][dice.below(4)];
        let Some(engine) = engine::plan(&policy, &crm, &rows, window) else {
            refused += 1;
            continue;
        };
        let naive = naive::plan(&policy, &crm, &rows);
        if naive != engine {
            let file = engine::csv(&policy, &rows);
            panic!(
                "case {case}\n{policy:?}\n{crm:?}\n{file}\n{}",
                differences(&naive, &engine).join("\n")
            );
        }
        agreed += 1;
    }
    println!("{agreed} imports agree; the settings of {refused} more were refused");
    assert!(last == first + 1 || agreed > refused, "too many settings are refused");
}

/// What they say differently, one line each.
fn differences(naive: &model::Verdict, engine: &model::Verdict) -> Vec<String> {
    let lines = |verdict: &model::Verdict| -> Vec<String> {
        let sides = [&verdict.contacts, &verdict.opportunities].into_iter().flat_map(|sides| {
            sides.iter().enumerate().map(|(at, side)| format!("row {}: {side:?}", at + 1))
        });
        let issues = verdict.issues.iter().map(|issue| format!("{issue:?}"));
        let stored = verdict.stored.iter().map(|record| format!("{record:?}"));
        let links = [format!("links {}", verdict.links)];
        sides.chain(issues).chain(stored).chain(links).collect()
    };
    let (mut naive, mut engine) = (lines(naive), lines(engine));
    naive.retain(|line| match engine.iter().position(|other| other == line) {
        Some(at) => {
            engine.remove(at);
            false
        }
        None => true,
    });
    let told = |who: &str, lines: Vec<String>| -> Vec<String> {
        lines.iter().map(|line| format!("{who}: {line}")).collect()
    };
    [told("naive ", naive), told("engine", engine)].concat()
}
