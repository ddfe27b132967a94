//! How far a message got. The rank only rises; every state's time is kept.

use std::{collections::HashMap, sync::Arc};

use chrono::Duration;
use shared::{
    Instant,
    ids::{ChannelId, MessageId},
    live::event::Event,
    model::{
        content::Content,
        message::{
            ATTEMPTS_KEPT, Attempt, Author, AuthorKind, Body, Delivery, DeliveryState, Failure,
            GroupReceipts, Price,
        },
        template::TemplateCategory,
    },
};

use super::{
    Loaded, change, consent,
    receive::{self, Sender},
};
use crate::db::{
    Fault, Tx,
    record::FactKind,
    rows::{
        awaited, conversation,
        early_status::{self, EarlyStatus},
        file::{self, FileRow},
        group_receipt,
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
    /// Who of a group it is about.
    pub participant: Option<String>,
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
        // Of a group each person's counts.
        let state = match &status.participant {
            Some(person) => format!("{}/{person}", status.state.as_str()),
            None => status.state.as_str().to_owned(),
        };
        let early = EarlyStatus {
            channel: status.channel,
            wamid: &status.wamid,
            state: &state,
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
    let mut told = Told {
        at: Some(status.at),
        failure: status.failure.clone(),
        price: status.price.clone(),
        ..Told::default()
    };
    let mut state = status.state;
    if let Some(person) = &status.participant {
        if state == DeliveryState::Failed {
            // One of them could not be reached; the others have it.
            told.failure = None;
            state = DeliveryState::Sent;
        } else if group_receipt::note(tx, row.model.id, row.contact, person, state)? {
            told.group = Some(count(tx, row.model.id)?);
        }
    }
    advance(tx, row, state, told)
}

/// How many people have a message. One who was told of by number and by user id is one.
fn count(tx: &mut Tx<'_>, id: MessageId) -> Result<GroupReceipts, Fault> {
    let mut people: HashMap<String, u8> = HashMap::new();
    for (participant, state) in group_receipt::of(tx, id)? {
        let furthest = people.entry(receive::person(tx, &participant)?).or_default();
        *furthest = (*furthest).max(state.rank());
    }
    let having = |state: DeliveryState| {
        let n = people.values().filter(|rank| **rank >= state.rank()).count();
        u32::try_from(n).unwrap_or(u32::MAX)
    };
    Ok(GroupReceipts { delivered: having(DeliveryState::Delivered), read: having(DeliveryState::Read) })
}

/// Applies the statuses that overtook a message, now that it is there.
///
/// # Errors
/// The database's.
pub fn catch_up(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    wamid: &str,
    parse: impl Fn(&str) -> Option<Status>,
) -> Result<(), Fault> {
    for raw in early_status::take(tx, channel, wamid)? {
        if let Some(early) = parse(&raw) {
            apply(tx, &early)?;
        }
    }
    Ok(())
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
    /// How many people of a group have it.
    pub(in crate::domain) group: Option<GroupReceipts>,
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
    let mut new = raised(&old, state, told);
    let rises = new.state != old.state;
    if rises && new.state == DeliveryState::Uncertain {
        new.unknown_since = Some(tx.now());
    }
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
    if rises {
        wait(tx, &row, old.state, new.state)?;
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

/// How long WhatsApp tries to deliver. Source: Cloud API, time-to-live of messages.
const LIVES: Duration = Duration::days(30);
/// The same for codes to sign in with.
const CODE_LIVES: Duration = Duration::minutes(10);
/// How long a status may still tell that a message was taken whose answer was lost.
const UNKNOWN_LIVES: Duration = Duration::days(1);

/// Plans when nobody expects news of a message any more, or waits no longer.
fn wait(tx: &mut Tx<'_>, row: &MessageRow, old: DeliveryState, new: DeliveryState) -> Result<(), Fault> {
    let now = tx.now();
    let taken = DeliveryState::Accepted.rank();
    match new {
        DeliveryState::Uncertain => awaited::wait(tx, row.model.id, row.contact, now + UNKNOWN_LIVES),
        DeliveryState::Accepted | DeliveryState::Sent if old.rank() < taken => {
            let lives = if is_code(&row.model.body) { CODE_LIVES } else { LIVES };
            awaited::wait(tx, row.model.id, row.contact, now + lives)
        }
        _ if new.rank() > DeliveryState::Sent.rank() => awaited::done(tx, row.model.id),
        _ => Ok(()),
    }
}

fn is_code(body: &Body) -> bool {
    let Body::Content(content) = body else { return false };
    matches!(&**content, Content::Template(sent) if sent.category == TemplateCategory::Authentication)
}

/// Messages of which nobody expects news any more: WhatsApp tells nothing when it drops one. Should it tell after
/// all, that counts. At most `most`; says how many there were.
///
/// # Errors
/// The database's.
pub fn give_up(tx: &mut Tx<'_>, most: usize) -> Result<usize, Fault> {
    let now = tx.now();
    let over = awaited::over(tx, now, most)?;
    for id in &over {
        awaited::done(tx, *id)?;
        let Some(mut row) = message::find(tx, *id)? else { continue };
        let arrived = DeliveryState::Failed.rank();
        match &mut row.model.delivery {
            Some(delivery) if delivery.state.rank() < arrived => delivery.given_up_at = Some(now),
            _ => continue,
        }
        tell(tx, row)?;
    }
    Ok(over.len())
}

/// Notes a send that was certainly refused for now, and when the next is planned.
///
/// # Errors
/// The database's.
pub(in crate::domain) fn tried(tx: &mut Tx<'_>, id: MessageId, attempt: Attempt) -> Result<(), Fault> {
    let Some(mut row) = message::find(tx, id)? else { return Ok(()) };
    let Some(delivery) = &mut row.model.delivery else { return Ok(()) };
    delivery.attempts.push(attempt);
    let superfluous = delivery.attempts.len().saturating_sub(ATTEMPTS_KEPT);
    delivery.attempts.drain(..superfluous);
    tell(tx, row)
}

/// Stores what is known of a delivery besides its state, and tells the log.
fn tell(tx: &mut Tx<'_>, mut row: MessageRow) -> Result<(), Fault> {
    row.model.rev += 1;
    message::update_delivery(tx, &row)?;
    if let Some(found) = conversation::find(tx, row.model.conversation)? {
        tx.emit(found.model.audience(), Some(row.contact), Event::Message(row.model));
    }
    Ok(())
}

/// The delivery after a status: the state rises or stays, the times fill.
fn raised(old: &Delivery, state: DeliveryState, told: Told) -> Delivery {
    let Told { at, failure, price, group } = told;
    let mut new = old.clone();
    new.group = group.or(new.group);
    // WhatsApp says it once or twice, in any order.
    new.price = new.price.or(price.map(Arc::new));
    let arrived = state.rank() >= DeliveryState::Delivered.rank();
    if state == DeliveryState::Sent {
        new.sent_at = earliest(new.sent_at, at);
    }
    if state.rank() > old.state.rank() {
        new.given_up_at = None; // WhatsApp has told after all
    }
    // WhatsApp leaves out `delivered` when the chat was open: `read` implies it. Of several tellings the earliest
    // is when it happened.
    if arrived {
        new.delivered_at = earliest(new.delivered_at, at);
    }
    if state.rank() >= DeliveryState::Read.rank() {
        new.read_at = earliest(new.read_at, at);
    }
    if state == DeliveryState::Played {
        new.played_at = earliest(new.played_at, at);
    }
    if state.rank() > old.state.rank() {
        new.state = state;
        new.failure = if state == DeliveryState::Failed { failure } else { None };
    }
    new
}

fn earliest(known: Option<Instant>, told: Option<Instant>) -> Option<Instant> {
    known.into_iter().chain(told).min()
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
            states in proptest::collection::vec((any_state(), 1_i64..9), 1..8),
            order in any::<proptest::sample::Index>(),
        ) {
            let start = Delivery::begun(DeliveryState::Queued);
            let fold = |states: &[(DeliveryState, i64)]| {
                let mut delivery = start.clone();
                let mut rank = 0;
                for (state, second) in states {
                    let at = Some(from_micros(second * 1_000_000));
                    delivery = raised(&delivery, *state, Told { at, ..Told::default() });
                    assert!(delivery.state.rank() >= rank, "a state fell");
                    rank = delivery.state.rank();
                }
                delivery
            };
            let mut turned = states.clone();
            turned.rotate_left(order.index(states.len()));
            turned.extend(states.iter().rev());
            prop_assert_eq!(fold(&states), fold(&turned));
        }
    }

    #[test]
    fn a_late_failure_does_not_erase_a_read() {
        let read = Delivery::begun(DeliveryState::Read);
        assert_eq!(raised(&read, DeliveryState::Failed, Told::default()).state, DeliveryState::Read);
    }
}
