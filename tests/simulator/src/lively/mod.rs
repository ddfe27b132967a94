//! Customers who write by themselves: a dozen people of a shop, each with a small story.
//!
//! One turn at a time, about one message every few seconds over all of them, so that a demo is
//! alive and never floods. A person who holds a customer's phone takes that customer out of play.

mod people;
mod story;

use std::sync::Arc;
use std::time::Duration;

use crate::chat::{Choice, ChoiceKind};
use crate::config::Customers;
use crate::customer::{Customer, Said, Utterance};
use crate::state::{Shared, State};

pub(crate) use story::Stories;

/// Mean pause between two messages of anybody.
const PACE_MS: u64 = 4_500;
/// Limits of that pause, so that it is neither a burst nor a silence.
const PACE_LIMITS_MS: (u64, u64) = (1_500, 12_000);

/// Plays until the simulator stops. Does nothing where customers are quiet.
pub(crate) async fn live(shared: Arc<Shared>) {
    if shared.config.customers == Customers::Quiet {
        return;
    }
    shared.change(|state| {
        for person in people::PEOPLE {
            let customer = Customer {
                wa_id: Some(person.wa_id.into()),
                user_id: Some(person.user_id.into()),
                name: Some(person.name.into()),
                ..Customer::default()
            };
            state.customers.insert(person.wa_id.into(), customer);
        }
    });
    loop {
        let pause = shared.with(|state| state.random.exponential_ms(PACE_MS));
        let pause = pause.clamp(PACE_LIMITS_MS.0, PACE_LIMITS_MS.1);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let now = shared.clock.now_ms();
        let played = |customer: &str| shared.is_played(customer);
        let busy: Vec<&str> =
            people::PEOPLE.iter().map(|person| person.wa_id).filter(|wa_id| played(wa_id)).collect();
        let turn = shared.with(|state| if state.paused { None } else { story::turn(state, now, &busy) });
        if let Some((customer, utterance)) = turn {
            let shared = Arc::clone(&shared);
            // Not awaited: a webhook that is being retried must not silence everybody else.
            tokio::spawn(async move { shared.say(customer, utterance).await });
        }
    }
}

/// The business wrote, with these choices under it: whoever is in a story thinks about an answer.
pub(crate) fn hear(state: &mut State, customer: &str, wamid: &str, choices: &[Choice], now_ms: i64) {
    let chosen = state.random.pick(choices).cloned();
    let tapped = chosen.map(|choice| {
        let said = match choice.kind {
            ChoiceKind::Button => Said::ButtonReply { id: choice.id, title: choice.title },
            ChoiceKind::QuickReply => Said::Button { payload: choice.id, text: choice.title },
            ChoiceKind::ListRow => {
                Said::ListReply { id: choice.id, title: choice.title, description: choice.description }
            }
        };
        Utterance { reply_to: Some(wamid.to_owned()), ..Utterance::of(said) }
    });
    let delay = state.random.between(2_500, 9_000);
    state.stories.answered(customer, tapped, now_ms.saturating_add(delay), now_ms);
}
