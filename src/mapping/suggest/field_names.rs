//! [`FieldNames`]: which field a phrase names, and what single words of a header mean. `surname` is the last name, and
//! the `work` of `Work Phone` says which of several phones.

use crate::field::synonyms::{
    CONTACT, CONTACT_ELSEWHERE, DEAL, FILLERS, GROUPS, Group, MOBILE, MOBILE_ELSEWHERE,
    NAMES_ELSEWHERE, NEUTRAL, OPPORTUNITY, OPPORTUNITY_ELSEWHERE, OWN, SHARED, SHARED_ELSEWHERE,
    STOPS, SUBSTITUTES, TRAPS, Trap, USER, phrases, squash,
};
use crate::field::{FieldId, Fields, words};
use crate::maps::Map;
use crate::object::Object;

/// What a word around the name of a field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Nothing.
    Stop,
    /// Nothing once the field is named.
    Filler,
    /// The contact's own.
    Own,
    /// Perhaps the contact's own.
    Substitute,
    /// A user: of the file's own product, or a colleague.
    User,
    /// It leaves open whose an address is.
    Neutral,
    /// The opportunity's own.
    Deal,
    /// One of several.
    Group(Group),
    /// It says that the column is no field of the contact.
    Trap(Trap),
    /// Not known.
    Other,
}

/// What a phrase means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) contact: Option<FieldId>,
    pub(super) opportunity: Option<FieldId>,
    /// Whether it counts only where no other column feeds the field.
    pub(super) is_weak: bool,
    /// Whether it is a mobile phone.
    pub(super) is_mobile: bool,
}

/// Phrases that name a field only where nothing else does.
const WEAK: &[(Object, &str, &str)] = &[
    (
        Object::Contact,
        "name",
        "client | customer | kunde | cliente | klant | kund | kundenname | klantnaam | kundnamn | lead name \
         | person | persona | pessoa | persoon | personne | osoba | related contacts | associated contacts | linked contacts \
         | contacts | contactos | contatos | contatti | kontakte | contacten | kontakter | prospect | interessent \
         | klient | zakaznik | musteri | asiakas | ugyfel | vevo | клиент | заказчик \
         | attendee | participant | teilnehmer | deelnemer | deltagare | applicant | policyholder | insured | homeowner \
         | candidate | borrower | donor | registrant | delegate \
         | tenant | mieter | locataire | inquilino | huurder | hyresgast | invitee | passenger | visitor",
    ),
    (
        Object::Contact,
        "company",
        "accounts | institution | nombre comercial | nome fantasia | denominazione | brokerage | dba | dba name | doing business as | trading name | trade name",
    ),
    (Object::Contact, "name", NAMES_ELSEWHERE),
    (
        Object::Contact,
        "country",
        "country code | country iso | country iso code | iso country | landercode | landerkurzel | code pays | codigo pais | country id",
    ),
    (Object::Contact, "notes", "memo"),
    (
        Object::Contact,
        "source",
        "referral source | how did you hear about us | where did you hear about us | how did you find us | how did they find us | how did you hear about me \
         | how did you find out about us | how do you know us \
         | wie hast du von uns erfahren | wie haben sie von uns erfahren | wie sind sie auf uns aufmerksam geworden \
         | wie bist du auf uns aufmerksam geworden | woher kennen sie uns | woher kennst du uns \
         | comment nous avez vous connu | comment avez vous entendu parler de nous | comment nous avez vous trouve \
         | como nos has conocido | como nos conociste | como nos conocio | como supo de nosotros | como te enteraste de nosotros \
         | como nos conheceu | como ficou sabendo | como soube de nos | por onde nos conheceu \
         | come ci hai conosciuto | come ci ha conosciuto | come hai saputo di noi \
         | hoe heb je ons gevonden | hoe heeft u ons gevonden | hoe ken je ons | hur hittade du oss | hur horde du talas om oss",
    ),
    (Object::Contact, "state", "state code | province code | region code | state province code"),
    (Object::Contact, "state", "region | regione | regiao | prov"),
    (
        Object::Opportunity,
        "value",
        "expected revenue | est revenue | estimated revenue | estimated value | est value | expected value | geschatzter umsatz | gesch umsatz \
         | geschatzter wert | erwarteter wert | erwarteter betrag | voraussichtlicher umsatz | montant estime | montant prevu | montant previsionnel | valeur estimee \
         | importe estimado | importe previsto | valor estimado | valor previsto | valor esperado | importo stimato | importo previsto | valore stimato | valore previsto \
         | geschatte waarde | verwachte waarde | verwachte omzet | verwachte opbrengst | uppskattat varde | beraknat varde | forventet vaerdi | forventet verdi",
    ),
];

/// Words of other languages that are not misspelt labels.
const NO_SLIPS: [&str; 2] = ["stato", "stade"];

/// About how many phrases there are.
const PHRASES: usize = 2_000;

/// Every name of the account's fields.
pub(super) struct FieldNames {
    /// Names of standard fields and of the account's own, without spaces.
    fields: Map<String, Meaning>,
    /// Names that both objects use.
    shared: Map<String, Meaning>,
    words: Map<&'static str, Word>,
    /// The labels of standard fields, to find those that a header misspells.
    labels: Vec<(String, FieldId)>,
    customs: std::ops::Range<FieldId>,
}

impl FieldNames {
    pub(super) fn new(fields: &Fields) -> Self {
        let mut names = FieldNames {
            fields: Map::with_capacity_and_hasher(PHRASES, Default::default()),
            shared: Map::default(),
            words: known_words(),
            labels: Vec::new(),
            customs: first_custom(fields)..FieldId(u16::MAX),
        };
        names.add_own_labels(fields);
        names.add_synonyms(fields);
        names.add_shared(fields);
        names
    }

    /// Adds what the standard fields are called, and then the weak names, which count only where no other column feeds
    /// the field.
    fn add_synonyms(&mut self, fields: &Fields) {
        for (object, table) in [
            (Object::Contact, CONTACT),
            (Object::Contact, CONTACT_ELSEWHERE),
            (Object::Opportunity, OPPORTUNITY),
            (Object::Opportunity, OPPORTUNITY_ELSEWHERE),
        ] {
            for (key, list) in table {
                let Some(field) = fields.find(object, key) else { continue };
                phrases(list).for_each(|phrase| self.add(phrase, object, field, false));
            }
        }
        for phrase in phrases(MOBILE).chain(phrases(MOBILE_ELSEWHERE)) {
            self.add(phrase, Object::Contact, FieldId::PHONE, false);
            if let Some(meaning) = self.fields.get_mut(&squash(phrase)) {
                meaning.is_mobile = meaning.contact == Some(FieldId::PHONE);
            }
        }
        for (object, key, list) in WEAK {
            let Some(field) = fields.find(*object, key) else { continue };
            phrases(list).for_each(|phrase| self.add(phrase, *object, field, true));
        }
    }

    /// Adds the names that both objects use, unless a field of the account's own is called like this.
    fn add_shared(&mut self, fields: &Fields) {
        for (list, contact, opportunity) in SHARED.iter().chain(SHARED_ELSEWHERE) {
            let meaning = Meaning {
                contact: contact.and_then(|key| fields.find(Object::Contact, key)),
                opportunity: opportunity.and_then(|key| fields.find(Object::Opportunity, key)),
                ..Meaning::default()
            };
            for phrase in phrases(list) {
                let known = self.fields.get(&squash(phrase)).copied().unwrap_or_default();
                let is_custom =
                    |id: Option<FieldId>| id.is_some_and(|id| self.customs.contains(&id));
                if !is_custom(known.contact) && !is_custom(known.opportunity) {
                    self.shared.insert(squash(phrase), meaning);
                }
            }
        }
    }

    /// Adds the labels and keys of all fields. Those of the account's own fields take precedence over the synonyms of
    /// standard fields, but not over their labels.
    fn add_own_labels(&mut self, fields: &Fields) {
        for (id, field) in fields.iter() {
            if !field.kind.is_importable() {
                continue;
            }
            let label = words(&field.label);
            let key = words(&field.key);
            let is_bare = matches!(
                key.as_str(),
                "id" | "name"
                    | "source"
                    | "tags"
                    | "notes"
                    | "owner"
                    | "followers"
                    | "status"
                    | "value"
                    | "contact id"
            );
            if !field.is_custom && is_bare && field.object == Object::Opportunity {
                self.add(&label, field.object, id, false);
                continue;
            }
            if !field.is_custom {
                self.labels.push((label.clone(), id));
            }
            self.add(&label, field.object, id, false);
            if key != "id" {
                self.add(&key, field.object, id, false);
            }
        }
    }

    fn add(&mut self, phrase: &str, object: Object, field: FieldId, is_weak: bool) {
        let is_custom = self.customs.contains(&field);
        let short = squash(&self.without_stops(phrase));
        // Without its stop words, `d o b` would be just `b`.
        let short = (short.len() >= 4 && !is_custom).then_some(short);
        for name in [squash(phrase)].into_iter().chain(short) {
            let meaning = self.fields.entry(name).or_default();
            let is_new = meaning.contact.is_none() && meaning.opportunity.is_none();
            let place = match object {
                Object::Contact => &mut meaning.contact,
                Object::Opportunity => &mut meaning.opportunity,
            };
            if place.is_none() {
                *place = Some(field);
                meaning.is_weak = is_weak && (is_new || meaning.is_weak);
            }
        }
    }

    /// The field that a phrase names.
    pub(super) fn find(&self, phrase: &str) -> Option<Meaning> {
        self.fields.get(&squash(phrase)).copied()
    }

    /// What a phrase means that both objects use.
    pub(super) fn shared(&self, phrase: &str) -> Option<Meaning> {
        self.shared.get(&squash(phrase)).copied()
    }

    pub(super) fn word(&self, word: &str) -> Word {
        self.words.get(word).copied().unwrap_or(Word::Other)
    }

    /// The phrase without words that say nothing.
    pub(super) fn without_stops(&self, phrase: &str) -> String {
        join(phrase.split(' ').filter(|word| self.word(word) != Word::Stop))
    }

    /// The standard field whose label differs from the phrase by one typing error, if there is only one such field.
    pub(super) fn misspelt(&self, phrase: &str) -> Option<FieldId> {
        if phrase.len() < 5 || NO_SLIPS.contains(&phrase) {
            return None;
        }
        // `List Name` is not a misspelt `Last Name`: `list` is a word that we know, and it means something else.
        let says_else = |label: &str| {
            let is_of_label = |word: &str| label.split(' ').any(|other| other == word);
            phrase
                .split(' ')
                .any(|word| matches!(self.word(word), Word::Trap(_)) && !is_of_label(word))
        };
        let is_near = |label: &str| {
            label.len() >= 5
                && label.len().abs_diff(phrase.len()) <= 1
                && label.as_bytes().first() == phrase.as_bytes().first()
                && strsim::osa_distance(label, phrase) == 1
                && !says_else(label)
        };
        let mut near = self.labels.iter().filter(|(label, _)| is_near(label));
        let (_, field) = near.next()?;
        near.all(|(_, other)| other == field).then_some(*field)
    }
}

fn first_custom(fields: &Fields) -> FieldId {
    fields.iter().find(|(_, field)| field.is_custom).map_or(FieldId(u16::MAX), |(id, _)| id)
}

fn known_words() -> Map<&'static str, Word> {
    let mut known = Map::default();
    let mut add = |list: &'static str, word: Word| {
        for phrase in phrases(list) {
            known.entry(phrase).or_insert(word);
        }
    };
    add(STOPS, Word::Stop);
    add(FILLERS, Word::Filler);
    add(OWN, Word::Own);
    add(SUBSTITUTES, Word::Substitute);
    add(USER, Word::User);
    add(DEAL, Word::Deal);
    GROUPS.iter().for_each(|(group, list)| add(list, Word::Group(*group)));
    TRAPS.iter().for_each(|(trap, list)| add(list, Word::Trap(*trap)));
    add(NEUTRAL, Word::Neutral);
    known
}

pub(super) fn join<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut out = String::new();
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Whether a word says only that the column holds a number: the `no` of `Phone No`.
pub(super) fn is_number_word(word: &str) -> bool {
    matches!(
        word,
        "no" | "nos"
            | "nr"
            | "num"
            | "number"
            | "numbers"
            | "nummer"
            | "numero"
            | "numer"
            | "номер"
            | "番号"
            | "号码"
    )
}
