//! Values (behaviour §9), by property: what holds of every cell.

#![allow(clippy::unwrap_used)] // outside of test functions too

mod cells;

use cells::any_cell;
use crm_import::IssueCode;
use crm_import::account::{DateOrder, PhoneRule};
use crm_import::normalize::{self, DateFormat, Separators};
use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;

const PLAIN: Separators = Separators { group: None, decimal: '.' };
const ENGLISH: Separators = Separators { group: Some(','), decimal: '.' };
const GERMAN: Separators = Separators { group: Some('.'), decimal: ',' };

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn any_format() -> impl Strategy<Value = DateFormat> {
    let order = prop_oneof![
        Just(None),
        Just(Some(DateOrder::Dmy)),
        Just(Some(DateOrder::Mdy)),
        Just(Some(DateOrder::Ymd)),
    ];
    (order, any::<bool>()).prop_map(|(order, excel_serial)| DateFormat {
        order,
        excel_serial,
        ..DateFormat::default()
    })
}

proptest! {
    #![proptest_config(config(20_000))]

    /// What is written back is read as the same value: stored values never look changed (W4).
    #[test]
    fn normalising_twice_is_normalising_once(cell in any_cell(), format in any_format()) {
        if let Ok(address) = normalize::email(&cell) {
            prop_assert_eq!(normalize::email(&address), Ok(address.clone()));
            prop_assert!(address.len() <= 254 && address.matches('@').count() == 1);
        }
        for region in [None, Some("US"), Some("DE")] {
            for rule in [PhoneRule::Valid, PhoneRule::Possible] {
                if let Ok(phone) = normalize::phone(&cell, region, rule) {
                    prop_assert_eq!(normalize::phone(&phone.to_string(), None, rule), Ok(phone));
                }
            }
        }
        if let Ok(date) = normalize::date(&cell, &format) {
            prop_assert_eq!(normalize::date(&date.to_string(), &format), Ok(date));
        }
        for separators in [None, Some(ENGLISH), Some(GERMAN)] {
            if let Ok(number) = normalize::decimal(&cell, separators) {
                let text = number.normalize().to_string();
                prop_assert_eq!(normalize::decimal(&text, Some(PLAIN)), Ok(number));
            }
        }
        if let Ok(code) = normalize::country(&cell) {
            prop_assert_eq!(normalize::country(code), Ok(code));
        }
        let trimmed = normalize::trim(&cell);
        prop_assert_eq!(normalize::trim(trimmed), trimmed);
        prop_assert_eq!(normalize::is_blank(&cell), trimmed.is_empty());
        let (mut once, mut twice) = (String::new(), String::new());
        normalize::fold_into(&cell, &mut once);
        normalize::fold_into(&once, &mut twice);
        prop_assert_eq!(&once, &twice);
        prop_assert!(normalize::folded_eq(&cell, &once));
        for item in normalize::items(&cell, ",;") {
            prop_assert!(!item.is_empty() && normalize::trim(item) == item);
        }
        let _ = (normalize::boolean(&cell), normalize::record_id(&cell), normalize::full_name(&cell));
    }

    /// A number spelled in any way of its separators comes out exact, and without them never off.
    #[test]
    fn every_spelling_of_an_amount_is_the_amount_or_refused(
        units in -10_000_000_000_i64..10_000_000_000,
        scale in 0_u32..5,
    ) {
        let amount = Decimal::new(units, scale);
        let text = amount.abs().to_string();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let grouped = |group: &str| {
            let digits: Vec<char> = whole.chars().collect();
            let groups: Vec<String> = digits.rchunks(3).rev().map(String::from_iter).collect();
            groups.join(group)
        };
        let sign = if units < 0 { "-" } else { "" };
        for (group, decimal, separators) in [
            (",", ".", ENGLISH), ("", ".", ENGLISH), (".", ",", GERMAN), ("", ",", GERMAN),
            (" ", ",", GERMAN), ("'", ".", ENGLISH), ("\u{202f}", ",", GERMAN), ("\u{2019}", ".", ENGLISH),
        ] {
            let number = match decimals {
                "" => grouped(group),
                decimals => format!("{}{decimal}{decimals}", grouped(group)),
            };
            let mut spellings = vec![
                format!("{sign}{number}"), format!("{sign}${number}"), format!("{sign}{number} €"),
                format!("EUR {sign}{number}"), format!("{number}{sign}"), format!(" {sign}{number}\u{a0}kr."),
            ];
            if units < 0 {
                spellings.push(format!("({number})"));
                spellings.push(format!("($ {number})"));
                spellings.push(format!("$ ({number})"));
                spellings.push(format!("({number}) USD"));
                spellings.push(format!("\u{2212}{number}"));
            }
            for spelling in spellings {
                prop_assert_eq!(normalize::decimal(&spelling, Some(separators)), Ok(amount), "{}", spelling);
                let open = normalize::decimal(&spelling, None);
                prop_assert!(open == Ok(amount) || open == Err(IssueCode::NumberAmbiguous), "{}: {:?}", spelling, open);
            }
        }
    }

    /// A day spelled in any way comes out as itself under its order, and without one never as another.
    #[test]
    fn every_spelling_of_a_day_is_the_day_or_refused(
        year in 1970_i16..2068, month in 1_i8..13, day in 1_i8..32,
    ) {
        let Ok(date) = Date::new(year, month, day) else { return Ok(()) };
        let short = year % 100;
        let month_names = ["jan", "Februar", "MARS", "abril", "maio", "giugno", "juli", "Aug.", "sept.", "October", "Novembre", "dez"];
        let name = month_names[usize::try_from(month).unwrap() - 1];
        let (dmy, mdy, ymd) = (DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd);
        for (spelling, order) in [
            (format!("{year}-{month:02}-{day:02}"), None),
            (format!("{year}/{month}/{day}"), None),
            (format!("{year}-{month:02}-{day:02}T23:59:59.5-11:00"), None),
            (format!("{day} {name} {year}"), None),
            (format!("{name} {day}, {year}"), None),
            (format!("{day}-{name}-{short:02}"), None),
            (format!("{day}. {name} {year}, 9:05 pm"), None),
            (format!("{day}/{month}/{year}"), Some(dmy)),
            (format!("{day:02}.{month:02}.{short:02}"), Some(dmy)),
            (format!("{month:02}/{day:02}/{year} 14:05"), Some(mdy)),
            (format!("{month}-{day}-{short:02}"), Some(mdy)),
            (format!("{year}{month:02}{day:02}"), None),
            (format!("{short:02}-{month:02}-{day:02}"), Some(ymd)),
        ] {
            let read = normalize::date(&spelling, &DateFormat { order, ..DateFormat::default() });
            prop_assert_eq!(read, Ok(date), "{}", spelling);
            let open = normalize::date(&spelling, &DateFormat::default());
            prop_assert!(open.is_err() || open == Ok(date), "{}: {:?}", spelling, open);
        }
        for order in [None, Some(dmy), Some(mdy), Some(ymd)] {
            let format = DateFormat { order, ..DateFormat::default() };
            let read = normalize::date(&format!("{year}{month:02}{day:02}"), &format);
            prop_assert_eq!(read, Ok(date));
            for other in [format!("{day:02}{month:02}{year}"), format!("{month:02}{day:02}{year}")] {
                prop_assert!(normalize::date(&other, &format).is_err(), "{}", other);
            }
        }
    }

    /// Two spellings of one number are equal, two numbers never are.
    #[test]
    fn every_spelling_of_a_phone_is_one_phone(line in 0_u64..10_000, area in 0_usize..4, extension in 1_u32..9_999) {
        let area = [206_u64, 512, 617, 416][area];
        let number = 10_000_000_000 + area * 10_000_000 + 5_550_000 + line;
        let text = number.to_string();
        let (a, e, l) = (&text[1..4], &text[4..7], &text[7..]);
        let read = |cell: &str| normalize::phone(cell, Some("US"), PhoneRule::Valid);
        for spelling in [
            format!("+1{a}{e}{l}"), format!("({a}) {e}-{l}"), format!("{a}.{e}.{l}"), format!("1-{a}-{e}-{l}"),
            format!("tel:+1-{a}-{e}-{l}"), format!("Mobile: {a} {e} {l}"), format!("'{a}{e}{l}"), format!("=\"{a}{e}{l}\""),
            format!("\u{202a}+1 {a} {e} {l}\u{202c}"), format!("001{a}{e}{l}"), format!("{a}{e}{l}.0"), format!("+1 ({a}) {e}\u{2011}{l}"),
        ] {
            let phone = read(&spelling);
            prop_assert!(phone.is_ok_and(|phone| phone.number() == number && !phone.has_extension()), "{}: {:?}", spelling, phone);
        }
        for spelling in [format!("{a}{e}{l} x{extension}"), format!("+1 {a} {e} {l} ext. {extension}"), format!("+1{a}{e}{l};ext={extension}")] {
            let phone = read(&spelling).unwrap();
            prop_assert_eq!((phone.number(), phone.extension()), (number, extension.to_string()), "{}", spelling);
        }
        let other = read(&format!("+1{}", (number % 10_000_000_000) ^ 1));
        prop_assert!(other.is_err() || other.unwrap().number() != number);
    }
}

/// `+` and what is dialled, or the code of the refusal.
fn read_phone(cell: &str, region: Option<&str>) -> String {
    match normalize::phone(cell, region, PhoneRule::Valid) {
        Ok(phone) => phone.to_string(),
        Err(code) => code.to_string(),
    }
}

#[test]
fn a_phone_is_read_in_any_way_of_writing() {
    for (cell, region, expected) in [
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("1300 FLOWER", "AU", "+611300356937"),
        ("Tel.: 030 123456", "DE", "+4930123456"),
        ("Mobile: +49 (0)170 1234567", "US", "+491701234567"),
        ("(206) 555-0123 (home)", "US", "+12065550123"),
        ("(206) 555-0123 [home]", "US", "+12065550123"),
        ("206.555.DESK", "US", "+12065553375"),
        ("1 800 NEW HOME", "US", "+18006394663"),
        ("+1 206 555 0123 ext. 007", "US", "+12065550123;ext=007"),
        ("206-555-0123 #12", "US", "+12065550123;ext=12"),
        ("030 123456 Durchwahl 12", "DE", "+4930123456;ext=12"),
        ("+49 30 123456 App. 12", "DE", "+4930123456;ext=12"),
        ("010 123 4567 toestel 12", "NL", "+31101234567;ext=12"),
        ("02 1234 5678 interno 5", "IT", "+390212345678;ext=5"),
        ("08-12 34 56 anknytning 7", "SE", "+468123456;ext=7"),
        ("12 345 67 89 wew. 9", "PL", "+48123456789;ext=9"),
        ("\u{202a}+1 206\u{2011}555\u{2011}0123\u{202c}", "DE", "+12065550123"),
        ("\u{ff0b}１２０６５５５０１２３", "DE", "+12065550123"),
        ("٠٣٠ ١٢٣٤٥٦", "DE", "+4930123456"),
        ("=\"2065550123\"", "US", "+12065550123"),
        ("'+12065550123", "DE", "+12065550123"),
        ("0049 30 123456", "US", "+4930123456"),
        ("011 49 30 123456", "US", "+4930123456"),
        ("030/123456", "DE", "+4930123456"),
        ("12065550123.0", "US", "+12065550123"),
        ("06/12/34/56/78", "FR", "+33612345678"),
        ("Work 206 555 0123", "US", "+12065550123"),
        ("1-800-NEW-HOME", "US", "+18006394663"),
        ("030 123456 DW 12", "DE", "+4930123456;ext=12"),
        ("91 123 45 67 extensión 12", "ES", "+34911234567;ext=12"),
        ("(11) 2345-6789 ramal 12", "BR", "+551123456789;ext=12"),
        ("+52 1 55 1234 5678", "US", "+525512345678"),
        ("0052 1 (55) 1234-5678", "MX", "+525512345678"),
        ("0011 32 12 34 56 78", "AU", "+3212345678"),
        ("0011 1 206 555 0123", "AU", "+12065550123"),
        ("436641234567", "AT", "+436641234567"),
    ] {
        assert_eq!(read_phone(cell, Some(region)), expected, "{cell:?}");
    }
}

#[test]
fn no_phone_is_invented() {
    for (cell, region, expected) in [
        ("1.5550101234E+10", "US", "phone-damaged"),
        ("+1.5550101234e+10", "US", "phone-damaged"),
        ("4,42079E+11", "GB", "phone-damaged"),
        ("1.4155552690E10", "US", "phone-damaged"),
        ("206555012.0", "US", "phone-invalid"),
        ("2065550123 2065550124", "US", "phone-several"),
        ("+12065550123+12065550124", "US", "phone-several"),
        ("206-555-0123 or 206-555-0124", "US", "phone-several"),
        ("030 123456/57", "DE", "phone-several"),
        // Words are not vanity digits, and neither is what hides digits.
        ("030 123456 home", "DE", "phone-invalid"),
        ("206 555 home", "US", "phone-invalid"),
        ("206-555-Cell", "US", "phone-invalid"),
        ("206 555 WORK", "US", "phone-invalid"),
        ("900 1762-7 ext", "SV", "phone-invalid"),
        ("206-555-XXXX", "US", "phone-invalid"),
        ("206-555-O123", "US", "phone-invalid"),
        ("ask Bob", "US", "phone-invalid"),
        ("555-0123", "US", "phone-invalid"),
        ("+52 1 55 1234 567", "MX", "phone-invalid"),
        ("01632 960123", "US", "phone-invalid"),
        ("000-000-0000", "US", "phone-invalid"),
        ("123-456-7890", "US", "phone-invalid"),
        ("@#!", "US", "phone-invalid"),
        // Valid with the `+` that it may have lost, and as another number without it.
        ("4915123456789", "DE", "phone-invalid"),
    ] {
        assert_eq!(read_phone(cell, Some(region)), expected, "{cell:?}");
    }
    assert_eq!(read_phone("2065550123", None), "phone-invalid");
    // Without its area a number is not possible either.
    let possible = |cell| normalize::phone(cell, Some("US"), PhoneRule::Possible);
    assert_eq!(possible("555-0123"), Err(IssueCode::PhoneInvalid));
    assert_eq!(possible("123-456-7890").unwrap().to_string(), "+11234567890");
}

#[test]
fn a_date_is_read_in_many_shapes() {
    let open = DateFormat::default();
    for (cell, day) in [
        ("20260304T140509Z", "2026-03-04"),
        ("2026-03-04T14:05:09.123456+05:30", "2026-03-04"),
        ("2026-03-04 T14:05", "2026-03-04"),
        ("2026-03-04, T14:05", "2026-03-04"),
        ("Wed Mar 04 2026 14:05:09 GMT+0200 (Central European Standard Time)", "2026-03-04"),
        ("2026-03-04T14:05:09+01:00[Europe/Berlin]", "2026-03-04"),
        ("Wed, 04 Mar 2026 14:05:09 GMT", "2026-03-04"),
        ("2026-03-04Z", "2026-03-04"),
        ("4th of March 2026", "2026-03-04"),
        ("1er mars 2026", "2026-03-01"),
        ("3. Jänner 2026", "2026-01-03"),
        ("mar 3 giu 2026", "2026-06-03"),
        ("miércoles, 4 de marzo de 2026", "2026-03-04"),
        ("quarta-feira, 4 de março de 2026", "2026-03-04"),
        ("4 mrt. 2026", "2026-03-04"),
        ("29 févr. 2024", "2024-02-29"),
        ("2026年3月4日 水曜日", "2026-03-04"),
        ("٤ مارس ٢٠٢٦", "2026-03-04"),
        ("\u{200e}4/4/2026", "2026-04-04"),
        ("31/12/99", "1999-12-31"),
        ("4 Mar 2026 at 1:30pm", "2026-03-04"),
        ("4 mars 2026 à 17:30", "2026-03-04"),
        ("4 mars 2026 à 17h30", "2026-03-04"),
        ("mercredi 4 mars 2026 17h", "2026-03-04"),
        ("4 de marzo de 2026 a las 13:30", "2026-03-04"),
        ("4 de março de 2026 às 13:30", "2026-03-04"),
        ("4 marzo 2026 alle ore 13:30", "2026-03-04"),
        ("4 maart 2026 om 13:30", "2026-03-04"),
        ("31.3.2026, 13.30 Uhr", "2026-03-31"),
        ("31.3.2026 9 Uhr", "2026-03-31"),
        ("Wed Mar 4 13:30:09 UTC 2026", "2026-03-04"),
        ("Wed Mar 04 20:19:24 +0000 2026", "2026-03-04"),
        ("बुधवार, 4 मार्च 2026", "2026-03-04"),
        ("بدھ، 4 مارچ، 2026", "2026-03-04"),
        ("4 كانون الثاني 2026", "2026-01-04"),
        ("4 ม.ค. 2026", "2026-01-04"),
        ("2026 թ. մրտ 4, չորեքշաբթի", "2026-03-04"),
        ("e mërkurë, 4 mars 2026", "2026-03-04"),
        ("Miyerkules, Marso 4, 2026", "2026-03-04"),
        // With a time, as programs write it in other countries.
        ("31.3.2026 13.30.09", "2026-03-31"),
        ("4. marts 2026 kl. 13.30", "2026-03-04"),
        ("31.3.2026 klo 13.30", "2026-03-31"),
        ("4. ožujka 2026. u 13:30", "2026-03-04"),
        ("4 марта 2026 г. в 13:30", "2026-03-04"),
        ("21.08.2026 г., 12:00:00 ч.", "2026-08-21"),
        ("31/3/2026, 1:30:09 μ.μ.", "2026-03-31"),
        ("4 mars 2026 à 13 h 30 min 09 s", "2026-03-04"),
        ("13:30:09 31/3/2026", "2026-03-31"),
        ("lúc 13:30 31 thg 3, 2026", "2026-03-31"),
        ("1:30 PM, 4 March 2026", "2026-03-04"),
        ("13:30 Mar 4, 2026", "2026-03-04"),
        ("13:30, 4 March 2026", "2026-03-04"),
        ("2026/3/4 下午 1:30:09", "2026-03-04"),
        ("2026/3/4 下午1:30", "2026-03-04"),
        ("2026. 3. 4. 오후 1:30:09", "2026-03-04"),
        ("2026년 3월 4일 13시 30분", "2026-03-04"),
        ("31/3/2026، 1:30:09 م", "2026-03-31"),
    ] {
        assert_eq!(
            normalize::date(cell, &open).map(|date| date.to_string()),
            Ok(day.into()),
            "{cell}"
        );
    }
}

#[test]
fn what_is_no_day_is_refused() {
    let dmy = DateFormat { order: Some(DateOrder::Dmy), ..DateFormat::default() };
    for cell in [
        "31/02/2026",
        "29/02/2023",
        "31 Apr 2026",
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "12/13/14/15",
        "1/2",
        "March 2026",
        "2026",
        "TBD",
        "not before 4 March 2026",
        "4 Mar 13:30 20261",
        "4 March 2026 99h30",
        "31.3.2026 13.99 Uhr",
        "13h30",
        "3/4/2026 13:30 2026",
        "4 March 2026 5",
        "14:05",
        "04/03-2026",
        "04/03/20266",
        "4/3/2569",
        "1405/12/13",
        "4/3/2026 25:00",
        "4/3/2026 14:61",
        "5 listopada 2026",
        "4 كانون 2026",
        "13:30",
        "3.2026 13.30",
        "4.3. 13.30",
        "31.3.2026 13.75",
        "13:75 31/3/2026",
        "4 ม.ค. 2569",
    ] {
        assert_eq!(normalize::date(cell, &dmy), Err(IssueCode::DateInvalid), "{cell}");
    }
    let serial = DateFormat { excel_serial: true, ..dmy };
    let read = |cell| normalize::date(cell, &serial).map(|date| date.to_string());
    assert_eq!(read("1"), Ok("1900-01-01".into()));
    assert_eq!(read("59"), Ok("1900-02-28".into()));
    // The spreadsheet's 29 February 1900 never was.
    assert_eq!(read("60"), Err(IssueCode::DateInvalid));
    assert_eq!(read("61"), Ok("1900-03-01".into()));
    assert_eq!(read("46217.395833333"), Ok("2026-07-14".into()));
    assert_eq!(read("0"), Err(IssueCode::DateInvalid));
    assert_eq!(read("99999999"), Err(IssueCode::DateInvalid));
    assert_eq!(normalize::date("46085", &dmy), Err(IssueCode::DateSerial));
}

#[test]
fn what_is_no_number_is_refused() {
    for cell in [
        "12.ab", "1.2.3", "1,2,3", "1.23.456", "--5", "(-5)", "5-5", "1 2", "", "-", "$", "abc",
        "1e", "e5", "0x10", "1_000", "½", "10%", "1/2", "1.234.56", "1'23", "Infinity", "NaN",
        "5k",
    ] {
        for separators in [None, Some(ENGLISH), Some(GERMAN)] {
            assert_eq!(
                normalize::decimal(cell, separators),
                Err(IssueCode::NumberInvalid),
                "{cell:?} {separators:?}"
            );
        }
    }
}

/// §9: a number that is too long is a number, and says what is wrong with it.
#[test]
fn a_number_is_kept_exactly_or_refused_for_its_length() {
    for cell in [
        "99999999999999999999999999999999",
        "1e28",
        "1e99",
        "-1e400",
        "0.12345678901234567890123456789",
    ] {
        for separators in [None, Some(ENGLISH)] {
            let read = normalize::decimal(cell, separators);
            assert_eq!(read, Err(IssueCode::NumberTooLong), "{cell:?} {separators:?}");
        }
    }
    assert!(normalize::decimal("9999999999999999999999999999", None).is_ok(), "28 digits");
}

#[test]
fn an_amount_is_read_in_many_shapes() {
    for (cell, number) in [
        ("(1,200.00)", "-1200"),
        ("1e5", "100000"),
        ("1.5E-3", "0.0015"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("1'234'567.50", "1234567.5"),
        ("Rs. 1,23,456.00", "123456"),
        ("12,- €", "12"),
        ("1.250,- €", "1250"),
        ("1,250.-", "1250"),
        ("CHF 12.-", "12"),
        ("'1234", "1234"),
        ("1200-", "-1200"),
        ("-0", "0"),
        ("１２３", "123"),
        ("US$ 5", "5"),
        ("$5.00 USD", "5"),
        ("5 000 kr.", "5000"),
        ("10 000,00 F\u{202f}CFA", "10000"),
        ("FCFA 1 500", "1500"),
        ("GH₵1,234.50", "1234.5"),
        ("-Nfk 250.75", "-250.75"),
        ("৳1,23,456.00", "123456"),
        ("(1,234.50 ؋)", "-1234.5"),
        ("1 234,50 сўм", "1234.5"),
        ("XCG 12.50", "12.5"),
    ] {
        let read = normalize::decimal(cell, None).map(|number| number.normalize().to_string());
        assert_eq!(read, Ok(number.into()), "{cell:?}");
    }
}
