//! Applying one routed item inside its tenant's transaction.

use shared::ids::ChannelId;

use super::{
    payload,
    split::{Item, Kind},
};
use crate::{
    db::{
        Fault, Tx,
        rows::raw_item::{self, RawItem},
    },
    domain::conversations::{receive, status},
    secrets::sha256,
};

/// An item that belongs to a tenant.
#[derive(Debug, Clone)]
pub(super) struct Routed {
    pub(super) item: Item,
    /// The channel of the number it names; none for items about the business account.
    pub(super) channel: Option<ChannelId>,
}

/// Stores an item and whatever follows from it. What is not understood is kept as it came.
pub(super) fn apply(tx: &mut Tx<'_>, routed: &Routed) -> Result<(), Fault> {
    let (item, now) = (&routed.item, tx.now());
    match (item.kind, routed.channel) {
        (Kind::Message, Some(channel)) => {
            match payload::message(&item.raw, item.contacts.as_deref(), channel, now) {
                Some(inbound) => receive::receive(tx, &inbound).map(|_| ()),
                None => keep(tx, routed, None),
            }
        }
        (Kind::Status, Some(channel)) => match payload::status(&item.raw, channel, now) {
            Some(found) => status::apply(tx, &found),
            None => keep(tx, routed, None),
        },
        _ => keep(tx, routed, None),
    }
}

/// Keeps an item as it came, with the reason when it broke something.
pub(super) fn keep(tx: &mut Tx<'_>, routed: &Routed, error: Option<String>) -> Result<(), Fault> {
    let item = &routed.item;
    let now = tx.now();
    raw_item::keep(
        tx,
        &RawItem {
            key: key(item),
            kind: format!("{}/{}", item.field, kind_name(item.kind)),
            channel: routed.channel,
            error,
            raw: stored(item),
        },
        now,
    )
}

/// Finds a second copy of the same item.
pub(super) fn key(item: &Item) -> String {
    let number = item.phone_number_id.as_deref().unwrap_or_default();
    sha256(format!("{}\n{}\n{number}\n{}", item.field, item.waba_id, item.raw).as_bytes())
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Status => "status",
        Kind::Change => "change",
    }
}

/// The item with what a replay needs to route and read it again.
fn stored(item: &Item) -> String {
    serde_json::json!({
        "field": item.field,
        "waba_id": item.waba_id,
        "phone_number_id": item.phone_number_id,
        "kind": kind_name(item.kind),
        "raw": item.raw.replace('\0', ""),
        "contacts": item.contacts,
    })
    .to_string()
}

/// What [`keep`] stored, as an item again.
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
        phone_number_id: text("phone_number_id"),
        raw: text("raw")?,
        contacts: text("contacts"),
    })
}
