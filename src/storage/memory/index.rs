//! The key index of [`MemoryStorage`](super::MemoryStorage): per match rule, key to record ids.

use indexmap::IndexMap;

use super::MemoryRecord;
use crate::account::Account;
use crate::dedup::record_keys;
use crate::field::Fields;
use crate::lookup::PART_SEPARATOR;
use crate::maps::Map;
use crate::object::Object;

/// The records by their keys, for each match rule that was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    rules: Vec<RuleIndex>,
    fields: Option<Fields>,
}

/// The records by their keys under one match rule. It is built when the rule is first asked for, and every write
/// keeps it up to date.
#[derive(Clone, Debug)]
struct RuleIndex {
    object: Object,
    /// The keys of the rule's fields.
    rule: Vec<String>,
    /// The ids of the records that have each key.
    ids: Map<String, Vec<String>>,
}

impl RuleIndex {
    fn is_of(&self, object: Object, rule: &[&str]) -> bool {
        self.object == object && self.rule == rule
    }
}

impl Index {
    /// Forgets everything, to be built again.
    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// Builds the index of a rule, unless it is there.
    pub(super) fn build(
        &mut self,
        object: Object,
        rule: &[&str],
        records: &IndexMap<String, MemoryRecord>,
        fields: &Fields,
        account: &Account,
    ) {
        if self.rules.iter().any(|index| index.is_of(object, rule)) {
            return;
        }
        let rule: Vec<String> = rule.iter().map(|&field| field.to_owned()).collect();
        let mut ids: Map<String, Vec<String>> = Map::default();
        for (id, record) in records {
            for key in keys_of(object, &rule, record, fields, account) {
                ids.entry(key).or_default().push(id.clone());
            }
        }
        self.rules.push(RuleIndex { object, rule, ids });
        self.fields = Some(fields.clone());
    }

    /// The ids of the records with this key, under a rule whose index is built.
    pub(super) fn find(&self, object: Object, rule: &[&str], key: &[&str]) -> &[String] {
        let index = self.rules.iter().find(|index| index.is_of(object, rule));
        index.and_then(|index| index.ids.get(&join(key))).map_or(&[], Vec::as_slice)
    }

    /// A record is about to change from `before` (`None` = it is new) to `after`.
    pub(super) fn note(
        &mut self,
        object: Object,
        id: &str,
        before: Option<&MemoryRecord>,
        after: &MemoryRecord,
        account: &Account,
    ) {
        let Some(fields) = &self.fields else { return };
        for RuleIndex { rule, ids, .. } in self.rules.iter_mut().filter(|it| it.object == object) {
            for key in before.into_iter().flat_map(|r| keys_of(object, rule, r, fields, account)) {
                if let Some(holders) = ids.get_mut(&key) {
                    holders.retain(|other| other != id);
                }
            }
            for key in keys_of(object, rule, after, fields, account) {
                ids.entry(key).or_default().push(id.to_owned());
            }
        }
    }
}

/// The keys of a record under a rule: one for each combination of its values.
fn keys_of(
    object: Object,
    rule: &[String],
    record: &MemoryRecord,
    fields: &Fields,
    account: &Account,
) -> Vec<String> {
    record_keys(object, rule, fields, account, |field| record.values(field))
        .iter()
        .map(|key| join(&key.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect()
}

fn join(key: &[&str]) -> String {
    key.join(PART_SEPARATOR.encode_utf8(&mut [0; 4]))
}
