//! What a row makes of the e-mail addresses or phones of its contact, as behaviour §7 says it.

use crate::contacts::{Key, addresses, header_of, is_usable, list_of, normal};
use crate::model::{Policy, Record, Row};
use crate::writing::merge;

/// How many additional addresses a contact holds at most (V1).
const LIMIT: usize = 10;

/// E-mail addresses or phones (V1 to V5). Says how many values found no room.
pub(crate) fn join_addresses(
    policy: &Policy,
    record: &mut Record,
    row: &Row,
    field: &'static str,
    rule: Option<&[&'static str]>,
    dropped: &[(&'static str, usize)],
    is_new: bool,
) -> usize {
    let said = Said::of(row, field, dropped);
    let mut book = Book::stored(policy, record, field);
    // What is removed goes first; nothing that the row says itself is removed.
    if book.is_said_in_full(policy, &said) {
        book.forget_all_but(&said);
    }
    book.clear_list(policy, record, row, &said);
    book.clear_primary(policy, record, row, &said, rule);
    let (had_primary, had_list) = (book.primary.is_some(), !book.others.is_empty());
    if let Some(value) = said.first.first()
        && !book.take_primary(policy, record, value, is_new)
    {
        // What finds no room is left out, as if the row did not say it.
        let is_kept = |key: &&Key| !dropped.contains(&key.at);
        let at = addresses(row, field).iter().find(is_kept).unwrap().at;
        let dropped = [dropped, &[at]].concat();
        return 1 + join_addresses(policy, record, row, field, rule, &dropped, is_new);
    }
    book.note_given(record, &said);
    let refused = book.take_others(policy, record, &said, (had_primary, had_list), is_new);
    record.now.insert(field, book.primary.into_iter().collect());
    record.now.insert(book.list, book.others);
    refused
}

/// What a row says of addresses of one kind.
struct Said {
    /// In the column of the primary one, in that of the others.
    first: Vec<String>,
    more: Vec<String>,
    /// The places of those that cannot be written: they are given all the same.
    vain: Vec<usize>,
    vain_more: Vec<usize>,
}

impl Said {
    fn of(row: &Row, field: &'static str, dropped: &[(&'static str, usize)]) -> Self {
        let kept = |key: &Key| !dropped.contains(&key.at);
        let values = |field| -> Vec<String> {
            addresses(row, field).into_iter().filter(kept).map(|key| key.value).collect()
        };
        let in_vain = |field| -> Vec<usize> {
            let all = addresses(row, field).into_iter().enumerate();
            all.filter(|(_, key)| !kept(key)).map(|(at, _)| at).collect()
        };
        let list = list_of(field);
        Said {
            first: values(field),
            more: values(list),
            vain: in_vain(field),
            vain_more: in_vain(list),
        }
    }

    fn has(&self, value: &String) -> bool {
        self.first.contains(value) || self.more.contains(value)
    }
}

/// The addresses of one kind that a contact has.
struct Book {
    field: &'static str,
    list: &'static str,
    primary: Option<String>,
    others: Vec<String>,
    /// How many others there may be.
    room: usize,
}

impl Book {
    fn stored(policy: &Policy, record: &Record, field: &'static str) -> Self {
        let list = list_of(field);
        let get = |field: &str| -> Vec<String> {
            let all = record.now.get(field).cloned().unwrap_or_default();
            all.into_iter().map(|value| normal(field, &value).unwrap_or(value)).collect()
        };
        let primary = get(field).into_iter().next();
        let mut others: Vec<String> = Vec::new();
        for value in get(list) {
            if primary.as_ref() != Some(&value) && !others.contains(&value) {
                others.push(value);
            }
        }
        let room = if policy.absent.contains(&list) { 0 } else { LIMIT };
        Book { field, list, primary, others, room }
    }

    fn primary_rule<'p>(&self, policy: &'p Policy) -> &'p str {
        merge(policy, header_of(self.field), "overwrite")
    }

    fn list_rule<'p>(&self, policy: &'p Policy) -> &'p str {
        merge(policy, header_of(self.list), "union")
    }

    /// Where both columns overwrite, a row with an address in each of them says which ones there are: all others
    /// go, the primary one as well.
    fn is_said_in_full(&self, policy: &Policy, said: &Said) -> bool {
        let overwrite = [self.primary_rule(policy), self.list_rule(policy)] == ["overwrite"; 2];
        overwrite && !said.first.is_empty() && !said.more.is_empty()
    }

    fn forget_all_but(&mut self, said: &Said) {
        self.others.retain(|value| said.has(value));
        self.primary = self.primary.take().filter(|value| said.has(value));
    }

    fn clear_list(&mut self, policy: &Policy, record: &Record, row: &Row, said: &Said) {
        let rule = self.list_rule(policy);
        let is_replaced = rule == "overwrite" && !said.more.is_empty();
        let is_cleared = asks_to_clear(policy, row, header_of(self.list), rule)
            && !record.given.contains(&self.list);
        // Where the file brings new primary addresses, the old ones end among the additional ones, and a
        // second import could not tell which those are: so a blank lets all of them be, and so does a row
        // that says additional ones only.
        if (is_replaced || is_cleared) && !brings(policy, self.field) {
            self.others.retain(|value| said.has(value));
        }
    }

    fn clear_primary(
        &mut self,
        policy: &Policy,
        record: &Record,
        row: &Row,
        said: &Said,
        rule: Option<&[&'static str]>,
    ) {
        // A row that one of its addresses leads here, or could, does not clear the primary one.
        let is_key =
            policy.rules.iter().any(|rule| rule.contains(&self.field) && is_usable(policy, rule));
        let leads =
            |value: &String| self.primary.as_ref() == Some(value) || self.others.contains(value);
        let is_led = rule.is_some() && is_key && said.first.iter().chain(&said.more).any(leads);
        let is_protected = is_led || policy.required.contains(&self.field);
        // Nor does one that comes after an address of the file: with the next import that would move up.
        let is_given = [self.field, self.list].iter().any(|field| record.given.contains(field));
        let is_safe = is_protected || is_given || self.primary.iter().any(|value| said.has(value));
        let rule = self.primary_rule(policy);
        if asks_to_clear(policy, row, header_of(self.field), rule) && !is_safe {
            self.primary = None;
        }
    }

    /// The first value of the primary column. False: there is no room for the one that it replaces.
    fn take_primary(
        &mut self,
        policy: &Policy,
        record: &mut Record,
        value: &String,
        is_new: bool,
    ) -> bool {
        let is_taken = match self.primary_rule(policy) {
            "fill_blank" => self.primary.is_none(),
            "keep" => is_new,
            _ => true,
        };
        if !is_taken || self.primary.as_ref() == Some(value) {
            return true;
        }
        let mut is_moved = false;
        let held = self.others.iter().position(|other| other == value);
        match (held, self.primary.clone()) {
            (Some(at), None) => {
                self.others.remove(at);
                self.primary = Some(value.clone());
            }
            (Some(at), Some(old)) if policy.promote == "always" => {
                self.others[at] = old;
                self.primary = Some(value.clone());
                is_moved = true;
            }
            // It is given where it stands.
            (Some(_), Some(_)) => record.given.push(self.list),
            // Where there is one place, what stands there gives way.
            (None, Some(_)) if self.room == 0 => self.primary = Some(value.clone()),
            (None, Some(_)) if self.others.len() >= self.room => return false,
            (None, old) => {
                is_moved = old.is_some();
                self.others.extend(old);
                self.primary = Some(value.clone());
            }
        }
        // What a row gave stays given where it is moved to (W3).
        if is_moved && record.given.contains(&self.field) {
            record.given.push(self.list);
        }
        true
    }

    /// What a row says is given, also where it cannot be written or stands already (W3).
    fn note_given(&self, record: &mut Record, said: &Said) {
        if said.vain.first() == Some(&0) {
            record.given.push(self.field);
        }
        let is_behind = said.vain.len() > 1 || said.vain.first().is_some_and(|at| *at > 0);
        if is_behind || !said.vain_more.is_empty() {
            record.given.push(self.list);
        }
        if let Some(value) = said.first.first() {
            record.given.push(self.field);
            if self.others.contains(value) {
                record.given.push(self.list);
            }
        }
    }

    /// The other values of both columns. Says how many found no room.
    fn take_others(
        &mut self,
        policy: &Policy,
        record: &mut Record,
        said: &Said,
        (had_primary, mut had_list): (bool, bool),
        is_new: bool,
    ) -> usize {
        let mut refused = 0;
        let (primary_rule, list_rule) = (self.primary_rule(policy), self.list_rule(policy));
        let rest = said.first.iter().skip(1).map(|value| (primary_rule, true, value));
        let more = said.more.iter().map(|value| (list_rule, false, value));
        for (rule, is_rest, value) in rest.chain(more) {
            // Where the last of them has become the primary one, there are none any more; and where there
            // is no primary one, it is a blank that is filled.
            had_list = had_list && !self.others.is_empty();
            let was_filled = if is_rest { had_primary } else { had_list && self.primary.is_some() };
            record.given.push(self.list);
            if self.primary.as_ref() == Some(value) {
                record.given.push(self.field);
            }
            if (rule == "fill_blank" && was_filled) || (rule == "keep" && !is_new) {
                continue;
            }
            if self.primary.is_none() {
                self.others.retain(|other| other != value);
                self.primary = Some(value.clone());
                record.given.push(self.field);
            } else if self.primary.as_ref() != Some(value) && !self.others.contains(value) {
                if self.others.len() < self.room {
                    self.others.push(value.clone());
                } else {
                    refused += 1;
                }
            }
        }
        refused
    }
}

/// Does the cell under a header ask to clear what is stored (W3)?
fn asks_to_clear(policy: &Policy, row: &Row, header: &'static str, rule: &str) -> bool {
    let cell = row.get(header).map(String::as_str);
    let is_token = cell.is_some() && cell == policy.token;
    let is_blank = cell == Some("") && policy.clears.contains(&header);
    (is_token || is_blank) && rule != "keep"
}

/// Can the file put another primary address in the place of a stored one?
pub(crate) fn brings(policy: &Policy, field: &'static str) -> bool {
    let header = header_of(field);
    policy.headers.contains(&header)
        && !matches!(merge(policy, header, "overwrite"), "fill_blank" | "keep")
}
