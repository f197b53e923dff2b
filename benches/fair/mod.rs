//! A file of a trade fair's visitors, made for measuring: 25 columns, contacts and opportunities,
//! phones in mixed spellings, repeats, bad values and a share of people who are stored already.
//!
//! The same numbers give the same bytes on every machine.

#![allow(dead_code, unused_imports)] // each bench uses its part

mod crm;

pub(crate) use crm::IndexedCrm;

use std::fmt::Write;

/// What the file is like; shares are parts of 1,000.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fair {
    pub(crate) rows: u32,
    /// Rows that name a person of an earlier row.
    pub(crate) repeats: u32,
    /// People who are stored already.
    pub(crate) matches: u32,
    /// Rows with a value that cannot be used.
    pub(crate) bad: u32,
    /// Rows with an opportunity.
    pub(crate) opportunities: u32,
    /// Every phone is one outside the North American plan.
    pub(crate) abroad: bool,
    /// Dates, amounts and phones are written as in Germany.
    pub(crate) german: bool,
    /// Columns of free text besides the 25.
    pub(crate) more_columns: u32,
}

impl Default for Fair {
    fn default() -> Self {
        Fair {
            rows: 1_000,
            repeats: 150,
            matches: 300,
            bad: 20,
            opportunities: 700,
            abroad: false,
            german: false,
            more_columns: 0,
        }
    }
}

pub(crate) const HEADER: &str = "Contact ID,First Name,Last Name,Email,Additional Emails,Phone,\
Additional Phones,Company,Street Address,City,State,Postal Code,Country,Website,Source,Date of Birth,\
Tags,Notes,Opportunity ID,Opportunity Name,Pipeline,Stage,Status,Opportunity Value,Expected Close Date";

const FIRST: [&str; 24] = [
    "Ada", "Bela", "Cleo", "Dario", "Edda", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira",
    "Liam", "Mona", "Nils", "Olga", "Paul", "Rhea", "Søren", "Tove", "Ulla", "Véra", "Wim", "Yara",
    "Zoé",
];
const LAST: [&str; 20] = [
    "Abbot",
    "Bauer",
    "Castro",
    "Dahl",
    "Egan",
    "Fuchs",
    "Grant",
    "Hale",
    "Irwin",
    "Janssen",
    "Kovac",
    "Lund",
    "Meyer",
    "Nolan",
    "O'Dowd",
    "Price",
    "Quist",
    "Ruiz",
    "Sørensen",
    "Torres",
];
const FIRM: [&str; 8] = [
    "Elm Dental",
    "Brightside Solar",
    "North Gym",
    "\"Green Acre, Inc.\"",
    "Delta Print",
    "Owl Books",
    "\"Weiss, Cole & Sons\"",
    "Harbour Cafe",
];
const CITY: [(&str, &str, &str); 6] = [
    ("Chicago", "IL", "60614"),
    ("Seattle", "WA", "98101"),
    ("Austin", "TX", "73301"),
    ("Denver", "CO", "80202"),
    ("San José", "CA", "95112"),
    ("Boston", "MA", "02108"),
];
const TAGS: [&str; 5] =
    ["spring fair", "\"spring fair, newsletter\"", "vip; spring fair", "", "trial"];
const NOTES: [&str; 6] = [
    "",
    "",
    "Asked for a call back",
    "\"Met at the fair,\nwants a quote\"",
    "\"Said \"\"maybe\"\" twice\"",
    "",
];
const STAGES: [&str; 4] = ["New", "Qualified", "Proposal", "Closed"];

/// A number that looks random and is the same for the same input.
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 31)).wrapping_mul(0x7fb5_d329_728e_a185);
    let n = (n ^ (n >> 27)).wrapping_mul(0x81da_def4_bc2d_d44d);
    n ^ (n >> 33)
}

fn pick<T: Copy>(from: &[T], n: u64) -> T {
    from[(n % from.len() as u64) as usize]
}

/// The e-mail address of a person.
pub(crate) fn email(person: u32, out: &mut String) {
    let n = mix(u64::from(person));
    let _ = write!(
        out,
        "{}.{:x}{}@",
        ["ada", "bo", "kim", "lee", "max"][(n % 5) as usize],
        person,
        n % 97
    );
    out.push_str(pick(
        &["example.com", "mail.example.org", "northgym.example", "post.example.net"],
        n >> 8,
    ));
}

/// The national number of a person's phone.
fn number(person: u32) -> (u64, u64, u64) {
    const AREA: [u64; 8] = [206, 312, 415, 512, 617, 720, 773, 904];
    let n = u64::from(person);
    (AREA[(n % 8) as usize], 201 + n / 8 / 10_000 % 700, n / 8 % 10_000)
}

/// The phone of a person, in E.164.
pub(crate) fn phone(person: u32, abroad: bool, out: &mut String) {
    let _ = if abroad {
        write!(out, "+4930{:07}", 2_000_000 + person % 7_000_000)
    } else {
        let (area, exchange, line) = number(person);
        write!(out, "+1{area}{exchange}{line:04}")
    };
}

impl Fair {
    /// Who stands on a row: a new person, or the one of an earlier row.
    fn person(&self, row: u32) -> u32 {
        let n = mix(u64::from(row) << 8);
        if row > 0 && n % 1_000 < u64::from(self.repeats) {
            return self.person((mix(n) % u64::from(row)) as u32);
        }
        row
    }

    /// Is a person stored already?
    pub(crate) fn is_stored(&self, person: u32) -> bool {
        mix(u64::from(person) + 77) % 1_000 < u64::from(self.matches)
    }

    /// The file.
    pub(crate) fn csv(&self) -> Vec<u8> {
        let mut out = String::with_capacity(200 * (self.rows as usize + 1));
        out.push_str(HEADER);
        for column in 0..self.more_columns {
            let _ = write!(out, ",Remark {column}");
        }
        out.push('\n');
        for row in 0..self.rows {
            self.row(row, &mut out);
        }
        out.into_bytes()
    }

    fn row(&self, row: u32, out: &mut String) {
        let person = self.person(row);
        let (p, r) = (mix(u64::from(person) + 1), mix(u64::from(row) + 2));
        let is_bad = mix(r) % 1_000 < u64::from(self.bad);
        let _ = write!(out, ",{},{},", pick(&FIRST, p), pick(&LAST, p >> 8));
        if is_bad && r.is_multiple_of(2) {
            out.push_str("not an address");
        } else if !p.is_multiple_of(12) {
            let start = out.len();
            email(person, out);
            if r.is_multiple_of(5) {
                out[start..].make_ascii_uppercase();
            }
        }
        out.push(',');
        if p.is_multiple_of(7) {
            let _ = write!(out, "second.{person}@example.org");
        }
        out.push(',');
        self.phone(person, r, is_bad, out);
        out.push_str(",,");
        let (city, state, code) = pick(&CITY, p >> 16);
        let country = if self.german { "Deutschland" } else { "US" };
        let _ = write!(out, "{},{} Fair Lane,", pick(&FIRM, p >> 24), p % 900);
        let _ = write!(out, "{city},{state},{code},{country},");
        if p.is_multiple_of(3) {
            let _ = write!(out, "https://www.example.com/{person}");
        }
        let births = match self.german {
            true => ["", "", "12.3.1984", "30.11.1971"],
            false => ["", "", "1984-03-12", "1971-11-30"],
        };
        let _ = write!(out, ",Trade Show,{}", pick(&births, p));
        let _ = write!(out, ",{},{}", pick(&TAGS, r >> 8), pick(&NOTES, r >> 16));
        if r % 1_000 < u64::from(self.opportunities) {
            let _ = write!(out, ",,Deal {row},Sales,{},", pick(&STAGES, r >> 24));
            let _ = write!(out, "{},", pick(&["open", "won", "", "Open"], r >> 32));
            if is_bad && !r.is_multiple_of(2) {
                out.push_str("12.ab");
            } else if self.german {
                let _ = write!(out, "\"{}.{:03},50 €\"", 1 + r % 90, r % 1_000);
            } else {
                let _ = write!(out, "\"${},{:03}.50\"", 1 + r % 90, r % 1_000);
            }
            let (month, day) = (1 + r % 12, 1 + r % 28);
            let _ = match self.german {
                true => write!(out, ",{day}.{month}.2027"),
                false => write!(out, ",2027-{month:02}-{day:02}"),
            };
        } else {
            out.push_str(",,,,,,,");
        }
        for column in 0..self.more_columns {
            let _ = write!(
                out,
                ",Remark number {column} on what was said at the stand, kept as it is {row}"
            );
        }
        out.push('\n');
    }

    fn phone(&self, person: u32, r: u64, is_bad: bool, out: &mut String) {
        if is_bad && r.is_multiple_of(3) {
            out.push_str("12345");
        } else if mix(u64::from(person)).is_multiple_of(20) {
            // Some have none.
        } else if self.german {
            let national = 2_000_000 + person % 7_000_000;
            let _ = match r % 3 {
                0 => write!(out, "030 / {national}"),
                1 => write!(out, "+49 30 {national}"),
                _ => write!(out, "(030) {national}"),
            };
        } else if self.abroad {
            phone(person, true, out);
        } else {
            let (area, exchange, line) = number(person);
            let _ = match r % 5 {
                0 => write!(out, "({area}) {exchange}-{line:04}"),
                1 => write!(out, "{area}-{exchange}-{line:04}"),
                2 => write!(out, "+1{area}{exchange}{line:04}"),
                3 => write!(out, "1 {area} {exchange} {line:04}"),
                _ => write!(out, "{area}.{exchange}.{line:04}"),
            };
        }
    }
}
