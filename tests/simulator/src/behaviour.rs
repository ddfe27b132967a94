//! How the simulated Meta answers sends and which statuses follow.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::payload::Status;
use crate::random::Random;

/// What happens to one send.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// Accepted and answered at once.
    #[default]
    Accept,
    /// Waits, then accepts and answers.
    AcceptAfter { delay_ms: u64 },
    /// Accepts at once, statuses may follow, but the answer takes its time.
    AcceptThenStall { delay_ms: u64 },
    /// Accepts, then cuts the connection without an answer.
    AcceptThenCut,
    /// Accepts, then answers 200 with a body that is not JSON.
    AcceptThenInvalidJson,
    /// Refuses with one of Meta's error codes; status and texts follow from the code.
    Refuse {
        code: u32,
        #[serde(default)]
        details: Option<String>,
        #[serde(default)]
        http: Option<u16>,
    },
    /// HTTP 500 with code 131000; nothing was accepted.
    ServerError,
    /// HTTP 429 with `Retry-After`; nothing was accepted.
    RateLimited { retry_after_s: u64 },
    /// Cuts the connection; nothing was accepted.
    CutBeforeAccept,
    /// Waits, then cuts the connection; nothing was accepted.
    Stall { delay_ms: u64 },
}

/// The switches of `POST /control/behaviour`. What is absent stays as it was.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// Outcomes of the next sends, one each; afterwards the standing one applies again.
    #[serde(default)]
    pub queue: Option<VecDeque<Outcome>>,
    /// Outcome of every send that finds the queue empty.
    #[serde(default)]
    pub standing: Option<Outcome>,
    /// Statuses after an accepted send.
    #[serde(default)]
    pub statuses: Option<StatusPlan>,
    /// Refuse free-form sends outside the 24-hour window with 131047.
    #[serde(default)]
    pub strict_window: Option<bool>,
    /// What goes wrong with the next questions about files, downloads and uploads, one each.
    #[serde(default)]
    pub media_faults: Option<VecDeque<MediaFault>>,
}

/// What goes wrong with a file once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MediaFault {
    /// Asked where it is: there is no such file.
    Unknown,
    /// Asked where it is: the token is not valid.
    Unauthorised,
    /// Asked where it is: another digest than its own.
    WrongHash,
    /// Asked where it is: another length than its own.
    WrongSize,
    /// Asked where it is: somewhere else.
    Elsewhere { url: String },
    /// Downloaded: 404, as when an address is too old.
    Expired,
    /// Downloaded: 500.
    ServerError,
    /// Downloaded: on to somewhere else.
    Redirect { url: String },
    /// Downloaded: the connection is cut after the first half.
    CutHalfway,
    /// Downloaded: in eight pieces with this pause before each.
    Drip { pause_ms: u64 },
    /// Uploaded: refused with one of Meta's codes.
    UploadRefused { code: u32 },
    /// Uploaded: 500.
    UploadFails,
    /// Uploaded: taken, and answered after this time.
    UploadStalls { delay_ms: u64 },
    /// Uploaded: taken, named, and not known when it is sent.
    UploadForgotten,
}

/// When a fault shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Somebody asks where a file is.
    Place,
    /// It is downloaded.
    Download,
    /// It is uploaded.
    Upload,
}

impl MediaFault {
    pub(crate) fn stage(&self) -> Stage {
        match self {
            Self::Unknown
            | Self::Unauthorised
            | Self::WrongHash
            | Self::WrongSize
            | Self::Elsewhere { .. } => Stage::Place,
            Self::UploadRefused { .. }
            | Self::UploadFails
            | Self::UploadStalls { .. }
            | Self::UploadForgotten => Stage::Upload,
            _ => Stage::Download,
        }
    }
}

/// One status of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusStep {
    pub status: Status,
    /// Pause after the step before it (or after acceptance).
    #[serde(default)]
    pub after_ms: u64,
    /// Meta's code, for `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
}

/// Order in which a plan's statuses reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    #[default]
    Given,
    Reversed,
    Shuffled,
}

/// Statuses that follow an accepted send. In JSON also by name:
/// `"manual"`, `"immediate"`, `"lifelike"`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "StatusPlanForm")]
pub struct StatusPlan {
    pub sequence: Vec<StatusStep>,
    pub order: Order,
    /// How often each status is posted; 2 means every one comes twice.
    pub copies: u32,
    /// Deliver the statuses before the send itself is answered.
    pub overtaking: bool,
    /// Skip `read` for a customer whom a person plays: the phone page reports it when shown.
    pub lifelike_read: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StatusPlanForm {
    Named(String),
    Written {
        sequence: Vec<StatusStep>,
        #[serde(default)]
        order: Order,
        #[serde(default = "one")]
        copies: u32,
        #[serde(default)]
        overtaking: bool,
        #[serde(default)]
        lifelike_read: bool,
    },
}

impl StatusPlan {
    /// None by itself; a test posts what it wants.
    pub fn manual() -> Self {
        Self { copies: 1, ..Self::default() }
    }

    /// Sent, delivered and read, one right after the other.
    pub fn immediate() -> Self {
        Self::of([(Status::Sent, 0), (Status::Delivered, 0), (Status::Read, 0)])
    }

    /// Sent and delivered within a second, read after a few.
    pub fn lifelike() -> Self {
        let pace = [(Status::Sent, 250), (Status::Delivered, 600), (Status::Read, 2500)];
        Self { lifelike_read: true, ..Self::of(pace) }
    }

    /// Accepted, but failed later with Meta's code.
    pub fn failing(code: u32) -> Self {
        let step = StatusStep { status: Status::Failed, after_ms: 0, code: Some(code) };
        Self { sequence: vec![step], ..Self::manual() }
    }

    /// The given statuses, each this many milliseconds after the one before.
    pub fn of(steps: impl IntoIterator<Item = (Status, u64)>) -> Self {
        let step = |(status, after_ms)| StatusStep { status, after_ms, code: None };
        Self { sequence: steps.into_iter().map(step).collect(), ..Self::manual() }
    }

    /// The steps in the order of arrival; pauses keep their places.
    pub(crate) fn arranged(&self, random: &mut Random) -> Vec<StatusStep> {
        let mut steps = self.sequence.clone();
        match self.order {
            Order::Given => {}
            Order::Reversed => steps.reverse(),
            Order::Shuffled => random.shuffle(&mut steps),
        }
        for (step, planned) in steps.iter_mut().zip(&self.sequence) {
            step.after_ms = planned.after_ms;
        }
        let copies = usize::try_from(self.copies).unwrap_or(1).max(1);
        steps.into_iter().flat_map(|step| std::iter::repeat_n(step, copies)).collect()
    }
}

impl TryFrom<StatusPlanForm> for StatusPlan {
    type Error = String;

    fn try_from(form: StatusPlanForm) -> Result<Self, String> {
        match form {
            StatusPlanForm::Named(name) => match name.as_str() {
                "manual" | "off" => Ok(Self::manual()),
                "immediate" => Ok(Self::immediate()),
                "lifelike" => Ok(Self::lifelike()),
                _ => Err(format!("unknown status plan {name:?}: manual, immediate or lifelike")),
            },
            StatusPlanForm::Written { sequence, order, copies, overtaking, lifelike_read } => {
                Ok(Self { sequence, order, copies, overtaking, lifelike_read })
            }
        }
    }
}

fn one() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(plan: &StatusPlan) -> Vec<&'static str> {
        plan.arranged(&mut Random::new(1)).iter().map(|step| step.status.as_str()).collect()
    }

    #[test]
    fn statuses_come_in_the_given_order() {
        assert_eq!(names(&StatusPlan::immediate()), ["sent", "delivered", "read"]);
    }

    #[test]
    fn a_reversed_plan_starts_with_read_and_keeps_its_pauses() {
        let plan = StatusPlan { order: Order::Reversed, ..StatusPlan::lifelike() };
        assert_eq!(names(&plan), ["read", "delivered", "sent"]);
        let pauses: Vec<u64> = plan.arranged(&mut Random::new(1)).iter().map(|step| step.after_ms).collect();
        assert_eq!(pauses, [250, 600, 2500]);
    }

    #[test]
    fn two_copies_come_one_after_the_other() {
        let plan = StatusPlan { copies: 2, ..StatusPlan::of([(Status::Sent, 0), (Status::Read, 0)]) };
        assert_eq!(names(&plan), ["sent", "sent", "read", "read"]);
    }

    #[test]
    fn a_shuffled_plan_loses_nothing() {
        let plan = StatusPlan { order: Order::Shuffled, ..StatusPlan::immediate() };
        let mut shuffled = names(&plan);
        shuffled.sort_unstable();
        assert_eq!(shuffled, ["delivered", "read", "sent"]);
    }

    #[test]
    fn plans_are_written_by_name_or_in_full() {
        let named: StatusPlan = serde_json::from_str(r#""immediate""#).unwrap();
        assert_eq!(named, StatusPlan::immediate());
        let full = r#"{"sequence":[{"status":"failed","code":131026}]}"#;
        assert_eq!(serde_json::from_str::<StatusPlan>(full).unwrap(), StatusPlan::failing(131_026));
        assert!(serde_json::from_str::<StatusPlan>(r#""sometimes""#).is_err());
    }
}
