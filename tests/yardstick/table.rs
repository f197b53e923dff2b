//! A table of our own that has a row of every class, and meets every rule by which a plan counts
//! otherwise than the job.

use crate::job::{Counts, Stored};

pub(crate) fn stored() -> Vec<Stored> {
    [
        ["c1", "ana@example.com", "+12065550101"],
        ["c2", "", "+12065550102"],
        ["c3", "cy@example.com", ""],
        ["c4", "", ""],
    ]
    .map(|record| record.map(str::to_owned))
    .into()
}

const HEADERS: &str = "Contact ID,First Name,Email,Phone,Additional Emails,Additional Phones,Tags,\
                       Opportunity ID,Opportunity Name,Stage,Status,Value,Close Date";

/// The class of each row, and the row.
const ROWS: [(&str, &str); 37] = [
    ("ex_email", ",Ana, ANA@example.com,,,,\"vip, new\",,Roof,,Open,\"$1,234.50\",2026-03-31"),
    ("ex_phone", ",Bo,,206-555-0102,bo@example.org;bo@example.net,,,d1,,,won,-7,03/31/2026"),
    ("id", "c3,Cy,,,,(206) 555-0133,,,,,,,"),
    ("create", ",Di,di@example.com,206.555.0104,,,,,Loft,,,,"),
    ("in_email", ",Di,di@example.com,,,,\"vip,vip , VIP\",d1,,,lost,10.5,"),
    ("in_phone", ",Di,,+1 206 555 0104,,,,,Attic,,,0.99,2026-01-01"),
    // c1 gets a phone, c2 an address, c3 both by id: later rows with them mean a stored contact (M7).
    ("ex_email", ",Ana,ana@example.com,206-555-0111,,,,,,,,,"),
    ("in_phone", ",Ana,,206-555-0111,,,,,Shed,,,5,"),
    ("ex_phone", ",Bo,bo@example.com,206-555-0102,,,,,,,,,"),
    ("in_email", ",Bo,bo@example.com,,,,,,,,,,"),
    ("id", "c3,Cy,cy.second@example.com,206-555-0113,,,,,,,,,"),
    ("in_email", ",Cy,CY.second@example.com,,,,,,,,,,"),
    ("in_phone", ",Cy,,206-555-0113,,,,,,,,,"),
    // A phone that is somebody else's is not taken (M6), and leads to whom it led before.
    ("ex_email", ",Cy,cy@example.com,206-555-0102,,,,,,,,,"),
    ("ex_phone", ",Bo,,206-555-0102,,,,,,,,,"),
    // The key stands on a later row of the contact first: the contact's own first row is named (M9).
    ("in_email", ",Di,di@example.com,206-555-0114,,,,,,,,,"),
    ("in_phone", ",Di,,206-555-0114,,,,,,,,,"),
    // Errors, each with an opportunity beside it (P6).
    ("bad_email", ",Ed,not-an-email,206-555-0105,,,,,Barn,,,5,"),
    ("bad_email", "c9,Ed,not-an-email,call me,,,,d2,,,,5,2026-02-01"),
    ("bad_phone", ",Ed,ed@example.com,12345,,,,d2,,,,abc,"),
    ("no_key", ",Ed,,,,,vip,,Barn,,,5,"),
    ("unknown_id", "c9,Ed,ed@example.com,,,,,d2,,,,7,"),
    ("create", ",Ed,ed@example.com,,,,,,,,,,"),
    // Opportunities that cannot be read.
    ("create", ",Flo,flo@example.com,,,,,,Barn,,,a lot,"),
    ("create", ",Gus,gus@example.com,,,,,d1,,,,5,31/31/2026"),
    ("create", ",Hal,hal@example.com,,,,,,Barn,,maybe,5,"),
    ("create", ",Ida,ida@example.com,,,,,d9,,,,5,"),
    ("create", ",Jo,jo@example.com,,,,,,Barn,,,5,02/30/2026"),
    ("create", ",Kim,kim@example.com,,,,,,,New,,,"),
    // Two more addresses of Lee than there is room for: what is left out leads nobody to Lee (V5).
    ("create", ",Lee,,0044 7400 123456,,,,,,,,,"),
    ("in_phone", ",Lee,l1@example.com,+44 7400 123456,,,,,,,,,"),
    ("in_email", ",Lee,l1@example.com,206-555-0120,,,,,,,,,"),
    ("in_phone", ",Lee,,2065550120,,,,,,,,,"),
    ("in_phone", ",Lee,,1-206-555-0120,,,,,,,,,"),
    ("create", ",Max,max@example.com,00442079460018,,,,,Well,,abandoned,1000000,2026-12-31"),
    ("in_email", ",Max,max@example.com,,,,,,,,,,"),
    ("ex_email", ",Ana,ana@example.com,,,,,,,,,,"),
];

/// Twelve addresses of one phone, and the last of them once more.
fn crowd() -> Vec<(&'static str, String)> {
    let row = |n: usize| {
        (if n == 0 { "create" } else { "in_phone" }, format!(",Nan,n{n}@example.com,206-555-0130"))
    };
    let mut rows: Vec<(&str, String)> = (0..12).map(row).collect();
    rows.push(("in_email", ",Nan,n11@example.com,".into()));
    rows.push(("in_email", ",Nan,n11@example.com,".into()));
    rows.into_iter().map(|(class, row)| (class, format!("{row},,,,,,,,,"))).collect()
}

pub(crate) fn import() -> Vec<u8> {
    let mut file = format!("{HEADERS}\n");
    let crowd = crowd();
    let rows = ROWS.iter().map(|(_, row)| *row).chain(crowd.iter().map(|(_, row)| row.as_str()));
    for row in rows {
        file.push_str(row);
        file.push('\n');
    }
    file.into_bytes()
}

pub(crate) fn classes() -> Vec<&'static str> {
    let classes = ROWS.iter().map(|(class, _)| *class);
    classes.chain(crowd().iter().map(|(class, _)| *class)).collect()
}

/// What the measure publishes of the job over its file of 1,000,000 rows.
pub(crate) const PUBLISHED: [(&str, i64); 14] = [
    ("bad_email", 2_875),
    ("bad_phone", 5_553),
    ("no_key", 2_586),
    ("unknown_id", 2_868),
    ("id", 14_820),
    ("ex_email", 196_688),
    ("in_email", 61_077),
    ("ex_phone", 71_237),
    ("in_phone", 63_347),
    ("create", 578_949),
    ("opp_error", 6_020),
    ("opp_update", 97_937),
    ("opp_create", 587_159),
    ("opp_update_distinct", 93_223),
];

/// The counters of the job over this table, as a program of its own counts them.
pub(crate) fn counts() -> Counts {
    Counts::from([
        ("bad_email", 2),
        ("bad_phone", 1),
        ("cents_sum", 100_125_399),
        ("create", 11),
        ("date_sum", 101_302_224),
        ("e_len_sum", 532),
        ("ex_email", 4),
        ("ex_phone", 3),
        ("extra_emails", 2),
        ("extra_phones", 1),
        ("id", 2),
        ("in_email", 8),
        ("in_phone", 18),
        ("link_ex", 9),
        ("link_in", 716),
        ("no_key", 1),
        ("opp_create", 6),
        ("opp_error", 3),
        ("opp_update", 3),
        ("opp_update_distinct", 2),
        ("p_len_sum", 363),
        ("rows", 51),
        ("tags", 5),
        ("unknown_id", 1),
    ])
}
