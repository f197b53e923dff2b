//! What a row writes into its contact, as behaviour §6 says it: single values and lists; its addresses
//! are written [apart](crate::addresses).

use crate::addresses::join_addresses;
use crate::contacts::{ADDRESSES, HEADERS, items};
use crate::model::{Policy, Record, Values, fold, look};
use crate::naive::Naive;

impl Naive {
    /// Folds a row into a contact (§6, §7).
    pub(crate) fn join_contact(
        &mut self,
        contact: usize,
        at: usize,
        rule: Option<&[&'static str]>,
        dropped: &[(&'static str, usize)],
    ) {
        let (policy, row) = (self.policy.clone(), &self.row(at));
        self.note_kept(contact, at, rule);
        let before = self.contacts[contact].now.clone();
        let mut record = std::mem::take(&mut self.contacts[contact]);
        let is_new = record.id.is_none() && record.rows.is_empty();
        for (header, field) in HEADERS {
            let Some(cell) = row.get(header) else { continue };
            let is_protected =
                rule.is_some_and(|rule| rule.contains(&field)) || policy.required.contains(&field);
            let is_dropped = dropped.contains(&(header, 0));
            match field {
                "id" => {}
                _ if ADDRESSES.contains(&field) => {}
                "tags" => join_list(&policy, &mut record, header, field, cell, is_new),
                // Given, though in vain.
                _ if is_dropped => record.given.push(field),
                _ => {
                    if join_single(
                        &policy,
                        &mut record,
                        (header, field),
                        cell,
                        is_new,
                        is_protected,
                    ) {
                        let last = record.said.insert(field, (at, cell.clone()));
                        if last.is_some_and(|(_, said)| look(&said) != look(cell)) {
                            self.note(at, "contact", "field-differs");
                        }
                    }
                }
            }
        }
        for field in ["email", "phone"] {
            let refused = join_addresses(&policy, &mut record, row, field, rule, dropped, is_new);
            for _ in 0..refused {
                self.note(at, "contact", "value-limit");
            }
        }
        record.rows.push(at);
        self.note_kept_addresses(at, &before, &record.now);
        self.contacts[contact] = record;
    }

    /// Addresses that the row asks to clear, and that stay.
    fn note_kept_addresses(&mut self, at: usize, before: &Values, now: &Values) {
        for (header, field) in HEADERS.into_iter().filter(|(_, field)| ADDRESSES.contains(field)) {
            let (was, is) = (before.get(field), now.get(field));
            let stays = |held: &String| is.is_some_and(|is| is.contains(held));
            if self.asks_for_nothing(at, header) && was.is_some_and(|was| was.iter().any(stays)) {
                self.note(at, "contact", "clear-kept");
            }
        }
    }

    /// Is the cell a token that the merge rule of its column minds?
    pub(crate) fn asks_for_nothing(&self, at: usize, header: &'static str) -> bool {
        let is_token =
            self.rows[at].get(header).is_some_and(|cell| self.policy.token == Some(cell));
        is_token && merge(&self.policy, header, "") != "keep"
    }
}

impl Naive {
    /// Names the cells, of addresses apart, that ask in vain for nothing to be there (L2, W3).
    fn note_kept(&mut self, contact: usize, at: usize, rule: Option<&[&'static str]>) {
        let record = &self.contacts[contact];
        let is_new = record.id.is_none();
        let mut kept = 0;
        for (header, field) in HEADERS {
            let is_address = field.contains("mail") || field.contains("phone");
            if field == "id" || is_address || !self.asks_for_nothing(at, header) {
                continue;
            }
            let is_there = is_new
                || self.policy.always.contains(&header)
                || record.before.get(field).is_some_and(|all| !all.is_empty());
            let is_key = rule.is_some_and(|rule| rule.contains(&field));
            let is_stuck = is_there && (is_key || self.policy.required.contains(&field));
            // Of tags that may come from opportunities it is not said.
            let is_told = field != "tags" || !self.policy.headers.contains(&"Opportunity Tags");
            kept += usize::from(is_stuck || (is_told && record.given.contains(&field)));
        }
        for _ in 0..kept {
            self.note(at, "contact", "clear-kept");
        }
    }
}

pub(crate) fn merge(policy: &Policy, header: &str, default: &'static str) -> &'static str {
    policy.merge.get(header).copied().unwrap_or(default)
}

/// One single value (W2, W3, W5). Says whether the row's value competes with those of other rows.
pub(crate) fn join_single(
    policy: &Policy,
    record: &mut Record,
    (header, field): (&'static str, &'static str),
    cell: &str,
    is_new: bool,
    is_protected: bool,
) -> bool {
    let now = record.now.get(field).and_then(|values| values.first()).cloned();
    let rule = merge(policy, header, if field == "notes" { "append" } else { "overwrite" });
    let is_given = record.given.contains(&field);
    let is_token = policy.token == Some(cell);
    // Explicitly nothing, unless it may not be nothing; no default stands in for that.
    if is_token && !is_protected {
        if !is_given && rule != "keep" {
            record.now.remove(field);
        }
        return false;
    }
    if cell.is_empty() || is_token {
        join_blank(policy, record, (header, field), rule, is_new, is_protected);
        return false;
    }
    // Said is given, whether the rule takes it or not.
    record.given.push(field);
    let written = match (rule, now) {
        ("fill_blank", Some(_)) => return false,
        ("keep", _) if !is_new => return false,
        ("append", Some(now)) if has_lines(&now, cell) => now,
        // What looks the same is there already (W4).
        (_, Some(now)) if look(&now) == look(cell) => now,
        ("append", Some(now)) => format!("{now}\n{cell}"),
        _ => cell.to_owned(),
    };
    record.now.insert(field, vec![written]);
    rule == "overwrite"
}

/// A note is there already where all of its lines stand one below the other (W5).
pub(crate) fn has_lines(text: &str, note: &str) -> bool {
    let (note, text) = (look(note), look(text));
    let note: Vec<_> = note.lines().map(str::trim).collect();
    let text: Vec<_> = text.lines().map(str::trim).collect();
    text.windows(note.len()).any(|lines| lines == note)
}

/// A blank means the default if there is one, or clears where that is asked for; what a row of the file has
/// given it does not touch (W3, W6).
fn join_blank(
    policy: &Policy,
    record: &mut Record,
    (header, field): (&'static str, &'static str),
    rule: &str,
    is_new: bool,
    is_protected: bool,
) {
    let is_missing = record.now.get(field).is_none_or(Vec::is_empty);
    let is_given = record.given.contains(&field);
    let Some(default) = policy.defaults.get(header) else {
        let clears = policy.clears.contains(&header) && rule != "keep";
        if clears && !is_given && !is_protected {
            record.now.remove(field);
        }
        return;
    };
    // When the record is made, or always.
    let is_always = policy.always.contains(&header) && !is_given;
    let is_taken = match rule {
        "fill_blank" => is_missing,
        "keep" => is_new,
        _ => true,
    };
    if (is_new && is_missing) || (is_always && is_taken) {
        record.now.insert(field, vec![(*default).to_owned()]);
    }
    // What is only for new ones the next import does not say again (L3).
    if is_always {
        record.given.push(field);
    }
}

/// A list (W2): case folded, no item twice.
fn join_list(
    policy: &Policy,
    record: &mut Record,
    header: &'static str,
    field: &'static str,
    cell: &str,
    is_new: bool,
) {
    let now = record.now.entry(field).or_default();
    let rule = merge(policy, header, "union");
    let is_token = policy.token == Some(cell);
    if cell.is_empty() || is_token {
        let clears = is_token || policy.clears.contains(&header);
        if clears && rule != "keep" && !record.given.contains(&field) {
            now.clear();
        }
        return;
    }
    record.given.push(field);
    if (rule == "fill_blank" && !now.is_empty()) || (rule == "keep" && !is_new) {
        return;
    }
    if rule == "overwrite" {
        now.clear();
    }
    items(cell).for_each(|item| add_tag(now, item));
}

pub(crate) fn add_tag(tags: &mut Vec<String>, tag: &str) {
    if !tags.iter().any(|held| fold(held) == fold(tag)) {
        tags.push(tag.to_owned());
    }
}
