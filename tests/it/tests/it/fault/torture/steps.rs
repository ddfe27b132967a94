//! What can happen, and how often.

use crate::harness::Random;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A customer writes.
    Inbound,
    /// Many customers write at once.
    Burst,
    /// A member does something at a conversation.
    Work,
    /// An administrator changes what somebody may see.
    Decide,
    /// A console reads what has come.
    Read,
    /// A console opens or closes a timeline.
    Open,
    Shut,
    /// A console leaves; comes back.
    Leave,
    Return,
    /// The network ends a connection.
    Cut,
    /// The network swallows a connection; the console notices later.
    Silence,
    Notice,
    /// The network becomes slow, drips, or is fine again.
    Worsen,
    Clear,
    /// A console stops reading while its timeline is flooded; reads again.
    Stall,
    Wake,
    /// All consoles lose their connection and come back together.
    Storm,
    /// A console is away for more than memory holds.
    Night,
    /// For more than is replayed at all.
    Holiday,
    /// The server is killed, or stops in order, and starts again.
    Kill,
    Restart,
}

/// How often each happens, relative to the others.
const WEIGHTS: [(Step, usize); 16] = [
    (Step::Inbound, 150),
    (Step::Burst, 10),
    (Step::Work, 160),
    (Step::Decide, 25),
    (Step::Read, 160),
    (Step::Open, 90),
    (Step::Shut, 25),
    (Step::Leave, 45),
    (Step::Return, 150),
    (Step::Cut, 40),
    (Step::Silence, 20),
    (Step::Notice, 40),
    (Step::Worsen, 15),
    (Step::Clear, 30),
    (Step::Wake, 40),
    (Step::Storm, 5),
];

/// Rare and expensive steps come at fixed places, so that a short run has each of them too.
const NIGHT_EVERY: usize = 250;
const RESTART_EVERY: usize = 120;
const STALL_EVERY: usize = 100;
const HOLIDAY_EVERY: usize = 20_000;

/// The n-th step, counted from 1.
pub(super) fn step(random: &mut Random, n: usize) -> Step {
    if n.is_multiple_of(HOLIDAY_EVERY) {
        return Step::Holiday;
    }
    if n % NIGHT_EVERY == NIGHT_EVERY / 2 {
        return Step::Night;
    }
    if n % RESTART_EVERY == RESTART_EVERY / 2 {
        return if random.percent(70) { Step::Kill } else { Step::Restart };
    }
    if n % STALL_EVERY == STALL_EVERY / 4 {
        return Step::Stall;
    }
    let all: usize = WEIGHTS.iter().map(|(_, weight)| weight).sum();
    let mut at = random.below(all);
    for (step, weight) in WEIGHTS {
        if at < weight {
            return step;
        }
        at -= weight;
    }
    Step::Read
}
