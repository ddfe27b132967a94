//! Who a customer is, for those who may say so: that two contacts are one person, or one is two, and taking it
//! back; and whether they may write to us.

mod changes;
mod same;

use leptos::prelude::*;
use shared::{
    error::Problem,
    ids::{ContactChangeId, ConversationId},
    live::command::{Command, Done},
    model::{contact::BlockState, conversation::Conversation},
    permission::Permission,
};

use crate::{
    app::Desk,
    i18n::{Key, fill, text, tr},
    ui::{Button, ButtonLook, Chip, Dialog, IconName, Notice, Show, Tone},
    words,
};

/// What the parts share.
#[derive(Clone, Copy)]
struct Matter {
    desk: Desk,
    id: ConversationId,
    row: Memo<Option<Conversation>>,
    name: Memo<String>,
    /// Rises with every change that was made here.
    made: RwSignal<u32>,
    /// Whether a command is on its way.
    busy: RwSignal<bool>,
    /// Why the last one was refused; shown where it was asked for.
    refused: RwSignal<Option<Key>>,
}

impl Matter {
    /// Asks for a change; what then happens is said in a corner, with a way back where there is one.
    fn ask(self, command: Command, done: Key, asked_in: Option<RwSignal<bool>>) {
        self.busy.set(true);
        self.refused.set(None);
        self.desk.live.command_then(command, move |answer| {
            let _ = self.busy.try_set(false);
            let _ = self.made.try_update(|n| *n += 1);
            self.answered(answer, done, asked_in);
        });
    }

    fn answered(self, answer: Result<Done, Problem>, done: Key, asked_in: Option<RwSignal<bool>>) {
        let toasts = self.desk.toasts;
        let shown = asked_in.filter(|open| open.try_get_untracked() == Some(true));
        match (answer, shown) {
            (Ok(answer), shown) => {
                if let Some(open) = shown {
                    open.set(false);
                }
                match answer.change {
                    Some(id) => {
                        toasts.offer(text(done).to_owned(), Key::Undo, Callback::new(move |()| self.undo(id)))
                    }
                    None => toasts.say(text(done).to_owned()),
                }
            }
            (Err(problem), Some(_)) => self.refused.set(Some(words::error(problem.code))),
            (Err(problem), None) => toasts.say(text(words::error(problem.code)).to_owned()),
        }
    }

    /// Takes a change back. The pane may be gone by then.
    fn undo(self, id: ContactChangeId) {
        let toasts = self.desk.toasts;
        self.desk.live.command_then(Command::UndoContactChange { id }, move |answer| {
            let _ = self.made.try_update(|n| *n += 1);
            let said = answer.map_or_else(|problem| words::error(problem.code), |_| Key::ContactUndone);
            toasts.say(text(said).to_owned());
        });
    }
}

/// Whether the customer is kept out, and what that means; for everybody.
pub(crate) fn block_line(row: Memo<Option<Conversation>>) -> impl IntoView {
    let block = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.block)));
    move || {
        block.get().map(|block| {
            let why = block.refusal.map(words::block_refusal);
            view! {
                <p class="context__window contact__block" data-testid="block-state">
                    <Chip tone=words::block_tone(block.state)>{tr(words::block(block.state))}</Chip>
                    {why.map(|why| view! { <small>{tr(why)}</small> }.into_any())}
                </p>
            }
            .into_any()
        })
    }
}

/// The section of the details.
#[component]
pub(crate) fn Contact(
    id: ConversationId,
    row: Memo<Option<Conversation>>,
    name: Memo<String>,
) -> impl IntoView {
    let desk = Desk::get();
    let manages = desk.session.may(Permission::ManageContacts);
    let (made, busy, refused) = (RwSignal::new(0), RwSignal::new(false), RwSignal::new(None));
    let matter = Matter { desk, id, row, name, made, busy, refused };
    let [merging, splitting, blocking] = [(); 3].map(|()| RwSignal::new(false));
    // Who is not kept out at every number can be blocked again.
    let partly = Memo::new(move |_| {
        row.with(|row| row.as_ref().and_then(|row| row.block)).is_some_and(|block| block.refusal.is_some())
    });
    let blocked = Memo::new(move |_| {
        let state = row.with(|row| row.as_ref().and_then(|row| row.block)).map(|block| block.state);
        matches!(state, Some(BlockState::Blocking | BlockState::Blocked))
    });
    let open = move |dialog: RwSignal<bool>| {
        move |_| {
            refused.set(None);
            dialog.set(true);
        }
    };
    let unblock = move |_| {
        matter.ask(
            Command::BlockContact { conversation: id, blocked: false, reason: None },
            Key::ContactUnblockAsked,
            None,
        );
    };
    // A group is no person; after a reload the row comes later than this.
    let is_group = move || row.with(|row| row.as_ref().is_some_and(|row| row.contact.group));
    // Agents may only block, and only whose conversation is theirs.
    let may = move || {
        let holder = row.with(|row| row.as_ref().and_then(Conversation::holder));
        manages
            || holder.is_some()
                && holder == desk.session.member()
                && desk.live.settings().is_some_and(|settings| settings.agents_block)
    };
    let hidden = move || is_group() || !may();
    view! {
        <section
            class="contact"
            aria-label=tr(Key::ContactSection)
            style:display=move || hidden().then_some("none")
        >
            <h3>{tr(Key::ContactSection)}</h3>
            <div class="contact__acts">
                {manages.then(|| view! {
                    <Button on:click=open(merging) attr:data-testid="contact-merge">{tr(Key::ContactSame)}</Button>
                    <Button on:click=open(splitting) attr:data-testid="contact-split">{tr(Key::ContactSplit)}</Button>
                }.into_any())}
                <Show when=move || !blocked.get() || partly.get()>
                    <Button on:click=open(blocking) attr:data-testid="contact-block">{tr(Key::ContactBlock)}</Button>
                </Show>
                <Show when=move || manages && blocked.get()>
                    <Button disabled=busy on:click=unblock attr:data-testid="contact-unblock">{tr(Key::ContactUnblock)}</Button>
                </Show>
            </div>
            {manages.then(|| (changes::list(matter), same::dialog(matter, merging), confirm(matter, splitting, &SPLIT)).into_any())}
            {confirm(matter, blocking, &BLOCK)}
        </section>
    }
    .into_any()
}

/// A question before something is done, with what will happen.
struct Question {
    title: Key,
    explained: Key,
    confirm: Key,
    done: Key,
    command: fn(ConversationId, Option<String>) -> Command,
    /// Whether it asks why.
    asks: bool,
    testid: &'static str,
}

const SPLIT: Question = Question {
    title: Key::ContactSplit,
    explained: Key::ContactSplitExplained,
    confirm: Key::ContactSplitConfirm,
    done: Key::ContactSplitDone,
    command: |conversation, _| Command::SplitContact { conversation },
    asks: false,
    testid: "contact-split-confirm",
};

const BLOCK: Question = Question {
    title: Key::ContactBlock,
    explained: Key::ContactBlockExplained,
    confirm: Key::ContactBlock,
    done: Key::ContactBlockAsked,
    command: |conversation, reason| Command::BlockContact { conversation, blocked: true, reason },
    asks: true,
    testid: "contact-block-confirm",
};

fn confirm(matter: Matter, open: RwSignal<bool>, question: &'static Question) -> AnyView {
    let explained = move || fill(question.explained, &[("name", &matter.name.get())]);
    let why = RwSignal::new(String::new());
    let reason = move || Some(why.get_untracked()).filter(|why| !why.trim().is_empty());
    let go = move |()| matter.ask((question.command)(matter.id, reason()), question.done, Some(open));
    // Whoever judges it needs no reason.
    let manages = matter.desk.session.may(Permission::ManageContacts);
    let ready = Signal::derive(move || manages || !question.asks || why.with(|why| !why.trim().is_empty()));
    view! {
        <Dialog open title=Signal::derive(move || text(question.title).to_owned())>
            <div class="contact__ask">
                <p>{explained}</p>
                {question.asks.then(|| view! {
                    <textarea class="field__input" rows="2" maxlength="200" dir="auto" aria-label=tr(Key::BlockReason) placeholder=tr(Key::BlockReason) data-testid="block-reason" bind:value=why></textarea>
                }.into_any())}
                {refusal(matter)}
            </div>
            {foot(matter, open, question.confirm, question.testid, ready, Callback::new(go))}
        </Dialog>
    }
    .into_any()
}

/// Why the last command was refused.
fn refusal(matter: Matter) -> impl IntoView {
    move || {
        matter.refused.get().map(|key| {
            view! { <Notice tone=Tone::Warn icon=IconName::Warning><span role="alert">{tr(key)}</span></Notice> }
                .into_any()
        })
    }
}

fn foot(
    matter: Matter,
    open: RwSignal<bool>,
    label: Key,
    testid: &'static str,
    ready: Signal<bool>,
    go: Callback<()>,
) -> AnyView {
    let disabled = Signal::derive(move || matter.busy.get() || !ready.get());
    view! {
        <footer class="contact__foot">
            <Button on:click=move |_| open.set(false)>{tr(Key::Cancel)}</Button>
            <Button look=ButtonLook::Primary disabled on:click=move |_| go.run(()) attr:data-testid=testid>
                {tr(label)}
            </Button>
        </footer>
    }
    .into_any()
}
