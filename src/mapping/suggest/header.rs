//! [`Reader`]: the first guess for a column, from its own header alone: `Mobile` is a phone, `Spouse Email` somebody
//! else's address.

use super::field_names::{FieldNames, Meaning, Word, is_number_word, join};
use super::qualifiers::Qualifiers;
use super::{Choice, Guess, IfPhones};
use crate::field::synonyms::{Group, Trap, USER_LISTS, phrases};
use crate::field::{FieldId, FieldKind, Fields, words};
use crate::issue::ERROR_LOG_COLUMNS;
use crate::object::Object;

/// Headers that look like the name of a field if spaces or one word are ignored, and are none: `Default Source` is a
/// card that pays, and `Email Client` is a program.
const APART: [&str; 6] =
    ["email client", "birth day", "birth month", "birth year", "user name", "default source"];

/// Words for a contact. A header of such a word may mean the contact's name, or a way to reach the contact.
pub(super) const CONTACTS: [&str; 7] =
    ["contact", "contacts", "kontakt", "contacto", "contato", "contatto", "контакт"];

/// Words for a landline, which is at home or at work.
const LANDLINE: [&str; 14] = [
    "landline",
    "fixe",
    "fijo",
    "fixo",
    "fisso",
    "festnetz",
    "festnetznummer",
    "vaste",
    "fixed",
    "hemtelefon",
    "hemtelefonnummer",
    "stacjonarny",
    "固定电话",
    "座机",
];

/// Reads headers. It knows the fields, the selected objects, and what kind of list the file is.
pub(super) struct Reader<'a> {
    pub(super) names: &'a FieldNames,
    pub(super) fields: &'a Fields,
    pub(super) has_contacts: bool,
    pub(super) has_opportunities: bool,
    /// Whether the file is a list of users, who are the contacts then.
    pub(super) lists_users: bool,
    /// Whether it is a list of houses or animals, whose owners are the contacts then.
    pub(super) lists_owners: bool,
    /// Whether a lead is an opportunity in this file, and the persons beside it are the contacts: `Lead - Title`,
    /// `Person - Name`.
    pub(super) sells_leads: bool,
}

impl<'a> Reader<'a> {
    /// A reader for the file with these headers, and what each of them says by itself.
    pub(super) fn read(
        names: &'a FieldNames,
        fields: &'a Fields,
        objects: &[Object],
        words: &[String],
    ) -> (Self, Vec<Guess>) {
        let lists_users = words.iter().any(|words| phrases(USER_LISTS).any(|list| list == words))
            || lists_user_leads(names, words);
        let is_lead = |words: &String| matches!(words.as_str(), "lead title" | "lead value");
        let is_person = |words: &String| words.starts_with("person ");
        let mut reader = Reader {
            names,
            fields,
            has_contacts: objects.contains(&Object::Contact),
            has_opportunities: objects.contains(&Object::Opportunity),
            lists_users,
            lists_owners: false,
            sells_leads: words.iter().any(is_lead) && words.iter().any(is_person),
        };
        let mut guesses = reader.guess_all(words);
        if reader.is_of_owners(words, &guesses) {
            reader.lists_owners = true;
            guesses = reader.guess_all(words);
        }
        (reader, guesses)
    }

    fn guess_all(&self, words: &[String]) -> Vec<Guess> {
        words.iter().map(|words| self.guess_one(words)).collect()
    }
}

impl Reader<'_> {
    /// The first guess for a header: by the whole header, or else by what is left of it without the words around a
    /// field's name.
    fn guess_one(&self, words: &str) -> Guess {
        if words.is_empty() {
            return Guess::none("the column has no header");
        }
        if is_log_column(words) {
            // The ids are decided last: the columns beside them are read as they were in the file that the log is about
            // (A6).
            return Guess::none("the error log's own column");
        }
        if words.starts_with("principal ") {
            // The principal of a school. Where the word means the main one, it stands behind: `correo principal`.
            return Guess::none("\"principal\" says that it is somebody else's");
        }
        if words.ends_with(" del comercial") {
            // `correo comercial` is an address for work, but `correo del comercial` is the address of whoever sells.
            return Guess::none("\"del comercial\" says that it is somebody else's");
        }
        if words.starts_with("is ") && self.names.find(words).is_none() {
            // `Is a Company`; `İş Telefonu` is the Turkish phone at work.
            return Guess::none("it says yes or no");
        }
        if APART.contains(&words) {
            return Guess::none("it is a part of a value, or another");
        }
        let is_lead = self.sells_leads && words.starts_with("lead ");
        if !is_lead
            && let Some(guess) = self
                .guess_whole(words)
                .or_else(|| self.guess_whole(&self.names.without_stops(words)))
        {
            return guess;
        }
        let mut guess = self.guess_inner(words).unwrap_or_else(|| self.guess_misspelt(words));
        if self.is_selected(FieldId::PHONE) && is_number_word(words) {
            guess.if_phones = Some(IfPhones::Abroad);
        }
        if self.is_selected(FieldId::PHONE) && words == "sms" {
            // It may be the phone for text messages, a consent to them, or how many were sent.
            guess.if_phones = Some(IfPhones::Any);
            guess.group = Group::Mobile;
        }
        guess
    }

    /// The ids in our own error log are read, whatever else the file has (A6).
    pub(super) fn settle_log_ids(&self, words: &[String], guesses: &mut [Guess]) {
        let mut taken: Vec<FieldId> = Vec::new();
        for (guess, words) in guesses.iter_mut().zip(words).filter(|(_, it)| is_log_column(it)) {
            let field = self.names.find(words).and_then(|meaning| self.selected(meaning));
            let Some(field) = field else { continue };
            if taken.contains(&field) {
                *guess = Guess::none(is_fed(&self.fields.get(field).label));
            } else {
                *guess = Guess::sure(field, "the header names the field");
                taken.push(field);
            }
        }
    }

    /// The header is the name of a field, and nothing else.
    fn guess_whole(&self, words: &str) -> Option<Guess> {
        if let Some(shared) = self.names.shared(words) {
            return Some(self.guess_shared(shared));
        }
        let meaning = self.names.find(words)?;
        let both = meaning.contact.is_some() && meaning.opportunity.is_some();
        if both && self.has_contacts && self.has_opportunities {
            return Some(self.guess_shared(meaning));
        }
        let field = self.selected(meaning).or_else(|| self.opportunity_twin(words, meaning))?;
        let mut guess = Guess::sure(field, "the header names the field");
        if field.is_id() {
            // Neither the header nor the cells tell whose ids they are.
            guess =
                Guess::likely(field, "the header names the field, if the ids are this CRM's own");
        }
        if self.fields.get(field).is_custom {
            guess.reason = "it is named like a custom field".into();
        }
        if meaning.is_mobile {
            guess.group = Group::Mobile;
        }
        if field == FieldId::PHONE && words.split(' ').any(|word| LANDLINE.contains(&word)) {
            // A mobile phone is more likely the primary one.
            guess.group = Group::Home;
        }
        if field == FieldId::NAME && CONTACTS.contains(&words) {
            guess.if_phones = Some(IfPhones::Any);
        }
        if words == "cep" {
            // A postal code in Brazil, the mobile phone in Turkey.
            guess.if_phones = Some(IfPhones::Long);
        }
        Some(guess.weak(meaning.is_weak))
    }

    /// A name that both objects use: the only object that is selected decides, or the neighbours will.
    fn guess_shared(&self, meaning: Meaning) -> Guess {
        let choice = Choice { contact: meaning.contact, opportunity: meaning.opportunity };
        if !self.has_contacts || self.has_opportunities {
            return Guess::open(choice);
        }
        match meaning.contact {
            Some(field) => Guess::sure(field, "the header names the field"),
            None => Guess::none("it could mean several things"),
        }
    }

    /// The field of a selected object that a phrase means.
    fn selected(&self, meaning: Meaning) -> Option<FieldId> {
        let contact = meaning.contact.filter(|field| self.is_selected(*field));
        if contact.is_none()
            && self.has_opportunities
            && !self.has_contacts
            && meaning.contact == Some(FieldId::COMPANY)
        {
            return Some(FieldId::BUSINESS_NAME);
        }
        contact.or(meaning.opportunity.filter(|field| self.is_selected(*field)))
    }

    /// Where only opportunities are selected, a name for a field of the contact means the opportunity's field with the
    /// same key: `Tags`, `Remarks`. Tags go to the contact anyway (P8). Of the
    /// other fields, none is meant if the header says that it is the contact's.
    fn opportunity_twin(&self, words: &str, meaning: Meaning) -> Option<FieldId> {
        let field = meaning.contact.filter(|_| self.has_opportunities && !self.has_contacts)?;
        let key = &self.fields.get(field).key;
        let is_free = match key.as_str() {
            "tags" => true,
            "source" | "owner" | "followers" | "notes" => {
                !words.split(' ').any(|word| self.word(word) == Word::Own)
            }
            _ => false,
        };
        self.fields.find(Object::Opportunity, key).filter(|_| is_free)
    }

    fn is_selected(&self, field: FieldId) -> bool {
        match self.fields.get(field).object {
            Object::Opportunity => self.has_opportunities,
            // Keys of contacts link opportunities even if contacts are not selected (P8).
            Object::Contact => {
                self.has_contacts || field == FieldId::CONTACT_ID || field.is_address()
            }
        }
    }

    /// The header names a field with words around it: `work email`, `phone 2`, `person - name`.
    fn guess_inner(&self, words: &str) -> Option<Guess> {
        let (qualifiers, rest) = self.split_qualifiers(words);
        if qualifiers.is_another {
            return Some(Guess::none("it is another person's"));
        }
        if qualifiers.is_opportunity {
            // In `Deal - Contact person`, nothing is left beside the words that say whose it is, so they are the name.
            // `Deal Contact Name` also has the name of a field.
            let is_contact = qualifiers.is_own && (rest.is_empty() || rest == "name");
            return self.guess_of_deal(if is_contact { "contact" } else { &rest }).or_else(|| {
                // `Affaire - Personne à contacter`: these words are the name of a field.
                let is_not_deal = |word: &&str| self.word(word) != Word::Deal;
                self.guess_of_deal(&join(words.split(' ').filter(is_not_deal)))
            });
        }
        // In `Arbejdsadresse, by`, the last word is Danish for the town. In other headers `by` says who did something:
        // `Signed by`.
        let is_town = rest == "by" && words.contains("adresse");
        let rest = if is_town { "bynavn".to_owned() } else { rest };
        if rest.is_empty() || is_number_word(&rest) {
            return self.guess_unnamed(&qualifiers, words);
        }
        if qualifiers.is_own && matches!(rest.as_str(), "nom" | "nome" | "nombre" | "naam") {
            return self.guess_one_of_several(FieldId::NAME, &qualifiers);
        }
        if qualifiers.is_own
            && qualifiers.group.is_none()
            && qualifiers.number.is_none()
            && let Some(shared) = self.names.shared(&rest)
        {
            let field = shared.contact.filter(|field| self.is_selected(*field));
            return Some(field.map_or_else(
                || Guess::none("the contact has no such field"),
                |field| Guess::likely(field, "the header names the contact's field"),
            ));
        }
        let meaning = self.names.find(&rest)?;
        // `Customer ID` is somebody else's id, `Lead Stage` no stage of a pipeline.
        let field = self.selected(Meaning { opportunity: None, ..meaning })?;
        if field == FieldId::CONTACT_ID {
            return None;
        }
        let qualifiers =
            Qualifiers { is_mobile: qualifiers.is_mobile || meaning.is_mobile, ..qualifiers };
        let mut guess = self.guess_one_of_several(field, &qualifiers)?;
        if field == FieldId::PHONE && words.split(' ').any(|word| word == "address") {
            // `Default Address Phone` is the phone of a place, and `Phone` the person's.
            guess.group = guess.group.max(Group::Home);
        }
        let is_weak = meaning.is_weak || guess.is_weak;
        Some(guess.weak(is_weak))
    }

    /// A guess for a field of the contact of which there may be several.
    fn guess_one_of_several(&self, field: FieldId, qualifiers: &Qualifiers) -> Option<Guess> {
        let mut group = qualifiers.group.unwrap_or(Group::Plain);
        let number = qualifiers.number.unwrap_or(1);
        if qualifiers.is_mobile {
            group = Group::Mobile;
        }
        // Tags of every column are joined.
        if number >= 2 && !field.is_address() && field != FieldId::TAGS {
            return Some(Guess::none("it is a second one"));
        }
        if number > 11 || !takes(field, self.fields.get(field).kind, group) {
            return None;
        }
        let mut guess = Guess::likely(field, "the header names the contact's field");
        guess.group = group;
        guess.number = number;
        guess.is_weak =
            qualifiers.is_substitute || matches!(group, Group::Billing | Group::Company);
        Some(guess)
    }

    /// A header that has only words which say which of several is meant: `Cell`, `Home number`, `Work 2`.
    fn guess_unnamed(&self, qualifiers: &Qualifiers, words: &str) -> Option<Guess> {
        let group = qualifiers.group?;
        let is_phone = matches!(group, Group::Work | Group::Home | Group::Mobile)
            && words.split(' ').any(is_number_word);
        if qualifiers.is_own && !is_phone || words.starts_with("business") {
            // `Customer number` and `Business number` are entries of a register, but `Contact work number` is a phone.
            return None;
        }
        if words.split(' ').any(|word| self.word(word) == Word::Filler) {
            // `Home Value` is what a house is worth.
            return None;
        }
        if qualifiers.is_mobile && self.is_selected(FieldId::PHONE) {
            return self.guess_one_of_several(FieldId::PHONE, qualifiers);
        }
        let is_place = matches!(group, Group::Home | Group::Work | Group::Other);
        if is_place && self.is_selected(FieldId::PHONE) {
            if words.split(' ').any(is_number_word) {
                return self.guess_one_of_several(FieldId::PHONE, qualifiers);
            }
            let mut guess = Guess::none("no field is called like this");
            guess.group = group;
            guess.if_phones = Some(IfPhones::Any);
            return Some(guess);
        }
        None
    }

    /// The header speaks of the opportunity: `Deal - Value`, `Deal - Contact person`.
    fn guess_of_deal(&self, rest: &str) -> Option<Guess> {
        if rest.is_empty() {
            return None;
        }
        let likely = |field| Some(Guess::likely(field, "the header names the opportunity's field"));
        let meaning = self.names.shared(rest).or_else(|| self.names.find(rest));
        let is_name = matches!(
            rest,
            "name"
                | "titel"
                | "title"
                | "tittel"
                | "subject"
                | "nom"
                | "nome"
                | "nombre"
                | "naam"
                | "navn"
                | "namn"
                | "intitule"
                | "libelle"
                | "bezeichnung"
                | "betreff"
                | "oggetto"
                | "asunto"
                | "onderwerp"
        );
        if is_name && !self.has_opportunities {
            return Some(Guess::none("it is the opportunity's name"));
        }
        if is_name {
            return likely(FieldId::OPPORTUNITY_NAME);
        }
        // `Deal Account` is the company that the opportunity is with. `Account` alone may be anything.
        let account = || self.names.find("account name").filter(|_| rest == "account");
        let meaning = meaning.or_else(account)?;
        if let Some(field) = meaning.opportunity.filter(|_| self.has_opportunities) {
            if field == FieldId::OPPORTUNITY_ID {
                return None;
            }
            return likely(field).map(|guess| guess.weak(meaning.is_weak));
        }
        let field = self.selected(Meaning { opportunity: None, ..meaning })?;
        let is_of_contact = field == FieldId::NAME
            || field.is_address()
            || matches!(field, FieldId::COMPANY | FieldId::BUSINESS_NAME);
        is_of_contact.then(|| Guess::likely(field, "the header names the opportunity's contact"))
    }

    /// A field whose name is nearly the header, or none, and why.
    fn guess_misspelt(&self, words: &str) -> Guess {
        if self.is_closed(words) {
            return Guess::none("its field holds files or signatures, which cannot be imported");
        }
        if let Some(field) = self.names.misspelt(words).filter(|field| self.is_selected(*field)) {
            return Guess::likely(field, "the header is nearly the field's name").weak(true);
        }
        if let Some(meaning) = self.names.find(words) {
            let (object, is_selected) = match meaning.contact {
                Some(_) => (Object::Contact, self.has_contacts),
                None => (Object::Opportunity, self.has_opportunities),
            };
            if !is_selected {
                let reason =
                    format!("it is a field of {}, which are not imported", object.plural());
                return Guess::none(reason);
            }
        }
        if self.is_several_places(words) {
            return Guess::none(
                "it holds several parts of an address: give each a column of its own",
            );
        }
        match self.trap(words) {
            Some((word @ ("middle" | "maiden" | "nickname"), _)) => {
                Guess::none(format!("\"{word}\" says that it is another name"))
            }
            Some((word, trap)) => Guess::none(format!("\"{word}\" says that it {}", trap.says())),
            None => Guess::none("no field is called like this"),
        }
    }

    /// Whether a field is called like this whose kind cannot be imported (A4).
    fn is_closed(&self, header: &str) -> bool {
        self.fields.iter().any(|(_, field)| {
            !field.kind.is_importable()
                && (words(&field.label) == header || words(&field.key) == header)
        })
    }

    /// What a word means in this file.
    pub(super) fn word(&self, word: &str) -> Word {
        match self.names.word(word) {
            Word::User if self.lists_users => Word::Substitute,
            _ if self.lists_owners && word == "owner" => Word::Substitute,
            _ if self.sells_leads && word == "lead" => Word::Deal,
            Word::User => Word::Trap(Trap::Person),
            other => other,
        }
    }

    /// The word that makes a column no field of the contact.
    fn trap<'w>(&self, words: &'w str) -> Option<(&'w str, Trap)> {
        words.split(' ').find_map(|word| match self.word(word) {
            Word::Trap(trap) => Some((word, trap)),
            _ => None,
        })
    }
}

/// A column that our own error log adds.
pub(super) fn is_log_column(words: &str) -> bool {
    ERROR_LOG_COLUMNS.iter().any(|own| own.eq_ignore_ascii_case(words))
}

/// `Full Name, User Email, User Phone`: forms ask their users, if nobody else has an address and the users no name.
fn lists_user_leads(names: &FieldNames, all: &[String]) -> bool {
    let has = |header: &str| all.iter().any(|words| words == header);
    let is_address = |words: &String| {
        let meaning = names.find(words).and_then(|meaning| meaning.contact);
        meaning.is_some_and(FieldId::is_address)
    };
    has("user email")
        && has("user phone")
        && has("full name")
        && !has("user name")
        && !all.iter().any(is_address)
}

/// Why a second column for a field with one value is left out.
pub(super) fn is_fed(label: &str) -> String {
    format!("another column feeds {label}, which holds one value")
}

/// Whether there can be one of this field for each group: a `Work Phone` is a phone, but no `Work Birthday` is a
/// birthday.
fn takes(field: FieldId, kind: FieldKind, group: Group) -> bool {
    let is_text = kind == FieldKind::Text || kind == FieldKind::FullName;
    match group {
        Group::Plain => true,
        Group::Mobile => matches!(kind, FieldKind::Phone),
        _ if field.is_address() || field.is_place() => true,
        Group::Main => is_text,
        Group::Billing => field <= FieldId::NAME || field == FieldId::COMPANY,
        Group::Work | Group::Company | Group::Home => field == FieldId::WEBSITE,
        Group::Other => false,
    }
}
