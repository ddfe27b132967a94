//! Connecting a number, second half: what is left to do at Meta, one step at a time. The steps that are done are
//! known from the facts, so this page can be left and come back to.

use std::pin::Pin;

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use shared::{
    api::numbers::{Nothing, RegisterNumberRequest, TestNumberRequest},
    ids::ChannelId,
    model::health::{ChannelHealth, HealthFacts, NumberState},
};

use super::{
    connect::step_title,
    fields::{self, Line},
    numbers, webhook,
};
use crate::{
    app::Desk,
    http::{self, Refused},
    i18n::{Key, text, tr},
    routes,
    ui::{Button, ButtonLook, Item, each},
};

/// The first of the steps here; two are behind.
const FIRST: usize = 3;
/// The last.
const LAST: usize = 6;

/// Whether a step is done, as far as the facts tell.
fn is_done(step: usize, facts: &HealthFacts) -> bool {
    match step {
        3 => facts.calls.confirmed_at.is_some() || facts.calls.webhook_at.is_some(),
        4 => facts.account.subscribed == Some(true),
        5 => facts.number.state == Some(NumberState::Connected),
        _ => false,
    }
}

/// The page.
pub(crate) fn page(desk: Desk, id: ChannelId) -> AnyView {
    numbers::check_if_unknown(desk, id);
    let facts = Memo::new(move |_| desk.live.health(id).map(|health| health.facts).unwrap_or_default());
    let first =
        (FIRST..LAST).find(|step| !facts.with_untracked(|facts| is_done(*step, facts))).unwrap_or(LAST);
    let step = RwSignal::new(first);
    let connection = webhook::connection_of(id);
    let name = move || desk.live.channel(id).map(|channel| channel.name).unwrap_or_default();
    view! {
        {fields::head(routes::number(id), Key::NumberBack, Signal::derive(name))}
        {each(move || {
            let n = step.get();
            vec![Item::new(n.to_string(), move || {
                let inside = match n {
                    3 => webhook::draw(desk, id, connection),
                    4 => subscribe(id, facts),
                    5 => register(id, facts),
                    _ => test(id),
                };
                let title = match n {
                    3 => Key::SetupWebhook,
                    4 => Key::SetupSubscribe,
                    5 => Key::SetupRegister,
                    _ => Key::SetupTest,
                };
                let done = move || facts.with(|facts| is_done(n, facts));
                view! {
                    <section class="panel step" data-testid=format!("step-{n}")>
                        {step_title(n, title)}
                        {inside}
                        <footer class="step__foot">
                            {(n > FIRST).then(|| view! {
                                <Button on:click=move |_| step.set(n - 1)>{tr(Key::TemplatesBack)}</Button>
                            })}
                            <span class="grow"></span>
                            {if n < LAST {
                                view! {
                                    <button
                                        type="button"
                                        class="button"
                                        class:button--primary=done
                                        data-testid="step-next"
                                        on:click=move |_| step.set(n + 1)
                                    >{move || text(if done() { Key::SetupNext } else { Key::SetupSkip })}</button>
                                }.into_any()
                            } else {
                                view! {
                                    <a class="button button--primary" href=routes::number(id) data-testid="setup-end">{tr(Key::SetupEnd)}</a>
                                }.into_any()
                            }}
                        </footer>
                    </section>
                }
                .into_any()
            })]
        })}
    }
    .into_any()
}

/// Something that is asked of Meta, with what became of it.
#[derive(Clone, Copy)]
pub(super) struct Order {
    pub(super) busy: RwSignal<bool>,
    pub(super) refused: RwSignal<Option<Refused>>,
    pub(super) done: RwSignal<bool>,
}

impl Order {
    pub(super) fn new() -> Self {
        Self { busy: RwSignal::new(false), refused: RwSignal::new(None), done: RwSignal::new(false) }
    }

    /// Asks, unless it is being asked.
    pub(super) fn run(self, asked: impl Future<Output = Result<(), Refused>> + 'static) {
        self.start(Box::pin(asked));
    }

    /// Compiled once, however many orders there are.
    fn start(self, asked: Pin<Box<dyn Future<Output = Result<(), Refused>>>>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        self.done.set(false);
        spawn_local(async move {
            let answer = asked.await;
            let _ = self.busy.try_set(false);
            let _ = self.done.try_set(answer.is_ok());
            let _ = self.refused.try_set(answer.err());
        });
    }

    /// Good news in words, once it is done.
    pub(super) fn outcome(self, words: Key) -> AnyView {
        view! {
            {fields::refusal(self.refused)}
            <div role="status">{move || self.done.get().then(|| fields::good(words))}</div>
        }
        .into_any()
    }
}

/// Has the account tell our app; also on the page of a number.
pub(super) fn subscribe(id: ChannelId, facts: Memo<HealthFacts>) -> AnyView {
    let order = Order::new();
    let run = move |_| {
        order.run(async move {
            let path = format!("/api/channels/{id}/subscribe");
            http::post::<ChannelHealth>(&path, &Nothing {}).await.map(drop)
        });
    };
    let done = move || facts.with(|facts| facts.account.subscribed == Some(true));
    view! {
        {fields::note(Key::SubscribeHint)}
        {move || if done() {
            fields::good(Key::SubscribeDone)
        } else {
            view! {
                <div><Button look=ButtonLook::Primary disabled=order.busy on:click=run attr:data-testid="subscribe">{tr(Key::Subscribe)}</Button></div>
            }.into_any()
        }}
        {fields::refusal(order.refused)}
    }
    .into_any()
}

/// Registers the number; also on the page of a number.
pub(super) fn register(id: ChannelId, facts: Memo<HealthFacts>) -> AnyView {
    let (order, pin) = (Order::new(), RwSignal::new(String::new()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let request = RegisterNumberRequest { pin: pin.get_untracked() };
        order.run(async move {
            let path = format!("/api/channels/{id}/register");
            http::post::<ChannelHealth>(&path, &request).await.map(drop)
        });
    };
    let done = move || facts.with(|facts| facts.number.state == Some(NumberState::Connected));
    view! {
        {fields::note(Key::RegisterHint)}
        {move || if done() {
            fields::good(Key::RegisterDone)
        } else {
            view! {
                <form class="inline" on:submit=submit>
                    {Line::new("pin", Key::RegisterPin, pin).kind("password").draw()}
                    {fields::submit(true, "register", Signal::derive(|| text(Key::Register)), order.busy.into())}
                </form>
            }.into_any()
        }}
        {fields::refusal(order.refused)}
    }
    .into_any()
}

/// A message to the own phone; also on the page of a number.
pub(super) fn test(id: ChannelId) -> AnyView {
    let (order, to) = (Order::new(), RwSignal::new(String::new()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let request = TestNumberRequest { to: to.get_untracked() };
        order.run(async move {
            let path = format!("/api/channels/{id}/test");
            http::post::<Option<Nothing>>(&path, &request).await.map(drop)
        });
    };
    view! {
        {fields::note(Key::TestHint)}
        <form class="inline" on:submit=submit>
            {Line::new("test-to", Key::TestTo, to).kind("tel").draw()}
            {fields::submit(true, "test-send", Signal::derive(|| text(Key::TestSend)), order.busy.into())}
        </form>
        {order.outcome(Key::TestSent)}
    }
    .into_any()
}
