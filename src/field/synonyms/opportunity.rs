//! What the fields of an opportunity are called.

/// Field key, and phrases that mean it whatever stands beside them.
pub(crate) const OPPORTUNITY: &[(&str, &str)] = &[
    ("id", "opportunity id | import opportunity id"),
    (
        "name",
        "opportunity name | opportunity | deal name | deal title | deal | opportunity title | opp name | opp \
         | opportunity subject | quote title | quote name | proposal title | proposal name | verkaufschance | name der opportunity | geschaft | geschaftsname | nom de l opportunite | nom de la transaction | opportunite \
         | affaire | nom de l affaire | nombre de la oportunidad | oportunidad | nombre del negocio | nombre del trato | negocio | nome da oportunidade | oportunidade \
         | nome do negocio | negocio titulo | nome opportunita | nome dell opportunita | opportunita | trattativa | nome trattativa | affare | nome affare | nome dell affare | verkoopkans | naam verkoopkans | naam deal | dealnaam | deal naam \
         | affar | affarsmojlighet | affarsnamn",
    ),
    (
        "pipeline",
        "pipeline | pipeline name | sales pipeline | pipeline id | vertriebspipeline | embudo | embudo de ventas | funil | funil de vendas | pijplijn | pijplijn naam",
    ),
    (
        "stage",
        "stage | pipeline stage | stage name | stage id | pipeline stage id | sales stage | current stage | pipeline phase | phase | verkaufsphase | vertriebsphase | pipelinephase | etape | etape du pipeline | phase de vente | etape de la transaction | phase de la transaction \
         | etapa | etapa del embudo | etapa del pipeline | etapa do funil | etapa do pipeline | etapa del negocio | etapa da negociacao | etapa do negocio | fase | fase della trattativa | fase della pipeline | fase pipeline | fase dell opportunita | pijplijnfase | pipelinefase | fase van de deal | verkoopfase | fas | saljfas | affarsfas",
    ),
    ("status", "opportunity status | deal status | opp status | opportunity state | deal state"),
    (
        "value",
        "opportunity value | lead value | deal value | deal amount | opportunity amount | monetary value \
         | deal size | deal worth | opportunity worth | deal price | deal revenue | opp value | opp amount | bid amount | potential value | quote amount | quote value | quoted amount | quote total | proposal amount | proposal value | opportunity revenue | contract value | auftragswert | auftragssumme | angebotssumme | erwarteter umsatz | dealwert | dealwaarde | verkaufswert | geschaftswert | valeur de l affaire | montant de la transaction \
         | montant de l affaire | importe del negocio | valor del negocio | valor do negocio | valor da oportunidade | valore trattativa | valore opportunita | affarsvarde | ordervarde",
    ),
    (
        "lost_reason",
        "lost reason | lost reason name | loss reason | closed lost reason | reason lost | reason for loss \
         | reason for losing | reason for lost | verlustgrund | grund fur verlust | absagegrund | raison de la perte | motif de perte | motivo de perdida | motivo da perda | motivo perdita | motivo della perdita \
         | reden van verlies | reden verlies | verliesreden | forlustorsak",
    ),
    ("source", "opportunity source | deal source"),
    (
        "owner",
        "opportunity owner | deal owner | deal inhaber | proprietaire de la transaction | propietario del negocio | propietario de la oportunidad",
    ),
    ("followers", "opportunity followers | deal followers"),
    (
        "expected_close_date",
        "close date | expected close date | closing date | expected closing date | estimated close date \
         | est close date | est close | exp close | exp close date | expected close | forecast close date | forecasted close date | estimated closing date | expected closing | target close date | projected close date | planned close date | expected closure date | expected closure | closure date | abschlussdatum | erwartetes abschlussdatum | geschatztes abschlussdatum | gesch abschlussdatum \
         | voraussichtlicher abschluss | geplanter abschluss | abschluss geplant | geplantes abschlussdatum | voraussichtliches abschlussdatum | abschlusstermin | schlusstermin | erwarteter abschluss | date de cloture | date de cloture prevue | cloture prevue | date de cloture estimee | date de fermeture | date de fermeture prevue | date prevue de cloture | date previsionnelle de cloture | cloture estimee | fecha de cierre \
         | fecha de cierre prevista | fecha prevista de cierre | fecha estimada de cierre | fecha de cierre esperada | data de fechamento | data de fechamento prevista | data de fechamento esperada | previsao de fechamento | data prevista de fechamento | fechamento previsto | data estimada de fechamento | data di chiusura | data prevista di chiusura | data di chiusura stimata | data di chiusura prevista \
         | chiusura prevista | data chiusura | verwachte sluitingsdatum | verwachte sluitdatum | sluitdatum | sluitingsdatum | verwachte afsluitdatum | geplande sluitingsdatum | forvantat avslutsdatum | forvantat avslut | avslutsdatum",
    ),
    ("contact_id", "opportunity contact id"),
    ("tags", "opportunity tags | deal tags"),
    ("notes", "opportunity notes | deal notes | opportunity description | deal description"),
    ("business_name", "opportunity business name"),
];

/// What an opportunity is about, which nobody is called and no job either.
pub(crate) const TOPICS: &str = "topic | thema | tema | task name | task title | project | project name | project title | projekt | projektname | projekttitel \
     | projektbezeichnung | projet | nom du projet | proyecto | nombre del proyecto | projeto | nome do projeto | progetto | nome del progetto \
     | projectnaam | projektnamn | aftale | avtale | subject | betreff | objet | asunto | assunto | oggetto | onderwerp | amne | emne";

/// Phrases that mean one thing on a contact and another on an opportunity: the columns beside them
/// decide. Phrase, field of the contact, field of the opportunity.
pub(crate) const SHARED: &[(&str, Option<&str>, Option<&str>)] = &[
    (
        "source | lead source | origen | origem | quelle | fonte | bron",
        Some("source"),
        Some("source"),
    ),
    (
        "owner | owned by | assigned | assigned to | assigned user | salesperson | sales rep | sales person | sales representative | verantwortlich | zustandig | propietario | proprietario | eigenaar | commercial | agare \
         | besitzer | proprietaire | ansvarig | zugewiesen an | assigne a | asignado a | atribuido a | assegnato a | toegewezen aan | tilldelad \
         | assigned agent | assigned rep | assigned sales rep | assigned salesperson | assigned owner | assigned broker | assigned advisor \
         | assigned employee | assigned staff | assigned team member | lead assigned to | account manager | betreuer | kundenbetreuer | sales owner",
        Some("owner"),
        Some("owner"),
    ),
    (
        // Of a contact they may be whoever answers for it: a parent, a superior.
        "responsible | responsible person | person responsible | responsable | persona responsable | responsable commercial | commercial responsable | responsavel | responsavel comercial | vendedor responsavel \
         | responsabile | responsabile commerciale | verantwoordelijke",
        None,
        Some("owner"),
    ),
    ("followers | follower", Some("followers"), Some("followers")),
    (
        "notes | note | comments | comment | remarks | remark | description | notizen | notas | notities | bemerkungen | beschreibung | anmerkungen \
         | kommentar | kommentare | commentaire | commentaires | remarques | comentarios | observaciones | observacoes | anotacoes | commenti | osservazioni \
         | annotazioni | opmerkingen | anteckningar | kommentarer",
        Some("notes"),
        Some("notes"),
    ),
    ("status | state of deal | statut | estado del negocio", None, Some("status")),
    (
        "value | amount | worth | betrag | wert | montant | montant ht | montant ttc | valeur | importe | valor | importo | valore | ammontare \
         | bedrag | waarde | belopp | varde | summa | volumen | umsatz",
        None,
        Some("value"),
    ),
    ("title | titel | titre | titulo | titolo", None, Some("name")),
    (TOPICS, None, Some("name")),
    ("business name", Some("company"), Some("business_name")),
];
