//! What the columns of a file mean, as its error log says it (behaviour §15).
//!
//! A mapping is suggested from the cells of a file, too, and a person may have changed it. The few rows of a log no
//! longer show that. So the log says what a column means wherever its header alone would say something else:
//! `Subscriber=contact.email; Status=-`.

use crate::field::{FieldId, Fields};
use crate::issue::ERROR_LOG_COLUMNS;
use crate::mapping::suggest;
use crate::object::Object;
use crate::plan::Plan;

/// Of a column that is left out.
const NOTHING: &str = "-";

/// The columns that mean something else than their headers say, each with what it means. A header that several columns
/// have, or none, names no column; nor does one that feeds both objects mean one thing.
pub(super) fn meanings(plan: &Plan) -> Vec<(&str, String)> {
    let (headers, fields) = (plan.headers(), plan.account().fields());
    let resolved = plan.mapping().resolve(headers);
    let suggested = suggest(headers, &[], &Object::ALL, &fields);
    let meaning = |at: usize| {
        let header = headers[at].as_str();
        let is_one = headers.iter().filter(|other| *other == header).count() == 1;
        if !is_one || header.is_empty() || ERROR_LOG_COLUMNS.contains(&header) {
            return None;
        }
        let of_column = resolved.columns.iter().filter(|(column, _)| *column == at);
        let mut mapped =
            of_column.filter_map(|(_, mapped)| mapped.object.zip(mapped.field.as_deref()));
        let target = match (mapped.next(), mapped.next()) {
            (None, _) => None,
            (Some((object, key)), None) => Some(fields.find(object, key)?),
            (Some(_), Some(_)) => return None,
        };
        (target != suggested[at].target).then(|| (header, in_words(target, &fields)))
    };
    (0..headers.len()).filter_map(meaning).collect()
}

fn in_words(target: Option<FieldId>, fields: &Fields) -> String {
    target.map_or(NOTHING.to_owned(), |id| {
        let field = fields.get(id);
        format!("{}.{}", field.object.name(), field.key)
    })
}

/// The field that such a word means, or none for a column that was left out. `None` for any other word, and for a
/// field that the account does not have.
pub(crate) fn meaning_of(word: &str, fields: &Fields) -> Option<Option<FieldId>> {
    if word == NOTHING {
        return Some(None);
    }
    let (object, key) = word.split_once('.')?;
    let object = Object::ALL.into_iter().find(|it| it.name() == object)?;
    fields.find(object, key).map(Some)
}
