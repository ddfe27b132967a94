//! What customers are told by the product itself, in the tenant's words.

use std::sync::Arc;

use shared::model::{
    contact::Block,
    content::Content,
    message::{Author, AuthorKind, Body, Delivery, DeliveryState},
    routing::StillOpen,
    template::TemplateCategory,
};

use super::{Loaded, NewEntry, template};
use crate::{
    db::{
        Fault, Tx,
        record::{FactKind, Kicks},
        rows::{
            contact,
            outbox::{self, OutboxRow},
        },
    },
    domain::templates,
};

/// Puts a text into the outbox, if the customer can be told anything now; says whether it did. The caller stores
/// the conversation. Whoever waits for an answer waits on. A group is told nothing: it is nobody who waits.
///
/// # Errors
/// The database's.
pub(crate) fn say(tx: &mut Tx<'_>, loaded: &mut Loaded, text: &str) -> Result<bool, Fault> {
    let (until, now) = (loaded.row.model.window_until, tx.now());
    if text.is_empty() || until.is_none_or(|until| until <= now) || !reaches(tx, loaded)? {
        return Ok(false);
    }
    put(tx, loaded, Body::Text { text: text.to_owned() })?;
    Ok(true)
}

/// Puts a template into the outbox that needs nothing filled in, if the number may send it; says whether it did, as
/// [`say`] does. Templates reach customers whose window is closed.
///
/// # Errors
/// The database's.
pub(crate) fn say_template(tx: &mut Tx<'_>, loaded: &mut Loaded, wanted: &StillOpen) -> Result<bool, Fault> {
    let (conversation, channel) = (loaded.row.model.id, loaded.row.model.channel);
    let found = templates::named(tx, channel, &wanted.name, &wanted.language)?;
    let Some(sent) = found.as_ref().and_then(template::plain) else {
        tracing::warn!(
            conversation.id = %conversation,
            channel.id = %channel,
            template.name = %wanted.name,
            template.language = %wanted.language,
            "the template for unanswered questions cannot be sent from this number: it is not approved there, or \
             something must be filled in"
        );
        return Ok(false);
    };
    let offer = sent.category == TemplateCategory::Marketing;
    if offer && loaded.row.model.contact.no_marketing || !reaches(tx, loaded)? {
        return Ok(false);
    }
    put(tx, loaded, Body::Content(Arc::new(Content::Template(sent))))?;
    Ok(true)
}

/// Whether there is somebody to tell, who is not blocked and has an address.
fn reaches(tx: &mut Tx<'_>, loaded: &Loaded) -> Result<bool, Fault> {
    let model = &loaded.row.model;
    if model.contact.group || model.block.is_some_and(Block::keeps_out) {
        return Ok(false);
    }
    let known = contact::find(tx, model.contact.id)?;
    Ok(known.is_some_and(|row| row.wa_id.is_some() || row.contact.phone.is_some() || row.bsuid.is_some()))
}

fn put(tx: &mut Tx<'_>, loaded: &mut Loaded, body: Body) -> Result<(), Fault> {
    let author = Author { kind: AuthorKind::Bot, member: None };
    let mut entry = NewEntry::of(author.clone(), body);
    entry.delivery = Some(Delivery::begun(DeliveryState::Queued));
    let message = loaded.append(tx, entry)?;
    loaded.fact(tx, FactKind::MessageWritten, &author)?;
    let row = OutboxRow {
        message: message.id,
        contact: loaded.row.model.contact.id,
        channel: loaded.row.model.channel,
        conversation: loaded.row.model.id,
        attempts: 0,
    };
    let now = tx.now();
    outbox::insert(tx, &row, now)?;
    tx.kick(Kicks { outbox: true, jobs: false });
    Ok(())
}
