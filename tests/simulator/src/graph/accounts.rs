//! Numbers, business accounts and their subscriptions.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Answer, GraphError, GraphPath, access};
use crate::config::{App, Number};
use crate::state::Shared;

/// A number or a business account.
pub(super) fn describe(app: &App, id: &str) -> Answer {
    if let Some(number) = app.number(id) {
        return Ok(HttpResponse::Ok().json(number_object(number)));
    }
    if access::has_account(app, id) {
        let account = json!({ "id": id, "name": "Simulated account", "currency": "EUR", "timezone_id": "1" });
        return Ok(HttpResponse::Ok().json(account));
    }
    Err(GraphError::unknown_object("get", id))
}

pub(super) async fn list_phone_numbers(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    let app = account(&request, &shared, &path)?;
    let of_account = |number: &&Number| app.waba_of(number) == path.node;
    let numbers: Vec<Value> = app.numbers.iter().filter(of_account).map(number_object).collect();
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

fn number_object(number: &Number) -> Value {
    json!({
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "quality_rating": "GREEN",
        "status": "CONNECTED",
        "throughput": { "level": "STANDARD" },
    })
}
