//! The newest events of a tenant in memory, so that a short absence costs no database read.

use std::{collections::VecDeque, sync::Arc};

use shared::Pos;

use super::encoded::Encoded;
use crate::fault::{self, Sabotage};

/// Events a ring keeps at most.
const EVENTS: usize = 4_096;
/// Bytes of payload a ring keeps at most.
const BYTES: usize = 4 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Ring {
    events: VecDeque<Arc<Encoded>>,
    bytes: usize,
}

impl Ring {
    /// Adds events that follow what is there; after a hole the ring starts over.
    pub(super) fn push(&mut self, events: &[Arc<Encoded>]) {
        let follows = match (self.events.back(), events.first()) {
            (Some(last), Some(first)) => last.pos() + 1 == first.pos(),
            _ => true,
        };
        if !follows {
            self.events.clear();
            self.bytes = 0;
        }
        for event in events {
            self.bytes += event.weight();
            self.events.push_back(Arc::clone(event));
        }
        while self.events.len() > EVENTS || self.bytes > BYTES {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= oldest.weight();
        }
    }

    /// At most `most` events behind a position; none when the ring does not reach back that far.
    pub(super) fn after(&self, pos: Pos, most: usize) -> Option<Vec<Arc<Encoded>>> {
        let first = self.events.front()?.pos();
        if first > pos + 1 && !fault::sabotaged(Sabotage::NoGapCheck) {
            return None;
        }
        let skip = usize::try_from((pos + 1).saturating_sub(first)).ok()?;
        Some(self.events.iter().skip(skip).take(most).cloned().collect())
    }

    /// The newest position in the ring.
    pub(super) fn last(&self) -> Option<Pos> {
        self.events.back().map(|event| event.pos())
    }
}
