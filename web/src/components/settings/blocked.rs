//! Everybody who is kept from writing to the business.

use leptos::{prelude::*, task::spawn_local};
use shared::model::contact::BlockedContacts;

use super::fields;
use crate::{
    app::Desk,
    components::blocked,
    http::{self, Refused},
    i18n::{Key, text},
    routes,
    ui::{IconName, RowSkeletons, Show},
};

/// The page.
pub(crate) fn page(desk: Desk) -> AnyView {
    let fetched = RwSignal::new(None::<Result<BlockedContacts, Refused>>);
    let fetch = move || {
        spawn_local(async move {
            let answer = http::get::<BlockedContacts>("/api/blocked").await;
            let _ = fetched.try_set(Some(answer));
        });
    };
    fetch();
    let all = Memo::new(move |_| match fetched.get() {
        Some(Ok(found)) => found.contacts,
        _ => Vec::new(),
    });
    let failed = Signal::derive(move || {
        fetched.with(|answer| match answer {
            Some(Err(refused)) => Some(fields::explain(refused)),
            _ => None,
        })
    });
    view! {
        {fields::head(routes::CONTACTS.to_owned(), Key::BlockedBack, Signal::derive(|| text(Key::BlockedTitle).to_owned()))}
        <Show when=move || fetched.with(Option::is_none)><RowSkeletons/></Show>
        {fields::alert(failed)}
        <Show when=move || fetched.with(|answer| matches!(answer, Some(Ok(found)) if found.count == 0))>
            {|| fields::empty(IconName::People, Key::BlockedNone, None, ().into_any())}
        </Show>
        {blocked::list(desk, all, Callback::new(move |()| fetch()))}
    }
    .into_any()
}
