//! Where the samples lie, and what is in those of FEBRL.

use std::path::PathBuf;

/// A file of the samples, `None` (with a clear line) where the folder is absent.
#[allow(clippy::print_stderr)]
pub(crate) fn sample(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CRM_IMPORT_SAMPLES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/samples"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        eprintln!("skipped: no samples folder, so {path} was not read");
        return None;
    }
    Some(folder.join(path))
}

/// The columns of the files of FEBRL, each with its field.
pub(crate) const FEBRL_COLUMNS: [(&str, &str); 9] = [
    ("First Name", "first_name"),
    ("Last Name", "last_name"),
    ("Email", "email"),
    ("Phone", "phone"),
    ("Address", "address"),
    ("City", "city"),
    ("State", "state"),
    ("Postal Code", "postal_code"),
    ("Date of Birth", "date_of_birth"),
];
