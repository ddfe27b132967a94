//! Applying one routed item inside its tenant's transaction.

use shared::{
    ids::{ChannelId, ContactId},
    limits::META_ID_BYTES,
    model::content::Elsewhere,
};

use super::{
    concerned, groups, handovers, health_news,
    payload::{self, Said},
    phone_calls, preferences,
    split::{Contacts, Item, Kind},
    template_news,
};
use crate::{
    db::{
        Fault, Tx,
        rows::raw_item::{self, RawItem},
    },
    domain::{
        conversations::{
            call, change, consent,
            elsewhere::{self, Echo},
            identity::{self, Moved},
            past,
            receive::{self, Answerer},
            status,
        },
        numbers::{self, HealthNews},
        templates::{self, News},
    },
    secrets::sha256,
};

/// An item that belongs to a tenant.
#[derive(Debug, Clone)]
pub(super) struct Routed {
    pub(super) item: Item,
    /// The channel of the number it names; none for items about the business account.
    pub(super) channel: Option<ChannelId>,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Applied {
    /// It was understood; whatever follows from it is stored.
    Taken,
    /// It was not understood and lies where it came, or would.
    Kept,
}

/// Stores an item and whatever follows from it. What is not understood is kept as it came.
pub(super) fn apply(tx: &mut Tx<'_>, routed: &Routed) -> Result<Applied, Fault> {
    let (item, now) = (&routed.item, tx.now());
    let contacts = item.contacts.as_deref();
    match (item.kind, routed.channel) {
        (Kind::Message, Some(channel)) => {
            apply_said(tx, routed, payload::said(&item.raw, contacts, channel, now))
        }
        (Kind::Echo, Some(channel)) => {
            apply_said(tx, routed, payload::echoed(&item.raw, contacts, channel, now))
        }
        (Kind::Past, Some(channel)) => match payload::past(&item.raw, contacts, channel, now) {
            Some(found) if past::lay_aside(tx, &found)? => Ok(Applied::Taken),
            _ => keep(tx, routed, None).map(|()| Applied::Kept),
        },
        (Kind::Call, Some(channel)) => {
            // Nothing else tells a second copy, and what we do not read of it is kept.
            if raw_item::is_known(tx, &key(item))? {
                return Ok(Applied::Taken);
            }
            let applied = match phone_calls::told(&item.raw, contacts, channel, now) {
                Some(phone_calls::Told::Call(told)) => call::told(tx, &told).map(|()| Applied::Taken)?,
                Some(phone_calls::Told::Recording(recording)) => {
                    call::recorded(tx, &recording).map(|()| Applied::Taken)?
                }
                None => Applied::Kept,
            };
            keep(tx, routed, None).map(|()| applied)
        }
        (Kind::Status, Some(channel)) => match payload::status(&item.raw, channel, now) {
            Some(found) => status::apply(tx, &found).map(|()| Applied::Taken),
            None => keep(tx, routed, None).map(|()| Applied::Kept),
        },
        (Kind::Change, _) => change_of_account(tx, routed, now),
        _ => keep(tx, routed, None).map(|()| Applied::Kept),
    }
}

fn apply_said(tx: &mut Tx<'_>, routed: &Routed, said: Option<Said>) -> Result<Applied, Fault> {
    let standby = routed.item.field == "standby";
    match said {
        Some(Said::Message(inbound)) => {
            let answerer = if standby { Answerer::Other } else { Answerer::Us };
            receive::receive(tx, &inbound, answerer).map(|_| Applied::Taken)
        }
        Some(Said::Echo(message)) => {
            let place = if standby { Elsewhere::OtherApp } else { Elsewhere::Phone };
            let (channel, wamid, now) = (message.channel, message.wamid.clone(), tx.now());
            elsewhere::echo(tx, &Echo { message: *message, place })?;
            status::catch_up(tx, channel, &wamid, |raw| payload::status(raw, channel, now))?;
            Ok(Applied::Taken)
        }
        Some(Said::Moved(moved)) => move_once(tx, routed, &moved),
        Some(Said::Change(change)) => change::change(tx, &change).map(|()| Applied::Taken),
        None => keep(tx, routed, None).map(|()| Applied::Kept),
    }
}

/// A change that is no message: of a template, of a group, of who answers, or of what customers want.
fn change_of_account(tx: &mut Tx<'_>, routed: &Routed, now: shared::Instant) -> Result<Applied, Fault> {
    if let Some(news) = template_news::news(&routed.item, now) {
        return take_once(tx, routed, &news).map(|()| Applied::Taken);
    }
    if let Some(channel) = routed.channel {
        if let Some(handover) = handovers::handover(&routed.item, channel, now) {
            return once(tx, routed, |tx| elsewhere::handed_over(tx, &handover).map(|()| true));
        }
        if let Some(news) = groups::news(&routed.item, now) {
            return once(tx, routed, |tx| groups::take(tx, &news).map(|()| true));
        }
    }
    if let Some(news) = health_news::news(&routed.item, now) {
        return take_health(tx, routed, &news);
    }
    match preferences::preferences(&routed.item, now) {
        // One that tells nothing we know stays readable.
        Some(all) if !all.is_empty() => {
            all.iter().try_for_each(|preference| consent::told(tx, preference)).map(|()| Applied::Taken)
        }
        _ => keep(tx, routed, None).map(|()| Applied::Kept),
    }
}

/// Takes in that a customer moved. A copy that comes when the old number has gone to somebody else must not move
/// them.
fn move_once(tx: &mut Tx<'_>, routed: &Routed, moved: &Moved) -> Result<Applied, Fault> {
    once(tx, routed, |tx| identity::moved(tx, moved))
}

/// Takes an item in that has no id of its own: it is kept as well, and a second copy changes nothing. `take` says
/// whether it meant anybody known. Whom it is about may be known only before it, as after a change of number,
/// or only after it.
fn once(
    tx: &mut Tx<'_>,
    routed: &Routed,
    take: impl FnOnce(&mut Tx<'_>) -> Result<bool, Fault>,
) -> Result<Applied, Fault> {
    if raw_item::is_known(tx, &key(&routed.item))? {
        return Ok(Applied::Taken);
    }
    let before = concerned::whose(tx, &routed.item)?;
    let applied = take(tx).map(|known| if known { Applied::Taken } else { Applied::Kept })?;
    let contact = match before {
        Some(known) => Some(known),
        None => concerned::whose(tx, &routed.item)?,
    };
    keep_of(tx, routed, contact, None).map(|()| applied)
}

/// Takes in what is told of a template. It is kept as well, because nothing else tells a second copy: one
/// that comes late must not undo what was told within the same of Meta's seconds.
fn take_once(tx: &mut Tx<'_>, routed: &Routed, news: &News) -> Result<(), Fault> {
    if raw_item::is_known(tx, &key(&routed.item))? {
        return Ok(());
    }
    templates::take(tx, news)?;
    keep(tx, routed, None)
}

/// Takes in what is told of numbers and accounts, each copy once: one that comes late must not undo what was told
/// within the same of Meta's seconds.
fn take_health(tx: &mut Tx<'_>, routed: &Routed, news: &HealthNews) -> Result<Applied, Fault> {
    if raw_item::is_known(tx, &key(&routed.item))? {
        return Ok(Applied::Taken);
    }
    keep(tx, routed, None)?;
    numbers::take(tx, news).map(|concerned| if concerned { Applied::Taken } else { Applied::Kept })
}

/// Keeps an item as it came, with the reason when it broke something.
pub(super) fn keep(tx: &mut Tx<'_>, routed: &Routed, error: Option<String>) -> Result<(), Fault> {
    let contact = concerned::whose(tx, &routed.item)?;
    keep_of(tx, routed, contact, error)
}

fn keep_of(
    tx: &mut Tx<'_>,
    routed: &Routed,
    contact: Option<ContactId>,
    error: Option<String>,
) -> Result<(), Fault> {
    let (item, now) = (&routed.item, tx.now());
    raw_item::keep(
        tx,
        &RawItem {
            key: key(item),
            kind: format!("{:.META_ID_BYTES$}/{}", item.field, kind_name(item.kind)),
            channel: routed.channel,
            contact,
            error,
            raw: stored(item),
        },
        now,
    )
}

/// Finds a second copy of the same item. A message or a status says itself which it is; a change may
/// come again months later, word by word, and only the entry's time tells.
pub(super) fn key(item: &Item) -> String {
    let number = item.phone_number_id.as_deref().unwrap_or_default();
    let time = if item.kind == Kind::Change { item.time.as_str() } else { "" };
    sha256(format!("{}\n{}\n{number}\n{time}\n{}", item.field, item.waba_id, item.raw).as_bytes())
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Status => "status",
        Kind::Echo => "echo",
        Kind::Past => "past",
        Kind::Call => "call",
        Kind::Change => "change",
    }
}

/// The item with what a replay needs to route and read it again.
pub(super) fn stored(item: &Item) -> String {
    serde_json::json!({
        "field": item.field,
        "waba_id": item.waba_id,
        "time": item.time,
        "phone_number_id": item.phone_number_id,
        "kind": kind_name(item.kind),
        "raw": item.raw.replace('\0', ""),
        "contacts": item.contacts.as_ref().map(|contacts| contacts.raw()),
    })
    .to_string()
}

/// What [`stored`] made, as an item again.
pub(super) fn restored(stored: &str) -> Option<Item> {
    let value: serde_json::Value = serde_json::from_str(stored).ok()?;
    let text = |key: &str| value.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    Some(Item {
        kind: match text("kind")?.as_str() {
            "message" => Kind::Message,
            "status" => Kind::Status,
            "echo" => Kind::Echo,
            "past" => Kind::Past,
            "call" => Kind::Call,
            _ => Kind::Change,
        },
        field: text("field")?,
        waba_id: text("waba_id")?,
        time: text("time").unwrap_or_default(),
        phone_number_id: text("phone_number_id"),
        raw: text("raw")?,
        contacts: text("contacts").map(Contacts::new),
    })
}
