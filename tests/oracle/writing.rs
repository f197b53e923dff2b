//! What a row writes into its contact, as behaviour §6 and §7 say it: single values, lists, and
//! several e-mails and phones.

use crate::contacts::{HEADERS, Key, addresses, header_of, is_usable, items, list_of, normal};
use crate::model::{Policy, Record, Row, Values, fold};
use crate::naive::Naive;

const LIMIT: usize = 10;

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
        let mut record = std::mem::take(&mut self.contacts[contact]);
        let is_new = record.id.is_none() && record.rows.is_empty();
        for (header, field) in HEADERS {
            let Some(cell) = row.get(header) else { continue };
            let is_protected =
                rule.is_some_and(|rule| rule.contains(&field)) || policy.required.contains(&field);
            let is_dropped = dropped.contains(&(header, 0));
            match field {
                "id" | "additional_emails" | "additional_phones" | "email" | "phone" => {}
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
                        if last.is_some_and(|(_, said)| said != *cell) {
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
        self.contacts[contact] = record;
    }
}

impl Naive {
    /// Names the cells that ask a stored contact in vain for nothing to be there (L2, W3).
    fn note_kept(&mut self, contact: usize, at: usize, rule: Option<&[&'static str]>) {
        let record = &self.contacts[contact];
        let is_new = record.id.is_none();
        let is_first = is_new && record.rows.is_empty();
        let mut kept = 0;
        for (header, field) in HEADERS.into_iter().filter(|(_, field)| *field != "id") {
            let is_token = self.rows[at].get(header).is_some_and(|c| self.policy.token == Some(c));
            let default =
                if field.starts_with("additional") || field == "tags" { "union" } else { "" };
            let is_there = is_new
                || self.policy.always.contains(&header)
                || record.before.get(field).is_some_and(|all| !all.is_empty());
            if !is_token || !is_there || merge(&self.policy, header, default) == "keep" {
                continue;
            }
            let is_key = |field| rule.is_some_and(|rule| rule.contains(&field));
            let is_stuck = match field {
                _ if is_first => self.policy.required.contains(&field),
                "additional_emails" => is_key("email") || brings(&self.policy, "email"),
                "additional_phones" => is_key("phone") || brings(&self.policy, "phone"),
                _ => is_key(field) || self.policy.required.contains(&field),
            };
            kept += usize::from(is_stuck);
        }
        for _ in 0..kept {
            self.note(at, "contact", "clear-kept");
        }
    }
}

/// Can the file put another primary address in the place of a stored one?
fn brings(policy: &Policy, field: &'static str) -> bool {
    let header = header_of(field);
    policy.headers.contains(&header)
        && !matches!(merge(policy, header, "overwrite"), "fill_blank" | "keep")
}

fn merge(policy: &Policy, header: &str, default: &'static str) -> &'static str {
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
        match policy.defaults.get(header) {
            // A blank means the default: when the contact is made, or always; what a row of the file
            // has given it does not touch.
            Some(default) => {
                let is_always = policy.always.contains(&header) && !is_given;
                let is_missing = is_new && now.is_none();
                let is_taken = match rule {
                    "fill_blank" => now.is_none(),
                    "keep" => is_new,
                    _ => true,
                };
                if is_missing || (is_always && is_taken) {
                    record.now.insert(field, vec![(*default).to_owned()]);
                }
                // What is only for new ones the next import does not say again (L3).
                if is_always {
                    record.given.push(field);
                }
            }
            None => {
                let clears = policy.clears.contains(&header) && rule != "keep";
                if clears && !is_given && !is_protected {
                    record.now.remove(field);
                }
            }
        }
        return false;
    }
    // Said is given, whether the rule takes it or not.
    record.given.push(field);
    let written = match (rule, now) {
        ("fill_blank", Some(_)) => return false,
        ("keep", _) if !is_new => return false,
        ("append", Some(now)) if now.contains(cell) => now,
        ("append", Some(now)) => format!("{now}\n{cell}"),
        _ => cell.to_owned(),
    };
    record.now.insert(field, vec![written]);
    rule == "overwrite"
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

/// E-mail addresses or phones (V1 to V5). Says how many values found no room.
fn join_addresses(
    policy: &Policy,
    record: &mut Record,
    row: &Row,
    field: &'static str,
    rule: Option<&[&'static str]>,
    dropped: &[(&'static str, usize)],
    is_new: bool,
) -> usize {
    let list = list_of(field);
    let (primary_header, list_header) = (header_of(field), header_of(list));
    let kept = |key: &Key| !dropped.contains(&key.at);
    let first: Vec<String> =
        addresses(row, field).into_iter().filter(kept).map(|key| key.value).collect();
    let more: Vec<String> =
        addresses(row, list).into_iter().filter(kept).map(|key| key.value).collect();
    // What cannot be written is given all the same.
    let in_vain = |field: &'static str| -> Vec<usize> {
        let all = addresses(row, field).into_iter().enumerate();
        all.filter(|(_, key)| !kept(key)).map(|(at, _)| at).collect()
    };
    let (vain, vain_more) = (in_vain(field), in_vain(list));
    let said = |value: &String| first.contains(value) || more.contains(value);
    let get = |values: &Values, field: &str| -> Vec<String> {
        let all = values.get(field).cloned().unwrap_or_default();
        all.into_iter().map(|value| normal(field, &value).unwrap_or(value)).collect()
    };
    let mut primary = get(&record.now, field).into_iter().next();
    let mut others: Vec<String> = Vec::new();
    for value in get(&record.now, list) {
        if primary.as_ref() != Some(&value) && !others.contains(&value) {
            others.push(value);
        }
    }
    let room = if policy.absent.contains(&list) { 0 } else { LIMIT };
    let primary_rule = merge(policy, primary_header, "overwrite");
    let list_rule = merge(policy, list_header, "union");
    let is_token = |header: &str| row.get(header).is_some_and(|c| policy.token == Some(c.as_str()));
    let is_blank = |header: &str| row.get(header).is_some_and(String::is_empty);
    let clears = |header: &&'static str, rule: &str| {
        let is_asked = is_token(header) || (is_blank(header) && policy.clears.contains(header));
        is_asked && rule != "keep"
    };
    // Where the file brings new primary addresses, the old ones end among the additional ones, and a
    // second import could not tell which those are: so a blank lets all of them be.
    let brings_primary = brings(policy, field);
    // What is removed goes first; nothing that the row says itself is removed.
    let is_replaced = list_rule == "overwrite" && !more.is_empty();
    let is_cleared = clears(&list_header, list_rule) && !record.given.contains(&list);
    if is_replaced || (is_cleared && !brings_primary) {
        others.retain(said);
    }
    let had_list = !others.is_empty();
    // A row that one of its addresses leads here, or could, does not clear the primary one.
    let is_key = policy.rules.iter().any(|rule| rule.contains(&field) && is_usable(policy, rule));
    let leads = |value: &String| primary.as_ref() == Some(value) || others.contains(value);
    let is_led = rule.is_some() && is_key && first.iter().chain(&more).any(leads);
    let is_protected = is_led || policy.required.contains(&field);
    // Nor does one that comes after an address of the file: with the next import that would move up.
    let is_given = [field, list].iter().any(|field| record.given.contains(field));
    let is_safe = is_protected || is_given || primary.iter().any(said);
    if clears(&primary_header, primary_rule) && !is_safe {
        primary = None;
    }
    let had_primary = primary.is_some();
    let (mut refused, mut is_moved) = (0, false);
    if let Some(value) = first.first() {
        let is_taken = match primary_rule {
            "fill_blank" => primary.is_none(),
            "keep" => is_new,
            _ => true,
        };
        if is_taken && primary.as_ref() != Some(value) {
            let held = others.iter().position(|other| other == value);
            match (held, primary.clone()) {
                (Some(at), None) => {
                    others.remove(at);
                    primary = Some(value.clone());
                }
                (Some(at), Some(old)) if policy.promote == "always" => {
                    others[at] = old;
                    primary = Some(value.clone());
                    is_moved = true;
                }
                // It is given where it stands.
                (Some(_), Some(_)) => record.given.push(list),
                // Where there is one place, what stands there gives way.
                (None, Some(_)) if room == 0 => primary = Some(value.clone()),
                // What finds no room is left out, as if the row did not say it.
                (None, Some(_)) if others.len() >= room => {
                    let at = addresses(row, field).iter().find(|key| kept(key)).unwrap().at;
                    let dropped = [dropped, &[at]].concat();
                    return 1 + join_addresses(policy, record, row, field, rule, &dropped, is_new);
                }
                (None, old) => {
                    is_moved = old.is_some();
                    others.extend(old);
                    primary = Some(value.clone());
                }
            }
        }
    }
    // What a row gave stays given where it is moved to (W3).
    if is_moved && record.given.contains(&field) {
        record.given.push(list);
    }
    if vain.first() == Some(&0) {
        record.given.push(field);
    }
    if vain.len() > 1 || vain.first().is_some_and(|at| *at > 0) || !vain_more.is_empty() {
        record.given.push(list);
    }
    if let Some(value) = first.first() {
        record.given.push(field);
        if others.contains(value) {
            record.given.push(list);
        }
    }
    let mut had_list = had_list;
    let rest = first.iter().skip(1).map(|value| (primary_rule, true, value));
    for (rule, is_rest, value) in rest.chain(more.iter().map(|v| (list_rule, false, v))) {
        // Where the last of them has become the primary one, there are none any more; and where there is
        // no primary one, it is a blank that is filled.
        had_list = had_list && !others.is_empty();
        let was_filled = if is_rest { had_primary } else { had_list && primary.is_some() };
        record.given.push(list);
        if primary.as_ref() == Some(value) {
            record.given.push(field);
        }
        if (rule == "fill_blank" && was_filled) || (rule == "keep" && !is_new) {
            continue;
        }
        if primary.is_none() {
            others.retain(|other| other != value);
            primary = Some(value.clone());
            record.given.push(field);
        } else if primary.as_ref() != Some(value) && !others.contains(value) {
            if others.len() < room {
                others.push(value.clone());
            } else {
                refused += 1;
            }
        }
    }
    record.now.insert(field, primary.into_iter().collect());
    record.now.insert(list, others);
    refused
}
