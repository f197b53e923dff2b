//! What a row writes into its contact, as behaviour §6 and §7 say it: single values, lists, and
//! several e-mails and phones.

use crate::contacts::{HEADERS, Key, addresses, header_of, items, list_of, normal};
use crate::model::{Policy, Record, Row, Values, fold};
use crate::naive::Naive;

const LIMIT: usize = 10;

impl Naive {
    /// Folds a row into a contact (§6, §7).
    pub(crate) fn join_contact(
        &mut self,
        contact: usize,
        row: &Row,
        at: usize,
        rule: Option<&[&'static str]>,
        dropped: &[(&'static str, usize)],
    ) {
        let policy = self.policy.clone();
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
                _ if is_dropped => {}
                _ => {
                    if join_single(
                        &policy,
                        &mut record,
                        (header, field),
                        cell,
                        is_new,
                        is_protected,
                    ) && !cell.is_empty()
                    {
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
    if cell.is_empty() {
        let clears = policy.clears.contains(&header);
        if clears && !record.given.contains(&field) && !is_protected {
            record.now.remove(field);
        }
        if let (true, Some(default)) = (is_new, policy.defaults.get(header)) {
            record.now.insert(field, vec![(*default).to_owned()]);
            record.given.push(field);
        }
        return false;
    }
    let rule = merge(policy, header, if field == "notes" { "append" } else { "overwrite" });
    let written = match (rule, now) {
        ("fill_blank", Some(_)) => return false,
        ("keep", _) if !is_new => return false,
        ("append", Some(now)) if now.contains(cell) => now,
        ("append", Some(now)) => format!("{now}\n{cell}"),
        _ => cell.to_owned(),
    };
    record.now.insert(field, vec![written]);
    record.given.push(field);
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
    if cell.is_empty() {
        if policy.clears.contains(&header) && !record.given.contains(&field) {
            now.clear();
        }
        return;
    }
    if (rule == "fill_blank" && !now.is_empty()) || (rule == "keep" && !is_new) {
        return;
    }
    if rule == "overwrite" {
        now.clear();
    }
    items(cell).for_each(|item| add_tag(now, item));
    record.given.push(field);
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
    let is_blank = |header: &str| row.get(header).is_some_and(String::is_empty);
    let clears = |header: &&'static str| is_blank(header) && policy.clears.contains(header);
    let primary_rule = merge(policy, primary_header, "overwrite");
    let list_rule = merge(policy, list_header, "union");
    let had_list = !others.is_empty();
    // What is removed goes first; nothing that the row says itself is removed.
    let is_replaced = list_rule == "overwrite" && !more.is_empty();
    if is_replaced || (clears(&list_header) && !record.given.contains(&list)) {
        others.retain(said);
    }
    let is_protected =
        rule.is_some_and(|rule| rule.contains(&field)) || policy.required.contains(&field);
    if clears(&primary_header) && !record.given.contains(&field) && !is_protected {
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
    if !first.is_empty()
        && match primary_rule {
            "fill_blank" => !had_primary,
            "keep" => is_new,
            _ => true,
        }
    {
        record.given.push(field);
    }
    let rest = first.iter().skip(1).map(|value| (primary_rule, had_primary, value));
    for (rule, was_filled, value) in rest.chain(more.iter().map(|v| (list_rule, had_list, v))) {
        if (rule == "fill_blank" && was_filled) || (rule == "keep" && !is_new) {
            continue;
        }
        let is_held = others.contains(value) || primary.as_ref() == Some(value);
        if is_held || primary.is_none() || others.len() < room {
            record.given.push(list);
        }
        if primary.is_none() {
            others.retain(|other| other != value);
            primary = Some(value.clone());
            record.given.push(field);
        } else if primary.as_ref() == Some(value) {
            record.given.push(field);
        } else if !others.contains(value) {
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
