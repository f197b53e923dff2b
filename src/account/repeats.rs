//! [`repeated`]: what an account names twice, so that nobody could say which of the two is meant (behaviour A4).

use std::hash::Hash;

use indexmap::IndexSet;

use super::Account;
use crate::field::Fields;

/// A problem for each custom field, pipeline, stage and user that cannot be told from another one.
pub(crate) fn repeated(account: &Account) -> Vec<String> {
    let mut problems = custom_keys(account);
    for id in twice(account.pipelines.iter().map(|pipeline| pipeline.id.as_str())) {
        problems.push(format!(
            "the account has two pipelines with the id {id:?}: give each pipeline an id of its own"
        ));
    }
    for pipeline in &account.pipelines {
        for id in twice(pipeline.stages.iter().map(|stage| stage.id.as_str())) {
            problems.push(format!(
                "the pipeline {:?} has two stages with the id {id:?}: give each of its stages an id of its own",
                pipeline.name
            ));
        }
    }
    for id in twice(account.users.iter().map(|user| user.id.as_str())) {
        problems.push(format!(
            "the account has two users with the id {id:?}: give each user an id of its own"
        ));
    }
    problems
}

fn custom_keys(account: &Account) -> Vec<String> {
    let standard = Fields::standard();
    let keys = account.custom_fields.iter().map(|field| (field.object, field.key.as_str()));
    let is_standard = |(object, key): &(_, &str)| standard.find(*object, key).is_some();
    let taken = keys.clone().filter(is_standard).map(|(object, key)| {
        format!(
            "the custom field {key:?} of {} has the key of a standard field: give it another key",
            object.plural()
        )
    });
    let repeats = twice(keys).into_iter().map(|(object, key)| {
        format!(
            "{} have two custom fields with the key {key:?}: give each of them a key of its own",
            object.plural()
        )
    });
    taken.chain(repeats).collect()
}

/// What comes more than once, each in the place of its second time.
fn twice<T: Eq + Hash + Copy>(all: impl Iterator<Item = T>) -> IndexSet<T> {
    let mut seen = IndexSet::new();
    all.filter(|one| !seen.insert(*one)).collect()
}
