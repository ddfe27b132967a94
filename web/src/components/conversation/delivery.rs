//! How far a message got: ticks, and plain words when it did not arrive.

use leptos::prelude::*;
use shared::{
    ids::MessageId,
    live::command::Command,
    model::message::{Delivery, DeliveryState, FailureReason},
};

use super::permit::Permit;
use crate::{
    i18n::{Key, fill, text, tr},
    live::Live,
    time,
    ui::{Button, Icon, IconName, Show},
    words,
};

/// How long an unknown outcome is WhatsApp's to explain, in milliseconds; the server's rule.
const UNCERTAIN_MS: f64 = 10.0 * 60_000.0;

/// Whether sending a message again would be taken and makes sense. `at_ms` is when it was written,
/// `heard_ms` when the customer last wrote.
fn may_retry(delivery: &Delivery, at_ms: f64, heard_ms: f64, now_ms: f64) -> bool {
    let reason = delivery.failure.as_ref().map(|failure| failure.reason);
    match (delivery.state, reason) {
        (DeliveryState::Failed, Some(FailureReason::OptedOut)) => false,
        // Only what the customer writes after it opens the window again.
        (DeliveryState::Failed, Some(FailureReason::WindowClosed)) => heard_ms > at_ms,
        (DeliveryState::Failed, _) => true,
        (DeliveryState::Uncertain, _) => {
            let since_ms = delivery.unknown_since.map_or(at_ms, time::millis);
            now_ms - since_ms >= UNCERTAIN_MS
        }
        _ => delivery.given_up_at.is_some(),
    }
}

/// How far a message got, when, and what it is charged as: what a pointer over its ticks shows.
pub(super) fn story(delivery: &Delivery) -> String {
    let mut lines = vec![text(words::delivery(delivery.state)).to_owned()];
    let steps = [
        (Key::DeliverySent, delivery.sent_at),
        (Key::DeliveryDelivered, delivery.delivered_at),
        (Key::DeliveryRead, delivery.read_at),
        (Key::DeliveryPlayed, delivery.played_at),
    ];
    for (key, at) in steps {
        if let Some(at) = at {
            lines.push(format!("{}: {}", text(key), time::whole(time::millis(at))));
        }
    }
    if let Some(group) = delivery.group {
        let (delivered, read) = (group.delivered.to_string(), group.read.to_string());
        lines.push(fill(Key::DeliveryGroup, &[("delivered", &delivered), ("read", &read)]));
    }
    if let Some(price) = &delivery.price {
        let kind = price.kind.as_deref().unwrap_or_default().replace('_', " ");
        lines.push(format!("{}: {} · {kind}", text(Key::DeliveryPrice), price.category.replace('_', " ")));
    }
    lines.join("\n")
}

/// Ticks as WhatsApp has them, with words for those who do not see them.
#[component]
pub(crate) fn Ticks(
    state: DeliveryState,
    /// More than the state, when there is more to say.
    #[prop(optional)]
    delivery: Option<Delivery>,
) -> impl IntoView {
    let (icon, class) = match state {
        DeliveryState::Queued | DeliveryState::Sending => (IconName::Clock, "ticks"),
        DeliveryState::Uncertain => (IconName::Unsure, "ticks ticks--warn"),
        DeliveryState::Accepted | DeliveryState::Sent => (IconName::Tick, "ticks"),
        DeliveryState::Delivered => (IconName::Ticks, "ticks"),
        DeliveryState::Read | DeliveryState::Played => (IconName::Ticks, "ticks ticks--read"),
        DeliveryState::Failed => (IconName::Warning, "ticks ticks--bad"),
    };
    let label = words::delivery(state);
    view! {
        <span class=class title=move || delivery.as_ref().map_or_else(|| text(label).to_owned(), story)>
            <Icon name=icon/>
            <span class="unseen">{tr(label)}</span>
        </span>
    }
}

/// Why a message did not arrive or may not have, what to do, and the button that does it. An unknown
/// outcome has a few minutes to explain itself before anything is said.
#[component]
pub(super) fn Trouble(
    live: Live,
    message: MessageId,
    /// When it was written, in milliseconds.
    at_ms: f64,
    delivery: Delivery,
    /// Whether the same words were sent again since.
    again: bool,
    permit: Memo<Option<Permit>>,
) -> impl IntoView {
    let uncertain = delivery.state == DeliveryState::Uncertain;
    let unsure = delivery.state != DeliveryState::Failed;
    let reason = delivery.failure.as_ref().map_or(FailureReason::Other, |failure| failure.reason);
    let (why, what) = match delivery.state {
        DeliveryState::Failed => words::failure(reason),
        DeliveryState::Uncertain => (Key::UncertainWhy, Key::UncertainDo),
        _ => (Key::GivenUpWhy, Key::GivenUpDo),
    };
    let detail = delivery.failure.clone().and_then(|failure| {
        let code = failure.code.map(|code| code.to_string());
        let parts: Vec<_> = [code, failure.detail].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    });
    let busy = Memo::new(move |_| {
        let same = |p: &crate::live::Pending| p.command == Command::RetryMessage { message };
        !live.pending(same).is_empty()
    });
    let retry = Memo::new(move |_| {
        let permit = permit.get().filter(|permit| permit.obstacle.is_none() && !again);
        permit.is_some_and(|permit| may_retry(&delivery, at_ms, permit.heard_ms, live.now()))
    });
    view! {
        <Show when=move || !uncertain || retry.get()>
            <div class="failure" class:failure--unsure=unsure>
                <p class="failure__why" title=detail.clone()>{tr(why)}</p>
                <p>{tr(if again { Key::SentAgain } else { what })}</p>
                <Show when=move || retry.get()>
                    <Button
                        disabled=busy
                        on:click=move |_| live.command(Command::RetryMessage { message })
                        attr:data-testid="retry"
                    >
                        <Icon name=IconName::Retry/>
                        {move || text(Key::Retry)}
                    </Button>
                </Show>
            </div>
        </Show>
    }
    .into_any()
}

/// The sends that were refused before, for those who wonder why a message waits.
pub(super) fn attempts(delivery: &Delivery) -> Option<AnyView> {
    if delivery.attempts.is_empty() {
        return None;
    }
    let arrived = delivery.state.rank() >= DeliveryState::Accepted.rank();
    let next = delivery.attempts.last().and_then(|attempt| attempt.next_at).filter(|_| !arrived);
    let next = next.map(|at| {
        let at_ms = time::millis(at);
        view! { <p>{move || fill(Key::AttemptsNext, &[("when", &time::clock(at_ms))])}</p> }.into_any()
    });
    let lines: Vec<AnyView> = delivery
        .attempts
        .iter()
        .map(|attempt| {
            let (why, _) = words::failure(attempt.failure.reason);
            let at_ms = time::millis(attempt.at);
            let code = attempt.failure.code.map(|code| format!(" ({code})")).unwrap_or_default();
            let line = move || format!("{}: {}{code}", time::clock(at_ms), text(why));
            view! { <li title=attempt.failure.detail.clone()>{line}</li> }.into_any()
        })
        .collect();
    let story = view! {
        {next}
        <details class="attempts" data-testid="attempts">
            <summary>{tr(Key::AttemptsTitle)}</summary>
            <ul>{lines}</ul>
        </details>
    };
    Some(story.into_any())
}

#[cfg(test)]
mod tests {
    use shared::model::message::Failure;

    use super::*;

    const MINUTE: f64 = 60_000.0;

    fn delivery(state: DeliveryState, reason: Option<FailureReason>) -> Delivery {
        let failure = reason.map(|reason| Failure { code: None, reason, detail: None });
        Delivery { failure, ..Delivery::begun(state) }
    }

    #[test]
    fn an_unknown_outcome_can_be_sent_again_after_ten_minutes() {
        let unsure = delivery(DeliveryState::Uncertain, None);
        assert!(!may_retry(&unsure, 0.0, 0.0, 9.9 * MINUTE));
        assert!(may_retry(&unsure, 0.0, 0.0, 10.0 * MINUTE));
    }

    #[test]
    fn what_would_be_refused_again_is_not_offered() {
        let failed = |reason| delivery(DeliveryState::Failed, Some(reason));
        assert!(may_retry(&failed(FailureReason::ServiceUnavailable), 0.0, 0.0, 0.0));
        assert!(!may_retry(&failed(FailureReason::OptedOut), 0.0, 0.0, 99.0 * MINUTE));
        let closed = failed(FailureReason::WindowClosed);
        assert!(!may_retry(&closed, 5.0 * MINUTE, 0.0, 9.0 * MINUTE));
        assert!(may_retry(&closed, 5.0 * MINUTE, 6.0 * MINUTE, 9.0 * MINUTE), "the customer wrote again");
        assert!(!may_retry(&delivery(DeliveryState::Delivered, None), 0.0, 0.0, 99.0 * MINUTE));
    }
}
