//! A file of people who come again, with several addresses, opportunities and mistakes.

/// A record: field and value, blank ones left out.
pub(crate) type Fields = Vec<(&'static str, String)>;

/// The records of a CSV file, its columns called by field.
pub(crate) fn records(file: &[u8], columns: &[(&str, &'static str)]) -> Vec<Fields> {
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().unwrap().clone();
    let place = |header: &str| headers.iter().position(|other| other == header).unwrap();
    let columns: Vec<(usize, &'static str)> =
        columns.iter().map(|(header, field)| (place(header), *field)).collect();
    let record = |record: csv::StringRecord| {
        let values = columns.iter().map(|(at, field)| (*field, record[*at].trim().to_owned()));
        values.filter(|(_, value)| !value.is_empty()).collect()
    };
    reader.records().map(|found| record(found.unwrap())).collect()
}

/// So many rows, and the contacts that are stored before. Every third person is stored, every fourth
/// row is one of a person who was there before, by another of its addresses.
pub(crate) fn of(rows: usize) -> (Vec<u8>, Vec<Fields>) {
    let mut file = String::from(
        "First Name,Last Name,Email,Additional Emails,Phone,City,Tags,Notes,\
         Opportunity Name,Pipeline,Status,Value,Close Date\n",
    );
    let mut stored = Vec::new();
    for row in 0..rows {
        let is_repeat = row % 4 == 3;
        let who = if is_repeat { row / 3 } else { row };
        let (email, other) = (format!("p{who}@example.com"), format!("P{who}@Example.org"));
        let phone = format!("(206) 555-{:04}", who % 10_000);
        let (email, other, phone) = match row % 11 {
            0 => (email, other, String::new()),
            1 => (String::new(), other, phone),
            2 => (email, String::new(), phone),
            3 => (other, email, String::new()),
            4 => (String::new(), String::new(), phone),
            5 => ("nowhere".to_owned(), other, phone),
            6 => (email, format!("\"{other}; p{who}@example.net, nonsense\""), "12".to_owned()),
            7 if who % 5 == 0 => (String::new(), String::new(), String::new()),
            _ => (email, other, phone),
        };
        let tags = ["", "vip", "\"fair, vip\"", "\"Fair; new\""][row % 4];
        let note = if row % 9 == 0 { format!("met {row}") } else { String::new() };
        let deal = match row % 5 {
            0 | 1 => format!("Deal {row},Sales,open,{row}.50,2026-0{}-11", row % 9 + 1),
            2 => format!("Roof,,won,\"{},000\",", row % 90 + 1),
            3 if row % 2 == 0 => "Loft,Care,maybe,a lot,".to_owned(),
            _ => ",,,,".to_owned(),
        };
        file.push_str(&format!(
            "P{who},Lee,{email},{other},{phone},City {},{tags},{note},{deal}\n",
            row % 7
        ));
        if !is_repeat && who % 3 == 0 {
            let email = (who % 2 == 0).then(|| ("email", format!("P{who}@example.com")));
            let phone = (who % 6 != 0).then(|| ("phone", format!("+1206555{:04}", who % 10_000)));
            let name = ("first_name", format!("p{who}"));
            stored.push([Some(name), email, phone].into_iter().flatten().collect());
        }
    }
    (file.into_bytes(), stored)
}
