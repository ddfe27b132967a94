//! Uploads and downloads.

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::TryStreamExt;
use serde_json::json;

use super::{Answer, GraphError, GraphPath, access, accounts};
use crate::media::MediaFile;
use crate::signature::hex;
use crate::state::Shared;

/// Meta's largest upload (a document) is 100 MB; the simulator takes less.
const UPLOAD_LIMIT: usize = 20 * 1024 * 1024;

/// `POST /{number}/media`: a form with `messaging_product`, `type` and `file`.
pub(super) async fn upload_media(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    mut form: Multipart,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    access::number_of(&app, &path.node)?;
    let (mut product, mut mime_type, mut file) = (None, None, None);
    let broken = |error| GraphError::parameter(format_args!("The form cannot be read: {error}"));
    while let Some(mut field) = form.try_next().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let part_type = field.content_type().map(ToString::to_string);
        let mut bytes = Vec::new();
        while let Some(part) = field.try_next().await.map_err(broken)? {
            if bytes.len() + part.len() > UPLOAD_LIMIT {
                return Err(GraphError::with_details(131_053, "The file is too large."));
            }
            bytes.extend_from_slice(&part);
        }
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        match name.as_str() {
            "messaging_product" => product = Some(text()),
            "type" => mime_type = Some(text()),
            "file" => {
                mime_type = mime_type.or(part_type);
                file = Some(bytes);
            }
            _ => {}
        }
    }
    if product.as_deref() != Some("whatsapp") {
        return Err(GraphError::parameter("The parameter messaging_product is required."));
    }
    let file = file.ok_or_else(|| GraphError::parameter("The parameter file is required."))?;
    let mime_type = mime_type.unwrap_or_else(|| "application/octet-stream".into());
    let id = shared.with(|state| state.media.add(&app.app_id, &mime_type, file));
    Ok(HttpResponse::Ok().json(json!({ "id": id })))
}

/// `GET /{media}`.
pub(super) fn describe(shared: &Shared, file: &MediaFile) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "messaging_product": "whatsapp",
        "url": format!("{}/media-files/{}", shared.base_url, file.id),
        "mime_type": file.mime_type,
        "sha256": hex(&file.sha256()),
        "file_size": file.bytes.len(),
        "id": file.id,
    }))
}

/// The address `describe` gave; like Meta's it needs the same token.
pub(super) async fn download_media(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    id: web::Path<String>,
) -> Answer {
    let app = access::app_of_token(&request, &shared)?;
    let file = shared.with(|state| {
        if state.failing_media_downloads > 0 {
            state.failing_media_downloads -= 1;
            return None;
        }
        state.media.get(&id).filter(|file| file.app_id == app.app_id).cloned()
    });
    let file = file.ok_or_else(|| GraphError::unknown_object("get", &id).with_http(404))?;
    Ok(HttpResponse::Ok().content_type(file.mime_type).body(file.bytes.as_ref().clone()))
}

/// `DELETE /{media}`.
pub(super) async fn delete_media(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    access::authorised_app(&request, &shared, &path.version)?;
    if shared.with(|state| state.media.remove(&path.node)) {
        return Ok(accounts::success());
    }
    Err(GraphError::unknown_object("delete", &path.node))
}
