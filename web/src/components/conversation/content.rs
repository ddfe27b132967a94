//! What a message contains besides words, how it came about, and what was put under it.
//!
//! Everything becomes lines of one card: a view for each kind would weigh more than the rest of a bubble.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::quarantine::RawJson,
    ids::{ConversationId, MessageId},
    model::{
        content::{
            CallState, Content, Context, Elsewhere, FormAnswer, Forwarded, Media, OrderItem, Place, Quote,
            Reaction,
        },
        file::File,
        message::AuthorKind,
    },
    permission::Permission,
    position::degrees,
};

use super::{
    interactive::{Options, interactive},
    links::LinkedText,
};
use crate::{
    browser, http,
    i18n::{Key, fill, text, tr},
    live::Live,
    time,
    ui::{Icon, IconName},
    words,
};

/// Our own words, which follow the language, or the customer's.
pub(super) enum Words {
    Key(Key),
    Said(String),
    /// With an instant in milliseconds for `when`.
    Until(Key, f64),
    /// With a name for `product`.
    About(Key, String),
    /// A call of this many seconds.
    Lasted(u32),
}

impl Words {
    fn text(&self) -> String {
        match self {
            Self::Key(key) => text(*key).to_owned(),
            Self::Said(words) => words.clone(),
            Self::Until(key, at_ms) => fill(*key, &[("when", &time::whole(*at_ms))]),
            Self::Lasted(seconds) => {
                let time = format!("{}:{:02}", seconds / 60, seconds % 60);
                fill(Key::CallEnded, &[("time", &time)])
            }
            Self::About(key, product) => fill(*key, &[("product", product)]),
        }
    }

    pub(super) fn or(said: &Option<String>, key: Key) -> Self {
        said.clone().map_or(Self::Key(key), Self::Said)
    }

    fn said<'a>(lines: impl IntoIterator<Item = &'a String>) -> Vec<Self> {
        lines.into_iter().cloned().map(Self::Said).collect()
    }
}

/// What a card shows.
pub(super) struct Card {
    pub(super) icon: IconName,
    pub(super) title: Words,
    pub(super) lines: Vec<Words>,
    /// What can be done with it, below the lines.
    pub(super) below: Option<AnyView>,
    /// What stands under the card.
    pub(super) said: Option<String>,
}

impl Card {
    pub(super) fn new(icon: IconName, title: Words, lines: Vec<Words>) -> Self {
        Self { icon, title, lines, below: None, said: None }
    }
}

/// Draws the content of a message.
pub(super) fn content(live: Live, message: MessageId, content: &Content, file: Option<&File>) -> AnyView {
    match (content, file) {
        (Content::Revoked, _) => {
            view! { <p class="bubble__text bubble__gone">{tr(Key::ContentRevoked)}</p> }.into_any()
        }
        (Content::Media(media), Some(file)) => super::file::file(live, message, media, file),
        (Content::Template(sent), _) => {
            let media = sent.media.map(|kind| Media {
                kind,
                caption: None,
                file_name: sent.file_name.clone(),
                mime: None,
            });
            template(Shown {
                header: sent.header.clone(),
                file: media.zip(file).map(|(media, file)| super::file::file(live, message, &media, file)),
                body: sent.body.clone(),
                footer: sent.footer.clone(),
                buttons: sent.buttons.clone(),
            })
        }
        (Content::Unsupported(_), _) => {
            let cards = cards(content).into_iter().map(draw).collect_view();
            view! { {cards} {as_it_came(live, message)} }.into_any()
        }
        _ => plain(content),
    }
}

/// Draws what needs neither a file nor the live view.
pub(super) fn plain(content: &Content) -> AnyView {
    match content {
        Content::Interactive(sent) => interactive(sent, Options::Closed),
        _ => cards(content).into_iter().map(draw).collect_view().into_any(),
    }
}

/// What a message came in, for administrators; asked for when they want to see it.
fn as_it_came(live: Live, message: MessageId) -> Option<AnyView> {
    let me = untrack(|| live.me());
    me.filter(|me| me.role.may(Permission::ManageSettings))?;
    let raw = RwSignal::new(None::<String>);
    let ask = move |_| {
        if raw.get_untracked().is_some() {
            return;
        }
        raw.set(Some(text(Key::RawWait).to_owned()));
        spawn_local(async move {
            let found = http::get::<RawJson>(&format!("/api/messages/{message}/raw")).await;
            let kept = found.ok().and_then(|found| found.raw).map(|raw| browser::indented(&raw));
            let _ = raw.try_set(Some(kept.unwrap_or_else(|| text(Key::RawGone).to_owned())));
        });
    };
    let details = view! {
        <details class="raw" data-testid="raw" on:toggle=ask>
            <summary>{tr(Key::RawShow)}</summary>
            <pre dir="ltr">{raw}</pre>
        </details>
    };
    Some(details.into_any())
}

/// Something of ours on its way that is more than words; `kind` is what it is when it has no name.
pub(super) fn sending(name: Option<String>, kind: Key) -> AnyView {
    let lines = vec![Words::Key(Key::FileSending)];
    draw(Card::new(IconName::File, Words::or(&name, kind), lines))
}

/// A template as the customer sees it.
pub(crate) struct Shown {
    /// The line above the text.
    pub(crate) header: Option<String>,
    /// The file above the text.
    pub(crate) file: Option<AnyView>,
    /// The text.
    pub(crate) body: String,
    /// What stands small below it.
    pub(crate) footer: Option<String>,
    /// What stands on the buttons.
    pub(crate) buttons: Vec<String>,
}

/// Draws a template.
pub(crate) fn template(shown: Shown) -> AnyView {
    let Shown { header, file, body, footer, buttons } = shown;
    let buttons: Vec<AnyView> =
        buttons.into_iter().map(|title| view! { <li dir="auto">{title}</li> }.into_any()).collect();
    view! {
        {file}
        {header.map(|line| view! { <p class="bubble__text"><strong dir="auto">{line}</strong></p> })}
        {caption(body)}
        {footer.map(|line| view! { <p class="template__foot" dir="auto">{line}</p> })}
        {(!buttons.is_empty()).then(|| view! { <ul class="template__buttons" aria-label=tr(Key::TemplateButtons)>{buttons}</ul> })}
    }
    .into_any()
}

/// A message that is not understood.
pub(super) fn unknown(live: Live, message: MessageId, kind: &str, caption: Option<String>) -> AnyView {
    let lines = vec![Words::Key(Key::CardNotShown)];
    let card = Card::new(IconName::File, Words::Key(words::kind(kind)), lines);
    view! { {draw(Card { said: caption, ..card })} {as_it_came(live, message)} }.into_any()
}

fn cards(content: &Content) -> Vec<Card> {
    let kind = Words::Key(words::kind(content.kind()));
    let card = match content {
        Content::Media(media) => super::file::card(media, vec![Words::Key(Key::CardNotShown)]),
        Content::Place(place) => on_map(place),
        Content::Cards(people) => {
            return people
                .iter()
                .map(|card| {
                    let lines = card.organisation.iter().chain(&card.phones).chain(&card.emails);
                    Card::new(IconName::Phone, Words::or(&card.name, Key::KindContacts), Words::said(lines))
                })
                .collect();
        }
        Content::Choice(choice) => {
            Card::new(IconName::Tick, Words::Said(choice.title.clone()), Words::said(&choice.detail))
        }
        Content::Form(form) => {
            let answer = |answer: &FormAnswer| Words::Said(format!("{}: {}", answer.name, answer.value));
            let mut lines: Vec<_> = form.answers.iter().map(answer).collect();
            if lines.is_empty() {
                lines.push(Words::or(&form.text, Key::ContentNoAnswers));
            }
            Card::new(IconName::Details, kind, lines)
        }
        Content::CallPermission(permission) => {
            let title = match (permission.granted, permission.until) {
                (true, Some(until)) => Words::Until(Key::ContentCallsAllowedUntil, time::millis(until)),
                (true, None) => Words::Key(Key::ContentCallsAllowed),
                (false, _) => Words::Key(Key::ContentCallsRefused),
            };
            Card::new(IconName::Phone, title, Vec::new())
        }
        Content::Call(call) => {
            let title = if call.ours { Key::CallOut } else { Key::CallIn };
            let state = match (call.state, call.seconds) {
                (CallState::Ended, Some(seconds)) => Words::Lasted(seconds),
                (CallState::Accepted | CallState::Ended, _) => Words::Key(Key::CallAccepted),
                (CallState::Ringing, _) => Words::Key(Key::CallRinging),
                (CallState::Missed, _) => Words::Key(Key::CallMissed),
                (CallState::Rejected, _) => Words::Key(Key::CallRejected),
            };
            Card::new(IconName::Phone, Words::Key(title), vec![state])
        }
        Content::Order(order) => {
            let line = |item: &OrderItem| {
                let (price, currency) = (item.price.as_deref(), item.currency.as_deref());
                let mark = if price.is_some() { " · " } else { "" };
                let (price, currency) = (price.unwrap_or_default(), currency.unwrap_or_default());
                Words::Said(format!("{} × {}{mark}{price} {currency}", item.quantity, item.product))
            };
            let card = Card::new(IconName::Inbox, kind, order.items.iter().map(line).collect());
            Card { said: order.text.clone(), ..card }
        }
        Content::Product(product) => Card::new(IconName::File, kind, Words::said([&product.product])),
        Content::Changed(changed) => {
            let title = if changed.number { Key::ContentNumberChanged } else { Key::ContentAccountChanged };
            Card::new(IconName::Phone, Words::Key(title), Words::said(&changed.text))
        }
        Content::Unsupported(told) => {
            let lines = Words::said(told.kind.iter().chain(&told.detail));
            Card::new(IconName::Warning, Words::Key(Key::ContentUnsupported), lines)
        }
        Content::Welcome => Card::new(IconName::Inbox, Words::Key(Key::ContentWelcome), Vec::new()),
        Content::Revoked | Content::Template(_) | Content::Interactive(_) => return Vec::new(),
    };
    vec![card]
}

fn on_map(place: &Place) -> Card {
    let (latitude, longitude) = (degrees(place.latitude_e6), degrees(place.longitude_e6));
    let map = format!(
        "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
    );
    let detail = place.address.clone().unwrap_or_else(|| format!("{latitude}, {longitude}"));
    let lines = vec![Words::Said(detail)];
    let map =
        view! { <a href=map target="_blank" rel="noopener noreferrer">{tr(Key::OpenMap)}</a> }.into_any();
    Card { below: Some(map), ..Card::new(IconName::Pin, Words::or(&place.name, Key::KindLocation), lines) }
}

pub(super) fn draw(card: Card) -> AnyView {
    let Card { icon, title, lines, below, said } = card;
    view! {
        <div class="card">
            <span class="card__mark"><Icon name=icon/></span>
            <div class="card__words">
                <strong dir="auto">{move || title.text()}</strong>
                {lines_of(lines)}
                {below}
            </div>
        </div>
        {said.map(caption)}
    }
    .into_any()
}

/// What was written under something.
pub(super) fn caption(text: String) -> AnyView {
    view! { <p class="bubble__text" dir="auto"><LinkedText text/></p> }.into_any()
}

fn lines_of(lines: Vec<Words>) -> Vec<AnyView> {
    lines.into_iter().map(|line| view! { <span dir="auto">{move || line.text()}</span> }.into_any()).collect()
}

/// What stands above a message: that it was forwarded, the advertisement it came from, the product it is
/// about, what it answers.
pub(super) fn context(live: Live, conversation: ConversationId, context: &Context) -> AnyView {
    let mut told = Vec::new();
    if let Some(forwarded) = context.forwarded {
        let key = match forwarded {
            Forwarded::Once => Key::ContentForwarded,
            Forwarded::Often => Key::ContentForwardedOften,
        };
        told.push(view! { <p class="bubble__aside">{tr(key)}</p> }.into_any());
    }
    if let Some(referral) = &context.referral {
        let lines = [&referral.headline, &referral.text, &referral.url].into_iter().flatten();
        told.push(about(Words::Key(Key::ContentFromAd), Words::said(lines)));
    }
    if let Some(product) = &context.product {
        told.push(about(Words::About(Key::ContentAsksAbout, product.product.clone()), Vec::new()));
    }
    if let Some(quote) = &context.quote {
        told.push(quoted(live, conversation, quote));
    }
    told.into_any()
}

/// Who wrote, when that is not plain from the side: one of a group, or the business somewhere else.
pub(super) fn elsewhere(context: &Context) -> Option<String> {
    if let Some(person) = &context.participant {
        let digits = person.digits.as_ref().map(|digits| format!("…{digits}"));
        return Some(person.name.clone().or(digits).unwrap_or_else(|| text(Key::AuthorSomebody).to_owned()));
    }
    let key = match context.elsewhere? {
        Elsewhere::Phone => Key::AuthorPhone,
        Elsewhere::OtherApp => Key::AuthorApp,
        Elsewhere::Before => Key::AuthorBefore,
    };
    Some(text(key).to_owned())
}

/// A block beside the words.
fn about(title: Words, lines: Vec<Words>) -> AnyView {
    view! {
        <span class="about">
            <b dir="auto">{move || title.text()}</b>
            {lines_of(lines)}
        </span>
    }
    .into_any()
}

fn quoted(live: Live, conversation: ConversationId, quote: &Quote) -> AnyView {
    let Some(message) = &quote.message else {
        return about(Words::Key(Key::QuoteMissing), Vec::new());
    };
    let who = match message.author {
        AuthorKind::Customer => Key::QuoteCustomer,
        _ => Key::QuoteUs,
    };
    let words = match (&message.kind, message.preview.is_empty()) {
        (Some(kind), true) => Words::Key(words::kind(kind)),
        _ => Words::Said(message.preview.clone()),
    };
    let (id, seq) = (message.id, message.seq);
    let show = move |_| {
        let here = live.timeline(conversation, |t| t.messages.get(&seq).map(|m| m.id)).flatten();
        if here == Some(id) {
            show(seq);
        }
    };
    let block = about(Words::Key(who), vec![words]);
    view! { <button type="button" class="quote" data-testid="quote" on:click=show>{block}</button> }
        .into_any()
}

/// Brings a message of the open timeline to where it is seen.
fn show(seq: u64) {
    let found = document().query_selector(&format!("[data-testid=message][data-seq=\"{seq}\"]"));
    if let Ok(Some(element)) = found {
        element.scroll_into_view();
    }
}

/// What was put under a message.
pub(super) fn reactions(reactions: Vec<Reaction>) -> Option<AnyView> {
    (!reactions.is_empty()).then(|| {
        let all: String = reactions.into_iter().map(|reaction| reaction.emoji).collect();
        view! {
            <p class="reactions" data-testid="reactions" title=tr(Key::ContentReacted)>
                <span><span class="unseen">{tr(Key::ContentReacted)}</span>{all}</span>
            </p>
        }
        .into_any()
    })
}
