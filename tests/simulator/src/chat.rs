//! What a customer sees on the phone: one chat per customer and business number.

mod offered;

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

use crate::customer::{Said, Utterance};
use crate::payload::Status;
use crate::templates::{self, Template};

pub(crate) use offered::Offered;

/// Bubbles kept per chat.
const BUBBLES_KEPT: usize = 200;

/// One chat.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    pub(crate) bubbles: VecDeque<Bubble>,
    pub(crate) unread: u32,
    /// Unix seconds of the customer's last message: opens the 24-hour window.
    pub(crate) last_customer_at: Option<i64>,
    /// Unix milliseconds until which the business seems to type.
    pub(crate) typing_until_ms: i64,
}

/// One message as the phone shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Bubble {
    pub(crate) id: String,
    pub(crate) from_business: bool,
    pub(crate) at: i64,
    pub(crate) text: String,
    /// Media id, where there is a file.
    pub(crate) media: Option<String>,
    pub(crate) is_image: bool,
    pub(crate) choices: Vec<Choice>,
    pub(crate) offer: Offered,
    pub(crate) tick: Tick,
    pub(crate) reaction: Option<String>,
}

/// A button or a list row to tap.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Choice {
    pub(crate) kind: ChoiceKind,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    /// The heading above it in a list.
    pub(crate) section: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChoiceKind {
    Button,
    ListRow,
    QuickReply,
}

/// Progress of a customer's own message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tick {
    Failed,
    /// On its way to the webhook.
    Sent,
    /// The webhook answered 200.
    Delivered,
    /// The business marked it as read.
    Read,
}

impl Chat {
    pub(crate) fn push(&mut self, bubble: Bubble) {
        if bubble.from_business {
            self.unread += 1;
            self.typing_until_ms = 0;
        }
        self.bubbles.push_back(bubble);
        if self.bubbles.len() > BUBBLES_KEPT {
            self.bubbles.pop_front();
        }
    }

    pub(crate) fn push_some(&mut self, bubble: Option<Bubble>) {
        if let Some(bubble) = bubble {
            self.push(bubble);
        }
    }

    /// A reaction belongs to its target; anything else is a bubble of its own.
    pub(crate) fn react(&mut self, message_id: &str, emoji: &str) {
        if let Some(target) = self.bubbles.iter_mut().find(|bubble| bubble.id == message_id) {
            target.reaction = (!emoji.is_empty()).then(|| emoji.to_owned());
        }
    }

    pub(crate) fn set_tick(&mut self, id: &str, tick: Tick) {
        if let Some(bubble) = self.bubbles.iter_mut().find(|bubble| bubble.id == id) {
            bubble.tick = if tick == Tick::Failed { tick } else { bubble.tick.max(tick) };
        }
    }

    /// The business read this message and, as at Meta, everything before it.
    pub(crate) fn read_by_business(&mut self, id: &str) {
        let Some(last) = self.bubbles.iter().position(|bubble| bubble.id == id) else { return };
        for bubble in self.bubbles.iter_mut().take(last + 1).filter(|bubble| !bubble.from_business) {
            bubble.tick = Tick::Read;
        }
    }

    /// Messages of the business that were not reported as read yet.
    pub(crate) fn unread_ids(&self) -> Vec<String> {
        let unread = |bubble: &&Bubble| bubble.from_business && bubble.tick != Tick::Read;
        self.bubbles.iter().filter(unread).map(|bubble| bubble.id.clone()).collect()
    }

    /// Remembers a reported status of a message of the business.
    pub(crate) fn reported(&mut self, id: &str, status: Status) {
        match status {
            Status::Read | Status::Played => self.set_tick(id, Tick::Read),
            Status::Delivered => self.set_tick(id, Tick::Delivered),
            Status::Sent | Status::Failed => {}
        }
    }
}

/// The bubble of something the customer said; none for a reaction.
pub(crate) fn bubble_of_customer(wamid: &str, at: i64, utterance: &Utterance) -> Option<Bubble> {
    let mut media = None;
    let mut is_image = false;
    let text = match &utterance.said {
        Said::Text { text } => text.clone(),
        Said::Image { caption, media_id } => {
            media.clone_from(media_id);
            is_image = true;
            caption.clone().unwrap_or_default()
        }
        Said::Audio { media_id } => {
            media.clone_from(media_id);
            "Voice message".into()
        }
        Said::Document { filename, media_id } => {
            media.clone_from(media_id);
            filename.clone()
        }
        Said::Sticker { .. } => "Sticker".into(),
        Said::Location { name, latitude, longitude } => {
            format!("Location: {}", name.clone().unwrap_or_else(|| format!("{latitude}, {longitude}")))
        }
        Said::Button { text, .. } => text.clone(),
        Said::ButtonReply { title, .. } | Said::ListReply { title, .. } => title.clone(),
        Said::Reaction { .. } => return None,
        Said::Unsupported { kind } | Said::Other { kind, .. } => format!("[{kind}]"),
    };
    let id = wamid.to_owned();
    let (choices, offer, tick) = (Vec::new(), Offered::default(), Tick::Sent);
    Some(Bubble { id, from_business: false, at, text, media, is_image, choices, offer, tick, reaction: None })
}

/// The bubble of a send body, with the template it names; none for a reaction.
pub(crate) fn bubble_of_business(
    wamid: &str,
    at: i64,
    template: Option<&Template>,
    body: &Value,
) -> Option<Bubble> {
    let text_at = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let kind = text_at("/type").unwrap_or("text");
    let mut choices = Vec::new();
    let mut offer = Offered::default();
    let text = match kind {
        "reaction" => return None,
        "text" => text_at("/text/body").unwrap_or_default().to_owned(),
        "template" => {
            choices = templates::quick_replies(template);
            templates::rendered(template, body)
        }
        "interactive" => {
            choices = offered::choices(body);
            offer = Offered::of(body);
            let parts = ["/interactive/header/text", "/interactive/body/text", "/interactive/footer/text"];
            parts.iter().filter_map(|part| text_at(part)).collect::<Vec<_>>().join("\n")
        }
        "image" | "video" | "document" | "audio" | "sticker" => {
            let caption = text_at(&format!("/{kind}/caption"));
            let filename = text_at(&format!("/{kind}/filename"));
            let plain = if kind == "image" { "" } else { kind };
            caption.or(filename).unwrap_or(plain).to_owned()
        }
        "location" => offered::place(body),
        "contacts" => offered::cards(body),
        other => format!("[{other}]"),
    };
    let plain = text_at(&format!("/{kind}/id")).map(str::to_owned);
    let (media, is_image) = match templates::header_media(body) {
        Some((id, is_image)) => (Some(id), is_image),
        None => (plain, kind == "image" || kind == "sticker"),
    };
    let (id, tick) = (wamid.to_owned(), Tick::Sent);
    Some(Bubble { id, from_business: true, at, text, media, is_image, choices, offer, tick, reaction: None })
}
