//! Where an opportunity stands, row by row, as behaviour §6 and §8 (O6 to O8) say it: pipeline, stage, status
//! and lost reason.

use crate::model::{Policy, Record, Row};
use crate::naive::Naive;
use crate::opportunities::{REASONS, STATUSES, option_of, said};

/// Pipeline, stage, status and lost reason of an opportunity.
#[derive(Clone, Default)]
pub(crate) struct Standing {
    pub(crate) pipeline: Option<String>,
    pub(crate) stage: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) reason: Option<String>,
}

/// What of a row cannot be used, by code.
type Problems = Vec<&'static str>;

/// What a row says, and what rows before it have given.
#[derive(Clone, Copy)]
struct Says<'r> {
    row: &'r Row,
    is_new: bool,
    given: &'r [&'r str],
}

impl Says<'_> {
    fn is_given(self, field: &str) -> bool {
        self.given.contains(&field)
    }
}

impl Naive {
    /// Where it stands, and what was said of that (O6, O7).
    pub(crate) fn join_standing(&mut self, deal: &mut Record, row: &Row, at: usize, is_new: bool) {
        let policy = self.policy.clone();
        let get = |deal: &Record, field: &str| deal.now.get(field).and_then(|v| v.first()).cloned();
        let before = Standing {
            pipeline: get(deal, "pipeline"),
            stage: get(deal, "stage"),
            status: get(deal, "status"),
            reason: get(deal, "lost_reason"),
        };
        let (now, problems) = self.stand(&before, row, is_new, &deal.given);
        for (header, field, is) in
            [("Pipeline", "pipeline", &now.pipeline), ("Stage", "stage", &now.stage)]
        {
            // W3: what a row before has given stays, and whoever asks for nothing instead is told so. Where the
            // account has pipelines, the cell counts as a blank.
            let is_asked = policy.pipelines.is_empty() && self.asks_for_nothing(at, header);
            if is_asked && deal.given.contains(&field) && is.is_some() {
                self.note(at, "opportunity", "clear-kept");
            }
        }
        let is_used = !problems.contains(&"lost-reason-unused");
        let is_staged = !problems.contains(&"stage-unknown");
        for code in problems {
            self.note(at, "opportunity", code);
        }
        let reason = said(row, "Lost Reason").and_then(|cell| option_of(REASONS, cell));
        // Given, of use or not.
        if reason.is_some() {
            deal.given.push("lost_reason");
        }
        let names = policy.pipelines.iter().map(|(name, _)| *name);
        let own = policy.pipelines.iter().find(|(name, _)| Some(*name) == now.pipeline.as_deref());
        let stage = self.standing_said(row, "Stage").filter(|_| is_staged);
        let stage_of =
            |cell: &str| named(&policy, own.map_or(&[][..], |own| &own.1).to_vec(), cell);
        let status = said(row, "Status").and_then(|cell| option_of(STATUSES, cell));
        let pipeline = self.standing_said(row, "Pipeline");
        let pipeline = pipeline.and_then(|cell| named(&policy, names, cell));
        for (field, is_said) in [("pipeline", pipeline.is_some()), ("stage", stage.is_some())] {
            deal.given.extend(is_said.then_some(field));
        }
        let same = |cell: &str| Some(cell.to_owned());
        self.compare(deal, at, "pipeline", pipeline, same);
        self.compare(deal, at, "stage", stage.map(str::to_owned), stage_of);
        self.compare(deal, at, "status", status, same);
        match reason.clone().filter(|_| !is_used) {
            // It is refused, but a later row is compared with it.
            Some(unused) => drop(deal.said.insert("lost_reason", (at, unused))),
            None => self.compare(deal, at, "lost_reason", reason, same),
        }
        for (field, value) in [
            ("pipeline", now.pipeline),
            ("stage", now.stage),
            ("status", now.status),
            ("lost_reason", now.reason),
        ] {
            deal.now.insert(field, value.into_iter().collect());
        }
    }

    /// Where the opportunity stands after the row (O6 to O8), and what cannot be used. `given`: the fields
    /// that rows before have given.
    pub(crate) fn stand(
        &self,
        before: &Standing,
        row: &Row,
        is_new: bool,
        given: &[&str],
    ) -> (Standing, Problems) {
        let says = Says { row, is_new, given };
        let (mut now, mut problems) = (before.clone(), Vec::new());
        let is_moved = self.take_pipeline(&mut now, &mut problems, says);
        self.take_stage(&mut now, &mut problems, says, is_moved);
        if let Some(status) = said(row, "Status").and_then(|cell| option_of(STATUSES, cell)) {
            now.status = Some(status);
        }
        self.take_lost_reason(&mut now, &mut problems, says);
        if is_new && now.status.is_none() {
            now.status = Some("open".into());
        }
        (now, problems)
    }

    /// The pipeline, and is it another than before?
    fn take_pipeline(&self, now: &mut Standing, problems: &mut Problems, says: Says<'_>) -> bool {
        let Says { row, is_new, .. } = says;
        let pipelines = &self.policy.pipelines;
        let names = pipelines.iter().map(|(name, _)| *name);
        let mut is_moved = is_new;
        if let Some(cell) = self.stands(row, "Pipeline", is_new) {
            match named(&self.policy, names, cell) {
                Some(name) => {
                    is_moved |= now.pipeline.as_ref() != Some(&name);
                    now.pipeline = Some(name);
                }
                None => problems.push("pipeline-unknown"),
            }
        } else if let (true, [(only, _)]) = (is_new, pipelines.as_slice()) {
            now.pipeline = Some((*only).to_owned());
        } else if self.clears(row, "Pipeline") && !says.is_given("pipeline") {
            // O7: the stage of another pipeline goes with it; W3: unless a row gave it.
            if now.pipeline.take().is_some() && !says.is_given("stage") {
                now.stage = None;
            }
        }
        is_moved
    }

    /// The stage: one of the pipeline it is in now.
    fn take_stage(
        &self,
        now: &mut Standing,
        problems: &mut Problems,
        says: Says<'_>,
        is_moved: bool,
    ) {
        let Says { row, is_new, .. } = says;
        if is_moved {
            now.stage = None;
        }
        let pipelines = &self.policy.pipelines;
        let own = pipelines.iter().find(|(name, _)| Some(*name) == now.pipeline.as_deref());
        let stages = own.map_or(&[][..], |(_, stages)| stages.as_slice());
        let is_lost = is_new && problems.contains(&"pipeline-unknown");
        if let Some(cell) = self.stands(row, "Stage", is_new).filter(|_| !is_lost) {
            match named(&self.policy, stages.iter().copied(), cell) {
                Some(stage) => now.stage = Some(stage),
                None => problems.push("stage-unknown"),
            }
        } else if self.clears(row, "Stage") && !says.is_given("stage") {
            now.stage = None;
        }
        if is_moved && now.stage.is_none() {
            now.stage = stages.first().map(|stage| (*stage).to_owned());
        }
    }

    /// Why it was lost: only of one that may be.
    fn take_lost_reason(&self, now: &mut Standing, problems: &mut Problems, says: Says<'_>) {
        let is_blank = says.row.get("Lost Reason").is_some_and(String::is_empty);
        let can_clear = self.policy.clears.contains(&"Lost Reason");
        if is_blank && can_clear && !says.is_given("lost_reason") {
            now.reason = None;
        }
        let said = said(says.row, "Lost Reason").and_then(|cell| option_of(REASONS, cell));
        if let Some(reason) = said {
            match now.status.as_deref() {
                None | Some("open" | "lost") => {
                    (now.status, now.reason) = (Some("lost".into()), Some(reason));
                }
                Some(_) => problems.push("lost-reason-unused"),
            }
        }
    }

    /// What a row says of its pipeline or stage, or on create what stands in for a blank (W6).
    fn stands<'r>(&'r self, row: &'r Row, header: &str, is_new: bool) -> Option<&'r str> {
        let default = self.policy.defaults.get(header).copied();
        let default = default.filter(|_| is_new && row.get(header).is_some_and(String::is_empty));
        self.standing_said(row, header).or(default)
    }

    /// The same without a default.
    fn standing_said<'r>(&self, row: &'r Row, header: &str) -> Option<&'r str> {
        said(row, header).filter(|cell| self.policy.token != Some(cell))
    }

    /// Does the row ask for no pipeline or stage (W3)? Where there are pipelines, there always is one (O6).
    fn clears(&self, row: &Row, header: &str) -> bool {
        let policy = &self.policy;
        let blank_clears = policy.clears.contains(&header) && !policy.defaults.contains_key(header);
        policy.pipelines.is_empty()
            && row.get(header).is_some_and(|cell| match cell.as_str() {
                "" => blank_clears,
                cell => policy.token == Some(cell),
            })
    }
}

/// The pipeline or stage of this name; where there are no pipelines, any text is one.
fn named<'o>(
    policy: &Policy,
    among: impl IntoIterator<Item = &'o str>,
    cell: &str,
) -> Option<String> {
    if policy.pipelines.is_empty() { Some(cell.to_owned()) } else { option_of(among, cell) }
}
