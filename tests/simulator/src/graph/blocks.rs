//! `POST|DELETE|GET /{number}/block_users`: whom a number keeps out, each address answered on its own.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Answer, GraphError, GraphPath, access, error::title_of, validation};
use crate::customer::normal_key;
use crate::state::{Shared, State};

/// Only who wrote within these seconds can be blocked.
const RECENT_S: i64 = 24 * 60 * 60;
/// Users of one request.
const USERS_LIMIT: usize = 1_000;
/// Users one number can keep out.
const LIST_LIMIT: usize = 64_000;

/// Keeps users out or lets them in again.
pub(super) async fn change_blocks(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    bytes: web::Bytes,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    access::number_of(&app, &path.node)?;
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    validation::product(&body)?;
    let users = users(&body)?;
    if let Some(code) = shared.change(|state| state.failing_blocks.pop_front()) {
        return Err(GraphError::of(code));
    }
    let (number, now, adds) = (path.node.clone(), shared.clock.now(), request.method() == Method::POST);
    let (done, failed) = shared.change(|state| {
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for input in users {
            match change(state, &number, &input, now, adds) {
                Ok(wa_id) => done.push(json!({ "input": input, "wa_id": wa_id })),
                Err((code, details)) => {
                    let data = json!({ "details": details });
                    let error = json!({ "message": title_of(code), "code": code, "error_data": data });
                    failed.push(json!({ "input": input, "errors": [error] }));
                }
            }
        }
        (done, failed)
    });
    let list = if adds { "added_users" } else { "removed_users" };
    if failed.is_empty() {
        return Ok(HttpResponse::Ok()
            .json(json!({ "messaging_product": "whatsapp", "block_users": { list: done } })));
    }
    Ok(HttpResponse::BadRequest().json(json!({
        "messaging_product": "whatsapp",
        "block_users": { list: done, "failed_users": failed },
        "error": {
            "message": "(#139100) Failed to block/unblock users", "type": "OAuthException", "code": 139_100,
            "error_data": { "details": "See the block_users response list for details" },
            "fbtrace_id": "ABlock",
        },
    })))
}

/// Lists whom a number keeps out.
pub(super) async fn list_blocks(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    access::number_of(&app, &path.node)?;
    let data: Vec<Value> = shared.with(|state| {
        let theirs = state.blocked.iter().filter(|(number, _)| *number == path.node);
        theirs.map(|(_, user)| json!({ "messaging_product": "whatsapp", "wa_id": user })).collect()
    });
    Ok(HttpResponse::Ok().json(json!({ "data": data })))
}

/// The users a body names: numbers with their plus, or business-scoped ids.
fn users(body: &Value) -> Result<Vec<String>, GraphError> {
    let list = body.get("block_users").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| GraphError::parameter("The parameter block_users is required."))?;
    if list.len() > USERS_LIMIT {
        return Err(GraphError::of(130_429));
    }
    let named = |user: &Value| {
        let text = |key| user.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let number = text("user").filter(|text| text.starts_with('+') && text.len() > 4);
        number.or(text("user_id").filter(|text| text.contains('.'))).map(str::to_owned)
    };
    let all: Option<Vec<String>> = list.iter().map(named).collect();
    all.ok_or_else(|| GraphError::parameter("Param block_users must name a user each."))
}

fn change(
    state: &mut State,
    number: &str,
    input: &str,
    now: i64,
    adds: bool,
) -> Result<String, (u32, &'static str)> {
    let user = state.customer(&normal_key(input)).key();
    let key = (number.to_owned(), user.clone());
    if !adds {
        state.blocked.remove(&key);
        return Ok(user);
    }
    let last = state.chat(&user, number).last_customer_at;
    if last.is_none_or(|last| now - last >= RECENT_S) {
        return Err((131_047, "User has not messaged in the last 24 hours"));
    }
    if state.blocked.iter().filter(|(of, _)| of == number).count() >= LIST_LIMIT {
        return Err((139_101, "Blocklist limit reached"));
    }
    state.blocked.insert(key);
    Ok(user)
}
