//! What tokens, numbers and business accounts say about themselves, and what is done to numbers.

use std::sync::Arc;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Answer, GraphError, GraphPath, access, accounts};
use crate::config::{App, Number};
use crate::state::{Shared, State};

/// Registrations in 72 hours.
const REGISTRATIONS: u32 = 10;
/// Fields of a number that may be asked for.
const NUMBER_FIELDS: &str = "id display_phone_number verified_name name_status quality_rating status throughput \
    code_verification_status platform_type whatsapp_business_manager_messaging_limit health_status \
    webhook_configuration account_mode is_official_business_account";
/// Fields of a business account that may be asked for.
const ACCOUNT_FIELDS: &str = "id name status currency timezone_id country account_review_status health_status \
    business_verification_status ownership_type";

/// A number or a business account.
pub(super) fn describe(request: &HttpRequest, shared: &Shared, app: &App, id: &str) -> Answer {
    if let Some(number) = app.number(id) {
        only(request, NUMBER_FIELDS)?;
        return Ok(HttpResponse::Ok().json(shared.with(|state| object(state, number))));
    }
    if access::has_account(app, id) {
        only(request, ACCOUNT_FIELDS)?;
        let review = shared.with(|state| state.numbers.reviews.get(id).cloned());
        return Ok(HttpResponse::Ok().json(json!({
            "id": id, "name": "Simulated account", "currency": "EUR", "timezone_id": "1",
            "account_review_status": review.unwrap_or_else(|| "APPROVED".into()),
        })));
    }
    Err(GraphError::unknown_object("get", id))
}

/// Fields that do not exist are refused, as Meta does.
fn only(request: &HttpRequest, known: &str) -> Result<(), GraphError> {
    let query = web::Query::<std::collections::HashMap<String, String>>::from_query(request.query_string());
    let fields = query.ok().and_then(|query| query.get("fields").cloned()).unwrap_or_default();
    let odd = |field: &&str| !field.is_empty() && !known.split_whitespace().any(|known| known == *field);
    match fields.split(',').find(odd) {
        Some(field) => {
            Err(GraphError::parameter(format_args!("Tried accessing nonexisting field ({field})")))
        }
        None => Ok(()),
    }
}

/// A number as the Graph API shows it.
pub(super) fn object(state: &State, number: &Number) -> Value {
    let node = state.numbers.node(&number.phone_number_id);
    json!({
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "code_verification_status": "VERIFIED",
        "name_status": node.name_status,
        "platform_type": "CLOUD_API",
        "quality_rating": node.quality,
        "status": node.status,
        "throughput": { "level": node.throughput },
        "whatsapp_business_manager_messaging_limit": node.limit,
        "health_status": { "can_send_message": node.can_send, "entities": node.entities },
    })
}

#[derive(serde::Deserialize)]
pub(super) struct DebugQuery {
    input_token: String,
}

/// What a token may do, asked with `app id|app secret`.
pub(super) async fn debug_token(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    query: web::Query<DebugQuery>,
) -> Answer {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let asker =
        header.and_then(|value| value.strip_prefix("Bearer ")).and_then(|token| token.split_once('|'));
    let (id, secret) = asker.ok_or_else(GraphError::app)?;
    shared.with(|state| {
        let app = state.apps.iter().find(|app| app.app_id == id && app.app_secret == secret);
        let app = app.ok_or_else(GraphError::app)?;
        let owner = state.apps.iter().find(|app| app.access_token == query.input_token);
        let token = state.numbers.token(&app.app_id);
        match owner {
            Some(owner) if owner.app_id != app.app_id => {
                Err(GraphError::parameter("The App_id in the input_token did not match the Viewing App"))
            }
            Some(_) if token.valid => {
                let mut accounts: Vec<&str> = app.numbers.iter().map(|number| app.waba_of(number)).collect();
                accounts.push(&app.waba_id);
                accounts.sort_unstable();
                accounts.dedup();
                let granular = |scope: &String| match token.names_accounts {
                    true => json!({ "scope": scope, "target_ids": accounts }),
                    false => json!({ "scope": scope }),
                };
                Ok(HttpResponse::Ok().json(json!({ "data": {
                    "app_id": app.app_id, "type": "SYSTEM_USER", "application": "Switchboard",
                    "data_access_expires_at": 0, "expires_at": token.expires_at, "is_valid": true,
                    "scopes": token.scopes,
                    "granular_scopes": token.scopes.iter().map(granular).collect::<Vec<_>>(),
                } })))
            }
            _ => Ok(HttpResponse::Ok().json(json!({ "data": {
                "error": { "code": 190, "message": "Invalid OAuth access token." },
                "is_valid": false, "scopes": [],
            } }))),
        }
    })
}

/// The code that a test wants the next order to be refused with.
pub(super) fn refused(shared: &Shared) -> Result<(), GraphError> {
    match shared.with(|state| state.numbers.refusals.pop_front()) {
        Some(code) => Err(GraphError::of(code)),
        None => Ok(()),
    }
}

pub(super) async fn register(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    body: web::Json<Value>,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    access::number_of(&app, &path.node)?;
    product(&body)?;
    let pin = body.get("pin").and_then(Value::as_str).unwrap_or_default().to_owned();
    if pin.len() != 6 || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(GraphError::parameter("Param pin must be 6 characters long"));
    }
    refused(&shared)?;
    shared.change(|state| {
        let node = state.numbers.node_mut(&path.node);
        node.registrations += 1;
        if node.registrations > REGISTRATIONS {
            return Err(GraphError::of(133_016));
        }
        if node.pin.as_ref().is_some_and(|known| *known != pin) {
            return Err(GraphError::of(133_005));
        }
        node.pin = Some(pin);
        node.status = "CONNECTED".into();
        Ok(())
    })?;
    Ok(accounts::success())
}

pub(super) async fn get_profile(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    access::number_of(&app, &path.node)?;
    let profile = shared.with(|state| state.numbers.node(&path.node).profile);
    Ok(HttpResponse::Ok().json(json!({ "data": [profile] })))
}

pub(super) async fn set_profile(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    body: web::Json<Value>,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    access::number_of(&app, &path.node)?;
    product(&body)?;
    for (key, most) in [("about", 139), ("address", 256), ("description", 512), ("email", 128)] {
        let text = body.get(key).and_then(Value::as_str);
        if text.is_some_and(|text| text.chars().count() > most) || (key == "about" && text == Some("")) {
            return Err(GraphError::parameter(format_args!("Param {key} must be 1 to {most} characters")));
        }
    }
    let websites = body.get("websites").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_address = |site: &Value| {
        site.as_str().is_some_and(|site| site.starts_with("http") && site.chars().count() <= 256)
    };
    if websites.len() > 2 || !websites.iter().all(is_address) {
        return Err(GraphError::parameter("Param websites must be two addresses at most"));
    }
    refused(&shared)?;
    shared.change(|state| {
        let profile = &mut state.numbers.node_mut(&path.node).profile;
        let (Some(known), Some(new)) = (profile.as_object_mut(), body.as_object()) else { return };
        known.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
    });
    Ok(accounts::success())
}

fn product(body: &Value) -> Result<(), GraphError> {
    match body.get("messaging_product").and_then(Value::as_str) {
        Some("whatsapp") => Ok(()),
        _ => Err(GraphError::parameter("The parameter messaging_product is required.")),
    }
}
