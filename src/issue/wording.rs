//! The sentences of an [`Issue`]: those of the [catalogue](super::catalogue), with the names in braces filled in.

use std::borrow::Cow;

use super::Issue;
use crate::object::Object;

impl Issue {
    /// What is wrong, as a sentence in lower case without a full stop.
    pub fn message(&self) -> String {
        let message = self.code.message(self.severity, self.meant.is_some());
        let mut text = self.fill(message);
        let names = ["{detail}", "{number}", "{record}", "{others}", "{owner}", "{place}"];
        let is_said = |text: &str| names.iter().any(|name| text.contains(name));
        if let Some(detail) = &self.detail
            && !is_said(message)
            && !is_said(self.code.remedy())
        {
            text.push_str(": ");
            text.push_str(detail);
        }
        text
    }

    /// What to do about it, as a sentence in lower case without a full stop.
    pub fn remedy(&self) -> String {
        self.fill(self.code.remedy_for(self.severity, self.value.as_deref()))
    }

    /// Fills in the names in braces.
    fn fill(&self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(&self.named(name));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// What a name in braces stands for.
    fn named(&self, name: &str) -> Cow<'_, str> {
        let [value, detail] = [&self.value, &self.detail].map(Option::as_deref);
        match name {
            "value" => value.unwrap_or_default().into(),
            "column" => self.column.as_deref().unwrap_or_default().into(),
            "object" => self.object_name().into(),
            "detail" => detail.unwrap_or("unknown").into(),
            "number" => detail.unwrap_or("1234.50").into(),
            "record" => record(self.object_name(), detail),
            "owner" => owner(detail),
            "others" => others(detail),
            "meant" => self.meant.as_deref().unwrap_or("another contact").into(),
            "place" => place(detail),
            "that" => match detail {
                Some("") | None => "a pipeline, and name the pipeline, too".into(),
                Some(_) => "that pipeline".into(),
            },
            "nameless" => value.map_or("the contact".into(), |text| {
                format!("\"{text}\" is not taken for a name, so the contact").into()
            }),
            "who" => value.map_or("the contact".into(), |name| format!("\"{name}\"").into()),
            _ => "".into(),
        }
    }

    fn object_name(&self) -> &'static str {
        self.object.map_or("record", Object::name)
    }
}

/// The detail as a record: an id, or the row that brings it.
fn record<'d>(object: &'d str, detail: Option<&'d str>) -> Cow<'d, str> {
    match detail {
        Some(row) if row.starts_with("row ") => format!("that of {row}").into(),
        Some(id) => format!("{object} {id}").into(),
        None => object.into(),
    }
}

/// The detail as the contact of an opportunity.
fn owner(detail: Option<&str>) -> Cow<'_, str> {
    match detail {
        Some(row) if row.starts_with("row ") => format!("the contact of {row}").into(),
        Some(id) => format!("contact {id}").into(),
        None => "another contact".into(),
    }
}

/// The detail as one or several other contacts.
fn others(detail: Option<&str>) -> Cow<'_, str> {
    match detail {
        Some(names) if names.contains(", ") => format!("other contacts ({names})").into(),
        Some(name) => format!("another contact ({name})").into(),
        None => "another contact".into(),
    }
}

/// The detail as the pipeline of an opportunity; an empty one is none.
fn place(detail: Option<&str>) -> Cow<'_, str> {
    match detail {
        Some("") | None => "its pipeline: it is in none".into(),
        Some(pipeline) => format!("the pipeline {pipeline}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::{IssueCode, Severity};

    fn of_contact(code: IssueCode) -> Issue {
        Issue { object: Some(Object::Contact), ..Issue::of(code) }
    }

    #[test]
    fn messages_fit_what_the_policy_makes_of_the_row() {
        let said = |code, severity| {
            let (value, detail) = (Some("a@x.org".into()), Some("c1, c2".into()));
            Issue { severity, value, detail, ..of_contact(code) }.message()
        };
        let refused = Issue { severity: Severity::Error, ..of_contact(IssueCode::NoMatchKey) };
        assert_eq!(
            (refused.number(), of_contact(IssueCode::NoMatchKey).number()),
            (Some(1009), None)
        );
        let keyless = |severity| said(IssueCode::NoMatchKey, severity);
        assert!(keyless(Severity::Warning).contains("so a new contact is created each time"));
        assert!(!keyless(Severity::Error).contains("created"));
        let conflict = |severity| said(IssueCode::KeyConflict, severity);
        assert_eq!(
            conflict(Severity::Warning),
            "\"a@x.org\" belongs to other contacts (c1, c2) and was not written"
        );
        assert_eq!(
            conflict(Severity::Error),
            "\"a@x.org\" belongs to other contacts (c1, c2), so the row was left out"
        );
        let (detail, meant) = (Some("c2".into()), Some("c1".into()));
        let aside = Issue { detail, meant, ..of_contact(IssueCode::KeyConflict) }.message();
        assert!(aside.ends_with("to another contact (c2); the opportunity goes to c1"), "{aside}");
        assert!(
            said(IssueCode::KeyAmbiguous, Severity::Error)
                .ends_with("leads to more than one contact: c1, c2")
        );
        let exists = |detail: &str| {
            Issue { detail: Some(detail.into()), ..of_contact(IssueCode::ContactExists) }.message()
        };
        assert!(exists("7").ends_with("left as it is (contact 7)"));
        assert!(exists("row 7").ends_with("left as it is (that of row 7)"));
        let of_deal = |code: IssueCode, detail: &str| {
            let (severity, detail) = (code.severity(), Some(detail.into()));
            Issue { severity, detail, value: Some("Won".into()), ..of_contact(code) }.message()
        };
        let moved = |from: &str| of_deal(IssueCode::OpportunityRelinked, from);
        assert!(moved("c7").contains("was moved from contact c7 to"));
        assert!(moved("row 7").contains("was moved from the contact of row 7 to"));
        let stage = |pipeline: &str| of_deal(IssueCode::StageUnknown, pipeline);
        assert!(stage("Sales").ends_with("is not a stage of the pipeline Sales"));
        assert!(stage("").ends_with("is not a stage of its pipeline: it is in none"));
    }

    #[test]
    fn remedies_fit_what_is_wrong_with_the_cell() {
        let remedy =
            |code, value: &str| Issue { value: Some(value.into()), ..of_contact(code) }.remedy();
        assert!(
            remedy(IssueCode::PhoneInvalid, "+14155552671 work").starts_with("leave out the words")
        );
        assert!(
            remedy(IssueCode::PhoneInvalid, "4155552671 work").starts_with("leave out the words")
        );
        assert!(
            remedy(IssueCode::PhoneInvalid, "+1415555").starts_with("check whether it has wrong")
        );
        assert!(
            remedy(IssueCode::PhoneInvalid, "ask Ana")
                .starts_with("write it with its country code")
        );
        let number = |value| remedy(IssueCode::NumberInvalid, value);
        assert!(number("45%").starts_with("write it without the percent sign"));
        assert_eq!(number("12.ab"), "write it in digits, such as 1234.50");
        let long = |severity| Issue { severity, ..of_contact(IssueCode::RowLong) }.remedy();
        assert!(long(Severity::Info).starts_with("nothing is lost"));
        assert!(long(Severity::Warning).starts_with("put quotes"));
    }
}
