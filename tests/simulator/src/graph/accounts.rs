//! Numbers, business accounts and their subscriptions.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Answer, GraphError, GraphPath, access, numbers};
use crate::config::{App, Number};
use crate::state::Shared;

pub(super) async fn list_phone_numbers(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    let app = account(&request, &shared, &path)?;
    let of_account = |number: &&Number| app.waba_of(number) == path.node;
    let numbers: Vec<Value> = shared.with(|state| {
        app.numbers.iter().filter(of_account).map(|number| numbers::object(state, number)).collect()
    });
    Ok(HttpResponse::Ok().json(json!({
        "data": numbers,
        "paging": { "cursors": { "before": "QVFIUfirst", "after": "QVFIUlast" } }
    })))
}

pub(super) async fn list_subscribed_apps(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    let app = account(&request, &shared, &path)?;
    let subscribed = shared.with(|state| state.subscribed.contains(&path.node));
    let data = subscribed.then(|| {
        json!({ "whatsapp_business_api_data": {
            "id": app.app_id, "link": "https://www.facebook.com/games/?app_id=0", "name": "Switchboard",
        }})
    });
    Ok(HttpResponse::Ok().json(json!({ "data": data.into_iter().collect::<Vec<_>>() })))
}

pub(super) async fn subscribe_app(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    account(&request, &shared, &path)?;
    numbers::refused(&shared)?;
    shared.with(|state| {
        if !state.subscribed.contains(&path.node) {
            state.subscribed.push(path.node.clone());
        }
    });
    Ok(success())
}

pub(super) async fn unsubscribe_app(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    account(&request, &shared, &path)?;
    shared.with(|state| state.subscribed.retain(|account| *account != path.node));
    Ok(success())
}

/// The app, where the path names one of its business accounts.
pub(super) fn account(request: &HttpRequest, shared: &Shared, path: &GraphPath) -> Result<App, GraphError> {
    let app = access::authorised_app(request, shared, &path.version)?;
    if access::has_account(&app, &path.node) {
        return Ok(app);
    }
    Err(GraphError::unknown_object(&request.method().as_str().to_lowercase(), &path.node))
}

pub(super) fn success() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "success": true }))
}
