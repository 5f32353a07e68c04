//! What was concluded about a file, the reasons for it and the alternatives.
//!
//! All of it is data: it becomes sentences when it is read.

use std::fmt;

use super::reason::Reason;
use super::value::{Origin, Topic, Value};
use crate::names::Names;

/// A reason and its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// Points for a candidate (positive) or against it (negative).
    pub points: i32,
    /// The reason.
    pub reason: Reason,
}

impl Weighed {
    /// The reason with its points.
    #[must_use]
    pub fn text(&self, names: &Names) -> String {
        format!("{:+} {}", self.points, self.reason.text(names))
    }
}

/// An alternative that was weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The value.
    pub value: Value,
    /// Points of its best reading: comparable within one file only.
    pub score: i32,
    /// What supports the value and what contradicts it.
    pub reasons: Vec<Weighed>,
}

impl Candidate {
    /// A candidate with the sum of the points of its reasons.
    pub(super) fn new(value: Value, reasons: Vec<Weighed>) -> Candidate {
        Candidate { value, score: points(&reasons), reasons }
    }
}

/// A conclusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// What it is about.
    pub topic: Topic,
    /// What was concluded.
    pub value: Value,
    /// Where the value comes from.
    pub origin: Origin,
    /// The reasons for it.
    pub reasons: Vec<Reason>,
    /// All values that were weighed, the best first; empty where there was no alternative.
    pub candidates: Vec<Candidate>,
}

impl Conclusion {
    /// The conclusion as text: a line for it, and for each reason and candidate.
    #[must_use]
    pub fn text(&self, names: &Names) -> String {
        let mut text = format!("{}: {}", self.topic.name(), self.value);
        for reason in &self.reasons {
            text += &format!("\n    {}", reason.text(names));
        }
        for Candidate { value, score, reasons } in
            self.candidates.iter().filter(|_| self.candidates.len() > 1)
        {
            let reasons: Vec<String> = reasons.iter().map(|reason| reason.text(names)).collect();
            let colon = if reasons.is_empty() { "" } else { ": " };
            text += &format!("\n    {score:>4}  {value}{colon}{}", reasons.join(", "));
        }
        text
    }

    /// A conclusion without alternatives.
    pub(crate) fn new(topic: Topic, value: Value, origin: Origin, reasons: Vec<Reason>) -> Self {
        Conclusion { topic, value, origin, reasons, candidates: Vec::new() }
    }
}

/// All conclusions about a file. Its `Display` is for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The conclusions, the most general first.
    pub conclusions: Vec<Conclusion>,
}

impl Evidence {
    /// All conclusions as text: a line for each conclusion, reason and candidate.
    #[must_use]
    pub fn text(&self, names: &Names) -> String {
        let conclusions: Vec<String> = self.conclusions.iter().map(|c| c.text(names)).collect();
        conclusions.join("\n")
    }

    /// Return the conclusion about a topic.
    #[must_use]
    pub fn get(&self, topic: Topic) -> Option<&Conclusion> {
        self.conclusions.iter().find(|conclusion| conclusion.topic == topic)
    }

    /// Replaces the conclusion about the same topic; one about a new topic comes first.
    pub(crate) fn replace(&mut self, made: Conclusion) {
        match self.conclusions.iter_mut().find(|known| known.topic == made.topic) {
            Some(known) => *known = made,
            None => self.conclusions.insert(0, made),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&Names::RUST))
    }
}

/// Adds points for a value to the candidates, of which each value has one.
pub(super) fn add(candidates: &mut Vec<Candidate>, value: Value, points: i32, reason: Reason) {
    let reason = Weighed { points, reason };
    match candidates.iter_mut().find(|known| known.value == value) {
        Some(known) => {
            known.score += points;
            known.reasons.push(reason);
        }
        None => candidates.push(Candidate { value, score: points, reasons: vec![reason] }),
    }
}

/// Sorts candidates: the chosen one first, then by score.
pub(super) fn rank(candidates: &mut [Candidate], choice: &Value) {
    candidates.sort_by_key(|c| (c.value != *choice, std::cmp::Reverse(c.score)));
}

/// The sum of the points of reasons.
pub(super) fn points(reasons: &[Weighed]) -> i32 {
    reasons.iter().map(|reason| reason.points).sum()
}
