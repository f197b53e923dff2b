//! The opportunity of a row without an id, found by its fields (behaviour O5).

use rust_decimal::Decimal;
use smallvec::SmallVec;

use crate::account::{OpportunityMatching, WhenNone, WhenOne, WhenSeveral};
use crate::field::FieldId;
use crate::issue::IssueCode;
use crate::merge::{Base, Standing, effective, fold_opportunity};
use crate::object::{ContactNumber, Mode, Object, OpportunityNumber};
use crate::pairing::LinkTo;
use crate::plan::{Changes, Claim};
use crate::planner::Planner;
use crate::value::Value;

use super::compared::{Compared, Compares};
use super::{OpenOpportunity, Status};

/// What matching by fields has found.
pub(super) enum MatchResult {
    /// The row means this opportunity.
    Is(OpportunityNumber),
    /// As far as matching is concerned, the opportunity is new.
    New,
    /// The policy fails the row, which was reported.
    Fails,
}

/// Why a row has found no opportunity.
pub(super) struct NotFound {
    /// The column that would have to have a usable value.
    pub(super) column: Option<u16>,
    pub(super) why: String,
}

impl<T: Into<String>> From<T> for NotFound {
    fn from(why: T) -> Self {
        NotFound { column: None, why: why.into() }
    }
}

/// Opportunities that agree with a row, each with the number of days between it and the row.
type Agreeing = SmallVec<[(u32, OpportunityNumber); 2]>;

impl Planner {
    /// Matches a row with the stored opportunities of its contact (O5).
    pub(super) fn match_opportunity(
        &mut self,
        open: OpenOpportunity<'_>,
        contact: ContactNumber,
    ) -> MatchResult {
        let OpenOpportunity { settings, at, .. } = open;
        let Some(matching) = &settings.account.opportunities.matching else {
            return MatchResult::New;
        };
        self.index_opportunities(settings, contact);
        let names_all = matching.several == WhenSeveral::Fail;
        let mut count = 0;
        let (mut best, mut all): (Option<(u32, OpportunityNumber)>, Vec<OpportunityNumber>) =
            (None, Vec::new());
        let passed_over = self.each_agreeing(open, matching, contact, |days, opportunity| {
            count += 1;
            if best.is_none_or(|(least, _)| days < least) {
                best = Some((days, opportunity));
            }
            all.extend(names_all.then_some(opportunity));
        });
        let result = self.judge_matches(open, matching, best.map(|(_, best)| best), count, all);
        if let (MatchResult::Is(_), Some(passed_over)) = (&result, passed_over) {
            let name = self.ledger.name(passed_over);
            self.report(self.of_opportunity(at, IssueCode::OpportunityMatchClosed).detail(name));
        }
        result
    }

    /// What the policy makes of `count` opportunities that agree with a row, and of the best of them. `all` are named
    /// if the policy refuses several.
    fn judge_matches(
        &mut self,
        open: OpenOpportunity<'_>,
        matching: &OpportunityMatching,
        best: Option<OpportunityNumber>,
        count: usize,
        all: Vec<OpportunityNumber>,
    ) -> MatchResult {
        let OpenOpportunity { mode, at, .. } = open;
        match (best, count) {
            (None, _) => self.match_none(open),
            (Some(opportunity), 1) => match matching.one {
                _ if mode != Mode::Upsert => MatchResult::Is(opportunity),
                WhenOne::Update => MatchResult::Is(opportunity),
                WhenOne::Create => MatchResult::New,
                WhenOne::Fail => {
                    let name = self.ledger.name(opportunity);
                    let code = IssueCode::OpportunityMatchFound;
                    self.report(self.of_opportunity(at, code).detail(name));
                    MatchResult::Fails
                }
            },
            (Some(best), _) => match matching.several {
                WhenSeveral::Best => MatchResult::Is(best),
                WhenSeveral::Create => MatchResult::New,
                WhenSeveral::Fail => {
                    let names = self.ledger.names(all);
                    let code = IssueCode::OpportunityMatchSeveral;
                    self.report(self.of_opportunity(at, code).detail(names));
                    MatchResult::Fails
                }
            },
        }
    }

    /// What the policy makes of a row that matches nothing, because its contact has no such opportunity, or because the
    /// row has no contact (O5).
    pub(super) fn match_none(&mut self, open: OpenOpportunity<'_>) -> MatchResult {
        let matching = open.settings.account.opportunities.matching.as_ref();
        let must_match = matching.is_some_and(|matching| matching.none == WhenNone::Fail);
        if open.mode != Mode::Upsert || !must_match {
            return MatchResult::New;
        }
        let like_none = "the contact has none like it, or only one that an earlier row has";
        let NotFound { column, why } = match open.link {
            LinkTo::Contact(_) => self.missing_fields(open).unwrap_or_else(|| like_none.into()),
            _ => "the row has no contact, among whose opportunities it is looked for".into(),
        };
        let finding = self.of_opportunity(open.at, IssueCode::OpportunityMatchNone);
        self.report(finding.column(column).detail(why));
        MatchResult::Fails
    }

    /// Why a row without an id, which may only update, has found no opportunity of its contact.
    pub(super) fn why_not_found(
        &mut self,
        open: OpenOpportunity<'_>,
        contact: ContactNumber,
    ) -> NotFound {
        let Some(matching) = &open.settings.account.opportunities.matching else {
            return self.why_not_in_pipeline(open);
        };
        if let Some(missing) = self.missing_fields(open) {
            return missing;
        }
        let mut several = Vec::new();
        self.each_agreeing(open, matching, contact, |_, found| several.push(found));
        if several.is_empty() {
            return "none of the contact's was found by the other cells, or an earlier row has it"
                .into();
        }
        let names = self.ledger.names(several);
        format!("more than one of the contact's is like it ({names})").into()
    }

    /// The compared fields for which the row has no usable value, as the reason why no opportunity was found. `None` if
    /// it has one for each.
    fn missing_fields(&self, open: OpenOpportunity<'_>) -> Option<NotFound> {
        let OpenOpportunity { settings, .. } = open;
        let matching = settings.account.opportunities.matching.as_ref()?;
        let field = |key: &&str| settings.fields.find(Object::Opportunity, key);
        let is_missing = |key: &&str| {
            field(key).is_some_and(|field| self.compared_values(open, field).is_empty())
        };
        let keys: Vec<&str> = matching.compared(&settings.fields).filter(is_missing).collect();
        let column = keys.iter().find_map(|key| self.column_of(settings, field(key)?));
        let labels = keys.iter().map(|key| settings.fields.label(Object::Opportunity, key));
        let labels = labels.collect::<Vec<_>>().join(", ");
        let why = format!("the row lacks {labels}, by which it is found");
        (!keys.is_empty()).then_some(NotFound { column, why })
    }

    /// Shows the stored opportunities of a contact that agree with the row and may be matched, in ascending order of
    /// ids, each with the number of days between it and the row.
    ///
    /// Suppose that only open ones are compared, and the row closes its opportunity. The next import of the file would
    /// not find it any more, and would close or create another one. So opportunities that are closed as the row closes,
    /// and have all values of the row already, come first: if there are any, only they are shown (L3). Returns the
    /// lowest open one that is passed over for them.
    fn each_agreeing(
        &mut self,
        open: OpenOpportunity<'_>,
        matching: &OpportunityMatching,
        contact: ContactNumber,
        mut show: impl FnMut(u32, OpportunityNumber),
    ) -> Option<OpportunityNumber> {
        let Compared { exact, dates } = self.compared_of_row(open, matching)?;
        let place = (contact, exact);
        let cannot_create = self.plain_standing(open.at).is_none()
            && self.opportunities.index.alike.contains_key(&place)
            && self.cannot_create(open);
        let states = &self.opportunities.states;
        let alike = self.opportunities.index.alike.get_mut(&place)?;
        alike.retain(|candidate| states[candidate.opportunity.index()].claim != Claim::Consumed);
        let alike = &self.opportunities.index.alike[&place];
        let agreeing = |are_compared: bool| {
            let dates = &dates;
            alike.iter().filter_map(move |candidate| {
                let state = &states[candidate.opportunity.index()];
                let is_compared = !matching.open_only || state.status.is_open();
                let is_candidate = is_compared == are_compared
                    && state.contact == Some(contact)
                    && state.claim.admits(cannot_create);
                let window = matching.date_window_days;
                let days = is_candidate.then(|| dates.days_apart(&candidate.dates, window));
                Some((days.flatten()?, candidate.opportunity))
            })
        };
        let closed = self.closed_as(open, agreeing(false));
        if closed.is_empty() {
            agreeing(true).for_each(|(days, opportunity)| show(days, opportunity));
            return None;
        }
        closed.into_iter().for_each(|(days, opportunity)| show(days, opportunity));
        agreeing(true).map(|(_, opportunity)| opportunity).next()
    }

    /// Those of some closed opportunities that have the status of the row and all of its values.
    fn closed_as(
        &self,
        open: OpenOpportunity<'_>,
        closed: impl Iterator<Item = (u32, OpportunityNumber)>,
    ) -> Agreeing {
        let mut closed = closed.peekable();
        if closed.peek().is_none() {
            return Agreeing::new();
        }
        let status = self.standing_value(open, FieldId::STATUS);
        let status = Status::of(status.map(|status| status.to_text().into_owned()).as_deref());
        let is_closed_so = |(_, opportunity): &(u32, OpportunityNumber)| {
            let state = &self.opportunities.states[opportunity.index()];
            state.status == status && self.has_all_of(open.at, *opportunity)
        };
        closed.filter(is_closed_so).collect()
    }

    /// Whether an opportunity, as the rows so far leave it, has all values of a row already.
    fn has_all_of(&self, at: usize, opportunity: OpportunityNumber) -> bool {
        let base = self.ledger.base(opportunity);
        let mut rows = self.ledger.rows(opportunity);
        let (mut before, mut after) = (Changes::default(), Changes::default());
        fold_opportunity(base, &rows, &mut before);
        rows.push(self.opportunity_row(self.row_at(at)));
        fold_opportunity(base, &rows, &mut after);
        before == after
    }

    /// The compared values of a row.
    fn compared_of_row(
        &self,
        open: OpenOpportunity<'_>,
        matching: &OpportunityMatching,
    ) -> Option<Compared> {
        Compared::of(open.settings, matching, |field| self.compared_values(open, field))
    }

    /// The values by which a row is compared in a field: its own, or else those that a new opportunity of the row would
    /// have. With an earlier import, the row may have created that opportunity (L3).
    fn compared_values<'p>(&'p self, open: OpenOpportunity<'p>, field: FieldId) -> Compares<'p> {
        let is_list = open.settings.fields.get(field).is_list;
        let value = match field {
            FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS => {
                self.standing_value(open, field)
            }
            _ if is_list => return self.items_said(open, field),
            _ => self.said(open, field).or_else(|| self.stands_in(open, field)),
        };
        value.into_iter().collect()
    }

    /// The items of a row in a list.
    fn items_said<'p>(
        &'p self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'p>,
        field: FieldId,
    ) -> Compares<'p> {
        let row = self.opportunity_row(self.row_at(at));
        let mut items = Compares::new();
        for column in settings.columns_of(field) {
            row.each_value(settings, column, |_, item| items.push(item));
        }
        items
    }

    /// What a new opportunity would have in a field for which its row gives nothing: the default of the column (W6), or
    /// 0 as its value (O6).
    fn stands_in<'p>(
        &'p self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'p>,
        field: FieldId,
    ) -> Option<Value<'p>> {
        let columns = settings.columns_of(field);
        let has_default = columns.iter().any(|column| column.default.is_some());
        let default = has_default.then(|| {
            let row = self.opportunity_row(self.row_at(at));
            effective(Base::of(settings, None), columns, &[row])
        });
        let zero = (field == FieldId::VALUE).then_some(Value::Number(Decimal::ZERO));
        default.flatten().or(zero)
    }

    /// The pipeline, stage or status that a new opportunity of the row would have; `None` if it would have none, or if
    /// the row misspells it.
    fn standing_value<'p>(
        &'p self,
        OpenOpportunity { settings, at, .. }: OpenOpportunity<'p>,
        field: FieldId,
    ) -> Option<Value<'p>> {
        let row = self.opportunity_row(self.row_at(at));
        let mut is_known = true;
        let standing = Standing::brought_by(settings, &row, |problem| {
            is_known &= !problem.code.is_about_stage();
        });
        let text = match field {
            FieldId::PIPELINE => standing.pipeline,
            // The first stage replaces a blank one, but not one that was misspelt (O7).
            FieldId::STAGE => standing.stage.filter(|_| is_known),
            _ => standing.status,
        };
        text.map(Value::Text)
    }
}
