//! What can happen, as values that can be made at random and shrunk.

use proptest::{collection::vec, prelude::*};
use shared::model::{
    conversation::CloseReason,
    member::{Availability, Role},
    queue::RoutingMode,
};
use simulator::payload::Status;

/// Indices are taken modulo what there is.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A customer writes; maybe under another name.
    Inbound { customer: usize, line: usize, name: usize },
    /// WhatsApp reports on one of our messages.
    Report { message: usize, status: Status },
    /// A member does something in a conversation.
    Work { who: usize, work: Work, conversation: usize },
    /// A member chooses.
    Choose { who: usize, availability: Availability },
    /// The administrator decides.
    Decide { whom: usize, decision: Decision },
    /// A console opens a timeline.
    Open { who: usize, conversation: usize },
    /// A console closes a timeline.
    CloseTimeline { who: usize, conversation: usize },
    /// A console reads what has come so far; between these it lets it pile up.
    Read { who: usize },
    /// A console loses its connection.
    Leave { who: usize },
    /// It comes back, and asks for a timeline before it knows how far it is.
    Return { who: usize, open: Option<usize> },
    /// The server is restarted.
    Restart,
}

#[derive(Debug, Clone)]
pub(super) enum Work {
    Send,
    Note,
    /// Naming somebody.
    Mention(usize),
    /// The index of what is typed; the first is nothing.
    Draft(usize, bool),
    /// One's notices up to one of them.
    ReadNotices(usize),
    Take,
    Release,
    Close(CloseReason),
    Reopen,
    MarkRead(u64),
    Accept,
    Decline,
    Next,
    Park,
    Resume,
    /// To a queue, or to somebody.
    HandOver(Option<usize>),
    Retry(usize),
}

#[derive(Debug, Clone)]
pub(super) enum Decision {
    Role(Role),
    /// Bits: sales, support.
    Queues(u8),
    Active(bool),
    Masking(bool),
    /// How the queue with a number routes.
    Routing(RoutingMode),
    Capacity(u32),
}

pub(super) fn sequence() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 10..45)
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..4_usize;
    let conversation = || 0..6_usize;
    prop_oneof![
        8 => (0..4_usize, 0..2_usize, 0..3_usize)
            .prop_map(|(customer, line, name)| Step::Inbound { customer, line, name }),
        4 => (0..6_usize, status()).prop_map(|(message, status)| Step::Report { message, status }),
        14 => (who(), work(), conversation())
            .prop_map(|(who, work, conversation)| Step::Work { who, work, conversation }),
        1 => (who(), proptest::sample::select(Availability::ALL.to_vec()))
            .prop_map(|(who, availability)| Step::Choose { who, availability }),
        4 => (who(), decision()).prop_map(|(whom, decision)| Step::Decide { whom, decision }),
        6 => (who(), conversation()).prop_map(|(who, conversation)| Step::Open { who, conversation }),
        1 => (who(), conversation()).prop_map(|(who, conversation)| Step::CloseTimeline { who, conversation }),
        3 => who().prop_map(|who| Step::Read { who }),
        3 => who().prop_map(|who| Step::Leave { who }),
        3 => (who(), proptest::option::of(conversation())).prop_map(|(who, open)| Step::Return { who, open }),
        1 => Just(Step::Restart),
    ]
}

fn status() -> impl Strategy<Value = Status> {
    proptest::sample::select(vec![Status::Sent, Status::Delivered, Status::Read, Status::Failed])
}

fn work() -> impl Strategy<Value = Work> {
    prop_oneof![
        4 => Just(Work::Send),
        3 => Just(Work::Note),
        3 => (0..4_usize).prop_map(Work::Mention),
        5 => (0..4_usize, any::<bool>()).prop_map(|(text, note)| Work::Draft(text, note)),
        2 => (0..6_usize).prop_map(Work::ReadNotices),
        4 => Just(Work::Take),
        3 => Just(Work::Release),
        2 => proptest::sample::select(CloseReason::ALL.to_vec()).prop_map(Work::Close),
        2 => Just(Work::Reopen),
        2 => (0..70_u64).prop_map(Work::MarkRead),
        1 => (0..6_usize).prop_map(Work::Retry),
        3 => Just(Work::Accept),
        1 => Just(Work::Decline),
        1 => Just(Work::Next),
        1 => Just(Work::Park),
        1 => Just(Work::Resume),
        2 => proptest::option::of(0..4_usize).prop_map(Work::HandOver),
    ]
}

fn decision() -> impl Strategy<Value = Decision> {
    let roles = vec![Role::Agent, Role::Supervisor, Role::Administrator];
    prop_oneof![
        2 => proptest::sample::select(roles).prop_map(Decision::Role),
        3 => (0..4_u8).prop_map(Decision::Queues),
        2 => any::<bool>().prop_map(Decision::Active),
        2 => any::<bool>().prop_map(Decision::Masking),
        3 => proptest::sample::select(RoutingMode::ALL.to_vec()).prop_map(Decision::Routing),
        1 => (0..3_u32).prop_map(Decision::Capacity),
    ]
}
