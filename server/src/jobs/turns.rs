//! Turns: what is told to WhatsApp of one message is told by one job at a time, while others go on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use shared::ids::MessageId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Who tells what of which message. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<MessageId, Weak<Turn<()>>>>>);

impl Turns {
    /// Waits for the turn, which ends when what is given is dropped.
    pub(super) async fn of(&self, id: MessageId) -> OwnedMutexGuard<()> {
        self.turn(id).lock_owned().await
    }

    fn turn(&self, id: MessageId) -> Arc<Turn<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, turn| turn.strong_count() > 0);
        let known = all.get(&id).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let turn = Arc::default();
            all.insert(id, Arc::downgrade(&turn));
            turn
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_after_the_other_and_others_meanwhile() {
        let (turns, one, other) = (Turns::default(), MessageId::new(), MessageId::new());
        let first = turns.of(one).await;
        assert!(turns.of(one).now_or_never().is_none());
        assert!(turns.of(other).now_or_never().is_some());
        drop(first);
        assert!(turns.of(one).now_or_never().is_some());
        assert_eq!(turns.0.lock().unwrap().values().filter(|turn| turn.strong_count() > 0).count(), 0);
    }
}
