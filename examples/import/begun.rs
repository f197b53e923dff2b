//! The import that an earlier start has begun, if this is the same.

use crm_import::storage::Checkpoint;
use crm_import::{Error, Import};

use crate::failure::Failure;
use crate::open;
use crate::options::Options;
use crate::sqlite::Sqlite;

/// The import, and whether it goes window by window. If there is an unfinished import that is the same, or one
/// that the options ask for, it goes on with that, in the way in which it was begun. An import whose report
/// nobody has counts as unfinished.
pub(crate) fn or_new(
    import: Import,
    options: &Options,
    storage: &mut Sqlite,
) -> Result<(Import, bool), Failure> {
    if options.dry_run {
        return Ok((import, false));
    }
    let begun = match &options.import_id {
        // A name that was used stands for that import and no other, finished or not.
        Some(id) => begun(storage, |known| known.import_id == *id)?,
        // That of this file before any other: if only another one is unfinished, that is said.
        None if options.resume => match import.unfinished(open(options)?, storage)? {
            Some(own) => Some(own),
            None => begun(storage, Checkpoint::is_open)?,
        },
        None => same(&import, options, storage)?,
    };
    match begun {
        Some(checkpoint) => {
            let is_run = checkpoint.is_run();
            Ok((import.resume(checkpoint), is_run))
        }
        None if options.resume => Err(Failure {
            kind: "resume",
            message: "there is no unfinished import to go on with".into(),
            stopped: None,
        }),
        None => Ok((import, options.window.is_some())),
    }
}

/// The unfinished import of the same file with the same settings. If the file was begun with other settings, this
/// is another import of it, and whoever has started it is told so.
fn same(
    import: &Import,
    options: &Options,
    storage: &mut Sqlite,
) -> Result<Option<Checkpoint>, Failure> {
    match import.unfinished(open(options)?, storage) {
        Ok(same) => {
            if let Some(same) = &same {
                note!("going on with the unfinished import {}", same.import_id);
            }
            Ok(same)
        }
        Err(other @ Error::Resume { .. }) => {
            note!(
                "{other}. An import of this file is unfinished; with other settings this is a new one, which writes \
                 once more what has no key. To go on with the unfinished one, start it as it was begun"
            );
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The import that was begun last of those that are meant.
fn begun(
    storage: &Sqlite,
    is_meant: impl Fn(&Checkpoint) -> bool,
) -> Result<Option<Checkpoint>, Failure> {
    let known = storage.checkpoints().map_err(|error| Failure::new("storage", error))?;
    Ok(known.into_iter().find(is_meant))
}
