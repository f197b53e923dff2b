//! The house has floors: a room uses only rooms below it (`guide::architecture`). A new dependency
//! upwards fails here, with the file that has it; and so does a file that the guide names and nobody has.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. A file belongs to the longest entry that its path begins with; what a room
/// shares with a lower one by name only (`plan/changes`) is listed where it stands.
const FLOORS: &[&str] = &[
    // the cellar: for unit tests only
    "dice",
    // what any floor may use
    "lock",
    "maps",
    // 0 words
    "object",
    "value",
    "issue",
    // 1 rules
    "field",
    "account",
    "follow_up",
    "normalize",
    // 2 input
    "source",
    "mapping",
    // 3 drafts
    "lookup",
    "draft",
    // 4 identity
    "pairing",
    "dedup",
    // 5 plan words, and the plan over them
    "plan/op",
    "plan/stats",
    "plan/changes",
    "plan/row_numbers",
    "plan/interrupted",
    "plan/memory",
    "merge",
    "plan",
    // 6 storage
    "storage",
    // 7 planning
    "planner",
    // 8 applying
    "apply",
    // 9 roof
    "error",
    "trace",
    "planner/driver",
    "planner/finder",
    "planner/ahead",
    "apply/driver",
    "apply/written_before",
    "apply/run",
    "import",
    "guide",
    "lib",
];

/// Names that a room hands on for one of its parts: `crate::plan::Changes` is of `plan/changes`.
const PARTS: &[(&str, &[&str], &str)] = &[
    ("plan", &["Op"], "plan/op"),
    ("plan", &["Outcome", "Counts", "Stats"], "plan/stats"),
    ("plan", &["Change", "Changes", "ChangeSet", "Values"], "plan/changes"),
    ("plan", &["RowNumbers"], "plan/row_numbers"),
    ("plan", &["Interrupted"], "plan/interrupted"),
    ("plan", &["Fact", "Facts", "Memory", "Met"], "plan/memory"),
];

#[test]
fn a_room_uses_only_rooms_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for file in rust_files(&source) {
        let path = file.strip_prefix(&source).unwrap().with_extension("");
        let path = path.to_str().unwrap().replace('\\', "/");
        let own = floor_of(&path);
        if own == floor_of("lib") {
            continue;
        }
        for used in rooms_used(&fs::read_to_string(&file).unwrap()) {
            if floor_of(&used) > own {
                broken.push(format!("{path} uses {used}, which is above it"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_of_the_library_has_a_floor() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&source);
    assert!(files.len() > 50, "only {} files were found", files.len());
    for file in files {
        let path = file.strip_prefix(&source).unwrap().with_extension("");
        floor_of(&path.to_str().unwrap().replace('\\', "/"));
    }
}

#[test]
fn every_file_that_the_guide_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(root.join("src/guide/architecture.md")).unwrap();
    let quoted = guide.split('`').skip(1).step_by(2);
    let is_path =
        |text: &&str| text.ends_with('/') || text.ends_with(".rs") || text.ends_with(".md");
    let named: BTreeSet<&str> = quoted.filter(is_path).collect();
    assert!(named.len() > 50, "only {} files are named", named.len());
    let is_there = |path: &str| root.join("src").join(path).exists() || root.join(path).exists();
    let gone: Vec<&str> = named.into_iter().filter(|path| !is_there(path)).collect();
    assert!(gone.is_empty(), "the guide names {gone:?}");
}

/// The lint `unreachable_pub` sees to it that a `pub` at the edge of a file is public.
#[test]
fn the_page_of_tasks_names_every_public_item() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let page = fs::read_to_string(source.join("guide/tasks.md")).unwrap();
    let mut missing = Vec::new();
    for file in rust_files(&source) {
        let text = fs::read_to_string(&file).unwrap();
        let items = text.lines().filter_map(|line| line.strip_prefix("pub "));
        for item in items {
            let mut words = item.split(|c: char| !c.is_alphanumeric() && c != '_');
            let is_item =
                ["struct", "enum", "trait", "fn", "const"].contains(&words.next().unwrap());
            let name = words.next().unwrap_or_default();
            if is_item && !page.contains(&format!("{name}`]")) {
                missing.push(name.to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "no task of the guide's page needs {missing:?}");
}

#[test]
fn the_page_of_rules_has_every_rule_that_the_docs_name() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let page = fs::read_to_string(source.join("guide/rules.md")).unwrap();
    let known: BTreeSet<&str> = page.split(|c: char| !c.is_alphanumeric() && c != '§').collect();
    let mut missing = BTreeSet::new();
    for file in rust_files(&source) {
        let text = fs::read_to_string(&file).unwrap();
        for (at, named) in text.match_indices("behaviour ") {
            let rest = &text[at + named.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '§').unwrap_or(rest.len());
            let is_rule = rest[..end].ends_with(|c: char| c.is_ascii_digit());
            if is_rule && !known.contains(&rest[..end]) {
                missing.insert(rest[..end].to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "the page of rules lacks {missing:?}");
}

fn floor_of(path: &str) -> usize {
    let is_of = |room: &str| path == room || path.starts_with(&format!("{room}/"));
    let found = FLOORS.iter().enumerate().filter(|(_, room)| is_of(room));
    let longest = found.max_by_key(|(_, room)| room.len());
    longest.unwrap_or_else(|| panic!("{path} has no floor: add it to FLOORS")).0
}

/// The rooms that a file names: `crate::a::B` and `use crate::{a::B, c::D}`; not what its tests use.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n");
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let names: String = match rest.starts_with('{') {
            true => rest[1..rest.find("};").unwrap_or(rest.len())].to_owned(),
            false => rest[..rest.find([';', '(', ')']).unwrap_or(rest.len())].to_owned(),
        };
        let room: String = names.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let words: BTreeSet<&str> =
            names.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let parts = PARTS.iter().filter(|(of, ..)| *of == room);
        let mut is_part_only = false;
        for (_, of_part, part) in parts {
            if of_part.iter().any(|name| words.contains(name)) {
                rooms.insert((*part).to_owned());
                is_part_only = true;
            }
        }
        let others = words.iter().filter(|word| {
            let is_known = PARTS.iter().any(|(of, names, _)| *of == room && names.contains(word));
            word.starts_with(char::is_uppercase) && !is_known
        });
        let names_whole_room = !is_part_only || others.count() > 0;
        if names_whole_room && room.starts_with(char::is_lowercase) {
            rooms.insert(room);
        }
    }
    rooms
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
