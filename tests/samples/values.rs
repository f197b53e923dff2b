//! `values/`: e-mail addresses, phones, dates and amounts against what they mean.

use std::collections::BTreeMap;

use crm_import::IssueCode;
use crm_import::account::{DateOrder, PhoneRule};
use crm_import::normalize::{self, DateFormat, Separators};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::folder::sample;

/// The lines of a file of the samples; none where the folder is absent.
fn lines(path: &str) -> Vec<Value> {
    let Some(path) = sample(path) else { return Vec::new() };
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

/// Right ones and all, by kind; what went wrong, in words.
#[derive(Default)]
struct Shares {
    counts: BTreeMap<String, (u32, u32)>,
    wrong: Vec<String>,
}

impl Shares {
    fn count(&mut self, kind: &str, is_right: bool, wrong: impl FnOnce() -> String) {
        let count = self.counts.entry(kind.to_owned()).or_default();
        count.1 += 1;
        count.0 += u32::from(is_right);
        if !is_right {
            self.wrong.push(format!("{kind}: {}", wrong()));
        }
    }

    fn print(&self, title: &str) {
        let (right, all) = self.counts.values().fold((0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1));
        println!("{title}: {right} of {all}");
        for (kind, (right, all)) in &self.counts {
            println!("  {kind:32} {right:5} of {all:5}");
        }
        for wrong in self.wrong.iter().take(60) {
            println!("  {wrong}");
        }
    }
}

fn read_phone(cell: &str, region: Option<&str>) -> Option<(String, String)> {
    let phone = normalize::phone(cell, region, PhoneRule::Valid).ok()?;
    Some((format!("+{}", phone.number()), phone.extension()))
}

#[test]
fn every_firm_phone_is_read_and_every_invalid_one_refused() {
    let mut shares = Shares::default();
    for line in lines("values/phones.jsonl") {
        let (input, answer) = (text(&line, "input"), &line["libphonenumber"]);
        let read = read_phone(input, line["default_region"].as_str());
        let intended = line["intended_e164"].as_str();
        let extension = answer["extension"].as_str().unwrap_or("");
        let form = text(&line, "form");
        match intended {
            // Where the library says what was meant, the answer is firm.
            Some(meant) if answer["e164"].as_str() == Some(meant) => {
                let expected = (meant.to_owned(), extension.to_owned());
                shares.count(form, read.as_ref() == Some(&expected), || {
                    format!("{input:?} {} is {read:?}, not {expected:?}", line["default_region"])
                });
            }
            None => shares.count("invalid", read.is_none(), || format!("{input:?} is {read:?}")),
            // No number may be invented for the others.
            Some(meant) => {
                let is_safe = read.as_ref().is_none_or(|(number, _)| number == meant);
                shares.count("not firm", is_safe, || format!("{input:?} is {read:?}"));
            }
        }
    }
    shares.print("phones");
    assert!(shares.wrong.is_empty());
}

#[test]
fn no_messy_phone_becomes_a_number_that_was_not_written() {
    let mut shares = Shares::default();
    for line in lines("values/phones_messy.jsonl") {
        let (input, answer) = (text(&line, "input"), &line["libphonenumber"]);
        let read = read_phone(input, line["default_region"].as_str());
        let expected = answer["valid"].as_bool().unwrap_or(false).then(|| {
            let extension = answer["extension"].as_str().unwrap_or("");
            (text(answer, "e164").to_owned(), extension.to_owned())
        });
        shares.count(text(&line, "why"), read == expected, || {
            format!("{input:?} is {read:?}, not {expected:?}")
        });
    }
    shares.print("messy phones");
    assert!(shares.wrong.is_empty());
}

fn order(name: &str) -> Option<DateOrder> {
    match name {
        "mdy" => Some(DateOrder::Mdy),
        "dmy" => Some(DateOrder::Dmy),
        "ymd" => Some(DateOrder::Ymd),
        _ => None,
    }
}

#[test]
fn dates_of_the_locales_are_read_with_their_order_and_not_guessed_without() {
    let (mut hinted, mut open) = (Shares::default(), Shares::default());
    let mut misread = Vec::new();
    for line in lines("values/dates_cldr.jsonl") {
        let (input, locale, style) =
            (text(&line, "input"), text(&line, "locale"), text(&line, "style"));
        let expected: Date = text(&line, "iso").parse().unwrap();
        let format = DateFormat { order: order(text(&line, "order")), ..DateFormat::default() };
        let read = normalize::date(input, &format);
        hinted.count(locale, read == Ok(expected), || format!("{style} {input:?} is {read:?}"));
        if read.is_ok_and(|date| date != expected) {
            misread.push(input.to_owned());
        }
        let read = normalize::date(input, &DateFormat::default());
        let is_ambiguous = line["ambiguous_day_month"].as_bool().unwrap();
        let kind = if is_ambiguous { "ambiguous" } else { "tells by itself" };
        let is_right =
            if is_ambiguous { read.is_err() } else { read.is_err() || read == Ok(expected) };
        open.count(kind, is_right, || format!("{locale} {input:?} is {read:?}"));
    }
    hinted.print("dates with their order");
    open.print("dates without an order, not misread");
    let (right, all) = hinted.counts.values().fold((0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1));
    assert!(right * 100 >= all * 98);
    assert!(misread.is_empty() && open.wrong.is_empty(), "{misread:?}");
}

/// The day as it was written, where the answer is an instant: the day there, not in Greenwich.
fn day_as_written(line: &Value) -> Option<Date> {
    let expected = line["expected"].as_str()?;
    let instant: jiff::civil::DateTime = match expected.trim_end_matches('Z').parse() {
        Ok(instant) => instant,
        Err(_) => return Some(expected.parse().unwrap()),
    };
    let input = text(line, "input");
    let zone = input.rfind(['+', '-']).filter(|at| *at > 10).map_or("+0000", |at| &input[at..]);
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let minutes = digits[..2].parse::<i64>().unwrap() * 60 + digits[2..].parse::<i64>().unwrap();
    let minutes = if zone.starts_with('-') { -minutes } else { minutes };
    Some(instant.checked_add(jiff::Span::new().minutes(minutes)).unwrap().date())
}

#[test]
fn dates_that_products_write_are_read_or_refused() {
    let mut shares = Shares::default();
    for line in lines("values/dates_crm.jsonl") {
        let input = text(&line, "input");
        let hint = line["needs_hint"].as_str().unwrap_or("");
        let expected = day_as_written(&line);
        let format = DateFormat {
            order: order(hint),
            excel_serial: hint == "excel",
            ..DateFormat::default()
        };
        let read = normalize::date(input, &format);
        match (expected, hint) {
            // Counters from other epochs: no declaration for them, so they are refused.
            (Some(_), "unix" | "unix_ms" | "excel1904") => {
                shares.count("other counters, refused", read.is_err(), || {
                    format!("{input:?} is {read:?}")
                });
            }
            (Some(expected), _) => {
                shares.count("read", read == Ok(expected), || format!("{input:?} is {read:?}"));
            }
            (None, _) => {
                shares
                    .count("invalid, refused", read.is_err(), || format!("{input:?} is {read:?}"));
            }
        }
        let read = normalize::date(input, &DateFormat::default());
        let is_guess = line["ambiguous"].as_bool().unwrap() && read.is_ok();
        shares.count("never guessed", !is_guess, || format!("{input:?} is {read:?}"));
    }
    shares.print("dates of products");
    assert!(shares.wrong.is_empty());
}

#[test]
fn no_amount_is_off_by_a_power_of_ten() {
    let (mut known, mut open) = (Shares::default(), Shares::default());
    for line in lines("values/money_cldr.jsonl") {
        let (input, locale) = (text(&line, "input"), text(&line, "locale"));
        let expected: Decimal = text(&line, "expected").parse().unwrap();
        let one = |key: &str| line[key].as_str().and_then(|text| text.chars().next());
        let separators = Separators { group: one("group"), decimal: one("decimal").unwrap() };
        let read = normalize::decimal(input, Some(separators));
        known.count(locale, read == Ok(expected), || format!("{input:?} is {read:?}"));
        let read = normalize::decimal(input, None);
        // One separator before three digits: nothing tells.
        let is_open = read == Err(IssueCode::NumberAmbiguous);
        let is_ambiguous = line["ambiguous_without_locale"].as_bool().unwrap();
        let is_right = if is_ambiguous { read.is_err() } else { is_open || read == Ok(expected) };
        let kind = match (is_ambiguous, is_open) {
            (true, _) => "ambiguous, refused",
            (false, true) => "no sign of it, refused",
            (false, false) => "tells by itself",
        };
        open.count(kind, is_right, || format!("{locale} {input:?} is {read:?}"));
        // Under the separators of somewhere else an amount that tells is never misread.
        for (group, decimal) in [(',', '.'), ('.', ',')] {
            let read = normalize::decimal(input, Some(Separators { group: Some(group), decimal }));
            let is_right = read.is_err() || read == Ok(expected) || is_open;
            open.count("wrongly declared, not misread", is_right, || {
                format!("{input:?} is {read:?}")
            });
        }
    }
    known.print("amounts with their separators");
    open.print("amounts without");
    assert!(known.wrong.is_empty() && open.wrong.is_empty());
}

#[test]
fn e_mail_cells_of_practice_are_read_or_refused() {
    let mut shares = Shares::default();
    for line in lines("values/emails_practical.jsonl") {
        let (cell, expected) = (text(&line, "cell"), &line["expected"]);
        let expected: Vec<&str> = match expected {
            Value::Array(all) => all.iter().map(|one| one.as_str().unwrap()).collect(),
            one => one.as_str().into_iter().collect(),
        };
        let whole = normalize::email(cell);
        let read: Vec<String> = match &whole {
            Ok(address) => vec![address.to_string()],
            Err(_) => normalize::items(cell, normalize::EMAIL_SEPARATORS)
                .filter_map(|item| normalize::email(item).ok().map(String::from))
                .collect(),
        };
        shares.count("cells", read == expected, || {
            format!("{cell:?} is {read:?}, not {expected:?} ({})", text(&line, "why"))
        });
    }
    shares.print("e-mail cells");
    assert!(shares.wrong.is_empty());
}

/// Why a validator sees an address otherwise than we do; `None` if there is no rule that says so.
fn why(address: &str, is_accepted: bool) -> Option<&'static str> {
    let trimmed = normalize::trim(address);
    let (local, domain) = trimmed.rsplit_once('@').unwrap_or((trimmed, ""));
    if is_accepted {
        return match () {
            () if trimmed != address => Some("white space around it is trimmed"),
            () if trimmed.starts_with(['<', '(']) || trimmed.ends_with('>') => Some("unwrapped"),
            () if !trimmed.is_ascii() => Some("letters of other scripts are letters"),
            () if domain.contains("--") || domain.starts_with("xn") => Some("the network decides"),
            () if domain.rsplit('.').next().is_some_and(|last| last.contains(char::is_numeric)) => {
                Some("a top-level domain may hold digits")
            }
            () => None,
        };
    }
    let last = domain.rsplit('.').next().unwrap_or("");
    match () {
        () if trimmed.contains(['(', ')']) => Some("a comment is no address"),
        () if trimmed.contains('"') || trimmed.contains('\\') => {
            Some("a quoted local part is a slip")
        }
        () if domain.starts_with('[') || domain.ends_with(']') => {
            Some("an address literal is no mailbox")
        }
        () if local.starts_with('.') || local.ends_with('.') || local.contains("..") => {
            Some("dots stand between letters")
        }
        () if !domain.contains('.') => Some("a domain has a dot"),
        () if domain.ends_with('.') => Some("a domain does not end in a dot"),
        () if domain.contains(|c: char| c.is_ascii_punctuation() && !matches!(c, '.' | '-')) => {
            Some("a domain has letters, digits and hyphens")
        }
        () if last.bytes().all(|b| b.is_ascii_digit()) => {
            Some("digits at the end are an IP address")
        }
        () if last.len() < 2 => Some("no top-level domain has one letter"),
        () if local.len() > 64 || trimmed.len() > 254 => Some("longer than mail allows"),
        () if trimmed.contains(char::is_whitespace) => Some("white space inside"),
        () => None,
    }
}

#[test]
fn where_we_differ_from_three_validators_a_rule_says_why() {
    // Oracle, we accept, reason: how many, and the first.
    let mut table: BTreeMap<(&str, bool, &str), (u32, String)> = BTreeMap::new();
    let (mut unexplained, mut agree, mut all) = (Vec::new(), BTreeMap::new(), 0);
    for line in lines("values/emails_isemail.jsonl") {
        let address = text(&line, "address");
        let is_accepted = normalize::email(address).is_ok();
        all += 1;
        let oracles = [
            ("html5", line["html5_ok"].as_bool().unwrap()),
            ("rfc5321", line["rfc5321_ok"].as_bool().unwrap()),
            ("email-validator", !line["email_validator_normalized"].is_null()),
            ("email_address crate", email_address::EmailAddress::is_valid(address)),
        ];
        for (oracle, accepts) in oracles {
            if accepts == is_accepted {
                *agree.entry(oracle).or_insert(0) += 1;
                continue;
            }
            let Some(reason) = why(address, is_accepted) else {
                unexplained.push(format!("{oracle} {accepts}, we {is_accepted}: {address:?}"));
                continue;
            };
            let entry = table.entry((oracle, is_accepted, reason)).or_default();
            entry.0 += 1;
            if entry.1.is_empty() {
                entry.1 = address.to_owned();
            }
        }
    }
    println!("isemail, {all} addresses; we agree with {agree:?}");
    for ((oracle, is_accepted, reason), (count, first)) in &table {
        let we = if *is_accepted { "accept" } else { "refuse" };
        println!("  {oracle:20} we {we} {count:3}: {reason} ({first:?})");
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}
