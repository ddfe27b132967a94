//! What the phone page shows, as one document.

use serde::Serialize;

use crate::chat::Bubble;
use crate::state::State;

/// Everything the page needs after a change.
#[derive(Serialize)]
pub(super) struct PhoneView {
    revision: u64,
    customers: Vec<CustomerView>,
    numbers: Vec<NumberView>,
    customer: Option<String>,
    /// The number the open chat is with.
    number: Option<String>,
    chat: Vec<Bubble>,
    unread: u32,
    typing: bool,
    paused: bool,
}

#[derive(Serialize)]
struct CustomerView {
    key: String,
    name: String,
    unread: u32,
    last: String,
    last_at: i64,
}

#[derive(Serialize)]
struct NumberView {
    id: String,
    name: String,
    display: String,
}

impl PhoneView {
    pub(super) fn of(state: &State, customer: Option<&str>, number: Option<&str>, now_ms: i64) -> Self {
        let number = number.map(str::to_owned).or_else(|| chosen_number(state, customer?));
        let chat = customer.zip(number.as_deref());
        let chat = chat.and_then(|(key, number)| state.chats.get(&(key.to_owned(), number.to_owned())));
        Self {
            revision: state.revision,
            customers: customers(state),
            numbers: numbers(state),
            customer: customer.map(str::to_owned),
            number,
            chat: chat.map(|chat| chat.bubbles.iter().cloned().collect()).unwrap_or_default(),
            unread: chat.map_or(0, |chat| chat.unread),
            typing: chat.is_some_and(|chat| chat.typing_until_ms > now_ms),
            paused: state.paused,
        }
    }
}

/// The number of the newest chat, or the first one.
fn chosen_number(state: &State, customer: &str) -> Option<String> {
    let chats = state.chats.iter().filter(|((key, _), _)| key == customer);
    let newest = chats.max_by_key(|(_, chat)| chat.bubbles.back().map(|bubble| bubble.at));
    let first = || state.number(None).map(|(_, number)| number.phone_number_id.clone());
    newest.map(|((_, number), _)| number.clone()).or_else(first)
}

fn customers(state: &State) -> Vec<CustomerView> {
    let mut views: Vec<CustomerView> = state
        .customers
        .iter()
        .map(|(key, customer)| {
            let chats = state.chats.iter().filter(|((of, _), _)| of == key).map(|(_, chat)| chat);
            let unread = chats.clone().map(|chat| chat.unread).sum();
            let last = chats.filter_map(|chat| chat.bubbles.back()).max_by_key(|bubble| bubble.at);
            CustomerView {
                key: key.clone(),
                name: customer.name.clone().unwrap_or_else(|| key.clone()),
                unread,
                last: last.map(preview).unwrap_or_default(),
                last_at: last.map_or(0, |bubble| bubble.at),
            }
        })
        .collect();
    views.sort_by(|one, two| two.last_at.cmp(&one.last_at).then_with(|| one.name.cmp(&two.name)));
    views
}

fn preview(bubble: &Bubble) -> String {
    let text = if bubble.text.is_empty() && bubble.is_image { "Picture" } else { &bubble.text };
    text.chars().take(60).collect()
}

fn numbers(state: &State) -> Vec<NumberView> {
    let all = state.apps.iter().flat_map(|app| &app.numbers);
    all.map(|number| NumberView {
        id: number.phone_number_id.clone(),
        name: number.verified_name.clone(),
        display: number.display_phone_number.clone(),
    })
    .collect()
}
