//! The Resumable Upload API: `POST /{app}/uploads`, then the bytes to the session it names.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::{Answer, GraphError, GraphPath, access};
use crate::samples::Announced;
use crate::state::Shared;

/// How the name of a session begins.
pub(super) const SESSION: &str = "upload:";

#[derive(serde::Deserialize)]
pub(super) struct BeginQuery {
    file_length: u64,
    file_type: String,
}

pub(super) async fn begin(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    query: web::Query<BeginQuery>,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    if app.app_id != path.node {
        return Err(GraphError::unknown_object("post", &path.node));
    }
    let BeginQuery { file_length: length, file_type: mime_type } = query.into_inner();
    let announced = Announced { app_id: app.app_id, length, mime_type };
    let begun = shared.change(|state| state.samples.begin(announced));
    Ok(HttpResponse::Ok().json(json!({ "id": begun.map_err(GraphError::parameter)? })))
}

/// The whole file; going on after a break is not played. Bearers are not known here, as at Meta.
pub(super) fn receive(request: &HttpRequest, shared: &Shared, path: &GraphPath, bytes: &[u8]) -> Answer {
    let app = access::app_with(request, shared, "OAuth")?;
    let session = format!("{}?{}", path.node, request.query_string());
    if shared.with(|state| state.samples.owner(&session) != Some(&app.app_id)) {
        return Err(GraphError::unknown_object("post", &path.node));
    }
    let offset = request.headers().get("file_offset").and_then(|value| value.to_str().ok());
    if offset != Some("0") {
        return Err(GraphError::parameter("The header file_offset must be where the file goes on: 0"));
    }
    let handle = shared.change(|state| state.samples.receive(&session, bytes));
    Ok(HttpResponse::Ok().json(json!({ "h": handle.map_err(GraphError::parameter)? })))
}
