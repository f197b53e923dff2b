//! A storage that answers in any order, and says some of it twice, over the same random policies: the plan is the same
//! (L1).

use crm_import::dedup::record_keys;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::StorageError;
use crm_import::{Account, Import, MemoryStorage, Source, Storage};

use crate::dice::Dice;
use crate::told::told;
use crate::wild::Wild;
use crate::{assert_of_all, cases};

/// See the [module](self).
struct Shuffled {
    crm: MemoryStorage,
    dice: Dice,
}

impl Storage for Shuffled {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        let object = lookup.object();
        let (account, fields) = (&self.crm.account, self.crm.account.fields());
        let mut answers = Vec::new();
        for (id, record) in self.crm.iter(object) {
            let link = record.value("contact_id");
            let is_of_asked = link.is_some_and(|link| lookup.contact_ids().contains(&link));
            if is_of_asked || lookup.ids().contains(&id) {
                answers.push((id, record, Vec::new()));
            }
            for block in lookup.blocks() {
                let rule: Vec<String> = block.fields().iter().map(ToString::to_string).collect();
                let values = |field: &str| record.values(field).to_vec();
                let keys = record_keys(object, &rule, &fields, account, values);
                let asked = keys.into_iter().filter(|key| block.keys().any(|asked| asked == *key));
                answers
                    .extend(asked.map(|key| (id, record, rule.iter().cloned().zip(key).collect())));
            }
        }
        let twice: Vec<_> = answers.iter().filter(|_| self.dice.one_in(3)).cloned().collect();
        answers.extend(twice);
        for at in (1..answers.len()).rev() {
            answers.swap(at, self.dice.below(at + 1));
        }
        for (id, record, keys) in answers {
            let mut entry = found.record(id).version(&record.version.to_string());
            for (field, key) in &keys {
                entry = entry.key(field.as_str(), key);
            }
            for (field, values) in &record.values {
                entry = entry.values(field.as_str(), values.iter().map(String::as_str));
            }
        }
        Ok(())
    }

    fn answers(&self, _: &[String]) -> bool {
        true
    }
}

fn plan(
    import: &Import,
    file: &str,
    crm: &mut impl Storage<Error = StorageError>,
) -> Option<String> {
    import.plan(Source::from_bytes(file.as_bytes()), crm).ok().map(|plan| told(&plan))
}

#[test]
fn l1_the_order_in_which_storage_answers_does_not_change_the_plan() {
    let (mut agreed, mut refused) = (0, 0);
    for case in cases() {
        let mut dice = Dice::new(case.number + 1);
        let (import, mut crm, file) = Wild::of(&mut dice).set_up();
        let import = import.planning_window([1, 2, 3, 1000][dice.below(4)]);
        let Some(expected) = plan(&import, &file, &mut crm) else {
            refused += 1;
            continue;
        };
        let shuffled = plan(&import, &file, &mut Shuffled { crm, dice }).unwrap();
        assert_eq!(shuffled, expected, "{file}");
        agreed += 1;
    }
    assert_of_all(agreed > refused, "too many settings are refused");
}
