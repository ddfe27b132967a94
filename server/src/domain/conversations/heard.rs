//! Who answers a conversation, and up to when the customer was answered elsewhere. WhatsApp tells both in any
//! order; when it was said decides, by Meta's clock, so that the end is the same. Within one of Meta's seconds it
//! is what comes later, as everywhere.

use chrono::Duration;
use shared::{
    Instant,
    model::{conversation::ConversationState, message::Author, routing::Ending},
};

use super::{Loaded, receive::Answerer};
use crate::{
    db::{
        Fault, Tx,
        record::FactKind,
        rows::{conversation::Heard, message},
    },
    domain::{board::watch, routing},
};

/// The steps of Meta's clock.
const STEP: Duration = Duration::seconds(1);

impl Heard {
    /// Whether something that comes now and was written then has been answered elsewhere since.
    pub(super) fn is_answered(&self, at: Instant) -> bool {
        self.answered.is_some_and(|answered| at < answered)
    }
}

fn raise(known: &mut Option<Instant>, at: Instant) {
    *known = (*known).max(Some(at));
}

impl Loaded {
    /// The customer wanted something then, of us or of whoever else answers. What is not open stays so.
    pub(super) fn asked(
        &mut self,
        tx: &mut Tx<'_>,
        at: Instant,
        answerer: Answerer,
        author: &Author,
    ) -> Result<(), Fault> {
        raise(&mut self.row.heard.asked, at);
        self.answers(tx, at, answerer, author)?;
        // Nobody waits for us while somebody else answers.
        let is_quiet = matches!(self.row.model.state, ConversationState::Bot | ConversationState::Closed);
        if !is_quiet && !self.row.heard.is_answered(at) {
            let again = self.row.model.waiting_since.is_none();
            self.row.model.waiting_since.get_or_insert(tx.now());
            if again {
                watch::stir(tx)?;
            }
            if again && self.row.model.state == ConversationState::Assigned {
                routing::park::asked_again(tx, self)?;
            }
            if self.row.model.state == ConversationState::Parked {
                routing::park::wake(tx, self)?;
            }
        }
        Ok(())
    }

    /// Somebody answers from then on, unless something newer is known. Whom a member holds stays with them.
    pub(super) fn answers(
        &mut self,
        tx: &mut Tx<'_>,
        at: Instant,
        answerer: Answerer,
        author: &Author,
    ) -> Result<(), Fault> {
        let heard = &mut self.row.heard;
        if heard.answerer.is_none_or(|known| known <= at) {
            heard.answerer = Some(at);
            heard.other = answerer == Answerer::Other;
        }
        match (self.row.model.state, heard.other) {
            (ConversationState::Bot, false) => routing::queue_up(tx, self)?,
            (ConversationState::Queued | ConversationState::Offered, true) => {
                routing::let_go(tx, self, Ending::Transferred)?;
                routing::withdraw(tx, self.row.model.id)?;
                self.fact(tx, FactKind::ConversationWithdrawn, author)?;
                self.row.model.state = ConversationState::Bot;
                self.row.model.waiting_since = None;
            }
            _ => {}
        }
        Ok(())
    }

    /// The business answered then, elsewhere; `seq` is where that stands. Whoever wrote it has seen what it
    /// answers, and that is what was written before.
    pub(super) fn answered(&mut self, tx: &mut Tx<'_>, at: Instant, seq: u64) -> Result<(), Fault> {
        raise(&mut self.row.heard.answered, at);
        let heard = self.row.heard;
        if heard.asked <= heard.answered {
            self.row.model.waiting_since = None;
            routing::park::answered(tx, self)?;
        }
        let from = heard.answered.map(|answered| answered + STEP);
        self.row.model.unread = message::unread_after(tx, self.row.model.id, self.row.read_seq, from)?;
        if self.row.model.unread == 0 {
            self.row.read_seq = seq;
        }
        Ok(())
    }

    /// Counts anew what nobody has seen.
    pub(super) fn recount(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let (id, heard) = (self.row.model.id, self.row.heard);
        self.row.model.unread = message::unread_after(tx, id, self.row.read_seq, heard.answered)?;
        Ok(())
    }
}
