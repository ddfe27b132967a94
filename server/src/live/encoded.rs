//! An event as bytes, made at most once per rendering and shared by every socket.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use shared::{
    Pos,
    live::event::{Event, Logged},
    permission::{PhoneSight, Scope, Sight, sight},
};

use crate::db::record::Recorded;

/// A logged event with its renderings. Each begins with a comma, which the first event of a batch drops.
pub(super) struct Encoded {
    pub(super) recorded: Arc<Recorded>,
    masked: OnceLock<Bytes>,
    removed: OnceLock<Option<Bytes>>,
}

impl Encoded {
    pub(super) fn new(recorded: Arc<Recorded>) -> Self {
        Self { recorded, masked: OnceLock::new(), removed: OnceLock::new() }
    }

    pub(super) fn pos(&self) -> Pos {
        self.recorded.pos
    }

    /// What a connection with this scope gets of the event; none when it must not hear of it.
    pub(super) fn rendered(&self, scope: &Scope) -> Option<Bytes> {
        match sight(scope, self.recorded.before.as_ref(), self.recorded.after.as_ref()) {
            Sight::Nothing => None,
            Sight::Removed => self.removed.get_or_init(|| self.make(self.recorded.event.removed()?)).clone(),
            Sight::Whole => Some(match (scope.phones, &self.recorded.event) {
                (PhoneSight::Masked, event @ Event::Conversation(_)) => {
                    self.masked.get_or_init(|| self.make(event.clone().masked()).unwrap_or_default()).clone()
                }
                _ => self.recorded.rendered.clone(),
            }),
        }
    }

    /// Bytes this event costs the ring, give or take.
    pub(super) fn weight(&self) -> usize {
        self.recorded.rendered.len() + 64
    }

    fn make(&self, event: Event) -> Option<Bytes> {
        let mut bytes = vec![b','];
        serde_json::to_writer(&mut bytes, &Logged { pos: self.recorded.pos, event }).ok()?;
        Some(bytes.into())
    }
}
