//! One canned reply: writing it, changing it, removing it.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use shared::{
    api::canned::{CannedPage, WriteCannedRequest, WrittenFile},
    ids::CannedReplyId,
    model::canned::{CannedFault, CannedReply, CannedScope, CannedWords},
    permission::Permission,
};

use super::{
    fields::{self, Line},
    replies,
};
use crate::{
    app::Desk,
    attach::{Stage, Tray},
    components::conversation::tray,
    http::{self, Refused},
    i18n::{Key, text, tr},
    routes,
    ui::{Button, ButtonLook, Icon, IconButton, IconName, RowSkeletons, Show},
};

/// What has been fetched.
#[derive(Clone, PartialEq)]
enum Fetched {
    Loading,
    Failed,
    /// There is none, or it is not the member's to change.
    Gone,
    One(Box<CannedReply>),
}

/// What is written on the form.
#[derive(Clone, Copy)]
struct Form {
    desk: Desk,
    id: Option<CannedReplyId>,
    scope: RwSignal<String>,
    title: RwSignal<String>,
    shortcut: RwSignal<String>,
    folder: RwSignal<String>,
    language: RwSignal<String>,
    text: RwSignal<String>,
    /// The name of the file it has.
    file: RwSignal<Option<String>>,
    tray: StoredValue<Tray>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<Refused>>,
    /// Something was handed in that could not be; from then on it is said at once.
    tried: RwSignal<bool>,
}

impl Form {
    fn new(desk: Desk, known: Option<CannedReply>) -> Self {
        let id = known.as_ref().map(|known| known.id);
        let scope = known.as_ref().map_or(CannedScope::Personal, |known| known.scope);
        let file = known.as_ref().and_then(|known| known.file.as_ref()).map(|file| file.name.clone());
        let empty = CannedWords {
            folder: String::new(),
            shortcut: String::new(),
            language: String::new(),
            title: String::new(),
            text: String::new(),
        };
        let words = known.map_or(empty, |known| known.words);
        Self {
            desk,
            id,
            scope: RwSignal::new(replies::scope_value(scope)),
            title: RwSignal::new(words.title),
            shortcut: RwSignal::new(words.shortcut),
            folder: RwSignal::new(words.folder),
            language: RwSignal::new(words.language),
            text: RwSignal::new(words.text),
            file: RwSignal::new(file),
            tray: StoredValue::new(Tray::default()),
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
            tried: RwSignal::new(false),
        }
    }

    /// What is written; tracked.
    fn words(self) -> CannedWords {
        let written = CannedWords {
            folder: self.folder.get(),
            shortcut: self.shortcut.get(),
            language: self.language.get(),
            title: self.title.get(),
            text: self.text.get(),
        };
        let written = written.trimmed();
        CannedWords {
            shortcut: written.shortcut.trim_start_matches('/').to_lowercase(),
            language: written.language.to_lowercase(),
            ..written
        }
    }

    /// What is wrong with a part, once it matters.
    fn fault(self, of: CannedFault, says: Key) -> Signal<Option<String>> {
        Signal::derive(move || {
            let wrong = self.tried.get() && self.words().check() == Err(of);
            wrong.then(|| text(says).to_owned())
        })
    }

    /// Whether a file is on its way or in trouble; tracked.
    fn waits(self) -> bool {
        self.tray.get_value().with(|all| all.iter().any(|one| !matches!(one.stage, Stage::Ready(_))))
    }

    fn save(self) {
        let words = untrack(|| self.words());
        if words.check().is_err() {
            return self.tried.set(true);
        }
        let scope = match self.scope.get_untracked().as_str() {
            "personal" => CannedScope::Personal,
            "tenant" => CannedScope::Tenant,
            queue => match queue.parse() {
                Ok(id) => CannedScope::Queue(id),
                Err(_) => return,
            },
        };
        let (files, tray) = (self.desk.attachments, self.tray.get_value());
        let chosen = tray.with_untracked(|all| {
            all.iter().find_map(|one| match one.stage {
                Stage::Ready(upload) => Some(upload),
                _ => None,
            })
        });
        let file = match (chosen, self.file.with_untracked(Option::is_some)) {
            (Some(upload), _) => WrittenFile::Upload(upload),
            (None, true) => WrittenFile::Kept,
            (None, false) => WrittenFile::Nothing,
        };
        let written = WriteCannedRequest { scope, words, file };
        self.busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let answer = match self.id {
                Some(id) => http::put::<CannedReply>(&format!("/api/canned/{id}"), &written).await,
                None => http::post::<CannedReply>("/api/canned", &written).await,
            };
            if answer.is_ok() {
                // The reply has it now.
                for (upload, _) in files.take(&tray) {
                    files.arrived(upload);
                }
            }
            self.done(answer.map(drop), Key::Saved);
        });
    }

    fn remove(self) {
        let Some(id) = self.id else { return };
        self.busy.set(true);
        spawn_local(async move {
            self.done(http::delete(&format!("/api/canned/{id}")).await, Key::ReplyRemoved);
        });
    }

    fn done(self, answer: Result<(), Refused>, said: Key) {
        let _ = self.busy.try_set(false);
        match answer {
            Ok(()) => {
                self.desk.toasts.say(text(said).to_owned());
                self.desk.router.go(routes::REPLIES);
            }
            Err(refused) => drop(self.refused.try_set(Some(refused))),
        }
    }
}

/// The page; a new reply when there is none.
pub(crate) fn page(desk: Desk, id: Option<CannedReplyId>) -> AnyView {
    let title =
        Signal::derive(move || text(if id.is_some() { Key::ReplyChange } else { Key::ReplyNew }).to_owned());
    let head = fields::head(routes::REPLIES.to_owned(), Key::SettingsReplies, title);
    let Some(id) = id else {
        return view! { {head} {draw(Form::new(desk, None))} }.into_any();
    };
    let fetched = RwSignal::new(Fetched::Loading);
    let fetch = move || {
        spawn_local(async move {
            let answer = http::get::<CannedPage>("/api/canned").await.map(|page| {
                let found = page.replies.into_iter().find(|one| one.id == id);
                found.filter(|one| replies::may_change(desk, one.scope))
            });
            let _ = fetched.try_set(match answer {
                Ok(Some(one)) => Fetched::One(Box::new(one)),
                Ok(None) => Fetched::Gone,
                Err(_) => Fetched::Failed,
            });
        });
    };
    fetch();
    view! {
        {head}
        {move || match fetched.get() {
            Fetched::Loading => view! { <RowSkeletons/> }.into_any(),
            Fetched::Failed => fields::empty(
                IconName::Warning,
                Key::RepliesFailed,
                None,
                view! { <Button on:click=move |_| fetch()>{tr(Key::TryAgain)}</Button> }.into_any(),
            ),
            Fetched::Gone => fields::empty(IconName::Note, Key::ReplyGone, None, ().into_any()),
            Fetched::One(one) => draw(Form::new(desk, Some(*one))),
        }}
    }
    .into_any()
}

fn draw(form: Form) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    let line = |id, label, value, fault, says| Line::new(id, label, value).fault(form.fault(fault, says));
    let disabled = Signal::derive(move || form.busy.get() || form.waits());
    view! {
        <form class="panel" on:submit=submit data-testid="reply-form">
            {move || form.desk.session.may(Permission::ManageCanned).then(|| {
                fields::choice("reply-for", Key::ReplyFor, form.scope, move || replies::scopes(form.desk))
            })}
            <div class="pair">
                {line("reply-title", Key::ReplyTitle, form.title, CannedFault::Title, Key::ReplyTitleFault).draw()}
                {line("reply-shortcut", Key::ReplyShortcut, form.shortcut, CannedFault::Shortcut, Key::ReplyShortcutFault)
                    .hint(Key::ReplyShortcutHint)
                    .draw()}
            </div>
            {line("reply-text", Key::ReplyText, form.text, CannedFault::Text, Key::ReplyTextFault)
                .hint(Key::ReplyTextHint)
                .draw_area("6")}
            <div class="pair">
                {line("reply-folder", Key::ReplyFolder, form.folder, CannedFault::Folder, Key::ReplyFolderFault)
                    .hint(Key::ReplyFolderHint)
                    .draw()}
                {line("reply-language", Key::ReplyLanguage, form.language, CannedFault::Language, Key::ReplyLanguageFault)
                    .hint(Key::ReplyLanguageHint)
                    .draw()}
            </div>
            {file(form)}
            {fields::refusal(form.refused)}
            {foot(form, disabled)}
        </form>
    }
    .into_any()
}

/// The file that goes with it: the one it has, or one that is chosen now.
fn file(form: Form) -> AnyView {
    let (files, tray) = (form.desk.attachments, form.tray.get_value());
    let add = tray.clone();
    let picked = move |chosen: &web_sys::FileList| {
        let old = add.get_untracked();
        for one in old {
            files.remove(&add, &one);
        }
        files.add(&add, chosen);
    };
    let chosen = tray.clone();
    let kept = move || form.file.get().filter(|_| chosen.with(Vec::is_empty));
    view! {
        <div class="field">
            <label class="field__label" for="reply-file">{tr(Key::ReplyFile)}</label>
            {tray::picker("reply-file", "", picked)}
            {move || kept().map(|name| view! {
                <p class="inline" data-testid="reply-file-kept">
                    <Icon name=IconName::Clip/>
                    <span dir="auto">{name}</span>
                    <IconButton
                        icon=IconName::Cross
                        label=Signal::derive(|| text(Key::FileRemove).to_owned())
                        on:click=move |_| form.file.set(None)
                    />
                </p>
            }.into_any())}
            {tray::files(form.desk, tray)}
        </div>
    }
    .into_any()
}

fn foot(form: Form, disabled: Signal<bool>) -> AnyView {
    let asking = RwSignal::new(false);
    let known = form.id.is_some();
    view! {
        <footer class="step__foot">
            <Show when=move || known && !asking.get()>
                <Button on:click=move |_| asking.set(true) attr:data-testid="reply-remove">{tr(Key::ReplyRemove)}</Button>
            </Show>
            <Show when=move || asking.get()>
                <span role="alert">{tr(Key::ReplyRemoveSure)}</span>
                <Button
                    look=ButtonLook::Primary
                    disabled=form.busy
                    on:click=move |_| form.remove()
                    attr:data-testid="reply-remove-sure"
                >{tr(Key::ReplyRemove)}</Button>
                <Button on:click=move |_| asking.set(false)>{tr(Key::Cancel)}</Button>
            </Show>
            <span class="grow"></span>
            {fields::submit(true, "reply-save", Signal::derive(|| text(Key::Save)), disabled)}
        </footer>
    }
    .into_any()
}
