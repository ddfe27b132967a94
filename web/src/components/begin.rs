//! Writing to a customer first: from which number, to which, and the template that begins it.

use leptos::prelude::*;
use shared::{
    ids::{ChannelId, ConversationId},
    live::command::Command,
    model::outgoing::Outgoing,
    phone,
};

use super::templates::TemplateChooser;
use crate::{
    app::Desk,
    attach::Tray,
    effects::effect,
    i18n::{Key, text, tr},
    routes,
    ui::{Button, ButtonLook, Dialog, IconName, Notice, Tone},
    words,
};

/// A number as it is written, of those that nobody has. Source: Bundesnetzagentur, numbers for media productions.
const EXAMPLE: &str = "+49 171 3920012";

/// The dialog.
#[component]
pub(crate) fn Begin(desk: Desk) -> impl IntoView {
    let open = desk.beginning;
    let live = desk.live;
    let channels = Memo::new(move |_| {
        let all = live.rows(|view| view.channels.values().cloned().collect::<Vec<_>>());
        all.unwrap_or_default()
    });
    let channel = RwSignal::new(None::<ChannelId>);
    let number = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let refused = RwSignal::new(None::<Key>);
    let existing = RwSignal::new(None::<ConversationId>);
    let tray = StoredValue::new(Tray::default());
    effect(move || {
        if open.get() {
            number.set(String::new());
            name.set(String::new());
            refused.set(None);
            existing.set(None);
            channel.set(channels.get_untracked().first().map(|channel| channel.id));
        }
    });
    let go = move |id: ConversationId| {
        open.set(false);
        desk.router.go(&routes::conversation(id));
    };
    let sending = RwSignal::new(false);
    let send = Callback::new(move |what: Outgoing| {
        refused.set(None);
        existing.set(None);
        let Some(channel) = channel.get_untracked() else { return sending.set(false) };
        let phone = number.get_untracked();
        if let Err(code) = phone::international(&phone) {
            give_back(desk, &tray.get_value(), &what);
            sending.set(false);
            return refused.set(Some(words::error(code)));
        }
        let name = Some(name.get_untracked()).filter(|name| !name.trim().is_empty());
        let command = Command::Begin { channel, phone, name, what: what.clone() };
        live.command_then(command, move |answer| {
            let _ = sending.try_set(false);
            let shown = open.try_get_untracked() == Some(true);
            match answer {
                Ok(done) => {
                    if let Some(upload) = what.upload() {
                        desk.attachments.arrived(upload);
                    }
                    // Whoever has gone on is not pulled back.
                    if let Some(id) = done.conversation.filter(|_| shown) {
                        go(id);
                    }
                }
                Err(problem) => {
                    let why = words::error(problem.code);
                    match tray.try_get_value().filter(|_| shown) {
                        Some(tray) => {
                            give_back(desk, &tray, &what);
                            refused.set(Some(why));
                            existing.set(problem.conversation.map(|id| *id));
                        }
                        None => desk.toasts.say(text(why).to_owned()),
                    }
                }
            }
        });
    });
    let chosen = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlSelectElement>| {
        channel.set(event.target().value().parse().ok());
    };
    view! {
        <Dialog open title=Signal::derive(|| text(Key::Begin).to_owned())>
            <div class="begin" data-testid="begin">
                <div class="field">
                    <label class="field__label" for="begin-channel">{tr(Key::BeginFrom)}</label>
                    <select class="field__input" id="begin-channel" on:change:target=chosen>
                        {move || channels.get().into_iter().map(|one| {
                            let (id, label) = (one.id, format!("{} · {}", one.name, words::phone(&one.address)));
                            view! {
                                <option value=id.to_string() selected=move || channel.get() == Some(id)>{label}</option>
                            }.into_any()
                        }).collect_view()}
                    </select>
                </div>
                <div class="begin__whom">
                    <div class="field">
                        <label class="field__label" for="begin-phone">{tr(Key::BeginTo)}</label>
                        <input
                            class="field__input"
                            id="begin-phone"
                            type="tel"
                            autocomplete="off"
                            placeholder=EXAMPLE
                            autofocus
                            data-testid="begin-phone"
                            bind:value=number
                        />
                    </div>
                    <div class="field">
                        <label class="field__label" for="begin-name">{tr(Key::BeginName)}</label>
                        <input class="field__input" id="begin-name" type="text" dir="auto" autocomplete="off" data-testid="begin-name" bind:value=name/>
                    </div>
                </div>
                {move || existing.get().map(|id| view! {
                    <Notice tone=Tone::Calm icon=IconName::Details>
                        <span>{tr(Key::ErrorConversationOpen)}</span>
                        <Button look=ButtonLook::Primary on:click=move |_| go(id) attr:data-testid="begin-existing">
                            {tr(Key::BeginExisting)}
                        </Button>
                    </Notice>
                }.into_any())}
            </div>
            <TemplateChooser desk channel active=open tray=tray.get_value() refused sending on_send=send/>
        </Dialog>
    }
    .into_any()
}

/// What was not sent can be sent again without being chosen anew.
fn give_back(desk: Desk, tray: &Tray, what: &Outgoing) {
    if let Outgoing::Template { upload: Some(upload), .. } = what {
        desk.attachments.put_back(tray, *upload);
    }
}
