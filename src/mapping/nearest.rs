//! [`nearest`]: the fields that may be meant by a key that does not exist.

use std::collections::BTreeSet;

use crate::field::{Field, Fields, words};
use crate::object::Object;

/// The fields of an object that may be meant, nearest first; all its fields if none resembles the key.
pub(super) fn nearest(fields: &Fields, object: Object, key: &str) -> Vec<String> {
    let may_be_meant =
        |field: &Field| field.object == object && field.key != key && field.kind.is_importable();
    let all = fields.iter().filter(|(_, field)| may_be_meant(field));
    let all: Vec<&str> = all.map(|(_, field)| field.key.as_str()).collect();
    let mut near: Vec<(f64, &str)> =
        all.iter().filter_map(|other| Some((likeness(key, other)?, *other))).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.into_iter().map(|(_, other)| other).collect();
    let named = if near.is_empty() { all } else { near };
    named.into_iter().map(str::to_owned).collect()
}

/// How alike two keys are: by the share of words that they have in common (`full_name`, `name`), or else by
/// their spelling (`emial`, `email`). `None` if they are not.
fn likeness(key: &str, other: &str) -> Option<f64> {
    let (key, other) = (words(key), words(other));
    let [mine, others] = [&key, &other].map(|words| words.split(' ').collect::<BTreeSet<_>>());
    let shared = mine.intersection(&others).count();
    if shared > 0 {
        #[allow(clippy::cast_precision_loss)] // they are few
        return Some(shared as f64 / mine.union(&others).count() as f64);
    }
    Some(strsim::jaro_winkler(&key, &other)).filter(|likeness| *likeness > 0.85)
}
