//! Where answers and notes are written.

mod attach;
mod draft;
mod explanation;
mod follow;
mod mention;
mod replies;

use leptos::{html, prelude::*};
use shared::limits;

use self::{draft::Draft, explanation::Explanation, replies::Replies};
use super::{
    Talk,
    emoji::EmojiMenu,
    permit::Obstacle,
    recorder::{self, Recorder},
    tray,
};
use crate::{
    i18n::{Key, text, tr},
    keys::{self, Action},
    ui::{Button, ButtonLook, Icon, IconButton, IconName, Kbd, Show},
};

/// From this many characters before the limit on, the counter shows.
const NEAR_LIMIT: usize = 200;

/// The composer.
#[component]
pub(super) fn Composer(talk: Talk) -> impl IntoView {
    let draft = Draft::new(talk);
    let Draft { note, field, .. } = draft;
    let words = Memo::new(move |_| draft.current().1.get());
    let length = Memo::new(move |_| words.with(|w| w.trim_end().chars().count()));
    let over = Memo::new(move |_| length.get() > limits::TEXT_CHARS);
    let near = move || length.get() + NEAR_LIMIT > limits::TEXT_CHARS;
    let open = Memo::new(move |_| draft.open());
    let placeholder = move || {
        text(match (note.get(), open.get()) {
            (true, _) => Key::ComposerNotePlaceholder,
            (false, true) => Key::ComposerPlaceholder,
            (false, false) => Key::ComposerUnavailable,
        })
    };
    let carries = Memo::new(move |_| !note.get() && draft.tray().with(|all| !all.is_empty()));
    let ready = Memo::new(move |_| note.get() || draft.files_ready());
    let cannot_send = Signal::derive(move || {
        !open.get() || over.get() || !ready.get() || length.get() == 0 && !carries.get()
    });
    let recorder = Recorder::new(talk);
    let replies = Replies::new(draft);
    let listing = Memo::new(move |_| replies.is_open());
    let templates_may_go = move || {
        talk.permit.get().is_some_and(|permit| matches!(permit.obstacle, None | Some(Obstacle::Window)))
    };
    let no_files = Signal::derive(move || !open.get() || note.get());
    let picker = NodeRef::<html::Input>::new();
    view! {
        <section class="composer" class:composer--note=move || note.get() aria-label=tr(Key::ComposerLabel)>
            <Explanation draft/>
            {recorder::bar(recorder)}
            {mention::list(draft)}
            <div class="composer__along" class:composer__along--away=move || note.get()>
                {tray::answered(talk)}
                {tray::files(talk.desk, draft.tray())}
            </div>
            {replies::list(replies)}
            <textarea
                class="composer__text"
                role=move || listing.get().then_some("combobox")
                aria-autocomplete="list"
                aria-expanded=move || listing.get().then_some("true")
                aria-controls=move || listing.get().then_some("replies")
                aria-activedescendant=move || replies.active()
                node_ref=field
                rows="1"
                dir="auto"
                data-testid="composer"
                aria-label=placeholder
                placeholder=placeholder
                disabled=move || !open.get()
                prop:value=move || words.get()
                on:input:target=move |event| {
                    draft.typed(event.target().value());
                    replies.look();
                }
                on:keydown=move |event| {
                    if !replies.pressed(&event) {
                        draft.pressed(&event);
                    }
                }
                on:keyup=move |_| replies.look()
                on:click=move |_| replies.look()
                on:blur=move |_| {
                    replies.leave();
                    draft.mention.close();
                }
                on:paste=move |event| draft.pasted(&event)
            ></textarea>
            <div class="composer__bar">
                {attach::button(no_files)}
                {attach::picker(talk, picker)}
                {recorder::button(recorder, no_files)}
                <IconButton
                    icon=IconName::Template
                    label=Signal::derive(|| text(Key::Templates).to_owned())
                    disabled=Signal::derive(move || !templates_may_go() || note.get())
                    on:click=move |_| talk.templates.set(true)
                    attr:data-testid="templates-open"
                />
                <IconButton
                    icon=IconName::Smile
                    label=Signal::derive(|| text(Key::Emoji).to_owned())
                    disabled=Signal::derive(move || !open.get())
                    attr:popovertarget="emoji-menu"
                />
                <button
                    type="button"
                    class="button button--ghost composer__note"
                    data-testid="note-toggle"
                    aria-pressed=move || note.get().to_string()
                    title=move || keys::hint(Key::NoteHint, Action::Note)
                    on:click=move |_| {
                        note.update(|on| *on = !*on);
                        request_animation_frame(move || draft.focus());
                    }
                >
                    <Icon name=IconName::Note/>
                    {tr(Key::Note)}
                </button>
                <span class="grow"></span>
                <Show when=near>
                    <span class="composer__count" class:composer__count--over=move || over.get() aria-live="polite">
                        {move || format!("{} / {}", length.get(), limits::TEXT_CHARS)}
                    </span>
                </Show>
                <span class="composer__key"><Kbd shown="Enter"/></span>
                <Show when=move || draft.may_suggest()>
                    <Button disabled=cannot_send on:click=move |_| draft.suggest() attr:data-testid="suggest">{tr(Key::Suggest)}</Button>
                </Show>
                <Button look=ButtonLook::Primary disabled=cannot_send on:click=move |_| draft.send() attr:data-testid="send">
                    {move || text(if note.get() { Key::SaveNote } else { Key::Send })}
                </Button>
            </div>
            {attach::menu(talk, picker)}
            <EmojiMenu on_pick=Callback::new(move |emoji| draft.insert(emoji))/>
        </section>
    }
    .into_any()
}
