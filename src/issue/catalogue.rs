//! The catalogue: every code with its severity, HighLevel's number, its message and its remedy.
//!
//! Codes are stable: a program may match on them, and an error log of last year still means the same.
//! Messages and remedies may name parts of their issue, which [`Issue`](super::Issue) fills in:
//!
//! | name | stands for |
//! |---|---|
//! | `{value}`, `{column}`, `{object}` | the cell, the header of its column, `contact` or `opportunity` |
//! | `{detail}` | what sets the issue apart from others with its code |
//! | `{record}`, `{owner}`, `{others}` | the detail as one record, as a contact, as one or several other contacts |
//! | `{place}`, `{that}` | the detail as the pipeline of an opportunity |
//! | `{meant}` | the contact that the row means, where the detail names others |
//! | `{number}` | the detail as an example of a number, written the way the column writes them |
//! | `{who}`, `{nameless}` | the contact, by its name in the file, or by what is none |

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an issue means for its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing. Nothing was left out.
    Info,
    /// The row is imported, but a value of it was left out, or something needs a look.
    Warning,
    /// The side of the row is not imported.
    Error,
}

impl Severity {
    /// The name used in JSON and in the error log: `info`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! catalogue {
    ($($variant:ident $code:literal $severity:ident $number:expr, $message:literal, $remedy:literal;)*) => {
        /// The kind of an [`Issue`](crate::Issue): stable, for programs. JSON and error logs write its
        /// [`code`](Self::code).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum IssueCode {
            $(#[doc = concat!("`", $code, "`: ", $message, ".")] #[serde(rename = $code)] $variant,)*
        }

        impl IssueCode {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [IssueCode] = &[$(IssueCode::$variant,)*];

            /// The name used in JSON and in the error log, such as `email-invalid`.
            pub const fn code(self) -> &'static str {
                match self { $(IssueCode::$variant => $code,)* }
            }

            /// The severity, unless a setting or policy changes it.
            pub const fn severity(self) -> Severity {
                match self { $(IssueCode::$variant => Severity::$severity,)* }
            }

            /// HighLevel's number for it, if it has one.
            pub const fn number(self) -> Option<u16> {
                match self { $(IssueCode::$variant => $number,)* }
            }

            const fn usual_message(self) -> &'static str {
                match self { $(IssueCode::$variant => $message,)* }
            }

            pub(crate) const fn remedy(self) -> &'static str {
                match self { $(IssueCode::$variant => $remedy,)* }
            }
        }
    };
}

catalogue! {
    // The file (behaviour §12).
    RowShort "row-short" Warning None,
        "the row has fewer cells than the header", "check that its values are in the right columns; the missing cells change nothing";
    RowLong "row-long" Warning None,
        "the row has more cells than the header", "put quotes around values that contain a comma or another separator; the cells after the last column were not read";
    RowRagged "row-ragged" Error None,
        "the row does not have as many cells as the header", "give the row a cell for each column, and import it again";
    RowTooWide "row-too-wide" Error None,
        "the row has more cells than a file may have columns", "put quotes around values that contain commas or other separators, and import the row again";
    EncodingInvalid "encoding-invalid" Warning None,
        "some characters of the cell cannot be read", "save the file as \"CSV UTF-8\" and import it again, or say which encoding it has";
    EncodingGuessed "encoding-guessed" Info None,
        "the file does not say which encoding it has; it was read as {detail}", "if letters look wrong, save the file as \"CSV UTF-8\" and import it again, or say which encoding it has";
    TextGarbled "text-garbled" Warning None,
        "letters in the file are broken: {detail}", "export the data again as \"CSV UTF-8\" from where they are still right, each part of it if it was put together from several; otherwise they are imported as they stand in the file";
    CellTooLong "cell-too-long" Error None,
        "the cell is longer than the limit", "shorten the value; if it has swallowed the cells after it, close the quote that it begins with";
    QuoteUnclosed "quote-unclosed" Error None,
        "a quote is opened and not closed, so the rows below would have become part of this cell; only this row fails", "add the missing quote at the end of the value, or double a quote that is part of the value, and import the row again";
    RowLimit "row-limit" Error None,
        "the file has more rows than the limit; the rows from here on were not read", "put the rows that were not read into another file, and import that file as well";
    ByteLimit "byte-limit" Error None,
        "the file is larger than the limit; the rows from here on were not read", "put the rows that were not read into another file, and import that file as well";
    HeaderEmpty "header-empty" Info None,
        "the column has no header", "give the column a name if it is to be imported";
    HeaderDuplicate "header-duplicate" Warning None,
        "the header appears more than once", "if one of these columns is not read as it should be, give them different names, or say what each of them holds";
    HeaderIsData "header-is-data" Warning None,
        "the header is an e-mail address: the first line looks like a row, and was not imported as one", "put a line with the names of the columns above it and import the file again";
    HeaderRepeated "header-repeated" Error None,
        "\"{value}\" is the name of its column: the row repeats the header", "remove the row";
    ColumnsMissing "columns-missing" Warning None,
        "no column has what a new {object} needs: {detail}", "say which column has it, or leave out the columns of the {object}";
    DelimiterUnsure "delimiter-unsure" Warning None,
        "more than one sign could separate the cells of the file", "if the columns look wrong, say which sign separates them";

    // Values (behaviour §9).
    TextInvalid "text-invalid" Warning None,
        "the text in {column} holds a character that cannot be stored", "type the text again instead of copying it: the character cannot be seen";
    TextPlaceholder "text-placeholder" Warning None,
        "cells in {column} say \"{value}\", which is read as text, not as a blank", "if that means nothing, empty these cells and import the file again, or say for the column that the word is a blank";
    TextTooLong "text-too-long" Warning None,
        "the text in {column} was left out, because the field takes no more than {detail}", "shorten it, or put the rest into another column";
    TextFull "text-full" Warning None,
        "the text in {column} was left out: with what is there already it would be longer than {detail}", "shorten what is stored in the CRM, or put the text into another column";
    NameUnused "name-unused" Warning None,
        "the full name \"{value}\" was left out, because the row has another name in a column of its own", "make the columns with the name agree";
    EmailInvalid "email-invalid" Warning Some(1008),
        "\"{value}\" is not an e-mail address", "write it as name@example.com";
    PhoneInvalid "phone-invalid" Warning Some(1013),
        "\"{value}\" is not a phone number", "write it with its country code, as +12065550123";
    PhoneDamaged "phone-damaged" Warning Some(1013),
        "\"{value}\" is a phone number that a spreadsheet has rounded", "format the column as text in the spreadsheet, enter the number again and export once more";
    PhoneSeveral "phone-several" Warning Some(1013),
        "\"{value}\" holds more than one phone number, or a number and something else", "write each number in full, in a column of its own, without other signs; write an extension as ext. 9";
    DateInvalid "date-invalid" Warning Some(1014),
        "\"{value}\" is not a date, or not one in the order of its column", "write it as year-month-day, such as 2026-03-31";
    DateAmbiguous "date-ambiguous" Warning Some(1014),
        "\"{value}\" can be read in more than one order of day, month and year", "say for the column in which order its dates are written, or write them as year-month-day, such as 2026-03-31";
    DateOrderAssumed "date-order-assumed" Warning None,
        "the dates in column {column} can be read in more than one order; they were read as {detail}", "if that is wrong, say for the column in which order its dates are written, or write them as year-month-day, such as 2026-03-31";
    DateSerial "date-serial" Warning Some(1014),
        "\"{value}\" looks like a spreadsheet's day number", "format the column as a date in the spreadsheet, or say that it holds day numbers";
    NumberInvalid "number-invalid" Warning None,
        "\"{value}\" is not a number", "write it in digits, such as {number}";
    NumberAmbiguous "number-ambiguous" Warning None,
        "the last separator in \"{value}\" could come before decimals or before thousands", "write it without a separator for thousands, or with decimals, such as {number}; or say for the column which sign comes before decimals";
    NumberTooLong "number-too-long" Warning None,
        "\"{value}\" has too many digits to be kept exactly", "round it, or put it into a field for text";
    DecimalsTooMany "decimals-too-many" Warning None,
        "\"{value}\" was left out, because the field takes no more than {detail}", "round it";
    BooleanInvalid "boolean-invalid" Warning None,
        "\"{value}\" is neither yes nor no", "write yes or no";
    OptionUnknown "option-unknown" Warning Some(1005),
        "\"{value}\" is not one of the options", "use one of the options, say which of them it means, or add the option in the CRM first";
    OptionAmbiguous "option-ambiguous" Warning Some(1016),
        "\"{value}\" is the name of more than one option", "use the option's id, or give the options different names in the CRM";
    CountryUnknown "country-unknown" Warning None,
        "\"{value}\" is not a country", "write the English name or the two-letter code";
    TimezoneUnknown "timezone-unknown" Warning None,
        "\"{value}\" is not one of the account's time zones", "write it as America/New_York";
    OwnerUnknown "owner-unknown" Warning Some(1015),
        "no user is called \"{value}\", so the cell was not used", "use the user's e-mail address or full name, or add the user in the CRM first";
    OwnerAmbiguous "owner-ambiguous" Warning Some(1002),
        "more than one user is called \"{value}\", so the cell was not used", "use the user's e-mail address";
    RecordIdDamaged "record-id-damaged" Error None,
        "\"{value}\" is an id that a spreadsheet has rounded", "format the column as text in the spreadsheet and export once more";
    ValueLimit "value-limit" Warning None,
        "\"{value}\" is one value more than a contact can have, so it was left out", "remove a value that is no longer needed, in the CRM or in the file";
    RequiredMissing "required-missing" Error Some(1004),
        "a new {object} needs a value for {detail}", "fill the cell, or choose a column that holds it";
    RequiredInvalid "required-invalid" Error Some(1004),
        "\"{value}\" cannot be used, and a new {object} needs a value for {detail}", "correct the value";

    // Who it is (behaviour §4, §5).
    ContactIdUnknown "contact-id-unknown" Error Some(1006),
        "no contact has the id \"{value}\"", "correct the id, or leave it blank, so that the contact is found by the other cells of the row; leave the column out if its ids are another product's";
    ContactEmpty "contact-empty" Error Some(1021),
        "{nameless} has no id, e-mail, phone or name", "give at least one of them, or remove the row if it is no contact but a total or a note";
    MatchKeyMissing "match-key-missing" Error Some(1009),
        "{who} has nothing to be found by", "fill {detail}; or remove the row if it is no contact but a total or a note";
    NoMatchKey "no-match-key" Warning None,
        "{who} has nothing to be found by, so a new contact is created each time", "fill {detail}; or remove the row if it is no contact but a total or a note";
    KeyAmbiguous "key-ambiguous" Error Some(1010),
        "\"{value}\" leads to more than one contact: {detail}", "give the id of the one that is meant, or leave only what is that one's; if they are the same person, merge them in the CRM";
    KeyConflict "key-conflict" Warning None,
        "\"{value}\" belongs to {others} and was not written", "check which contact it belongs to";
    ContactNotFound "contact-not-found" Info Some(1022),
        "no contact was found to update", "choose Create & Update to add it";
    ContactExists "contact-exists" Info None,
        "the contact exists already and was left as it is ({record})", "choose Create & Update to change it";
    ContactImported "contact-imported" Info None,
        "the contact was imported before and its cells have not changed since, so it was left as it is", "change one of its cells to import them again";
    ContactUnlikeLog "contact-unlike-log" Warning None,
        "the log says that this row became the contact {detail}, who has nothing by which the row could be found", "if the file of this log was imported into another database, clear the columns Import contact id and Import opportunity id";
    RepeatSkipped "repeat-skipped" Info Some(1011),
        "the contact is on row {detail} already; this row was left out", "if this row is the right one, remove the other and import the file again; in an error log, change one of the contact's cells";
    RepeatRejected "repeat-rejected" Error Some(1011),
        "the contact is on row {detail} already", "keep only one row for the contact";
    FieldDiffers "field-differs" Info None,
        "this row has \"{value}\" where row {detail} has another value; the later row counts", "if the earlier row is right, remove the value from this one";
    ClearKept "clear-kept" Info None,
        "the cell asks to clear {column}, which stays as it is: {detail}", "clear it in the CRM, or leave the cell blank";
    ConsentKept "consent-kept" Warning None,
        "the contact does not want to be contacted, and an import does not change that", "change it in the CRM, or allow the column to do so";

    // Opportunities (behaviour §3, §8).
    OpportunityContactMissing "opportunity-contact-missing" Error None,
        "the opportunity has no contact to belong to", "give the contact's id, e-mail or phone on the same row; for a contact that is not there yet, choose Create & Update for contacts; or remove the row if it is a total or a note";
    ContactFailed "contact-failed" Error None,
        "the contact on this row failed, so its opportunity was not created", "correct the contact, and import the row again";
    ContactFailedLinkKept "contact-failed-link-kept" Warning None,
        "the contact on this row failed, so the opportunity was updated without it", "correct the contact, and import the row again";
    ContactLinkConflict "contact-link-conflict" Error None,
        "the row names two different contacts for the opportunity: {detail}", "make the contact id and the contact's own cells agree";
    OpportunityIdMissing "opportunity-id-missing" Error None,
        "the opportunity has no id to find it by", "give its id, or choose Create & Update to add it";
    OpportunityIdUnknown "opportunity-id-unknown" Error None,
        "no opportunity has the id \"{value}\"", "correct the id; to create a new one, leave it blank and choose Create & Update; leave the column out if its ids are another product's";
    OpportunityExists "opportunity-exists" Info None,
        "the opportunity exists already and was left as it is ({record})", "choose Create & Update to change it";
    OpportunityImported "opportunity-imported" Info None,
        "the opportunity was imported before and its cells are as they were then, so only whom it belongs to counts", "change one of its cells to have them imported once more";
    OpportunityDuplicate "opportunity-duplicate" Error None,
        "the contact already has an opportunity in this pipeline ({detail})", "give its id to update it, or remove the row";
    OpportunityMatchNone "opportunity-match-none" Error None,
        "no opportunity matches", "give the id of the one that is meant, or correct what it is found by";
    OpportunityMatchFound "opportunity-match-found" Error None,
        "the contact already has a matching opportunity ({detail})", "give its id to update it, or remove the row";
    OpportunityMatchSeveral "opportunity-match-several" Error None,
        "more than one opportunity of the contact matches: {detail}", "give the id of the one that is meant";
    OpportunityMatchClosed "opportunity-match-closed" Warning None,
        "the contact has an open opportunity like it ({detail}), but one is closed already and says all that this row says, so that one was taken", "if an open one is meant, give its id";
    OpportunityMatchKept "opportunity-match-kept" Warning None,
        "\"{value}\" was not written: the row lacks or misnames what a new opportunity needs ({detail}), so the opportunity that it matches may be another row's", "correct that, or give the id of the opportunity, and import the row again";
    OpportunityRelinked "opportunity-relinked" Info None,
        "the opportunity was moved from {owner} to the one on this row", "move it back in the CRM if that is wrong";
    OpportunityLinkKept "opportunity-link-kept" Warning None,
        "the opportunity belongs to {owner} and stays there", "move it in the CRM if that is wrong";
    OpportunityRelinkRefused "opportunity-relink-refused" Error None,
        "the opportunity belongs to another contact ({detail})", "correct the contact on this row";
    OpportunityTagsUnused "opportunity-tags-unused" Info None,
        "the tags were left out: {detail}", "put them into a column for the contact's tags";
    PipelineUnknown "pipeline-unknown" Error None,
        "no pipeline is called \"{value}\"", "use the name of a pipeline, or say which of them it means";
    PipelineAmbiguous "pipeline-ambiguous" Error None,
        "\"{value}\" is the name of more than one pipeline", "write the name exactly as the CRM has it, or use the pipeline's id; if the names are the same, rename one of them in the CRM";
    StageUnknown "stage-unknown" Error None,
        "\"{value}\" is not a stage of {place}", "use a stage of {that}, or say which of them it means";
    StageAmbiguous "stage-ambiguous" Error None,
        "\"{value}\" is the name of more than one stage of {place}", "write the name exactly as the CRM has it, or use the stage's id; if the names are the same, rename one of them in the CRM";
    StatusUnknown "status-unknown" Warning Some(1005),
        "\"{value}\" is not a status", "write open, won, lost or abandoned";
    LostReasonUnused "lost-reason-unused" Warning None,
        "a lost reason was given, but the status is {detail}; the reason was left out", "change the status to lost, or remove the reason";

    // Writing (behaviour §14).
    WriteRejected "write-rejected" Error Some(1020),
        "the CRM did not take the {object}: {detail}", "correct what the CRM objects to and import the row again, or show this to whoever looks after the CRM";
    UpdateRejected "update-rejected" Error Some(1023),
        "the CRM did not take the change of the {object}: {detail}", "correct what the CRM objects to and import the row again, or show this to whoever looks after the CRM";
    WriteConflict "write-conflict" Error None,
        "somebody else kept changing the {object} while it was imported", "import the row again";
    AlreadyWritten "already-written" Warning None,
        "nothing was written: another import with the name \"{detail}\" has written this row already", "to write it again, import the file under another name";
    StorageFault "storage-fault" Error None,
        "the {object} could not be written, because of a fault outside the file: {detail}", "show this to whoever maintains the connection to the CRM, and import the row again once it is fixed";
    FollowUpFailed "follow-up-failed" Warning Some(1024),
        "the contact was imported, but what was to follow could not be done: {detail}", "do it by hand in the CRM";
}

/// Whether a phone number begins with a country code.
pub(crate) fn has_country_code(phone: &str) -> bool {
    phone.trim_start_matches(['\'', '=', '"', '(', ' ']).starts_with(['+', '\u{ff0b}'])
}

/// Whether words stand beside what may be a phone number.
fn has_words(phone: &str) -> bool {
    /// The digits of the shortest local numbers.
    const FEWEST: usize = 6;
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    digits >= FEWEST && phone.chars().any(char::is_alphabetic)
}

/// Whether there are several addresses in a text, as far as one can tell.
fn has_several_at(emails: &str) -> bool {
    emails.matches('@').count() > 1
}

/// Whether a percent sign stands beside a number: `45%`, `% 45`.
fn has_percent(number: &str) -> bool {
    number.contains(['%', '\u{ff05}', '\u{66a}'])
}

impl IssueCode {
    /// The remedy, given what the issue means for its row and the value that it is about.
    pub(super) fn remedy_for(self, severity: Severity, value: Option<&str>) -> &'static str {
        match self {
            IssueCode::PhoneInvalid if value.is_some_and(has_words) => {
                "leave out the words beside the number, and write it with its country code, as +12065550123"
            }
            IssueCode::PhoneInvalid if value.is_some_and(has_country_code) => {
                "check whether it has wrong, missing or extra digits"
            }
            IssueCode::NumberInvalid if value.is_some_and(has_percent) => {
                "write it without the percent sign, as the field counts it: 45 or 0.45"
            }
            IssueCode::EmailInvalid if value.is_some_and(has_several_at) => {
                "put a comma between the addresses, or write one as name@example.com"
            }
            IssueCode::RequiredMissing if value.is_some() => {
                "add it to the cell, or choose a column that holds it"
            }
            IssueCode::RowLong if severity == Severity::Info => {
                "nothing is lost; without the separators at the end of its line, the row is as wide as the header"
            }
            _ => self.remedy(),
        }
    }

    /// Whether the issue depends on what storage held, and not on the cells of the row alone. An issue that merely
    /// follows from another issue of the row does not count.
    pub(crate) const fn depends_on_records(self) -> bool {
        matches!(
            self,
            IssueCode::KeyAmbiguous
                | IssueCode::KeyConflict
                | IssueCode::MatchKeyMissing
                | IssueCode::NoMatchKey
                | IssueCode::RequiredMissing
                | IssueCode::RequiredInvalid
                | IssueCode::ContactLinkConflict
                | IssueCode::OpportunityContactMissing
                | IssueCode::OpportunityIdMissing
                | IssueCode::OpportunityDuplicate
                | IssueCode::OpportunityMatchNone
                | IssueCode::OpportunityMatchFound
                | IssueCode::OpportunityMatchSeveral
                | IssueCode::OpportunityRelinkRefused
                // Of one that was matched, they would only have been a warning (O7).
                | IssueCode::PipelineUnknown
                | IssueCode::PipelineAmbiguous
                | IssueCode::StageUnknown
                | IssueCode::StageAmbiguous
        )
    }

    /// Whether it says that a cell names no pipeline that can be used.
    pub(crate) const fn is_about_pipeline(self) -> bool {
        matches!(self, IssueCode::PipelineUnknown | IssueCode::PipelineAmbiguous)
    }

    /// Whether it says that a cell names no stage that can be used.
    pub(crate) const fn is_about_stage(self) -> bool {
        matches!(self, IssueCode::StageUnknown | IssueCode::StageAmbiguous)
    }

    /// The message. Where a policy decides what the issue means for its row, the words depend on the severity.
    /// `is_meant` if the issue says whom the row means all the same.
    pub(crate) const fn message(self, severity: Severity, is_meant: bool) -> &'static str {
        match (self, severity) {
            // Nothing was to be written of the key.
            (IssueCode::KeyConflict, Severity::Warning) if is_meant => {
                "\"{value}\" belongs to {others}; the opportunity goes to {meant}"
            }
            (IssueCode::NoMatchKey, Severity::Error) => {
                "{who} has nothing to be found by, and the account takes no such contacts"
            }
            (IssueCode::KeyConflict, Severity::Error) => {
                "\"{value}\" belongs to {others}, so the row was left out"
            }
            (IssueCode::OpportunityMatchSeveral, Severity::Warning) => {
                "the contact has more than one opportunity in this pipeline: {detail}"
            }
            (IssueCode::KeyAmbiguous, Severity::Info) => {
                "\"{value}\" leads to more than one contact: {detail}"
            }
            (IssueCode::RowLong, Severity::Info) => {
                "the row has more cells than the header, and nothing in the cells after the last column"
            }
            _ => self.usual_message(),
        }
    }
}

impl fmt::Display for IssueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_once_and_in_kebab_case() {
        let mut codes: Vec<&str> = IssueCode::ALL.iter().map(|code| code.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), IssueCode::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }

    /// Whoever has the spreadsheet knows rows and columns, and not how an import is made.
    #[test]
    fn no_message_speaks_of_how_an_import_is_made() {
        const WORDS: [&str; 14] = [
            "adapter",
            "byte",
            "declare",
            "delimiter",
            "encoded",
            "key",
            "map",
            "match rule",
            "nul",
            "null",
            "policy",
            "side",
            "storage",
            "token",
        ];
        for code in IssueCode::ALL {
            let severities = [Severity::Info, Severity::Warning, Severity::Error];
            let messages = severities.map(|severity| code.message(severity, false));
            for text in messages.into_iter().chain([code.remedy()]) {
                let words: Vec<String> =
                    text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase).collect();
                let trade = WORDS.iter().find(|word| words.iter().any(|own| own == *word));
                assert_eq!(trade, None, "{code}: {text}");
            }
        }
    }

    #[test]
    fn messages_and_remedies_start_low_and_end_without_a_full_stop() {
        for code in IssueCode::ALL {
            let severities = [Severity::Info, Severity::Warning, Severity::Error];
            let messages = severities.map(|severity| code.message(severity, false));
            for text in messages.into_iter().chain([code.remedy()]) {
                assert!(!text.ends_with('.') && !text.is_empty(), "{code}: {text}");
                assert!(!text.starts_with(char::is_uppercase), "{code}: {text}");
            }
        }
    }
}
