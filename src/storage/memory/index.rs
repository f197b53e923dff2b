//! The key index of [`MemoryStorage`](super::MemoryStorage): per match rule, key to record ids.

use hashbrown::HashMap;
use indexmap::IndexMap;

use super::MemoryRecord;
use crate::account::Account;
use crate::dedup::record_keys;
use crate::field::Fields;
use crate::lookup::PART;
use crate::object::Object;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// The ids of the records that carry each key.
type Ids = Map<String, Vec<String>>;

/// Built for a rule when it is first asked for, and kept up to date by every write.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    rules: Vec<(Object, Vec<String>, Ids)>,
    fields: Option<Fields>,
}

impl Index {
    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(super) fn build(
        &mut self,
        object: Object,
        rule: &[&str],
        records: &IndexMap<String, MemoryRecord>,
        fields: &Fields,
        account: &Account,
    ) {
        if self.rules.iter().any(|(of, name, _)| *of == object && name == rule) {
            return;
        }
        let rule: Vec<String> = rule.iter().map(|&field| field.to_owned()).collect();
        let mut map: Ids = Map::default();
        for (id, record) in records {
            for key in keys_of(object, &rule, record, fields, account) {
                map.entry(key).or_default().push(id.clone());
            }
        }
        self.rules.push((object, rule, map));
        self.fields = Some(fields.clone());
    }

    pub(super) fn find(&self, object: Object, rule: &[&str], key: &[&str]) -> &[String] {
        let rule = self.rules.iter().find(|(of, name, _)| *of == object && name == rule);
        rule.and_then(|(_, _, map)| map.get(&join(key))).map_or(&[], Vec::as_slice)
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
        for (of, rule, map) in &mut self.rules {
            if *of != object {
                continue;
            }
            for key in before.into_iter().flat_map(|r| keys_of(object, rule, r, fields, account)) {
                if let Some(ids) = map.get_mut(&key) {
                    ids.retain(|other| other != id);
                }
            }
            for key in keys_of(object, rule, after, fields, account) {
                map.entry(key).or_default().push(id.to_owned());
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
    key.join(PART.encode_utf8(&mut [0; 4]))
}
