//! [`OptionSet`]: what a cell may choose from, such as options, users, pipelines or stages.

use super::text::{folded, full_name, is_blank, trim};
use crate::account::{Pipeline, User};
use crate::issue::IssueCode;
use crate::maps::Map;

/// The statuses of an opportunity (behaviour O8).
pub(crate) const STATUSES: [&str; 4] = ["open", "won", "lost", "abandoned"];

/// What a cell may choose from. Each entry has an id, which storage keeps, and a label, which files use. One id
/// may have several labels.
///
/// ```
/// use crm_import::normalize::OptionSet;
///
/// let stages = OptionSet::new([("s1".to_owned(), "New lead".to_owned()), ("s2".into(), "Won".into())]);
/// assert_eq!(stages.find(" NEW  Lead ").map(|at| stages.id(at)), Ok("s1"));
/// assert_eq!(stages.nearest("Wonn", 3), ["Won"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct OptionSet {
    entries: Vec<(String, String)>,
    by_id: Map<String, usize>,
    /// By folded id and folded label; `None` if it names more than one entry.
    by_name: Map<String, Option<usize>>,
    /// By label as it is written, where folding makes several labels one; `None` if it names more than one entry.
    by_spelling: Map<String, Option<usize>>,
    /// For each label the entry that it names, if it names only one.
    named: Vec<Option<usize>>,
    /// Entries whose label is the name of the entry before it, turned round: `Lee Ann`.
    turned: Vec<usize>,
}

/// Up to this many entries are compared one by one.
const FEW: usize = 12;

impl OptionSet {
    /// A set of (id, label).
    pub fn new(options: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut set = OptionSet::folding(options);
        set.tell_spellings_apart();
        set
    }

    /// A set in which a label is ambiguous if another differs only in case or spaces.
    fn folding(options: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut set = OptionSet::default();
        for (id, label) in options {
            let at = set.entries.len();
            set.by_id.entry(id.clone()).or_insert(at);
            set.name(&label, at, &id);
            set.entries.push((id, label));
        }
        for at in 0..set.entries.len() {
            // An id in another case names its entry, unless that is a label already.
            let id = folded(&set.entries[at].0);
            set.by_name.entry(id).or_insert(Some(at));
        }
        set.find_named();
        set
    }

    fn find_named(&mut self) {
        let named = |(_, label): &(String, String)| self.find_folded(trim(label)).ok();
        self.named = self.entries.iter().map(named).collect();
    }

    /// The users of an account, by e-mail address, "First Last" and "Last First" (behaviour O10).
    pub(crate) fn of_users(users: &[User]) -> Self {
        let (mut aliases, mut turned) = (Vec::new(), Vec::new());
        for user in users {
            let (first, last) = full_name(&user.name);
            if !is_blank(&user.email) {
                aliases.push((user.id.clone(), user.email.clone()));
            }
            if !is_blank(&user.name) {
                aliases.push((user.id.clone(), user.name.clone()));
                turned.push(aliases.len());
                aliases.push((user.id.clone(), format!("{last} {first}")));
            }
        }
        // How a name is spelt does not tell people apart.
        OptionSet { turned, ..OptionSet::folding(aliases) }
    }

    /// The pipelines of an account.
    pub(crate) fn of_pipelines(pipelines: &[Pipeline]) -> Self {
        OptionSet::new(pipelines.iter().map(|it| (it.id.clone(), it.name.clone())))
    }

    /// The stages of a pipeline.
    pub(crate) fn of_stages(pipeline: &Pipeline) -> Self {
        OptionSet::new(pipeline.stages.iter().map(|it| (it.id.clone(), it.name.clone())))
    }

    /// Options whose labels are their ids.
    pub(crate) fn of_labels<L: Into<String> + Clone>(labels: impl IntoIterator<Item = L>) -> Self {
        OptionSet::new(labels.into_iter().map(|label| (label.clone().into(), label.into())))
    }

    fn name(&mut self, label: &str, at: usize, id: &str) {
        let entries = &self.entries;
        self.by_name
            .entry(folded(label))
            .and_modify(|other| {
                if other.is_none_or(|other| entries[other].0 != id) {
                    *other = None;
                }
            })
            .or_insert(Some(at));
    }

    /// Where labels differ only in case or spaces, each names its entry if a cell is written exactly like it.
    fn tell_spellings_apart(&mut self) {
        for (at, (id, label)) in self.entries.iter().enumerate() {
            if self.by_name.get(&folded(label)) != Some(&None) {
                continue;
            }
            let first = self.by_spelling.entry(trim(label).to_owned()).or_insert(Some(at));
            if first.is_none_or(|first| self.entries[first].0 != *id) {
                *first = None;
            }
        }
        self.find_named();
    }

    /// Every label once, in the order of the entries.
    pub(crate) fn labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> = Vec::new();
        for (_, label) in &self.entries {
            if !labels.contains(&label.as_str()) {
                labels.push(label);
            }
            // Nobody would read more.
            if labels.len() > FEW {
                break;
            }
        }
        labels
    }

    /// The position of the entry that a cell names: by id, exactly, then by label or id with case and
    /// spaces folded. Of labels that differ in nothing else, a cell names the one that is written exactly like it.
    ///
    /// # Errors
    /// [`IssueCode::OptionUnknown`], or [`IssueCode::OptionAmbiguous`] if several entries have this label.
    pub fn find(&self, cell: &str) -> Result<usize, IssueCode> {
        let cell = trim(cell);
        if let Some(at) = self.find_as_written(cell) {
            return Ok(at);
        }
        self.find_folded(cell)
    }

    /// Most sets are small and most cells are written as the account writes them: comparing them as
    /// they stand is quicker than hashing. `None`: they have to be looked up.
    fn find_as_written(&self, cell: &str) -> Option<usize> {
        if self.entries.len() > FEW {
            return None;
        }
        let by_id = self.entries.iter().position(|(id, _)| id == cell);
        by_id.or_else(|| {
            let at = self.entries.iter().position(|(_, label)| label == cell)?;
            self.named[at]
        })
    }

    fn find_folded(&self, cell: &str) -> Result<usize, IssueCode> {
        if let Some(at) = self.by_id.get(cell) {
            return Ok(*at);
        }
        let mut buffer = smallvec::SmallVec::<[u8; 64]>::new();
        let is_simple = cell.len() <= 64
            && cell.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
            && !cell.contains("  ");
        let found = if is_simple {
            buffer.extend(cell.bytes().map(|b| b.to_ascii_lowercase()));
            self.by_name.get(std::str::from_utf8(&buffer).unwrap_or(""))
        } else {
            self.by_name.get(folded(cell).as_str())
        };
        match found {
            Some(Some(at)) => Ok(*at),
            Some(None) => {
                let exactly = self.by_spelling.get(cell).copied().flatten();
                exactly.ok_or(IssueCode::OptionAmbiguous)
            }
            None => Err(IssueCode::OptionUnknown),
        }
    }

    /// Whether these two texts, alike but for case and spaces, are not the same entry.
    pub(crate) fn tells_apart(&self, a: &str, b: &str) -> bool {
        let id = |text| self.find(text).ok().map(|at| self.id(at));
        a != b && id(a) != id(b)
    }

    /// Up to `count` labels that might have been meant, the likeliest first. Users are called by their names, not by
    /// names turned round.
    pub fn nearest(&self, cell: &str, count: usize) -> Vec<&str> {
        let cell = folded(cell);
        let mut near: Vec<(f64, usize)> = self
            .entries
            .iter()
            .enumerate()
            .map(|(at, (_, label))| (strsim::jaro_winkler(&cell, &folded(label)), at))
            .filter(|(likeness, _)| *likeness > 0.75)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut labels: Vec<&str> = Vec::new();
        for (_, at) in near {
            let is_turned = self.turned.binary_search(&at).is_ok();
            let label = self.label(if is_turned { at - 1 } else { at });
            if labels.len() < count && !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels
    }

    /// The id of the entry at a position.
    pub fn id(&self, at: usize) -> &str {
        &self.entries[at].0
    }

    /// The label of the entry at a position.
    pub fn label(&self, at: usize) -> &str {
        &self.entries[at].1
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o7_of_names_that_differ_in_case_or_spaces_the_one_that_is_written_so_is_meant() {
        let options = [
            ("p1", "Sales"),
            ("p2", "SALES"),
            ("p3", "Care  team"),
            ("p4", "Care team"),
            ("p5", "sales"),
        ];
        let many = (6..40).map(|n| (format!("p{n}"), format!("Pipeline {n}")));
        let few = options.map(|(id, label)| (id.to_owned(), label.to_owned()));
        let many: Vec<_> = few.iter().cloned().chain(many).collect();
        for set in [OptionSet::new(few), OptionSet::new(many)] {
            for (id, label) in options {
                assert_eq!(set.find(&format!(" {label} ")).map(|at| set.id(at)), Ok(id), "{label}");
            }
            for neither in ["sALES", "care team", "Care   team"] {
                assert_eq!(set.find(neither), Err(IssueCode::OptionAmbiguous), "{neither}");
            }
        }
        let twice = [("p1", "Sales"), ("p2", "Sales"), ("p3", "SALES")];
        let set = OptionSet::new(twice.map(|(id, label)| (id.to_owned(), label.to_owned())));
        assert_eq!(set.find("Sales"), Err(IssueCode::OptionAmbiguous));
        assert_eq!(set.find("SALES").map(|at| set.id(at)), Ok("p3"));
    }

    #[test]
    fn what_is_found_as_written_is_what_is_looked_up() {
        let options = [
            ("s1", "New"),
            ("s2", "Won"),
            ("Won", "Lost"),
            ("s1", "Fresh"),
            ("s4", "new"),
            ("s5", "Late  stage"),
            ("s6", " Open"),
            ("s6", "Same"),
            ("s6", "same"),
            ("s7", ""),
        ];
        let set = OptionSet::new(options.map(|(id, label)| (id.to_owned(), label.to_owned())));
        let words = options.iter().flat_map(|(id, label)| [*id, *label]);
        for word in words.chain(["", "no", "WON", "late stage", "Open", "lost"]) {
            for cell in [word.to_owned(), word.to_uppercase(), format!(" {word} ")] {
                let cell = trim(&cell);
                if let Some(at) = set.find_as_written(cell) {
                    assert_eq!(set.find_folded(cell), Ok(at), "{cell:?}");
                }
                assert_eq!(set.find(cell), set.find_folded(cell), "{cell:?}");
            }
        }
    }
}
