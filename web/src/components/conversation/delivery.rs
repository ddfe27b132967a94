//! How far a message got: ticks, and plain words when it did not arrive.

use leptos::prelude::*;
use shared::{
    ids::MessageId,
    live::command::Command,
    model::message::{Delivery, DeliveryState},
};

use crate::{
    i18n::{Key, text, tr},
    live::Live,
    ui::{Button, Icon, IconName},
    words,
};

/// Ticks as WhatsApp has them, with words for those who do not see them.
#[component]
pub(crate) fn Ticks(state: DeliveryState) -> impl IntoView {
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
        <span class=class title=tr(label)>
            <Icon name=icon/>
            <span class="unseen">{tr(label)}</span>
        </span>
    }
}

/// Why a message failed, what to do, and the button that does it.
#[component]
pub(super) fn Failed(live: Live, message: MessageId, delivery: Delivery) -> impl IntoView {
    let failure = delivery.failure;
    let (why, what) =
        failure.as_ref().map_or((Key::FailOther, Key::FailOtherDo), |f| words::failure(f.reason));
    let detail = failure.and_then(|failure| {
        let code = failure.code.map(|code| code.to_string());
        let parts: Vec<_> = [code, failure.detail].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    });
    let busy = Memo::new(move |_| {
        let same = |p: &crate::live::Pending| p.command == Command::RetryMessage { message };
        !live.pending(same).is_empty()
    });
    view! {
        <div class="failure">
            <p class="failure__why" title=detail>{tr(why)}</p>
            <p>{tr(what)}</p>
            <Button
                disabled=busy
                on:click=move |_| live.command(Command::RetryMessage { message })
                attr:data-testid="retry"
            >
                <Icon name=IconName::Retry/>
                {move || text(Key::Retry)}
            </Button>
        </div>
    }
}
