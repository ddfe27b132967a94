//! Another access token or app secret for the app of a number.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::api::numbers::{ConnectionSummary, Nothing, ReplaceSecretsRequest};

use super::{
    fields::{self, Line},
    setup::Order,
};
use crate::{
    http,
    i18n::{Key, fill},
};

/// The form; of the operator's apps only a sentence.
pub(super) fn draw(connection: RwSignal<Option<ConnectionSummary>>) -> AnyView {
    let (token, secret, order) = (RwSignal::new(String::new()), RwSignal::new(String::new()), Order::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(connection) = connection.get_untracked() else { return };
        let given = |field: RwSignal<String>| {
            Some(field.get_untracked().trim().to_owned()).filter(|text| !text.is_empty())
        };
        let request = ReplaceSecretsRequest { access_token: given(token), app_secret: given(secret) };
        order.run(async move {
            let path = format!("/api/connections/{}", connection.id);
            http::post::<Option<Nothing>>(&path, &request).await.map(drop)?;
            let _ = token.try_set(String::new());
            let _ = secret.try_set(String::new());
            Ok(())
        });
    };
    let nothing =
        move || token.with(|text| text.trim().is_empty()) && secret.with(|text| text.trim().is_empty());
    let app = move || {
        connection.with(|one| {
            one.as_ref().map(|one| fill(Key::SecretsApp, &[("name", &one.name), ("id", &one.app_id)]))
        })
    };
    let own = Memo::new(move |_| connection.with(|one| one.as_ref().is_some_and(|one| one.own)));
    view! {
        <p class="settings__note" dir="auto">{app}</p>
        {move || if own.get() {
            view! {
                <form class="step__form" on:submit=submit>
                    {Line::new("new-token", Key::SecretsToken, token).kind("password").hint(Key::ConnectTokenHint).draw()}
                    {Line::new("new-secret", Key::SecretsSecret, secret).kind("password").hint(Key::SecretsSecretHint).draw()}
                    {order.outcome(Key::SecretsSaved)}
                    {fields::save("secrets-save", Key::SecretsCheck, Signal::derive(move || order.busy.get() || nothing()))}
                </form>
            }.into_any()
        } else {
            fields::note(Key::SecretsOperator)
        }}
    }
    .into_any()
}
