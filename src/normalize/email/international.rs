//! E-mail addresses with letters of other scripts.

use unicode_normalization::UnicodeNormalization;

use super::{CLASS, LOCAL, is_ascii_address, is_domain, punycode};
use crate::normalize::digits::is_mark;

/// The address in lower case, composed (NFC), its domain as the network knows it.
pub(super) fn address(cell: &str) -> Option<String> {
    let seen: String = cell.chars().filter(|c| !is_mark(*c)).map(narrow).collect();
    let (local, domain) = seen.rsplit_once('@')?;
    let mut address: String = local.nfc().flat_map(char::to_lowercase).nfc().collect();
    let is_plain_local = address.is_ascii();
    let is_local =
        |c: char| if c.is_ascii() { CLASS[c as usize] & LOCAL != 0 } else { is_letter(c) };
    // As in an address of ASCII letters.
    let begins = !address.starts_with('\'');
    let parts_are_fine = begins && address.split('.').all(|part| !part.is_empty());
    if address.len() > 64 || !parts_are_fine || !address.chars().all(is_local) {
        return None;
    }
    address.push('@');
    let domain: String = domain.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    for (at, label) in domain.split(['.', '\u{3002}']).enumerate() {
        if at > 0 {
            address.push('.');
        }
        if label.is_ascii() {
            address.push_str(label);
        } else if label.chars().all(|c| is_letter(c) || c.is_ascii_alphanumeric() || c == '-') {
            address.push_str("xn--");
            punycode::encode(label, &mut address)?;
        } else {
            return None;
        }
    }
    let domain = &address[address.rfind('@')? + 1..];
    let is_fine = if is_plain_local {
        is_ascii_address(address.as_bytes())
    } else {
        address.len() <= 254 && is_domain(domain.as_bytes())
    };
    is_fine.then_some(address)
}

/// The ordinary character for a full-width one, as typed in East Asia.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// Letters, digits, and the combining marks of scripts that need them.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && (c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c))
}
