//! Mappings, rule by rule (behaviour §11): suggested, checked, stored, applied again.

#![allow(clippy::unwrap_used)]

mod mapping {
    mod check;
    mod headers;
    mod left_out;
    mod names;
    mod once;
    mod refused;
    mod settings;
    mod stored;
    mod suggest;
    mod values;
    mod which;
    mod whose;

    use crm_import::mapping::{Confidence, suggest};
    use crm_import::{Fields, Import, Mapping, MemoryStorage, Object, Plan, Source};

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// What is suggested for the columns of a file, with how sure that is where it is not sure.
    fn suggested(file: &str) -> Vec<String> {
        let mut rows = file.lines().map(|line| strings(&line.split(',').collect::<Vec<_>>()));
        let headers = rows.next().unwrap();
        let samples: Vec<Vec<String>> = rows.collect();
        let fields = Fields::standard();
        let both = Object::ALL;
        let told = suggest(&headers, &samples, &both, &fields).into_iter().map(|suggestion| {
            let Some(id) = suggestion.target else { return "-".to_owned() };
            let field = fields.get(id);
            let mark = if suggestion.confidence == Confidence::Sure { "" } else { "?" };
            format!("{mark}{}.{}", &field.object.name()[..1], field.key)
        });
        told.collect()
    }

    /// The plan of a file under a mapping.
    fn plan(mapping: &Mapping, file: &str, crm: &mut MemoryStorage) -> Plan {
        let import = Import::new().mapping(mapping.clone());
        import.plan(Source::from_bytes(file.as_bytes()), crm).unwrap()
    }

    /// What the first row of a plan offers for a field, joined with `|`.
    fn offered(plan: &Plan, object: Object, key: &str) -> String {
        let row = plan.rows().next().unwrap();
        let side = row.side(object).unwrap();
        let values = side.values();
        let found = values.iter().find(|(field, _)| field.key == key);
        let texts = found.map(|(_, values)| values.iter().map(ToString::to_string).collect());
        texts.map_or(String::new(), |texts: Vec<String>| texts.join("|"))
    }

    /// What a plan writes to a field in its first step of the object; `None` = it does not touch it.
    fn written(plan: &Plan, object: Object, key: &str) -> Option<String> {
        let step = plan.steps().find(|step| step.object() == object)?;
        step.changes().get(key).map(|change| change.text())
    }

    fn codes(plan: &Plan) -> Vec<&'static str> {
        plan.issues().map(|issue| issue.code.code()).collect()
    }
}
