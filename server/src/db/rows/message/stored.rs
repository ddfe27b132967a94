//! How messages lie in their columns.

use std::{borrow::Cow, sync::Arc};

use diesel::Queryable;
use serde::{Deserialize, Serialize};
use shared::model::{
    content::Context,
    message::{
        Attempt, Author, AuthorKind, Body, Delivery, DeliveryState, Failure, FailureReason, GroupReceipts,
        Message, Price,
    },
};

use super::MessageRow;
use crate::{
    clock::{from_micros, micros},
    db::Fault,
};

#[derive(Queryable)]
pub(super) struct Row {
    id: String,
    rev: i64,
    conversation_id: String,
    contact_id: String,
    channel_id: String,
    seq: i64,
    at: i64,
    written_at: Option<i64>,
    author_kind: String,
    author_id: Option<String>,
    kind: String,
    text: Option<String>,
    happening: Option<String>,
    wamid: Option<String>,
    command_key: Option<String>,
    delivery: Option<String>,
    sent_at: Option<i64>,
    delivered_at: Option<i64>,
    read_at: Option<i64>,
    failure_code: Option<i64>,
    failure_reason: Option<String>,
    failure_detail: Option<String>,
    content: Option<String>,
    context: Option<String>,
    quoted_wamid: Option<String>,
    reactions: Option<String>,
    edited_at: Option<i64>,
    delivery_more: Option<String>,
}

/// The columns of [`Row`], in its order. `raw` is read only when asked for.
macro_rules! columns {
    () => {
        (
            m::id,
            m::rev,
            m::conversation_id,
            m::contact_id,
            m::channel_id,
            m::seq,
            m::at,
            m::written_at,
            m::author_kind,
            m::author_id,
            m::kind,
            m::text,
            m::happening,
            m::wamid,
            m::command_key,
            m::delivery,
            m::sent_at,
            m::delivered_at,
            m::read_at,
            m::failure_code,
            m::failure_reason,
            m::failure_detail,
            m::content,
            m::context,
            m::quoted_wamid,
            m::reactions,
            m::edited_at,
            m::delivery_more,
        )
    };
}

pub(super) use columns;

/// A body as it is stored.
pub(super) struct Columns<'a> {
    pub(super) kind: &'a str,
    pub(super) text: Option<Cow<'a, str>>,
    pub(super) happening: Option<String>,
    pub(super) content: Option<String>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(body: &'a Body) -> Result<Self, Fault> {
        let kind = match body {
            Body::Text { .. } => TEXT,
            Body::Note { .. } => NOTE,
            Body::System { .. } => SYSTEM,
            Body::Content(content) => content.kind(),
            Body::Other { kind, .. } => kind,
        };
        let (happening, content) = match body {
            Body::System { what } => (Some(json(what)?), None),
            Body::Content(content) => (None, Some(json(content)?)),
            Body::Note { suggestion: true, .. } => (None, Some(SUGGESTION.to_owned())),
            Body::Text { .. } | Body::Note { .. } | Body::Other { .. } => (None, None),
        };
        Ok(Self { kind, text: body.words(), happening, content })
    }
}

/// What a message's context says but for the quote, which is looked up whenever it is read.
pub(super) fn context_column(message: &Message) -> Result<Option<String>, Fault> {
    let Some(context) = &message.context else { return Ok(None) };
    let told = Context { quote: None, ..(**context).clone() };
    (!told.is_empty()).then(|| json(&told)).transpose()
}

/// What is known of a delivery besides what is asked for: one column, for there are many.
#[derive(Default, PartialEq, Serialize, Deserialize)]
struct More {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    played_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<Price>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<Attempt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given_up_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown_since: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<GroupReceipts>,
}

pub(super) fn more_column(delivery: Option<&Delivery>) -> Result<Option<String>, Fault> {
    let Some(delivery) = delivery else { return Ok(None) };
    let more = More {
        played_at: delivery.played_at.map(micros),
        price: delivery.price.as_deref().cloned(),
        attempts: delivery.attempts.clone(),
        given_up_at: delivery.given_up_at.map(micros),
        unknown_since: delivery.unknown_since.map(micros),
        group: delivery.group,
    };
    (more != More::default()).then(|| json(&more)).transpose()
}

pub(super) fn reactions_column(message: &Message) -> Result<Option<String>, Fault> {
    (!message.reactions.is_empty()).then(|| json(&message.reactions)).transpose()
}

pub(in crate::db::rows) fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Broken(error.to_string()))
}

pub(super) const TEXT: &str = "text";
/// Prefixed so that no type name of Meta's can ever collide with ours.
pub(super) const NOTE: &str = "switchboard:note";
/// The content of a note that suggests an answer; other notes have none.
const SUGGESTION: &str = "\"suggestion\"";
pub(super) const SYSTEM: &str = "switchboard:system";

pub(super) fn reason_text(reason: FailureReason) -> Result<String, Fault> {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(Fault::Broken("a failure reason is not text".into())),
    }
}

pub(super) fn model(row: Row) -> Result<MessageRow, Fault> {
    let broken = |what: &str| Fault::Broken(format!("message {}: {what}", row.id));
    let body = match row.kind.as_str() {
        TEXT => Body::Text { text: row.text.unwrap_or_default() },
        NOTE => Body::Note { text: row.text.unwrap_or_default(), suggestion: row.content.is_some() },
        SYSTEM => {
            let text = row.happening.as_deref().ok_or_else(|| broken("nothing happened"))?;
            Body::System { what: serde_json::from_str(text).map_err(|e| broken(&e.to_string()))? }
        }
        kind => match &row.content {
            Some(content) => {
                Body::Content(serde_json::from_str(content).map_err(|e| broken(&e.to_string()))?)
            }
            None => Body::Other { kind: kind.to_owned(), caption: row.text },
        },
    };
    let context =
        row.context.as_deref().map(|text| serde_json::from_str(text).map_err(|e| broken(&e.to_string())));
    let reactions =
        row.reactions.as_deref().map(|text| serde_json::from_str(text).map_err(|e| broken(&e.to_string())));
    let failure = match row.failure_reason {
        None => None,
        Some(reason) => Some(Failure {
            code: row.failure_code,
            reason: serde_json::from_value(serde_json::Value::String(reason))
                .map_err(|e| broken(&e.to_string()))?,
            detail: row.failure_detail,
        }),
    };
    let more: More = match &row.delivery_more {
        Some(text) => serde_json::from_str(text).map_err(|e| broken(&e.to_string()))?,
        None => More::default(),
    };
    let delivery = match row.delivery {
        None => None,
        Some(state) => Some(Delivery {
            state: DeliveryState::parse(&state).ok_or_else(|| broken("delivery"))?,
            sent_at: row.sent_at.map(from_micros),
            delivered_at: row.delivered_at.map(from_micros),
            read_at: row.read_at.map(from_micros),
            played_at: more.played_at.map(from_micros),
            price: more.price.map(Arc::new),
            failure,
            attempts: more.attempts,
            given_up_at: more.given_up_at.map(from_micros),
            unknown_since: more.unknown_since.map(from_micros),
            group: more.group,
        }),
    };
    Ok(MessageRow {
        model: Message {
            id: row.id.parse()?,
            rev: row.rev as u64,
            conversation: row.conversation_id.parse()?,
            seq: row.seq as u64,
            at: from_micros(row.at),
            written_at: row.written_at.map(from_micros),
            author: Author {
                kind: AuthorKind::parse(&row.author_kind).ok_or_else(|| broken("author"))?,
                member: row.author_id.as_deref().map(str::parse).transpose()?,
            },
            body,
            file: None,
            delivery,
            context: context.transpose()?,
            reactions: reactions.transpose()?.unwrap_or_default(),
            edited_at: row.edited_at.map(from_micros),
            key: row.command_key.as_deref().map(str::parse).transpose()?,
        },
        contact: row.contact_id.parse()?,
        channel: row.channel_id.parse()?,
        wamid: row.wamid,
        raw: None,
        quoted: row.quoted_wamid,
    })
}
