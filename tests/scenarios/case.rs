//! One case: its CRM, and what its blocks answer.

use crm_import::mapping::{ColumnMapping, Mapping};
use crm_import::{Account, FollowUp, Import, MemoryStorage, Mode, Object, Plan, Scope, Source};

use crate::show;

/// A CRM with settings, and how the next file is mapped.
#[derive(Default)]
pub(crate) struct Case {
    name: String,
    crm: MemoryStorage,
    mapping: Mapping,
}

impl Case {
    pub(crate) fn named(name: &str) -> Self {
        let account = Account { default_country: Some("US".into()), ..Account::default() };
        Case {
            name: name.to_owned(),
            crm: MemoryStorage::new(account),
            mapping: Mapping::default(),
        }
    }

    /// Does what a block says; some blocks have an answer.
    pub(crate) fn answer(&mut self, directive: &str, input: &str) -> Option<String> {
        let (verb, arguments) = directive.split_once(' ').unwrap_or((directive, ""));
        match verb {
            "account" => {
                let mut account: serde_json::Value = self.json(input);
                account.as_object_mut().unwrap().entry("default_country").or_insert("US".into());
                self.crm.account = serde_json::from_value(account)
                    .unwrap_or_else(|error| panic!("{}: {error}", self.name));
            }
            "stored" => input.lines().for_each(|line| self.store(line)),
            "mapping" => self.mapping = self.json(input),
            "import" => return Some(self.import(arguments, input)),
            "crm" => return Some(show::crm(&self.crm)),
            other => panic!("{}: there is no block @{other}", self.name),
        }
        None
    }

    fn json<T: serde::de::DeserializeOwned>(&self, text: &str) -> T {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn store(&mut self, line: &str) {
        let mut parts = line.split(" | ");
        let (object, id) = parts.next().unwrap().split_once(' ').unwrap();
        let object = if object == "contact" { Object::Contact } else { Object::Opportunity };
        let values = parts.map(|part| part.split_once('=').unwrap());
        self.crm.insert_as(object, id.trim(), values.map(|(key, value)| (key, value.trim())));
    }

    /// Headers are the labels of fields; those that are none are left out.
    fn mapping(&self, headers: &str) -> Mapping {
        let fields = self.crm.account.fields();
        let mut mapping = self.mapping.clone();
        let header_row = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(headers.as_bytes())
            .into_records()
            .next()
            .unwrap()
            .unwrap();
        for header in &header_row {
            let is_there = |c: &ColumnMapping| c.header.as_deref() == Some(header);
            let field = fields.iter().find(|(_, field)| field.label == *header);
            let Some((_, field)) = field else { continue };
            let at = mapping.columns.iter().position(is_there).unwrap_or_else(|| {
                let header = Some(header.to_owned());
                mapping.columns.push(ColumnMapping { header, ..ColumnMapping::default() });
                mapping.columns.len() - 1
            });
            let column = &mut mapping.columns[at];
            if !column.ignore && column.field.is_none() {
                (column.object, column.field) = (Some(field.object), Some(field.key.clone()));
            }
        }
        mapping
    }

    fn import(&mut self, arguments: &str, file: &str) -> String {
        let headers = file.lines().next().unwrap_or("");
        let mut import = Import::new().mapping(self.mapping(headers));
        let (mut run_window, mut breaks) = (None, "\n");
        for argument in arguments.split_whitespace() {
            let (key, value) = argument.split_once('=').unwrap();
            import = match key {
                "contacts" => import.contacts(mode(value)),
                "opportunities" => import.opportunities(mode(value)),
                "objects" => import.objects(value.split(',').map(|object| match object {
                    "contacts" => Object::Contact,
                    _ => Object::Opportunity,
                })),
                "preset" => match value {
                    "highlevel" => import.highlevel(),
                    other => panic!("{}: there is no preset {other}", self.name),
                },
                "window" => {
                    run_window = Some(value.parse().unwrap());
                    import
                }
                "tag" => import.follow_up(tag(value)),
                "breaks" => {
                    breaks = if value == "crlf" { "\r\n" } else { "\r" };
                    import
                }
                other => panic!("{}: an import has no setting {other}", self.name),
            };
        }
        let file = format!("{file}\n").replace('\n', breaks);
        let source = || Source::from_bytes(file.clone().into_bytes());
        let plan = match import.plan(source(), &mut self.crm) {
            Ok(plan) => plan,
            Err(error) => return show::error(&error),
        };
        let shown = show::plan(&plan);
        for window in [1, 7, 64] {
            let again = import.clone().planning_window(window);
            let again = show::plan(&again.plan(source(), &mut self.crm).unwrap());
            assert_eq!(again, shown, "{}: a window of {window} rows (L1)", self.name);
        }
        match run_window {
            Some(window) => {
                let (run, counts) = (import.run_window(window), *plan.stats());
                let report = run.run(source(), &mut self.crm).unwrap();
                assert_eq!(*report.stats(), counts, "{}: a run of windows (L1)", self.name);
            }
            None => self.apply(&import, plan),
        }
        shown
    }

    /// Applies a plan, which does what was planned (L3).
    fn apply(&mut self, import: &Import, plan: Plan) {
        show::check_totals(&plan, &self.name);
        let planned = *plan.stats();
        let issues = plan.issues().count();
        let report = import.apply(plan, &mut self.crm).unwrap();
        assert_eq!(*report.stats(), planned, "{}: planned is not applied (L3)", self.name);
        assert_eq!(report.issues().count(), issues, "{}: an issue while applying", self.name);
    }
}

/// `fair` is for all contacts, `fair@created` for some.
fn tag(text: &str) -> FollowUp {
    let (name, scope) = text.split_once('@').unwrap_or((text, "all"));
    let scope: Scope = serde_json::from_value(scope.into()).unwrap();
    FollowUp::Tag(name.to_owned(), scope)
}

fn mode(name: &str) -> Mode {
    serde_json::from_value(name.into()).unwrap()
}
