//! Applying one routed item inside its tenant's transaction.

use shared::{ids::ChannelId, limits::META_ID_BYTES};

use super::{
    health_news,
    payload::{self, Said},
    preferences,
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
            change, consent,
            identity::{self, Moved},
            receive, status,
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
    match (item.kind, routed.channel) {
        (Kind::Message, Some(channel)) => {
            match payload::said(&item.raw, item.contacts.as_deref(), channel, now) {
                Some(Said::Message(inbound)) => receive::receive(tx, &inbound).map(|_| Applied::Taken),
                Some(Said::Moved(moved)) => move_once(tx, routed, &moved),
                Some(Said::Change(change)) => change::change(tx, &change).map(|()| Applied::Taken),
                None => keep(tx, routed, None).map(|()| Applied::Kept),
            }
        }
        (Kind::Status, Some(channel)) => match payload::status(&item.raw, channel, now) {
            Some(found) => status::apply(tx, &found).map(|()| Applied::Taken),
            None => keep(tx, routed, None).map(|()| Applied::Kept),
        },
        (Kind::Change, _) => change_of_account(tx, routed, now),
        _ => keep(tx, routed, None).map(|()| Applied::Kept),
    }
}

/// A change that is no message: of a template, or of what customers want.
fn change_of_account(tx: &mut Tx<'_>, routed: &Routed, now: shared::Instant) -> Result<Applied, Fault> {
    if let Some(news) = template_news::news(&routed.item, now) {
        return take_once(tx, routed, &news).map(|()| Applied::Taken);
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

/// Takes in that a customer moved. It is kept as well: a copy that comes when the old number has gone to somebody
/// else must not move them.
fn move_once(tx: &mut Tx<'_>, routed: &Routed, moved: &Moved) -> Result<Applied, Fault> {
    if raw_item::is_known(tx, &key(&routed.item))? {
        return Ok(Applied::Taken);
    }
    keep(tx, routed, None)?;
    identity::moved(tx, moved).map(|known| if known { Applied::Taken } else { Applied::Kept })
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
    let item = &routed.item;
    let now = tx.now();
    let contact = match payload::concerned(&item.raw, item.contacts.as_deref()) {
        Some(sender) => receive::known(tx, &sender)?.map(|row| row.contact.id),
        None => None,
    };
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
