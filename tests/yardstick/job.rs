//! The job of the common measure, as its description says it: one class, one link and one
//! opportunity for each row, by two maps of keys and nothing else.

use std::collections::{BTreeMap, HashMap, HashSet};

use csv::StringRecord;

/// What one row adds to each counter; what adds nothing is left out.
pub(crate) type Counts = BTreeMap<&'static str, i64>;

/// Adds to a counter.
pub(crate) fn add(counts: &mut Counts, counter: &'static str, more: i64) {
    if more != 0 {
        *counts.entry(counter).or_default() += more;
    }
}

/// The file as text.
pub(crate) struct Table {
    headers: HashMap<String, usize>,
    pub(crate) records: Vec<StringRecord>,
    pub(crate) bytes: Vec<u8>,
}

impl Table {
    pub(crate) fn read(bytes: Vec<u8>) -> Self {
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let headers = reader.headers().unwrap().iter().map(str::to_owned);
        let headers = headers.enumerate().map(|(at, header)| (header, at)).collect();
        let records = reader.records().map(Result::unwrap).collect();
        Table { headers, records, bytes }
    }

    pub(crate) fn has(&self, header: &str) -> bool {
        self.headers.contains_key(header)
    }

    /// A cell, trimmed; blank where the file has no such column.
    pub(crate) fn cell(&self, row: usize, header: &str) -> &str {
        let at = self.headers.get(header);
        at.and_then(|&at| self.records[row].get(at)).map_or("", |cell| cell.trim_matches(' '))
    }
}

/// An opportunity on a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Deal {
    Error,
    Update { cents: i64, date: i64 },
    Create { cents: i64, date: i64 },
}

/// What the job makes of one row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) class: &'static str,
    /// Position of the stored contact, or of the row that brought the key first.
    pub(crate) link: Option<usize>,
    pub(crate) email: String,
    pub(crate) phone: String,
    /// The opportunity as it stands on the row, whatever became of the contact.
    pub(crate) deal: Option<Deal>,
    /// Items of the additional e-mails, additional phones, tags.
    pub(crate) items: [i64; 3],
}

pub(crate) const ERRORS: [&str; 4] = ["bad_email", "bad_phone", "no_key", "unknown_id"];

impl Row {
    pub(crate) fn is_ok(&self) -> bool {
        !ERRORS.contains(&self.class)
    }

    /// What the row adds to the counters. A row with a contact error does nothing else.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::from([("rows", 1), (self.class, 1)]);
        if !self.is_ok() {
            return counts;
        }
        let sum = if self.class.starts_with("in_") { "link_in" } else { "link_ex" };
        add(&mut counts, sum, self.link.map_or(0, |link| link as i64));
        add(&mut counts, "e_len_sum", self.email.chars().count() as i64);
        add(&mut counts, "p_len_sum", self.phone.chars().count() as i64);
        for (counter, items) in ["extra_emails", "extra_phones", "tags"].iter().zip(self.items) {
            add(&mut counts, counter, items);
        }
        let (counter, cents, date) = match self.deal {
            None => return counts,
            Some(Deal::Error) => ("opp_error", 0, 0),
            Some(Deal::Update { cents, date }) => ("opp_update", cents, date),
            Some(Deal::Create { cents, date }) => ("opp_create", cents, date),
        };
        add(&mut counts, counter, 1);
        add(&mut counts, "cents_sum", cents);
        add(&mut counts, "date_sum", date);
        counts
    }
}

/// A stored contact: its id, e-mail address and phone, normalised; unique or blank.
pub(crate) type Stored = [String; 3];

/// Classifies every row.
pub(crate) fn classify(table: &Table, stored: &[Stored]) -> Vec<Row> {
    let index = |at: usize| -> HashMap<&str, usize> {
        let keys = stored.iter().map(|record| record[at].as_str()).enumerate();
        keys.filter(|(_, key)| !key.is_empty()).map(|(number, key)| (key, number)).collect()
    };
    let (ids, stored_emails, stored_phones) = (index(0), index(1), index(2));
    let (mut emails, mut phones) = (HashMap::new(), HashMap::new());
    let mut rows: Vec<Row> = Vec::with_capacity(table.records.len());
    for at in 0..table.records.len() {
        let id = table.cell(at, "Contact ID");
        let email = table.cell(at, "Email").to_ascii_lowercase();
        let (number, phone) = (table.cell(at, "Phone"), phone(table.cell(at, "Phone")));
        let error = if !email.is_empty() && !is_email(&email) {
            Some("bad_email")
        } else if !number.is_empty() && phone.is_none() {
            Some("bad_phone")
        } else if id.is_empty() && email.is_empty() && number.is_empty() {
            Some("no_key")
        } else {
            (!id.is_empty() && !ids.contains_key(id)).then_some("unknown_id")
        };
        let phone = phone.unwrap_or_default();
        let found = || -> (&'static str, Option<usize>) {
            let classes = [
                ("id", ids.get(id)),
                ("ex_email", stored_emails.get(email.as_str())),
                ("in_email", emails.get(&email)),
                ("ex_phone", stored_phones.get(phone.as_str())),
                ("in_phone", phones.get(&phone)),
            ];
            let first = classes.into_iter().find(|(_, link)| link.is_some());
            first.map_or(("create", None), |(class, link)| (class, link.copied()))
        };
        let (class, link) = error.map_or_else(found, |error| (error, None));
        if error.is_none() {
            // Every ok row brings its keys, whatever its class.
            for (keys, key) in [(&mut emails, &email), (&mut phones, &phone)] {
                if !key.is_empty() {
                    keys.entry(key.clone()).or_insert(at);
                }
            }
        }
        let items = [("Additional Emails", ';'), ("Additional Phones", ';'), ("Tags", ',')];
        let items = items
            .map(|(header, separator)| split(table.cell(at, header), separator).count() as i64);
        rows.push(Row { class, link, email, phone, deal: deal(table, at), items });
    }
    rows
}

/// The items of a cell that are not blank.
pub(crate) fn split(cell: &str, separator: char) -> impl Iterator<Item = &str> {
    cell.split(separator).map(str::trim).filter(|item| !item.is_empty())
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let parts: Vec<&str> = domain.split('.').collect();
    !local.is_empty()
        && parts.len() > 1
        && parts.iter().all(|part| !part.is_empty())
        && !text.contains(char::is_whitespace)
        && !domain.contains('@')
}

fn phone(text: &str) -> Option<String> {
    if !text.chars().all(|c| c.is_ascii_digit() || "()+.- /".contains(c)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let international = text.starts_with('+').then_some(digits.as_str());
    match international.or_else(|| digits.strip_prefix("00")) {
        Some(digits) => (8..=15).contains(&digits.len()).then(|| format!("+{digits}")),
        None if digits.len() == 10 => Some(format!("+1{digits}")),
        None => (digits.len() == 11 && digits.starts_with('1')).then(|| format!("+{digits}")),
    }
}

fn deal(table: &Table, at: usize) -> Option<Deal> {
    let id = table.cell(at, "Opportunity ID");
    if id.is_empty() && table.cell(at, "Opportunity Name").is_empty() {
        return None;
    }
    let status = table.cell(at, "Status").to_ascii_lowercase();
    let is_status = ["", "open", "won", "lost", "abandoned"].contains(&status.as_str());
    let (cents, date) = (cents(table.cell(at, "Value")), date(table.cell(at, "Close Date")));
    Some(match (cents.filter(|_| is_status), date) {
        (None, _) | (_, None) => Deal::Error,
        (Some(cents), Some(date)) if id.is_empty() => Deal::Create { cents, date },
        (Some(cents), Some(date)) => Deal::Update { cents, date },
    })
}

fn cents(cell: &str) -> Option<i64> {
    let plain = cell.replace(['$', ',', ' '], "");
    if plain.is_empty() {
        return Some(0);
    }
    let (sign, digits) = plain.strip_prefix('-').map_or((1, plain.as_str()), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 2 {
        return None;
    }
    Some(sign * format!("{whole}{part:0<2}").parse::<i64>().unwrap())
}

/// Year, month and day of a cell, if it has the shape of a date. The job knows no calendar.
pub(crate) fn parts(cell: &str) -> Option<[i64; 3]> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let text = cell.get(range)?;
        text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().unwrap())
    };
    let marks: String = cell.chars().filter(|c| !c.is_ascii_digit()).collect();
    let [year, month, day] = match (cell.len(), marks.as_str()) {
        (10, "--") => [number(0..4)?, number(5..7)?, number(8..10)?],
        (10, "//") => [number(6..10)?, number(0..2)?, number(3..5)?],
        _ => return None,
    };
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some([year, month, day])
}

fn date(cell: &str) -> Option<i64> {
    if cell.is_empty() {
        return Some(0);
    }
    let [year, month, day] = parts(cell)?;
    Some(year * 10_000 + month * 100 + day)
}

/// The ids of the opportunities that the job updates.
pub(crate) fn updated<'t>(table: &'t Table, rows: &[Row]) -> HashSet<&'t str> {
    let is_update = |row: &Row| row.is_ok() && matches!(row.deal, Some(Deal::Update { .. }));
    let updates = rows.iter().enumerate().filter(|(_, row)| is_update(row));
    updates.map(|(at, _)| table.cell(at, "Opportunity ID")).collect()
}
