//! Numbers, accounts and tokens: the in-process door and the thin handlers over it.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Control;
use crate::delivery::Delivery;
use crate::numbers::{NumberNode, TokenNode};
use crate::state::Shared;

impl Control {
    /// How a number is.
    pub fn number(&self, phone_number_id: &str) -> NumberNode {
        self.shared.with(|state| state.numbers.node(phone_number_id))
    }

    /// Changes how a number is; no webhook tells of it.
    pub fn change_number(&self, phone_number_id: &str, change: impl FnOnce(&mut NumberNode)) {
        self.shared.change(|state| change(state.numbers.node_mut(phone_number_id)));
    }

    /// What an app's access token is worth from now on.
    pub fn set_token(&self, app_id: &str, token: TokenNode) {
        self.shared.change(|state| state.numbers.set_token(app_id, token));
    }

    /// What Meta decides about a business account, in its word; no webhook tells of it.
    pub fn set_review(&self, account: &str, review: &str) {
        self.shared.change(|state| state.numbers.reviews.insert(account.to_owned(), review.to_owned()));
    }

    /// Whether an app hears of what happens in a business account.
    pub fn is_subscribed(&self, account: &str) -> bool {
        self.shared.with(|state| state.subscribed.iter().any(|known| known == account))
    }

    /// The next orders about numbers are refused with these codes.
    pub fn refuse_orders(&self, codes: impl IntoIterator<Item = u32>) {
        self.shared.with(|state| state.numbers.refusals.extend(codes));
    }

    /// Posts a webhook about a business account, at a time in Unix seconds or now.
    pub async fn tell_account(&self, account: &str, field: &str, value: Value, at: Option<i64>) -> Delivery {
        let app_id = self.shared.with(|state| {
            let owns = |app: &&crate::App| crate::graph::has_account(app, account);
            state.apps.iter().find(owns).map(|app| app.app_id.clone())
        });
        let time = at.unwrap_or_else(|| self.shared.clock.now());
        let webhook = json!({
            "object": "whatsapp_business_account",
            "entry": [{ "id": account, "time": time, "changes": [{ "field": field, "value": value }] }],
        });
        self.raw(app_id.as_deref(), webhook.to_string()).await
    }
}

type State = web::Data<Arc<Shared>>;

/// The routes below `/control`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/numbers/{id}", web::get().to(get_number))
        .route("/numbers/{id}", web::post().to(set_number))
        .route("/tokens/{app_id}", web::post().to(set_token))
        .route("/news", web::post().to(tell));
}

async fn get_number(shared: State, id: web::Path<String>) -> HttpResponse {
    HttpResponse::Ok().json(Control::new(Arc::clone(&shared)).number(&id))
}

async fn set_number(shared: State, id: web::Path<String>, body: web::Json<NumberNode>) -> HttpResponse {
    Control::new(Arc::clone(&shared)).change_number(&id, |node| *node = body.into_inner());
    super::http::done()
}

async fn set_token(shared: State, app_id: web::Path<String>, body: web::Json<TokenNode>) -> HttpResponse {
    Control::new(Arc::clone(&shared)).set_token(&app_id, body.into_inner());
    super::http::done()
}

#[derive(Deserialize)]
struct News {
    account: String,
    field: String,
    value: Value,
}

async fn tell(shared: State, body: web::Json<News>) -> HttpResponse {
    let News { account, field, value } = body.into_inner();
    HttpResponse::Ok()
        .json(Control::new(Arc::clone(&shared)).tell_account(&account, &field, value, None).await)
}
