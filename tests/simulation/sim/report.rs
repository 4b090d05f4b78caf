//! What happened in one story, counted.

use std::collections::BTreeMap;
use std::fmt;

/// How often each thing happened.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Report(BTreeMap<String, u64>);

impl Report {
    pub(crate) fn count(&mut self, what: impl Into<String>) {
        self.add(what, 1);
    }

    pub(crate) fn add(&mut self, what: impl Into<String>, times: u64) {
        *self.0.entry(what.into()).or_default() += times;
    }

    /// Keeps the highest.
    pub(crate) fn highest(&mut self, what: &str, value: u64) {
        let highest = self.0.entry(format!("highest: {what}")).or_default();
        *highest = value.max(*highest);
    }

    pub(crate) fn get(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (what, times) in other.0 {
            match what.strip_prefix("highest: ") {
                Some(name) => self.highest(name, times),
                None => self.add(what, times),
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(what, times)| writeln!(f, "{times:>10}  {what}"))
    }
}
