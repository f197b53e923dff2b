//! The engine against a naive planner that reads like the rule book.
//!
//! [`naive`] knows the rules and nothing of the engine: plain records, every row compared with every
//! record, one row after the other. Both plan random small files over random policies; each row's
//! outcome, the record it led to and by what, every issue, and what is stored in the end must agree.
//! [`again`] and [`borrowed`] have the same files imported twice, [`killed`] has them interrupted at each write,
//! [`logs`] imports their error logs, and [`order`] has storage answer in any order. [`windows`] holds a run in windows
//! against one plan of the same files, and of others with settings that only the engine knows ([`wild`]).
//!
//! `CRM_IMPORT_CASES=100000 cargo test --release --test oracle` runs more; `CRM_IMPORT_CASE=17` one.

#![allow(clippy::unwrap_used)]

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
#[path = "../numbered/mod.rs"]
mod numbered;
mod opportunities;
mod order;
#[path = "../outcomes/mod.rs"]
mod outcomes;
mod standing;
#[path = "../told/mod.rs"]
mod told;
mod wild;
mod windows;
mod writing;

use dice::Dice;
use generate::SmallImport;
use numbered::Numbered;

const CASE: &str = "CRM_IMPORT_CASE";

fn cases() -> impl Iterator<Item = Numbered> {
    numbered::cases(CASE, 3_000)
}

/// Asserts what holds of many cases together.
#[track_caller]
fn assert_of_all(holds: bool, otherwise: &str) {
    numbered::assert_of_all(CASE, holds, otherwise);
}

#[test]
fn the_engine_agrees_with_the_rule_book_on_random_files_and_policies() {
    let (mut agreed, mut refused) = (0, 0);
    for case in cases() {
        let mut dice = Dice::new(case.number + 1);
        let small = SmallImport::of(&mut dice);
        let window = dice.one_of(&[1, 2, 3, 1000]);
        let Some(engine) = engine::plan(&small, window) else {
            refused += 1;
            continue;
        };
        let naive = naive::plan(&small);
        let differs = || differences(("naive ", naive.lines()), ("engine", engine.lines()));
        assert!(naive == engine, "{small}\n{}", differs());
        agreed += 1;
    }
    println!("{agreed} imports agree; the settings of {refused} more were refused");
    assert_of_all(agreed > refused, "too many settings are refused");
}

/// The lines that only one of two has, or has more often, each with who has it.
fn differences((one, a): (&str, Vec<String>), (other, mut b): (&str, Vec<String>)) -> String {
    let only_a = a.into_iter().filter(|line| {
        let place = b.iter().position(|it| it == line);
        place.map(|at| b.remove(at)).is_none()
    });
    let only_a: Vec<String> = only_a.map(|line| format!("{one}: {line}")).collect();
    let only_b = b.iter().map(|line| format!("{other}: {line}"));
    only_a.into_iter().chain(only_b).collect::<Vec<_>>().join("\n")
}
