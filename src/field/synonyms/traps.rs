//! Words that make a column no field of the contact, whatever else its header says (behaviour A3).

use super::people;

/// What such a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trap {
    /// It is somebody else's.
    Person,
    /// It is about what is sold and sent.
    Trade,
    /// It counts or measures.
    Measure,
    /// It is about a consent.
    Consent,
    /// It is about the record or the value, not the value itself.
    Technical,
}

impl Trap {
    /// In a sentence: `"assistant" says that it …`.
    pub(crate) const fn says(self) -> &'static str {
        match self {
            Trap::Person => "is somebody else's",
            Trap::Trade => "is about a sale or a delivery",
            Trap::Measure => "is a measurement",
            Trap::Consent => "is a consent",
            Trap::Technical => "is no value of the field itself",
        }
    }
}

/// Who sells, how much, and where it is sent.
const TRADE: &str = "sales | shipping | ship | delivery | deliver | versand | lieferung | liefer | lieferadresse \
     | lieferanschrift | livraison | envio | entrega | spedizione | consegna | levering | bezorg | verzend | leverans";

/// The words.
pub(crate) const TRAPS: &[(Trap, &str)] = &[
    (Trap::Person, people::ENGLISH),
    (Trap::Person, people::GERMAN),
    (Trap::Person, people::FRENCH),
    (Trap::Person, people::SPANISH),
    (Trap::Person, people::PORTUGUESE),
    (Trap::Person, people::ITALIAN),
    (Trap::Person, people::DUTCH),
    (Trap::Person, people::SWEDISH),
    (Trap::Trade, TRADE),
    (
        Trap::Measure,
        "count | counts | total | totals | sum | average | avg | score | scores | rating | rank | opens | opened | open | clicks | clicked | click | sent | send | sends | bounce | bounced | bounces | delivered \
         | visits | views | sessions | spent | orders | order | purchases | purchase | lifetime | ltv | amount spent | quantity | qty | percent | percentage | probability | weighted | forecast | age | days | duration | since \
         |
         replies | replied | emailed | contacted | times | rate | size | revenue | anzahl | summe | bestellungen | commandes | pedidos | ordini | aantal | antal | interactions | activity | activities | minutes | hours | points | messages",
    ),
    (
        Trap::Consent,
        "opt | optin | optout | opted | subscribed | subscribe | unsubscribed | unsubscribe | subscription | subscriptions | consent | consents | gdpr | dsgvo | rgpd | marketing | accepts | accept | accepted | newsletter | permission | permissions | dnc | \
         einwilligung | werbung | consentement | consentimiento | consentimento | consenso | toestemming | samtycke | dont | suppressed | allowed | allow | agreed | agree | blocked | unsub | privacy | terms | exempt",
    ),
    (
        Trap::Technical,
        "created | modified | updated | erstellt | inbox | mailbox | shared | forward | forwarded | cree | creado | criado | creato | ip | latitude | longitude | lat | lng | lon | geo | hash | md | sha | token | validation | valid | validated | verified | verification | confirmed | quality | provider | domain | format | formatted | label | type | typ | types | tipo | phonetic | yomi | fax | faxnummer \
         | telefax | telecopie | telecopieur | pager | beeper | telex | isdn | tty | tdd | ttytdd | callback | radio | car | extension | ext | photo | avatar | image | picture | code | iso | prefix | suffix | initials | status | statut | date | datum | time | timestamp | at | history | template \
         | subject | campaign | medium | utm | list | lists | frequency | preference | preferences | preference | previous | old | former | prior | past | new | log | raw | error | reply | response | currency | symbol | box | po | pobox | postfach | display | id | ids | uuid | guid | key | external | legacy | linkedin | facebook | twitter | \
         instagram | tiktok | youtube | xing | skype | url | profile | handle | language | locale | lang | gender | title | department | industry | tax | vat | sms | plan | event | ticket | property | listing | birthplace | nationality | carrier | reminder | hearing | horbehinderte | last | first | year | month | angezeigter",
    ),
];
