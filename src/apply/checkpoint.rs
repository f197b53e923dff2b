//! What identifies an import: its [first checkpoint](first_checkpoint), which says of which file, mapping,
//! policy and choices it is.

use twox_hash::XxHash3_128;

use crate::account::Account;
use crate::draft::Settings;
use crate::storage::Checkpoint;

/// The checkpoint of an import before its first batch.
pub(crate) fn first_checkpoint(
    import_id: &str,
    settings: &Settings,
    file_digest: &str,
    window: usize,
) -> Checkpoint {
    let (rules, choices) = rules_and_choices(&settings.account);
    let policy = format!(
        "{rules:?} {:?} {:?} {:?}",
        settings.contacts, settings.opportunities, settings.follow_ups
    );
    Checkpoint {
        import_id: import_id.to_owned(),
        file: file_digest.to_owned(),
        mapping: digest(&format!("{:?}", settings.mapping)),
        policy: digest(&policy),
        choices: digest(&choices),
        formats: settings.resolved_formats(),
        window: window as u64,
        ..Checkpoint::default()
    }
}

/// An account without what it offers to choose from, and those choices as text. A stage or a user that was
/// added since does not make another policy: rows that are not written yet may name it.
fn rules_and_choices(account: &Account) -> (Account, String) {
    let mut rules = account.clone();
    let of_fields: Vec<Vec<String>> =
        rules.custom_fields.iter_mut().map(|field| std::mem::take(&mut field.options)).collect();
    let (pipelines, users) =
        (std::mem::take(&mut rules.pipelines), std::mem::take(&mut rules.users));
    let options = std::mem::take(&mut rules.options);
    (rules, format!("{pipelines:?} {users:?} {options:?} {of_fields:?}"))
}

fn digest(text: &str) -> String {
    format!("{:032x}", XxHash3_128::oneshot(text.as_bytes()))
}
