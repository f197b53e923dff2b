//! What a batch writes, as columns: the array parameters of its statements.

use crm_import::plan::Values;
use crm_import::storage::BatchStep;
use serde::ser::{Serialize, SerializeMap, SerializeSeq as _, Serializer};

/// Records to be written, as columns.
#[derive(Default)]
pub(crate) struct Records {
    pub(crate) ids: Vec<i64>,
    pub(crate) data: Vec<String>,
}

impl Records {
    pub(crate) fn add(&mut self, id: i64, data: String) {
        self.ids.push(id);
        self.data.push(data);
    }
}

/// What a step writes, as JSON: `null` takes a field away, of which a new record has none.
pub(crate) fn json(step: &BatchStep<'_>, contact: Option<&str>) -> String {
    let mut text = Vec::with_capacity(512);
    let mut serializer = serde_json::Serializer::new(&mut text);
    let filled = serializer.serialize_map(None).and_then(|mut map| {
        if let Some(contact) = contact {
            map.serialize_entry("contact_id", &[contact])?;
        }
        for change in step.changes() {
            let after = change.after();
            if after.len() > 0 {
                map.serialize_entry(change.key(), &Texts(after))?;
            } else if step.is_update() {
                map.serialize_entry(change.key(), &())?;
            }
        }
        SerializeMap::end(map)
    });
    filled.map(|()| String::from_utf8(text).unwrap_or_default()).unwrap_or_default()
}

/// Values as a list of texts.
struct Texts<'a>(Values<'a>);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for value in self.0.clone() {
            list.serialize_element(&*value.to_text())?;
        }
        list.end()
    }
}
