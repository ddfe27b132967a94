//! What goes along with the text: the message that is answered and the files, and choosing one.

use leptos::{html, prelude::*};
use shared::{
    ids::MessageId,
    limits,
    model::{
        content::{Content, MediaKind},
        message::{AuthorKind, Body, DeliveryState, Message},
    },
};

use web_sys::FileList;

use super::Talk;
use crate::{
    app::Desk,
    attach::{Attachment, Stage, Tray},
    i18n::{Key, text, tr},
    ui::{Button, Icon, IconButton, IconName, Item, each},
    words,
};

/// The message that is being answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answered {
    /// Which.
    pub(super) id: MessageId,
    /// Its place.
    pub(super) seq: u64,
    /// Who wrote it.
    pub(super) who: Key,
    /// What it is when it has no words to show.
    pub(super) kind: Option<Key>,
    /// Its words, on one line.
    pub(super) words: String,
}

impl Answered {
    /// What is shown of a message that is being answered.
    pub(super) fn of(message: &Message) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            who: if message.author.kind == AuthorKind::Customer { Key::QuoteCustomer } else { Key::QuoteUs },
            kind: message.body.kind().filter(|_| message.body.words().is_none()).map(words::kind),
            words: message.body.words().map(|words| limits::preview(&words)).unwrap_or_default(),
        }
    }
}

/// Whether WhatsApp has a message that can be answered.
pub(super) fn is_answerable(message: &Message) -> bool {
    let known = match &message.delivery {
        None => message.author.kind == AuthorKind::Customer,
        Some(delivery) => {
            delivery.state != DeliveryState::Failed && delivery.state.rank() >= DeliveryState::Accepted.rank()
        }
    };
    // WhatsApp has no message of either.
    let gone = matches!(&message.body, Body::Content(content) if matches!(**content, Content::Revoked | Content::Call(_)));
    known && !gone
}

/// The message that is being answered, and the way not to.
pub(super) fn answered(talk: Talk) -> impl IntoView {
    move || {
        talk.answered.get().map(|Answered { who, kind, words, .. }| {
            let line = move || kind.map_or_else(|| words.clone(), |kind| text(kind).to_owned());
            view! {
                <div class="answering" data-testid="answering">
                    <span class="about">
                        <b>{tr(who)}</b>
                        <span dir="auto">{line}</span>
                    </span>
                    <IconButton
                        icon=IconName::Cross
                        label=Signal::derive(|| text(Key::AnswerNot).to_owned())
                        on:click=move |_| talk.answered.set(None)
                    />
                </div>
            }
            .into_any()
        })
    }
}

/// A button that lets a file be chosen. The field behind it speaks the browser's language, and forgets what was chosen.
pub(crate) fn picker(
    id: &'static str,
    accept: &'static str,
    picked: impl Fn(&FileList) + 'static,
) -> AnyView {
    draw_picker(id, accept, Box::new(picked))
}

/// Compiled once, however many there are.
fn draw_picker(id: &'static str, accept: &'static str, picked: Box<dyn Fn(&FileList)>) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let changed = move |_| {
        let Some(field) = field.get_untracked() else { return };
        if let Some(files) = field.files() {
            picked(&files);
        }
        // The same file can be chosen again.
        field.set_value("");
    };
    let pick = move |_| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    view! {
        <div>
            <Button on:click=pick>{tr(Key::FileChoose)}</Button>
            <input class="unseen" id=id type="file" accept=accept tabindex="-1" node_ref=field data-testid=id on:change=changed/>
        </div>
    }
    .into_any()
}

/// The files, each with how far it is.
pub(crate) fn files(desk: Desk, tray: Tray) -> impl IntoView {
    let list = tray.clone();
    let items = move || {
        let tray = tray.clone();
        list.get()
            .into_iter()
            .map(|one| {
                let tray = tray.clone();
                Item::new(one.key(), move || file(desk, &tray, one))
            })
            .collect()
    };
    view! { <ul class="tray" data-testid="tray">{each(items)}</ul> }
}

fn file(desk: Desk, tray: &Tray, one: Attachment) -> AnyView {
    let icon = match one.kind {
        MediaKind::Image | MediaKind::Video | MediaKind::Sticker => IconName::Picture,
        MediaKind::Audio | MediaKind::Voice => IconName::Voice,
        MediaKind::Document => IconName::File,
    };
    let is_voice = one.kind == MediaKind::Voice;
    let ready = matches!(one.stage, Stage::Ready(_));
    let heard = one.preview.clone().filter(|_| is_voice && ready);
    let mark = match &one.preview {
        Some(address) if matches!(one.kind, MediaKind::Image | MediaKind::Sticker) => {
            view! { <img src=address.clone() alt=tr(words::kind(one.kind.as_str()))/> }.into_any()
        }
        _ => view! { <Icon name=icon/> }.into_any(),
    };
    let stage = match one.stage {
        Stage::Uploading(_) => {
            let (all, same) = (tray.clone(), one.clone());
            let share = move || {
                all.with(|all| match all.iter().find(|other| other.key() == same.key()).map(|o| o.stage) {
                    Some(Stage::Uploading(share)) => share,
                    _ => 99,
                })
            };
            view! { <progress max="100" prop:value=move || f64::from(share()) aria-label=tr(Key::FileUploading)></progress> }
                .into_any()
        }
        Stage::Ready(_) if heard.is_some() => {
            view! { <audio controls src=heard aria-label=tr(words::kind(one.kind.as_str()))></audio> }
                .into_any()
        }
        Stage::Ready(_) => {
            view! { <span class="tray__kind">{tr(words::kind(one.kind.as_str()))}</span> }.into_any()
        }
        Stage::Failed(code) => {
            let why = code.map_or(Key::FileNotUploaded, words::error);
            view! { <span class="tray__why" role="alert">{tr(why)}</span> }.into_any()
        }
    };
    let may_pass = match one.stage {
        Stage::Failed(code) => code.is_none_or(shared::error::ErrorCode::is_temporary),
        _ => false,
    };
    let files = desk.attachments;
    let retry = may_pass.then(|| {
        let (tray, one) = (tray.clone(), one.clone());
        view! {
            <IconButton
                icon=IconName::Retry
                label=Signal::derive(|| text(Key::FileAgain).to_owned())
                on:click=move |_| files.again(&tray, &one)
            />
        }
    });
    let failed = matches!(one.stage, Stage::Failed(_));
    let (tray, name, title) = (tray.clone(), one.name.clone(), one.name.clone());
    let stage_name = match one.stage {
        Stage::Uploading(_) => "uploading",
        Stage::Ready(_) => "ready",
        Stage::Failed(_) => "failed",
    };
    view! {
        <li class="tray__one" class:tray__one--bad=failed class:tray__one--heard=is_voice data-testid="attachment" data-stage=stage_name>
            <span class="tray__mark">{mark}</span>
            <span class="tray__words">
                <span class="tray__name" dir="auto" title=title>{name}</span>
                {stage}
            </span>
            {retry}
            <IconButton
                icon=IconName::Cross
                label=Signal::derive(|| text(Key::FileRemove).to_owned())
                on:click=move |_| files.remove(&tray, &one)
            />
        </li>
    }
    .into_any()
}
