//! [`UnknownValue`]: a stage, owner or option that the account does not know.

use indexmap::IndexMap;

use super::Plan;
use crate::draft::pipeline_of;
use crate::issue::{Finding, IssueCode};
use crate::normalize;
use crate::object::{Object, RowNumber};

/// A stage, owner, option, status or pipeline that the account does not know. It is listed once for all rows that
/// have it, so that a person has to answer only once what it means.
///
/// Put the answer into the value map of the column ([`ColumnMapping::values`]) and plan again:
///
/// ```
/// use crm_import::mapping::{ColumnMapping, Mapping};
/// use crm_import::{Account, Import, MemoryStorage, Object, Source};
///
/// let account: Account = serde_json::from_str(r#"{
///     "pipelines": [{ "id": "p1", "name": "Sales", "stages": [{ "id": "s1", "name": "New lead" }] }]
/// }"#).unwrap();
/// let mut crm = MemoryStorage::new(account);
/// let file = "Email,Opportunity Name,Stage\na@example.com,Roof,Fresh lead\nb@example.com,Loft,fresh  LEAD\n";
/// let column = |header: &str, object, field: &str| ColumnMapping {
///     header: Some(header.into()),
///     object: Some(object),
///     field: Some(field.into()),
///     ..ColumnMapping::default()
/// };
/// let mut mapping = Mapping {
///     columns: vec![
///         column("Email", Object::Contact, "email"),
///         column("Opportunity Name", Object::Opportunity, "name"),
///         column("Stage", Object::Opportunity, "stage"),
///     ],
///     ..Mapping::default()
/// };
/// let import = Import::new().mapping(mapping.clone());
/// let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
/// let unknown = plan.unknown_values();
/// assert_eq!((unknown.len(), unknown[0].rows), (1, 2));
/// assert_eq!(unknown[0].nearest, ["New lead"]);
///
/// mapping.columns[2].values.insert(unknown[0].value.clone(), "New lead".into());
/// let import = Import::new().mapping(mapping);
/// let plan = import.plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
/// assert!(plan.unknown_values().is_empty());
/// assert_eq!(plan.stats().opportunities.create, 2);
/// ```
///
/// [`ColumnMapping::values`]: crate::mapping::ColumnMapping::values
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownValue {
    /// The object whose field it is.
    pub object: Object,
    /// The key of the field: `stage`, `owner`, `lost_reason`.
    pub field: String,
    /// The header of the column. `None` for a constant.
    pub column: Option<String>,
    /// The value, as the first row has it. Values that differ only in case and spaces are the same.
    pub value: String,
    /// For a stage: the pipeline in which it was looked for.
    pub pipeline: Option<String>,
    /// The number of rows that have it.
    pub rows: u64,
    /// Whether the account has several of that name. Use ids or e-mail addresses to tell them apart.
    pub is_ambiguous: bool,
    /// What may be meant, the likeliest first.
    pub nearest: Vec<String>,
}

/// What makes two unknown values the same.
type Same = (Option<u16>, Object, Option<String>, String);

impl Plan {
    /// Every stage, owner, option, status and pipeline that the account does not know, in the order of the file.
    pub fn unknown_values(&self) -> Vec<UnknownValue> {
        let mut found: IndexMap<Same, (UnknownValue, Option<RowNumber>)> = IndexMap::new();
        for finding in self.findings.iter().filter(|finding| is_unknown(finding.code)) {
            let Some((same, unknown)) = self.unknown_value(finding) else { continue };
            let (unknown, last) = found.entry(same).or_insert((unknown, None));
            if *last != finding.row {
                (unknown.rows, *last) = (unknown.rows + 1, finding.row);
            }
        }
        found.into_values().map(|(unknown, _)| unknown).collect()
    }

    fn unknown_value(&self, finding: &Finding) -> Option<(Same, UnknownValue)> {
        let issue = self.render(finding);
        // An issue may show only its beginning; a value map needs the whole.
        let (object, told) = (finding.object?, self.ledger.value_of(finding)?);
        let value = normalize::unguarded(normalize::trim(&told)).to_owned();
        let settings = &self.ledger.settings;
        let mut columns = settings.columns(object).iter();
        let column = columns.find(|column| column.index() == finding.column)?;
        let is_stage = finding.code.is_about_stage();
        let pipeline = issue.detail.filter(|_| is_stage);
        let pipeline = pipeline.map(|told| pipeline_of(&told).to_owned());
        let within = pipeline.as_deref().unwrap_or("");
        let nearest = settings.choices.nearest(column.kind, column.field, within, &value);
        let unknown = UnknownValue {
            object,
            field: settings.fields.get(column.field).key.clone(),
            column: issue.column,
            pipeline: pipeline.clone(),
            rows: 0,
            is_ambiguous: is_ambiguous(finding.code),
            nearest: nearest.into_iter().map(str::to_owned).collect(),
            value,
        };
        let folded = normalize::folded(&unknown.value);
        Some(((finding.column, object, pipeline, folded), unknown))
    }
}

fn is_ambiguous(code: IssueCode) -> bool {
    matches!(
        code,
        IssueCode::OptionAmbiguous
            | IssueCode::OwnerAmbiguous
            | IssueCode::PipelineAmbiguous
            | IssueCode::StageAmbiguous
    )
}

fn is_unknown(code: IssueCode) -> bool {
    is_ambiguous(code)
        || matches!(
            code,
            IssueCode::OptionUnknown
                | IssueCode::OwnerUnknown
                | IssueCode::PipelineUnknown
                | IssueCode::StageUnknown
                | IssueCode::StatusUnknown
                | IssueCode::CountryUnknown
                | IssueCode::TimezoneUnknown
        )
}
