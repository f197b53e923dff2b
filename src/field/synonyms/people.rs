//! Words for people who are not the contact, in the languages of [`synonyms`](super) (behaviour A3).
//! One that several languages share stands where it comes first.

/// English.
pub(super) const ENGLISH: &str = "assistant | assistants | spouse | spouses | partner | partners | husband | wife | fiancee | \
     emergency | kin | dependent | dependents | guardian | guardians | caregiver | carer | parent | \
     parents | mother | father | mom | mum | dad | stepmother | stepfather | grandmother | \
     grandfather | child | children | kid | kids | son | daughter | sibling | siblings | brother | \
     sister | guarantor | guarantors | cosigner | cosignatory | surety | lender | lenders | creditor \
     | creditors | underwriter | servicer | originator | appraiser | escrow | trustee | executor | \
     salesman | saleswoman | salespeople | seller | sellers | rep | reps | recruiter | consultant | \
     advisor | adviser | officer | manager | supervisor | boss | reports | ceo | cfo | director | \
     secretary | admin | administrator | administrators | webmaster | referrer | referral | referred \
     | referring | referer | host | hosts | cohost | organizer | organiser | hosted | guest | guests \
     | plus | sender | recipient | recipients | receiver | receivers | sponsor | sponsors | notify | escalation | coordinator | agent | agents | broker | brokers | \
     doctor | physician | nurse | therapist | pharmacist | dentist | veterinarian | caseworker | \
     accountant | accountants | bookkeeper | auditor | attorney | attorneys | lawyer | lawyers | \
     solicitor | notary | paralegal | teacher | teachers | tutor | coach | trainer | instructor | \
     mentor | counselor | counsellor | creator | reporter | requester | requestor | submitter | \
     vendor | vendors | supplier | suppliers | editor | author | driver | technician | employee | \
     employees | staff | colleague | colleagues | coworker | coworkers | teammate | approver | \
     signer | witness | beneficiary | landlord | landlords | caller | dealer | reseller | inviter | \
     invited | roommate | housemate | neighbor | neighbour | friend | friends | owners | gatekeeper \
     | maiden | middle | nickname | from | by | cc | bcc";

/// German.
pub(super) const GERMAN: &str = "assistent | assistentin | assistenten | assistenz | sekretar | sekretarin | sekretariat | \
     vorzimmer | partnerin | lebenspartner | lebenspartnerin | ehepartner | ehepartnerin | ehegatte \
     | ehegatten | ehegattin | ehefrau | ehemann | gatte | gattin | verlobter | verlobte | notfall | \
     notfallkontakt | notfallkontakte | angehorige | angehoriger | angehorigen | eltern | elternteil \
     | mutter | vater | vormund | erziehungsberechtigte | erziehungsberechtigter | \
     erziehungsberechtigten | sorgeberechtigte | sorgeberechtigter | kinder | kindes | sohn | \
     tochter | bruder | schwester | geschwister | freund | freundin | burge | burgen | burgin | \
     kreditgeber | darlehensgeber | glaubiger | verkaufer | verkauferin | verkaufers | vertrieb | \
     vertriebler | vertriebsmitarbeiter | vertriebsmitarbeiterin | aussendienst | \
     aussendienstmitarbeiter | vorgesetzte | vorgesetzter | vorgesetzten | chef | chefin | leiter | \
     leiterin | geschaftsfuhrer | geschaftsfuhrerin | berater | beraterin | empfehler | empfehlerin \
     | empfohlen | vermittler | vermittlerin | werber | gast | gastes | gaste | gasten | gastgeber | \
     gastgeberin | gastgebers | veranstalter | veranstalterin | absender | empfanger | arzt | arztin \
     | hausarzt | steuerberater | steuerberaterin | buchhalter | buchhalterin | buchhaltung | anwalt \
     | anwaltin | rechtsanwalt | rechtsanwaltin | notar | notarin | lehrer | lehrerin | ersteller | \
     lieferant | lieferanten | mitarbeiter | mitarbeiterin | mitarbeiters | kollege | kollegin | \
     kollegen | vermieter | vermieterin | hausverwaltung | makler | maklerin | sachbearbeiter | \
     sachbearbeiterin | bevollmachtigter | bevollmachtigte";

/// French.
pub(super) const FRENCH: &str = "assistante | secretaire | secretariat | partenaire | conjoint | conjointe | epoux | epouse | \
     urgence | urgences | mere | pere | enfant | enfants | fils | fille | frere | soeur | tuteur | \
     tutrice | ami | amie | garant | garante | garants | caution | preteur | preteuse | creancier | \
     creanciere | vendeur | vendeuse | vendeurs | commerciale | responsable | directeur | directrice \
     | gerant | gerante | conseiller | conseillere | parrain | marraine | parrainage | prescripteur \
     | apporteur | hote | hotes | hotesse | invite | invitee | invites | organisateur | \
     organisatrice | expediteur | destinataire | medecin | infirmiere | comptable | comptables | \
     comptabilite | avocat | avocate | notaire | professeur | createur | fournisseur | fournisseurs \
     | employe | salarie | salariee | collegue | collegues | bailleur | bailleresse | courtier | \
     courtiere | mandataire | proche | proches";

/// Spanish.
pub(super) const SPANISH: &str = "asistente | asistenta | secretario | secretaria | pareja | conyuge | conyuges | esposo | esposa \
     | marido | mujer | novio | novia | emergencia | emergencias | madre | padre | padres | hijo | \
     hija | hijos | hermano | hermana | tutora | amigo | amiga | avalista | avalistas | fiador | \
     fiadora | prestamista | acreedor | acreedora | vendedor | vendedora | jefe | jefa | gerente | \
     directora | asesor | asesora | recomendado | referido | referidor | invitado | invitada | \
     invitados | huesped | huespedes | anfitrion | anfitriona | organizador | organizadora | \
     remitente | destinatario | destinataria | medico | contador | contadora | contabilidad | \
     contable | abogado | abogada | notario | notaria | gestor | gestora | profesor | profesora | \
     creador | proveedor | proveedores | empleado | empleada | colega | companero | companera | \
     arrendador | arrendadora | casero | agente | corredor | corredora | familiar | familiares";

/// Portuguese.
pub(super) const PORTUGUESE: &str = "parceiro | parceira | conjuge | conjuges | noivo | noiva | mae | pai | filho | filha | irmao | \
     irma | responsavel | responsaveis | credor | credora | chefe | indicador | indicado | convidado \
     | convidada | convidados | hospede | hospedes | anfitriao | anfitria | remetente | contabilista \
     | contabilidade | advogado | advogada | professora | criador | fornecedor | fornecedores | \
     funcionario | funcionaria | colaborador | colaboradora | senhorio | locador | locadora | \
     corretor | corretora";

/// Italian.
pub(super) const ITALIAN: &str = "segretario | segretaria | segreteria | compagno | compagna | coniuge | marito | moglie | \
     fidanzato | fidanzata | emergenza | emergenze | genitore | genitori | figlio | figlia | figli | \
     fratello | sorella | tutore | amico | amica | garanti | fideiussore | creditore | creditrice | \
     prestatore | mutuante | finanziatore | venditore | venditrice | responsabile | direttore | \
     direttrice | dirigente | capo | consulente | segnalatore | ospite | ospiti | invitato | \
     invitata | invitati | organizzatore | organizzatrice | mittente | commercialista | contabile | \
     contabilita | ragioniere | avvocato | avvocata | notaio | insegnante | creatore | fornitore | \
     fornitori | dipendente | dipendenti | collega | colleghi | locatore | locatrice | mediatore | \
     intermediario | familiare | familiari";

/// Dutch.
pub(super) const DUTCH: &str = "assistente | secretaresse | secretariaat | echtgenoot | echtgenote | levenspartner | verloofde \
     | noodcontact | noodgeval | noodgevallen | ouder | ouders | moeder | vader | kinderen | zoon | \
     dochter | broer | zus | voogd | vriend | vriendin | borgsteller | garantsteller | geldgever | \
     geldverstrekker | kredietverstrekker | schuldeiser | verkoper | verkoopster | leidinggevende | \
     adviseur | verwijzer | doorverwijzer | aanbrenger | gastheer | gastvrouw | genodigde | \
     genodigden | organisator | afzender | ontvanger | huisarts | boekhouder | boekhouding | \
     advocaat | notaris | leraar | docent | leverancier | leveranciers | medewerker | medewerkers | \
     werknemer | verhuurder | makelaar | tussenpersoon | mantelzorger";

/// Swedish.
pub(super) const SWEDISH: &str = "sekreterare | maka | makar | sambo | partnern | fastman | fastmo | nodkontakt | nodsituation | \
     anhorig | anhoriga | narstaende | foralder | foraldrar | mamma | pappa | dotter | bror | syster \
     | vardnadshavare | malsman | vanner | borgensman | langivare | kreditgivare | fordringsagare | \
     saljare | chefen | handledare | radgivare | gaster | vard | varden | vardinna | arrangor | \
     avsandare | mottagare | lakare | bokforare | bokforing | ekonomiansvarig | revisor | advokat | \
     jurist | larare | skapare | leverantor | leverantorer | anstalld | anstallda | kollega | \
     kollegor | hyresvard | maklare | ombud | saljarens | gastens | vardens | lakarens | maklarens \
     | foralderns | mottagarens | avsandarens | radgivarens | chefens | lararens | makens | makans";
