//! How far a message got. The rank only rises; every state's time is kept.

use std::sync::Arc;

use shared::{
    Instant,
    ids::{ChannelId, MessageId},
    live::event::Event,
    model::message::{Author, AuthorKind, Delivery, DeliveryState, Failure, Price},
};

use super::{
    Loaded, change, consent,
    receive::{self, Sender},
};
use crate::db::{
    Fault, Tx,
    record::FactKind,
    rows::{
        conversation,
        early_status::{self, EarlyStatus},
        file::{self, FileRow},
        message::{self, MessageRow},
        outbox,
        sent_file::{self, SentFile},
    },
};
use crate::fault::{self, Point};

/// Meta's code for a customer who has stopped offers of this business. Source: Cloud API, error codes.
const STOPPED_OFFERS: i64 = 131_050;

/// Meta's codes for a file that could not be sent. Source: as above.
const FILE_TROUBLE: [i64; 2] = [131_052, 131_053];

/// What WhatsApp says about a message of ours.
#[derive(Debug, Clone)]
pub struct Status {
    /// On which number.
    pub channel: ChannelId,
    /// WhatsApp's id of the message.
    pub wamid: String,
    /// How far it got.
    pub state: DeliveryState,
    /// When, by Meta's clock.
    pub at: Instant,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// What it is charged as, if it says.
    pub price: Option<Price>,
    /// Our own id, which every status echoes.
    pub ours: Option<MessageId>,
    /// To whom it went, as WhatsApp knows them.
    pub recipient: Sender,
    /// The item as it came.
    pub raw: String,
}

/// Applies a status. One that overtook the answer to our send waits for it.
///
/// # Errors
/// The database's.
pub fn apply(tx: &mut Tx<'_>, status: &Status) -> Result<(), Fault> {
    let known = match message::by_wamid(tx, status.channel, &status.wamid)? {
        Some(row) => Some(row),
        None => by_our_id(tx, status)?,
    };
    let Some(row) = known else {
        let (contact, now) = (receive::known(tx, &status.recipient)?.map(|row| row.contact.id), tx.now());
        let early = EarlyStatus {
            channel: status.channel,
            wamid: &status.wamid,
            state: status.state.as_str(),
            at: status.at,
            raw: &status.raw,
            contact,
        };
        return early_status::keep(tx, &early, now);
    };
    // An inbound message has no delivery; a status about it is not ours to show.
    if row.model.delivery.is_none() {
        return Ok(());
    }
    let told = Told { at: Some(status.at), failure: status.failure.clone(), price: status.price.clone() };
    advance(tx, row, status.state, told)
}

/// A send whose answer was lost is recognised by the id we gave it.
fn by_our_id(tx: &mut Tx<'_>, status: &Status) -> Result<Option<MessageRow>, Fault> {
    let Some(id) = status.ours else { return Ok(None) };
    let found = message::find(tx, id)?;
    match found.filter(|row| row.channel == status.channel && row.wamid.is_none()) {
        Some(mut row) if row.model.delivery.is_some() => {
            message::set_wamid(tx, &mut row, &status.wamid)?;
            change::named(tx, &row, &status.wamid)?;
            message::find(tx, id)
        }
        _ => Ok(None),
    }
}

/// What is told of a state besides the state.
#[derive(Debug, Clone, Default)]
pub(in crate::domain) struct Told {
    /// When, by Meta's clock.
    pub(in crate::domain) at: Option<Instant>,
    /// Why it failed.
    pub(in crate::domain) failure: Option<Failure>,
    /// What it is charged as.
    pub(in crate::domain) price: Option<Price>,
}

/// Raises a message's state, if it is a rise, and tells the log.
pub(in crate::domain) fn advance(
    tx: &mut Tx<'_>,
    mut row: MessageRow,
    state: DeliveryState,
    told: Told,
) -> Result<(), Fault> {
    let Some(old) = row.model.delivery.clone() else { return Ok(()) };
    let at = told.at;
    let new = raised(&old, state, told);
    let rises = new.state != old.state;
    if new == old {
        return Ok(());
    }
    row.model.rev += 1;
    row.model.delivery = Some(new.clone());
    message::update_delivery(tx, &row)?;
    let code = new.failure.as_ref().and_then(|failure| failure.code);
    if rises && code.is_some_and(|code| FILE_TROUBLE.contains(&code)) {
        // Sent again, it is handed over anew.
        if let Some(FileRow { hash: Some(hash), sent_as: Some(mime), .. }) = file::find(tx, row.model.id)? {
            sent_file::forget(tx, &SentFile { channel: row.channel, hash, mime })?;
        }
    }
    if rises && code == Some(STOPPED_OFFERS) {
        let since = at.unwrap_or_else(|| tx.now());
        consent::note(tx, row.contact, true, since)?;
    }
    if at.is_some() {
        fault::reach(Point::StatusApplied);
    }
    if state.rank() >= DeliveryState::Accepted.rank() {
        outbox::remove(tx, row.model.id)?; // WhatsApp has it, whatever our own worker believes
    }
    let Some(conversation) = conversation::find(tx, row.model.conversation)? else {
        return Err(Fault::Broken(format!("no conversation {}", row.model.conversation)));
    };
    let mut loaded = Loaded::from_row(conversation);
    tx.emit(loaded.row.model.audience(), Some(row.contact), Event::Message(row.model.clone()));
    if rises && let Some(fact) = fact_of(new.state) {
        loaded.fact(tx, fact, &Author { kind: AuthorKind::System, member: row.model.author.member })?;
    }
    if rises && loaded.row.last_message == Some(row.model.id) {
        if let Some(last) = &mut loaded.row.model.last {
            last.delivery = Some(new.state);
        }
        loaded.save(tx)?;
    }
    Ok(())
}

/// The delivery after a status: the state rises or stays, the times fill.
fn raised(old: &Delivery, state: DeliveryState, told: Told) -> Delivery {
    let Told { at, failure, price } = told;
    let mut new = old.clone();
    // WhatsApp says it once or twice, in any order.
    new.price = new.price.or(price.map(Arc::new));
    let arrived = state.rank() >= DeliveryState::Delivered.rank();
    if state == DeliveryState::Sent {
        new.sent_at = new.sent_at.or(at);
    }
    if arrived {
        // WhatsApp leaves out `delivered` when the chat was open: `read` implies it.
        new.delivered_at = match (new.delivered_at, state) {
            (Some(known), DeliveryState::Delivered) => at.map(|at| at.min(known)).or(Some(known)),
            (known, _) => known.or(at),
        };
    }
    if state.rank() >= DeliveryState::Read.rank() {
        new.read_at = new.read_at.or(at);
    }
    if state == DeliveryState::Played {
        new.played_at = new.played_at.or(at);
    }
    if state.rank() > old.state.rank() {
        new.state = state;
        new.failure = if state == DeliveryState::Failed { failure } else { None };
    }
    new
}

const fn fact_of(state: DeliveryState) -> Option<FactKind> {
    match state {
        DeliveryState::Accepted => Some(FactKind::MessageAccepted),
        DeliveryState::Sent => Some(FactKind::MessageSent),
        DeliveryState::Delivered => Some(FactKind::MessageDelivered),
        DeliveryState::Read | DeliveryState::Played => Some(FactKind::MessageRead),
        DeliveryState::Failed => Some(FactKind::MessageFailed),
        DeliveryState::Queued | DeliveryState::Sending | DeliveryState::Uncertain => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::from_micros;

    fn any_state() -> impl Strategy<Value = DeliveryState> {
        proptest::sample::select(vec![
            DeliveryState::Accepted,
            DeliveryState::Sent,
            DeliveryState::Delivered,
            DeliveryState::Read,
            DeliveryState::Played,
            DeliveryState::Failed,
        ])
    }

    proptest! {
        #[test]
        fn any_order_and_repetition_of_statuses_ends_in_the_same_state(
            states in proptest::collection::vec(any_state(), 1..8),
            order in any::<proptest::sample::Index>(),
        ) {
            let start = Delivery::begun(DeliveryState::Queued);
            let fold = |states: &[DeliveryState]| {
                let mut delivery = start.clone();
                let mut rank = 0;
                for state in states {
                    delivery = raised(&delivery, *state, Told { at: Some(from_micros(1)), ..Told::default() });
                    assert!(delivery.state.rank() >= rank, "a state fell");
                    rank = delivery.state.rank();
                }
                delivery
            };
            let mut turned = states.clone();
            turned.rotate_left(order.index(states.len()));
            turned.extend(states.iter().rev());
            prop_assert_eq!(fold(&states).state, fold(&turned).state);
        }
    }

    #[test]
    fn a_late_failure_does_not_erase_a_read() {
        let read = Delivery::begun(DeliveryState::Read);
        assert_eq!(raised(&read, DeliveryState::Failed, Told::default()).state, DeliveryState::Read);
    }
}
