//! What the fields of a contact are called.

/// Field key, and phrases that mean it whatever stands beside them.
pub(crate) const CONTACT: &[(&str, &str)] = &[
    ("id", "contact id | import contact id"),
    (
        "first_name",
        "first name | name first | fname | legal first name | given name | given names | forename | forenames | christian name \
         | vorname | vornamen | rufname | prenom | prenoms | primer nombre | nombre de pila \
         | primeiro nome | vorname zusatz | nome proprio | nome de batismo | voornaam | voornamen | roepnaam | fornamn \
         | tilltalsnamn | preferred name",
    ),
    (
        "last_name",
        "last name | name last | lname | legal last name | surname | family name | nachname | familienname | zuname \
         | nom de famille | apellido | apellidos | primer apellido | apellido paterno | sobrenome | apelido | ultimo nome \
         | cognome | achternaam | familienaam | efternamn",
    ),
    (
        "name",
        "full name | name | contact name | display name | client name | customer name \
         | person name | your name | complete name | first and last name | name and surname \
         | first last name | name first last | point of contact | vollstandiger name | voller name | kontaktname | anzeigename | vor und nachname \
         | vorname und nachname | vorname nachname | name vorname | nom complet | nom affiche | nom et prenom | nom prenom | prenom et nom \
         | nombre completo | nombre y apellido | nombre y apellidos | nome completo | nome e cognome \
         | nome cognome | cognome e nome | nome e sobrenome | nominativo | volledige naam | naam \
         | voor en achternaam | namn | fullstandigt namn | for och efternamn | contact | contact person \
         | primary contact | main contact | related contact | associated contact | linked contact | zugeordneter kontakt | contact associe | contacto asociado | contato associado | contatto associato | ansprechpartner | kontakt | kontaktperson | contactpersoon \
         | persona de contacto | personne de contact | personne a contacter | referente | persona di contatto | pessoa de contato | contacto | contato | contatto | interlocuteur",
    ),
    (
        "email",
        "email | email address | email addr | email add | email adr | email enter email | emails | emails primary email | mail | mail address | email id | emailid | email addresses | email contact | emails address \
         | emailadresse | mailadresse | adresse email | adresse mail| courriel \
         | adresse courriel | adresse electronique | premiere adresse electronique | premiere adresse email | adresse de messagerie | correo | correo electronico \
         | direccion de correo | direccion de correo electronico | direccion de email | correo e \
         | endereco de email | endereco eletronico | correio eletronico | indirizzo email | indirizzo mail \
         | posta elettronica | indirizzo di posta elettronica | emailadres | mailadres | epost | e postadress \
         | epostadress | mejl | mejladress | mailadress",
    ),
    (
        "additional_emails",
        "additional emails | other emails | secondary emails | alternate emails | more emails | additional email addresses \
         | other email addresses | tertiary email | tertiary email address",
    ),
    (
        "phone",
        "phone | phone number | phone numbers | phones | telephone | telephone number | telephone numbers \
         | tel | tel no | tel number | tel nr | phone no | phone nr | ph | phone num | contact number \
         | contact numbers | contact no | contact phone | call number | landline | landline number | land line \
         | landline phone | fixed number | fixed line | fixed phone | telefon | telefonnummer | telefon nr | tel nummer | rufnummer | festnetz \
         | festnetznummer | haupttelefon | telephone fixe | tel fixe | fixe | numero de telephone | n de telephone \
         | no de telephone | numero telephone | n telephone | n tel | num tel | telefono | telefonos | numero de telefono | numero telefono \
         | telefono fijo | tlf | tlfno | tfno | telf | telef | telefone | telefones | numero de telefone | telefone fixo | fone \
         | numero di telefono | telefono fisso | recapito telefonico | telefoon | telefoonnummer | vaste telefoon \
         | telefoonnr | tel nr | hemtelefon | hemtelefonnummer | telefonnr | tfn | tfn nr | whatsapp number | phones primary phone number | direct dial | direct line \
         | direct number | ddi number | durchwahl | best phone number to reach you | best number to reach you \
         | numero de tel | numero de contacto | n de telefono | telefone com ddd | telefonnummer fur ruckfragen | telefon fur ruckfragen",
    ),
    (
        "additional_phones",
        "additional phones | other phones | secondary phones | additional phone numbers | hm phone | h phone | wk phone | w phone | bus phone",
    ),
    (
        "company",
        "company | company name | organization | organisation | org | org name | organization name | organisation name \
         | account name | related account | employer | employer name | current employer | current company | which company do you work for | what company do you work for | where do you work | business \
         | firm | firm name | name of company | name of organization | workplace | place of work | associated company | company or account | company account \
         | companies | related company | account company | primary company | primary associated company | company organization \
         | company organisation | company business name \
         | organisation nom | organizacion nombre | organizacao nome | organizzazione nome | organisatie naam | organisation namn \
         | firma | firmenname | name der firma | name des unternehmens | unternehmen | primares unternehmen | zugeordnetes unternehmen | primares zugeordnetes unternehmen | unternehmensname | arbeitgeber | betrieb | organisationsname \
         | entreprise | nom du compte | entreprise principale | entreprise associee | societe | nom de l entreprise | nom de la societe | nom entreprise | nom societe \
         | raison sociale | organisme | etablissement | empresa | nombre de la cuenta | nombre de cuenta | nome da conta | nome account | accountnaam | accountname | empresa principal | empresa asociada | empresa principal asociada | compania | nombre de la empresa \
         | nombre empresa | nombre de la compania | razon social | nombre fiscal | denominacion social | organizacion | empresa compania | nome da empresa \
         | nome empresa | razao social | organizacao | companhia | azienda | societa | ragione sociale | nome azienda \
         | nome dell azienda | ditta | impresa | organizzazione | bedrijf | bedrijfsnaam | naam bedrijf \
         | organisatie | onderneming | werkgever | firmanaam | foretag | foretagsnamn | bolag | arbetsgivare",
    ),
    (
        "address",
        "address | street | street address | st address | street name | address line | address street | street line | street address line \
         | postal address | full address | addr \
         | adresse | strasse | str | strasse nr | strasse und hausnummer | strasse hausnummer | strasse und nr | strasse hausnr | strasse und hausnr | anschrift \
         | postanschrift | adresszeile | rue | adresse postale | adresse postale rue | rue et n | rue et numero | ligne d adresse | voie | numero et rue | n et rue | direccion | direccion postal | calle | calle y numero | calle de correo \
         | domicilio | endereco | rua | rua do endereco | morada | logradouro | indirizzo | via | indirizzo e numero civico \
         | adres | straat | straat en huisnummer | straat en nummer | straat huisnr | straat huisnummer | straatnaam | adress | gatuadress | gata | postadress | postadresse",
    ),
    (
        "city",
        "city | town | city town | town city | city or town | suburb | locality | city suburb | address city | stadt | ort | wohnort \
         | ortschaft | gemeinde | stadt ort | ville | ville adresse postale | commune | localite | ciudad | ciudad de correo | poblacion | localidad | municipio | comuna \
         | cidade | cidade do endereco | municipio | localidade | citta | comune | localita | stad | plaats | woonplaats \
         | plaatsnaam | gemeente | postort | city name | suburb city | primary location city",
    ),
    (
        "state",
        "state | province | state province | province state | state region | region state | county | state county \
         | state or province | state province region | state province region county territory prefecture republic | state province county | county state | state name | prefecture | territory state | state territory | address state | address region \
         | bundesland | kanton | bundesland kanton | bundesland provinz | estado do endereco | etat province adresse postale | departement | provincia | provincia sigla | sigla provincia | estado | comunidad autonoma \
         | estado provincia | estado o provincia de correo | provincia estado | uf | distrito | provincie | landskap | lan | state abbreviation | us state | primary location state",
    ),
    (
        "postal_code",
        "postal code | zip | zip code | postcode | zip postal code | postal zip code | zip postcode | postal | zip postal \
         | zip or postal code | postal code zip | postal zip | postcode zip | pin code | pincode | address zip \
         | address postal code | eircode | plz | postleitzahl | code postal | code postal adresse postale | cep do endereco | cp | codigo postal | codigo postal de correo | cod postal | c p | cep \
         | cap | codice postale | c a p | postnummer | postnr | post nr",
    ),
    (
        "country",
        "country | country region | country region name | country name | country territory | nation | address country | country of residence \
         | land | land region | land regio | staat | wohnsitzland | pays | pays region | pais | pais region | pais de correo | pais de residencia | paese | paese area geografica | pais regiao do endereco | pais do endereco | pays adresse postale | nazione | stato paese | landsnamn | primary location country",
    ),
    (
        "timezone",
        "timezone | time zone | tz | zeitzone | fuseau horaire | zona horaria | huso horario | fuso horario \
         | fuso orario | tijdzone | tidszon | iana timezone",
    ),
    (
        "website",
        "website | website url | websites | homepage | web page | web | web address | web url | website address | company website \
         | company website url | company url | company domain name | business website | url website | website link | personal website | webseite | internetseite | internet | webadresse \
         | homepage url | site web | site internet | page web | site | url du site | sitio web | pagina web | web site url | sito web | sito | sito internet | webbplats | hemsida | webbsida | webpagina | webadres",
    ),
    (
        "source",
        "source | contact source | original source | signup source | registration source | opt in source | lead source | source of lead | lead origin | acquisition source | herkunft | leadquelle | lead quelle \
         | quelle | kontaktquelle | source du contact | source du lead | provenance | origine | origine du contact | origine du lead | origine de la piste | source de la piste | origen | fuente | origen del contacto | origen del lead | fuente de posible cliente | fuente del candidato | origen del candidato | origem | fonte \
         | origem do lead | origem do contato | provenienza | fonte del lead | bron | leadbron | herkomst | kalla | leadkalla",
    ),
    (
        "date_of_birth",
        "date of birth | birthday | birth date | birthdate | dob | d o b | bday | born on | geburtsdatum | geburtstag \
         | geb | geb datum | geb dat | geb am | geboren am | geboren | date de naissance | date naiss | naissance | ne e le | anniversaire | fecha de nacimiento \
         | fecha nacimiento | fecha de cumpleanos | fecha de nac | fec nac | fec nacimiento | f nacimiento | f nac | nacimiento | cumpleanos \
         | data de nascimento | data nascimento | data de nasc | dt nascimento | dt nasc | nascimento | aniversario | data de aniversario | data do aniversario | data di nascita \
         | data di nasc | dt nascita | compleanno | geboortedatum | geb datum | verjaardag \
         | fodelsedatum | fodelsedag",
    ),
    (
        "contact_type",
        "contact type | kontakttyp | kontaktart | type de contact | tipo de contacto | tipo de contato \
         | tipo di contatto | contacttype | kontakttyp",
    ),
    (
        "tags",
        "tags | tag | labels | contact tags | categories | group membership | tag list | tags list | hashtags | groups | contact groups | schlagworter | schlagworte | stichworte \
         | kategorien | gruppen | kontaktgruppen | groupes | grupos | gruppi | groepen | etiquetas | etiquettes | mots cles | tags contact | etichette | etiketter | taggar | kategorier | categorie | categorias",
    ),
    (
        "dnd",
        "dnd | do not disturb | do not contact | donotcontact | dnd all | nicht kontaktieren | nicht storen | ne pas contacter | ne pas deranger | no contactar \
         | no molestar | nao contatar | nao contactar | nao perturbe | non contattare | non disturbare | niet contacteren | niet storen \
         | kontakta inte",
    ),
    (
        "owner",
        "owner | contact owner | lead owner | account owner name | assigned to | assigned user | salesperson | sales rep | sales person | sales representative | betreuer | zustandig | zustandiger mitarbeiter | verantwortlich | kontaktinhaber | kontakt inhaber | leadinhaber | lead inhaber | kontakteigentumer | kontakt eigentumer | proprietaire du contact \
         | propietario | propietario del contacto | comercial asignado | proprietario | commercial | commercial assigne | eigenaar | agare",
    ),
    ("followers", "contact followers"),
    (
        "notes",
        "notes | note | contact notes | additional notes | other notes | general notes | additional information | additional info | comments | comment | remarks | remark | notizen | notiz | bemerkungen | bemerkung | anmerkungen | anmerkung \
         | kommentar | kommentare | remarques | commentaires | commentaire | notas | observaciones | observacion | observations | obs | comentario | comentarios | observacoes | observacao | anotacoes | note interne | osservazioni | annotazioni | commenti \
         | notities | notitie | opmerkingen | opmerking | anteckningar | anteckning | kommentarer | internal notes",
    ),
];

/// Mobile phones.
pub(crate) const MOBILE: &str = "mobile | whatsapp | i phone | iphone | phone i phone | mobile phone | mobile number | mobile phone number | mobile no | mobile nr | mobile telephone | mobile tel \
     | cell | cell phone | cell number | cell phone number | cell no | cellular | cellular phone | mob | mob no | mob phone | mobil | handy | handynummer | handynr | mobiltelefon \
     | mobilnummer | mobilnr | mobilfunk | mobilfunknummer | mobiltelefonnummer | mobile nummer | portable | telephone portable | tel portable | tel port | tel mob | telephone mobile \
     | tel mobile | numero de portable | numero portable | numero de mobile | mobile perso | movil | telefono movil | numero movil | numero de movil | tel movil | celular | numero celular \
     | numero de celular | celular com ddd | telefono celular | telefone celular | telemovel | cellulare | telefono cellulare | numero cellulare | cell | tel cellulare | mobiel | mobiele telefoon | mobiel nummer \
     | mobiel telefoonnummer | mobiele nummer | natel | natelnummer | natel nr | gsm | gsm nummer | gsm number | mobilephone | c phone | m phone | mobiltel | wireless phone | text number | sms number";
