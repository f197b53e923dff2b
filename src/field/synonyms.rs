//! What columns are called: the words of headers for each standard field, in English, German, French,
//! Spanish, Portuguese, Italian, Dutch and Swedish. Written as [`words`](crate::mapping) reduces a
//! header: lower case, no accents, single spaces.

use crate::object::Object::{self, Contact, Opportunity};

/// Names that mean the field whatever stands beside them.
pub(crate) const NAMES: &[(Object, &str, &[&str])] = &[
    (Contact, "id", &["contact id", "contactid", "import contact id"]),
    (Contact, "first_name", &[
        "first name", "firstname", "fname", "first", "given name", "givenname", "forename", "vorname",
        "prenom", "nombre", "primer nombre", "primeiro nome", "nome proprio", "voornaam", "fornamn",
        "nombre de pila", "name first",
    ]),
    (Contact, "last_name", &[
        "last name", "lastname", "lname", "last", "surname", "family name", "familyname", "nachname",
        "familienname", "zuname", "nom de famille", "apellido", "apellidos", "sobrenome", "ultimo nome",
        "apelido", "cognome", "achternaam", "efternamn", "name last",
    ]),
    (Contact, "name", &[
        "full name", "fullname", "name", "contact name", "display name", "client name", "customer name",
        "lead name", "person name", "your name", "vollstandiger name", "kontaktname", "nom complet",
        "nombre completo", "nome completo", "volledige naam", "naam", "namn", "attendee name", "guest",
        "nombre y apellidos", "nome e cognome", "name and surname",
    ]),
    (Contact, "email", &[
        "email", "email address", "emails", "mail", "primary email", "main email", "email primary",
        "emailadresse", "email adresse", "mailadresse", "adresse email", "adresse mail", "courriel",
        "adresse electronique", "correo", "correo electronico", "direccion de correo", "direccion de email",
        "correo electronico principal", "endereco de email", "indirizzo email", "posta elettronica",
        "emailadres", "epost", "e post", "epostadress", "e postadress", "your email",
        "email 1", "email address 1", "email 1 value", "email value",
    ]),
    (Contact, "phone", &[
        "phone", "phone number", "phones", "telephone", "telephone number", "tel", "tel no", "phone no",
        "primary phone", "main phone", "contact number", "contact numbers", "contact no", "telefon",
        "telefonnummer", "rufnummer", "numero de telephone", "telefono", "numero de telefono", "telefone",
        "numero de telefone", "numero di telefono", "telefoon", "telefoonnummer", "phone 1", "phone 1 value",
        "phone number 1", "your phone", "phone primary", "phone value",
    ]),
    (Contact, "company", &[
        "company", "company name", "organization", "organisation", "organization name", "organisation name",
        "account name", "employer", "firma", "firmenname", "unternehmen", "entreprise", "societe", "empresa",
        "nombre de la empresa", "nome da empresa", "azienda", "societa", "ragione sociale", "bedrijf",
        "bedrijfsnaam", "organisatie", "foretag", "foretagsnamn", "associated company", "company or account",
        "business", "nom de lentreprise", "organizacion", "primary company",
    ]),
    (Contact, "address", &[
        "address", "street", "street address", "address 1", "address line 1", "street 1", "address street",
        "street address 1", "adresse", "strasse", "strasse und hausnummer", "anschrift", "rue", "direccion",
        "calle", "endereco", "rua", "indirizzo", "via", "adres", "straat", "adress", "gatuadress",
        "address 1 street", "street line 1", "address line",
    ]),
    (Contact, "city", &[
        "city", "town", "city town", "town city", "stadt", "ort", "wohnort", "ville", "ciudad", "cidade",
        "citta", "comune", "stad", "plaats", "woonplaats", "suburb", "localidad", "localita", "address city",
        "address 1 city", "city 1", "poblacion",
    ]),
    (Contact, "state", &[
        "state", "province", "state province", "province state", "region", "state region", "county",
        "state code", "bundesland", "departement", "provincia", "estado", "provincie", "address 1 region",
        "address state", "state 1", "lan", "comunidad autonoma",
    ]),
    (Contact, "postal_code", &[
        "postal code", "postalcode", "zip", "zip code", "zipcode", "postcode", "post code",
        "zip postal code", "postal zip code", "zip postcode", "plz", "postleitzahl", "code postal", "cp",
        "codigo postal", "cep", "cap", "codice postale", "postnummer", "address 1 postal code",
        "address zip", "zip 1", "postal", "zip or postal code",
    ]),
    (Contact, "country", &[
        "country", "country region", "country name", "land", "pays", "pais", "paese", "nazione",
        "address 1 country", "address country", "country 1",
    ]),
    (Contact, "timezone", &["timezone", "time zone", "zeitzone", "fuseau horaire", "zona horaria", "fuso horario", "fuso orario", "tijdzone"]),
    (Contact, "website", &[
        "website", "web site", "website url", "homepage", "home page", "web page", "webpage", "web page 1",
        "website 1 value", "webseite", "internetseite", "site web", "site internet", "sitio web",
        "pagina web", "site", "sito web", "sito", "webbplats", "company website",
    ]),
    (Contact, "source", &[
        "source", "lead source", "contact source", "original source", "leadquelle", "quelle", "origen",
        "fuente", "origem", "fonte", "bron", "source du contact",
    ]),
    (Contact, "date_of_birth", &[
        "date of birth", "birthday", "birth date", "birthdate", "dob", "geburtsdatum", "geburtstag",
        "date de naissance", "fecha de nacimiento", "cumpleanos", "data de nascimento", "data di nascita",
        "geboortedatum", "fodelsedatum", "anniversaire",
    ]),
    (Contact, "contact_type", &["contact type", "kontakttyp", "type de contact", "tipo de contacto", "tipo de contato", "tipo di contatto", "contacttype"]),
    (Contact, "tags", &[
        "tags", "tag", "labels", "contact tags", "schlagworter", "schlagworte", "etiquetas", "etiquettes",
        "mots cles", "etichette", "etiketter", "taggar",
    ]),
    (Contact, "dnd", &["dnd", "do not disturb", "do not contact"]),
    (Contact, "notes", &["notes", "note", "contact notes", "notizen", "bemerkungen", "bemerkung", "remarques", "notas", "notities", "opmerkingen", "anteckningar", "notiz"]),
    (Contact, "owner", &["contact owner", "lead owner", "assigned to", "owner"]),
    (Opportunity, "id", &["opportunity id", "opportunityid", "opp id", "import opportunity id"]),
    (Opportunity, "name", &["opportunity name", "opportunity", "deal name", "deal title", "deal", "opportunity title", "opp name", "nombre de la oportunidad", "nom de lopportunite"]),
    (Opportunity, "pipeline", &["pipeline", "pipeline name", "deal pipeline", "sales pipeline", "pipeline id", "opportunity pipeline"]),
    (Opportunity, "stage", &["stage", "deal stage", "pipeline stage", "opportunity stage", "stage name", "stage id", "sales stage", "phase", "etape", "etapa", "fase"]),
    (Opportunity, "status", &["opportunity status", "deal status", "opp status"]),
    (Opportunity, "value", &[
        "opportunity value", "lead value", "deal value", "deal amount", "opportunity amount", "monetary value",
        "deal size", "opp value",
    ]),
    (Opportunity, "lost_reason", &["lost reason", "lost reason name", "loss reason", "closed lost reason", "reason lost", "reason for loss", "deal lost reason", "verlustgrund"]),
    (Opportunity, "source", &["opportunity source", "deal source"]),
    (Opportunity, "owner", &["opportunity owner", "deal owner"]),
    (Opportunity, "followers", &["opportunity followers", "deal followers"]),
    (Opportunity, "expected_close_date", &["close date", "expected close date", "closing date", "expected closing date", "estimated close date", "deal close date", "forecast close date", "abschlussdatum", "date de cloture", "fecha de cierre"]),
    (Opportunity, "contact_id", &["opportunity contact id", "contact id of the opportunity", "deal contact id"]),
    (Opportunity, "tags", &["opportunity tags", "deal tags"]),
    (Opportunity, "notes", &["opportunity notes", "deal notes", "opportunity description", "deal description"]),
    (Opportunity, "business_name", &["opportunity business name"]),
];

/// Names that mean one thing on a contact and another on an opportunity: what stands beside them
/// decides.
pub(crate) const SHARED: &[(&str, Option<&str>, Option<&str>)] = &[
    // words, field of the contact, field of the opportunity
    ("source", Some("source"), Some("source")),
    ("lead source", Some("source"), None),
    ("owner", Some("owner"), Some("owner")),
    ("assigned", Some("owner"), Some("owner")),
    ("assigned to", Some("owner"), Some("owner")),
    ("assigned user", Some("owner"), Some("owner")),
    ("followers", Some("followers"), Some("followers")),
    ("notes", Some("notes"), Some("notes")),
    ("status", None, Some("status")),
    ("value", None, Some("value")),
    ("amount", None, Some("value")),
    ("betrag", None, Some("value")),
    ("wert", None, Some("value")),
    ("montant", None, Some("value")),
    ("valeur", None, Some("value")),
    ("importe", None, Some("value")),
    ("valor", None, Some("value")),
    ("importo", None, Some("value")),
    ("bedrag", None, Some("value")),
    ("waarde", None, Some("value")),
    ("business name", Some("company"), Some("business_name")),
];

/// Words before or behind the name of a field that say whose it is: the contact's own.
pub(crate) const OWN: &[&str] = &["contact", "person", "lead", "client", "customer", "member", "subscriber", "attendee", "prospect", "kontakt", "kunde", "cliente", "klant"];

/// Words that say which of several addresses it is.
pub(crate) const PLACES: &[&str] = &["home", "mailing", "primary", "main", "work", "business", "office", "company", "billing", "personal", "private", "default", "residential", "physical"];

/// Words that say which of several e-mail addresses or phones it is.
pub(crate) const SLOTS: &[&str] = &["home", "work", "business", "office", "personal", "private", "other", "secondary", "alternate", "alternative", "alt", "additional", "second", "mobile", "cell", "direct", "company", "main", "primary", "day", "evening", "privat", "geschaftlich", "dienstlich", "professionnel", "personnel", "trabajo", "trabalho", "casa", "lavoro", "werk", "prive"];

/// Mobile phones, by a word of their own.
pub(crate) const MOBILE: &[&str] = &["mobile", "mobile phone", "mobile number", "mobile phone number", "mobile no", "cell", "cell phone", "cellphone", "cell number", "cell phone number", "mobil", "handy", "handynummer", "mobiltelefon", "mobilnummer", "mobilfunk", "portable", "telephone portable", "telephone mobile", "movil", "telefono movil", "celular", "telemovel", "cellulare", "telefono cellulare", "mobiel", "mobiele telefoon", "mobiel nummer", "gsm"];

/// Words that make a column somebody else's, a measurement, a consent, or a technical matter
/// (behaviour A3): whatever else its header says, it is no field of the contact.
pub(crate) const FOREIGN: &[&str] = &[
    // Somebody else.
    "assistant", "assistants", "spouse", "partner", "husband", "wife", "emergency", "guardian", "parent", "mother",
    "father", "child", "children", "kid", "manager", "supervisor", "boss", "referrer", "referral", "referred", "host",
    "organizer", "organiser", "invitee", "sender", "recipient", "shipping", "delivery", "ship", "lieferung", "livraison", "envio",
    "spedizione", "coordinator", "agent", "broker", "doctor", "accountant", "attorney", "teacher", "creator", "created",
    "modified", "updated", "reporter", "buyer", "vendor", "supplier", "alternate contact", "secondary contact", "guest", "plus one",
    "user", "rep", "reports", "editor", "author", "driver", "technician", "employee", "staff", "approver", "invoice", "payer",
    // Measurements and technical matters.
    "count", "total", "sum", "number of", "average", "score", "rating", "rank", "opens", "opened", "open", "clicks", "clicked", "click",
    "sent", "bounce", "bounced", "bounces", "delivered", "visits", "last activity", "last contacted", "ip", "latitude", "longitude",
    "hash", "md5", "sha", "sha256", "token", "validation", "valid", "verified", "verification", "quality", "provider", "domain",
    "format", "label", "type", "phonetic", "fax", "telefax", "pager", "extension", "ext", "photo", "avatar", "image", "picture", "code",
    "status", "date", "time", "timestamp", "at", "history", "template", "subject", "campaign", "list", "frequency", "preference",
    "preferences", "preferred", "previous", "old", "former", "log", "raw", "error", "reply", "response",
    // Consents.
    "opt", "optin", "optout", "opted", "subscribed", "subscribe", "unsubscribed", "unsubscribe", "subscription", "consent", "gdpr",
    "marketing", "accepts", "newsletter", "permission", "dnc", "einwilligung", "consentement", "consentimiento", "dont", "suppressed",
    "allowed", "agreed", "blocked", "invalid",
];
