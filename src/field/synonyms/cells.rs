//! What cells hold that their header does not promise, in [`words`](super::super::words()).

/// What a `State`, `Estado` or `Stato` may hold that is no place: how something stands. Words of two
/// letters are left out: they are the codes of states.
pub(crate) const CONDITIONS: &[&str] = &[
    "active | inactive | open | closed | new | pending | paid | unpaid | enabled | disabled | subscribed | unsubscribed \
     | confirmed | unconfirmed | cancelled | canceled | completed | complete | draft | archived | valid | invalid \
     | expired | blocked | won | lost | abandoned | in progress | on hold | qualified | unqualified | closed won \
     | closed lost | done | approved | rejected | suspended | contacted",
    // German.
    "aktiv | inaktiv | offen | geschlossen | neu | gewonnen | verloren | abgeschlossen | in bearbeitung | in arbeit \
     | wartend | ausstehend | erledigt | storniert | abgebrochen | bezahlt | unbezahlt | gesperrt | archiviert \
     | entwurf | gekundigt",
    // French.
    "actif | active | inactif | inactive | ouvert | ouverte | ferme | fermee | nouveau | nouvelle | gagne | gagnee \
     | perdu | perdue | en cours | en attente | termine | terminee | annule | annulee | paye | payee | impaye \
     | abandonne | abandonnee | brouillon | archive | suspendu | valide | contacte | contactee | interesse | interessee \
     | pas interesse | a contacter | a relancer | a rappeler | relance | qualifie | refuse | refusee | accepte | signe | devis envoye",
    // Spanish.
    "activo | activa | inactivo | inactiva | abierto | abierta | cerrado | cerrada | nuevo | nueva | ganado | ganada \
     | perdido | perdida | pendiente | en proceso | en curso | en progreso | en espera | completado | completada \
     | cancelado | cancelada | pagado | pagada | abandonado | abandonada | suspendido | finalizado | borrador | vendido \
     | vendida | ofertado | ofertada | reservado | reservada | rechazado | rechazada | aprobado | aprobada | contactado \
     | contactada | interesado | interesada | no interesado | no interesada | descartado | descartada | convertido | convertida \
     | calificado | calificada | no contactado | sin contactar | prospecto | cliente | potencial | baja | alta | vigente",
    // Portuguese.
    "ativo | ativa | inativo | inativa | aberto | aberta | fechado | fechada | novo | nova | ganho | ganha | vencido \
     | perdido | pendente | em andamento | em aberto | em espera | em progresso | concluido | concluida | cancelado \
     | pago | paga | abandonado | suspenso | rascunho | aprovado | aprovada | recusado | recusada | contatado | contactado \
     | interessado | interessada | nao interessado | sem interesse | convertido | qualificado | em negociacao | negociacao \
     | proposta enviada | lead | prospect",
    // Italian.
    "attivo | attiva | inattivo | inattiva | non attivo | aperto | aperta | chiuso | chiusa | nuovo | nuova | vinto | vinta | perso \
     | persa | in corso | in attesa | in lavorazione | completato | completata | annullato | annullata | pagato \
     | pagata | abbandonato | sospeso | sospesa | bozza | concluso | acquisito | acquisita | contattato | contattata \
     | interessato | interessata | non interessato | da contattare | da richiamare | da riaprire | preventivo inviato | in trattativa \
     | rifiutato | rifiutata | approvato | approvata | scaduto | scaduta",
    // Dutch.
    "actief | inactief | gesloten | nieuw | gewonnen | verloren | in behandeling | in afwachting | afgerond | voltooid \
     | geannuleerd | betaald | onbetaald | lopend",
    // Swedish, Danish, Norwegian.
    "oppen | stangd | vunnen | forlorad | avslutad | pagaende | vantande | avbruten | betald | aben | lukket | vundet \
     | tabt | afsluttet | apen | lukk | vunnet | tapt | avsluttet",
    // Polish, Czech.
    "aktywny | aktywna | nieaktywny | otwarty | otwarta | zamkniety | zamknieta | nowy | nowa | wygrana | przegrana \
     | w toku | oczekujacy | zakonczony | anulowany | aktivni | neaktivni | otevreny | uzavreny | vyhrano | prohrano",
    // Turkish, Romanian, Russian.
    "aktif | pasif | acik | kapali | kazanildi | kaybedildi | beklemede | tamamlandi | iptal | activ | inactiv \
     | castigat | pierdut | in asteptare | активен | активный | неактивный | открыта | закрыта | новый | новая \
     | выиграна | проиграна | в работе | завершен | отменен",
];

/// What a `Cliente` may hold that is nobody: an answer. `No` and `yes` are read as such anyway.
pub(crate) const ANSWERS: &str = "ja | nein | oui | non | si | sim | nao | nee | nej | tak | nie | ano | evet | hayir | igen | nem | da | nu | да | нет";

/// What a `Title` may hold that is no opportunity: what somebody does, and how somebody is addressed.
pub(crate) const JOBS: &str = "ceo | cto | cfo | coo | cmo | vp | president | director | manager | founder | cofounder | engineer \
     | consultant | assistant | analyst | developer | supervisor | coordinator | administrator | specialist \
     | executive | officer | head | chief | mr | mrs | ms | dr | herr | frau | geschaftsfuhrer | geschaftsfuhrerin \
     | leiter | leiterin | inhaber | inhaberin | vertriebsleiter | berater | beraterin | directeur | directrice \
     | responsable | gerant | mme | directora | gerente | jefe | jefa | sr | sra | diretor | diretora | socio \
     | direttore | direttrice | titolare | responsabile | eigenaar | zaakvoerder | verkoopleider | vd | chef";
