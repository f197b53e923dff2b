//! Words around the name of a field: whose it is, and which of several.

/// Which of several addresses, phones or places a header speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// It does not say.
    Plain,
    /// The main one.
    Main,
    /// At home.
    Home,
    /// At work.
    Work,
    /// A mobile phone.
    Mobile,
    /// Where bills go: the contact's own only where nothing else is.
    Billing,
    /// The company's: the contact's own only where nothing else is.
    Company,
    /// One more.
    Other,
}

/// The words of each group.
pub(crate) const GROUPS: &[(Group, &str)] = &[
    (
        Group::Main,
        "primary | main | mailing | default | correspondence | haupt | primar | primare | principal | principale | principais \
         | principali | hoofd | primair | primario | primaria | huvud | correspondencia | physical | permanent | best | preferred | основной | основная",
    ),
    (
        Group::Home,
        "home | ah | personal | private | residential | residence | privat | priv | private | privater | privates | personlich | domicile | prive | privee | personnel \
         | personnelle | casa | particular | perso | personale | abitazione | ab | privato | prive | thuis | persoonlijk | hem | bostad | evening \
         | privado | privada | residencial | huisadres | thuisadres | domowy | prywatny | prywatna | soukromy | osobni | koti | domaci | festnetz | landline | fixe | fijo | fixo | fisso | vaste \
         | stacjonarny | privatadresse | hjemmeadresse | домашний | личный | личная | частный | частная",
    ),
    (
        Group::Work,
        "work | bh | business | office | tagsuber | professional | direct | daytime | day | geschaftlich | geschaftliche | geschaft | gesch | dienstlich | dienstl | beruflich | buro | arbeit \
         | professionnel | professionnelle | pro | travail | bureau | trabajo | oficina | profesional \
         | trabalho | comercial | profissional | escritorio | lavoro | ufficio | uff | lavorativo | aziendale | werk | werkadres | zakelijk | kantoor | arbete | jobb | kontor \
         | sluzbowy | sluzbowa | firmowy | pracovni | arbejde | arbeid | tyo | arbejdsadresse | arbeidsadresse | рабочий | рабочая | служебный",
    ),
    (
        Group::Mobile,
        "mobile | cell | cellular | mobil | handy | portable | movil | celular | telemovel | cellulare | mobiel | mobiele | gsm | whatsapp",
    ),
    (
        Group::Billing,
        "billing | bill | rechnung | rechnungs | rechnungsadresse | facturation | facturacion | faturamento | cobranca | fatturazione | factuur \
         | facturatie | faktura | fakturerings",
    ),
    (
        Group::Company,
        "company | corporate | organization | organisation | account | corp | hq | headquarters | employer | firma | firmen | entreprise | societe | empresa \
         | azienda | bedrijf | foretag",
    ),
    (
        Group::Other,
        "other | alternate | alternative | alt | secondary | additional | second | 2nd | third | 3rd | extra | backup | spare | sekundar | sekundare | weitere | weiteres \
         | weiterer | zusatzliche | zweite | autre | secondaire | otro | otra | secundario | secundaria | alternativo | outro | adicional | altro | altra \
         | secondario | secondaria | andere | tweede | overig | annan | andra",
    ),
];

/// Whose it is: the contact's own.
pub(crate) const OWN: &str = "contact | contacts | customers | clients | attendees | participants | members | person | personne | persona | pessoa | persoon | people | lead | client | customer | member | subscriber | attendee | prospect | invitee | participant | registrant \
     | applicant | candidate | donor | respondent | patient | student | individual | delegate | visitor | tenant | traveler | traveller | passenger | cust | constituent | parishioner | homeowner | borrower | borr | policyholder | insured | kontakt | kontakte | kunde | kunden | teilnehmer | mitglied | interessent | ansprechpartner | client | cliente \
     | clientes | contacto | contato | contatto | participante | partecipante | inscrit | klant | deelnemer | lid | contactpersoon | kund | kundens | deltagare | deltagarens | medlem | medlemmens | patientens | hyresgastens | elevens | musteri | membre | miembro | socio | shopper \
     | klienta | klienci | zakaznik | zakaznika | asiakas | asiakkaan | medlemmer | adherent | adherente | adherents | paciente | pacientes | paziente \
     | pazienti | patientin | patiente | schuler | schulerin | studentin | eleve | etudiant | etudiante | alumno | alumna | aluno | aluna | estudante | estudiante | alunno | studente | leerling \
     | spender | spenderin | donateur | donante | doador | donatore | mieter | mieterin | locataire | inquilino | inquilina | huurder | hyresgast \
     | bewerber | bewerberin | candidat | candidato | candidata | kandidaat | клиент | клиента | контакт | контакта";

/// Whose it is: the contact's own in a list of users, elsewhere a colleague's or the host's (A3).
pub(crate) const USER: &str = "user | users | benutzer | nutzer | anwender | utilisateur | utilisatrice | usuario | usuaria \
     | utente | gebruiker | anvandare";

/// Headers that only a list of users has.
pub(crate) const USER_LISTS: &str = "user login | user registered | user nicename | user pass | user activation key | user role | user roles";

/// Whose it is: probably the contact's own where no other column has it.
pub(crate) const SUBSTITUTES: &str = "buyer | purchaser | payer | purchasing | orderer | besteller | kaufer | acheteur | comprador | acquirente | koper | kopare | koparens | bestallarens";

/// Whose it is: the opportunity's own.
pub(crate) const DEAL: &str = "deal | deals | opportunity | opp | verkaufschance | affaire | opportunite | oportunidad | oportunidade | negocio | trattativa | opportunita | affare | verkoopkans | affar | trato | aftale | avtale";

/// Words that say nothing about the field.
pub(crate) const STOPS: &str = "what | whats | is | your | my | our | the | a | an | of | for | and | or | please | enter | provide | s | l | d | required | optional | if | any \
     | ihr | ihre | ihren | deine | dein | der | die | das | des | und | fur | bitte | le | la | les | du | de | votre | vos | ton | et \
     | el | los | las | del | su | tu | para | y | cual | es | o | do | da | dos | das | seu | sua | qual | e | il | lo | gli | di | della | dell | dello | tuo | tua | uw | je | jouw | het | een | van | op | en | din | ditt | och | av";

/// Words beside the name of an address that do not say whose it is.
pub(crate) const NEUTRAL: &str = "login | log | in | on | to | use | used | reach | you | registered | registration | signup | sign | up \
     | current | aktuell | aktuelle | actuel | actuelle | actual | anmeldung | connexion | acceso | acesso | accesso | inloggning";

/// What a remark in brackets begins with that says how a value is written: `with country code`.
pub(crate) const WITH: &str = "with | w | incl | including | include | without | no | mit | inkl | ohne | avec | sans | con | sin | com | sem | met | zonder | med | utan";

/// What follows it.
pub(crate) const SPELLING: &str = "country | area | code | codes | international | intl | prefix | format | extension | ext | space | spaces | dash | dashes \
     | hyphens | punctuation | po | box | vorwahl | landervorwahl | landesvorwahl | indicatif | pays | prefijo | codigo | pais | ddd | ddi | prefisso \
     | landcode | landnummer | netnummer | landskod";

/// Words of a remark that say how a value is written, or whether there has to be one.
pub(crate) const REMARKS: &str = "mm | dd | yy | yyyy | yyyymmdd | ddmmyyyy | mmddyyyy | m | d | y | tt | jj | jjjj | aa | aaaa | gg | rr | rrrr | mmm | optional | required | mandatory | if | any | please \
     | comma | commas | semicolon | separated | by | internal | digit | digits | number | numbers | only | iso | format | max | char | chars | characters | net | gross | netto | brutto | approx | as | on | passport | pflichtfeld | freiwillig | optionnel \
     | facultatif | obligatoire | opcional | obligatorio | obrigatorio | facoltativo | obbligatorio | optioneel | verplicht | valfritt | obligatoriskt";

/// Words of columns that give way to another one for the same field: what is a part of it, or near it.
pub(crate) const LESSER: &str = "account | county | district | distrito | departement | suburb | locality | localite | localidad | localidade \
     | localita | commune | comuna | municipio | gemeinde | description | beschreibung | descripcion | descricao | descrizione \
     | origine | herkunft | provenance | original | signup | registration | opt | domain | related";

/// Words that mark the cell itself.
pub(crate) const FILLERS: &str = "value | values | field | cf";
