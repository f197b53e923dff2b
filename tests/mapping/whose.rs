//! A3: an address that is somebody else's is never mapped, also where its values are all there is.

use crm_import::mapping::{Suggestion, suggest};
use crm_import::{Fields, Object};

use super::strings;

/// What is suggested for a column of e-mail addresses (or, where the header speaks of a phone, of
/// phones) beside this other one.
fn beside(other: Option<&str>, header: &str) -> (String, String) {
    let fields = Fields::standard();
    let headers: Vec<&str> = other.into_iter().chain([header]).collect();
    let is_phone = ["phone", "tel", "fon", "número", "mobil"];
    let is_phone = is_phone.iter().any(|word| header.to_lowercase().contains(word));
    let cells = if is_phone {
        ["+1 206 555 0123", "+1 206 555 0188"]
    } else {
        ["kim@example.com", "lou@example.org"]
    };
    let rows: Vec<Vec<String>> = cells
        .iter()
        .map(|cell| strings(&other.map_or(vec![*cell], |_| vec!["Lee", *cell])))
        .collect();
    let both = Object::ALL;
    let suggestion: Suggestion = suggest(&strings(&headers), &rows, &both, &fields).pop().unwrap();
    let target = suggestion.target.map_or("-".to_owned(), |id| fields.get(id).key.clone());
    (target, suggestion.reason)
}

#[track_caller]
fn is_left_out(header: &str) {
    for other in [Some("Last Name"), Some("Name"), Some("Company"), None] {
        let (target, reason) = beside(other, header);
        assert_eq!(target, "-", "{header:?} beside {other:?}: {reason}");
        assert!(!reason.is_empty());
    }
}

#[test]
fn a3_an_address_with_a_qualifier_that_is_not_known_is_not_the_contacts() {
    for header in [
        "Guarantor email",
        "Lender Email",
        "Sales person email",
        "Zorblax Email",
        "Email of the Zorblax",
        "email_zorblax",
        "zorblaxEmail",
        "zorblaxemail",
        "ZORBLAXEMAIL",
        "Mailbox",
        "E-Mail-Adresse Zorblax",
        "Zorblaxmailadresse",
        "Correo electrónico del zorblax",
        "Adresse e-mail du zorblax",
        "Zorblax phone",
        "Telefon Zorblax",
    ] {
        is_left_out(header);
    }
}

#[test]
fn a3_other_peoples_words_are_known_in_eight_languages() {
    for header in [
        // English.
        "Guest",
        "Host",
        "Assistant",
        "Spouse",
        "Guarantor",
        "Lender",
        "Salesperson email",
        "Seller",
        "Referrer",
        "Emergency Contact Email",
        "Next of kin",
        "Parent",
        "Accountant",
        "Landlord",
        // German.
        "E-Mail Assistenz",
        "E-Mail des Gastes",
        "Gast",
        "Gastgeber",
        "Assistentin",
        "Ehefrau",
        "Bürge",
        "Kreditgeber",
        "Verkäufer",
        "Empfehler",
        "Notfallkontakt",
        "Eltern",
        "Steuerberaterin",
        "Vermieter",
        "Gast-E-Mail",
        "Vertrieb",
        // French.
        "E-mail de l'hôte",
        "Invité",
        "Hôte",
        "Assistante",
        "Conjointe",
        "Époux",
        "Garant",
        "Prêteur",
        "Vendeur",
        "Parrain",
        "Contact d'urgence",
        "Parents",
        "Comptable",
        "Bailleur",
        // Spanish.
        "Correo del invitado",
        "Huésped",
        "Anfitrión",
        "Asistente",
        "Cónyuge",
        "Esposa",
        "Avalista",
        "Prestamista",
        "Vendedor",
        "Contacto de emergencia",
        "Padres",
        "Contador",
        "Arrendador",
        // Portuguese.
        "E-mail do cônjuge",
        "Convidado",
        "Anfitrião",
        "Assistente",
        "Esposo",
        "Fiador",
        "Credor",
        "Vendedora",
        "Contato de emergência",
        "Mãe",
        "Contabilista",
        "Senhorio",
        // Italian.
        "Ospite",
        "Invitato",
        "Assistente personale",
        "Coniuge",
        "Moglie",
        "Garante",
        "Creditore",
        "Venditore",
        "Contatto di emergenza",
        "Genitore",
        "Commercialista",
        "Locatore",
        // Dutch.
        "Gastheer",
        "E-mail gast",
        "Assistente",
        "Echtgenoot",
        "Borgsteller",
        "Geldgever",
        "Verkoper",
        "Doorverwijzer",
        "Noodcontact",
        "Ouder",
        "Boekhouder",
        "Verhuurder",
        // Swedish.
        "Gäst",
        "Värd",
        "Assistent",
        "Maka",
        "Borgensman",
        "Långivare",
        "Säljare",
        "Nödkontakt",
        "Förälder",
        "Bokförare",
        "Hyresvärd",
    ] {
        is_left_out(header);
    }
}

#[test]
fn a3_a_user_is_the_contact_only_in_a_list_of_users() {
    is_left_out("User Email");
    is_left_out("user_email");
    is_left_out("Benutzer");
    is_left_out("Correo del usuario");
    is_left_out("E-mail utilisateur");
    let list = ["user_login", "user_email"].map(String::from);
    let fields = Fields::standard();
    let suggestions = suggest(&list, &[], &[Object::Contact], &fields);
    assert_eq!(fields.get(suggestions[1].target.unwrap()).key, "email");
}

#[test]
fn a1_an_address_is_found_by_its_values_where_the_header_does_not_say_whose_it_is() {
    for header in [
        "Login",
        "Username",
        "",
        "Email of the contact person",
        "Best email to reach you",
        "Kundenemail",
        "Privatmail",
        "Where can we write to?",
        "E-mail (login)",
    ] {
        assert_eq!(beside(Some("Last Name"), header).0, "email", "{header:?}");
    }
}
