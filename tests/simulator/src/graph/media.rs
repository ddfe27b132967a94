//! Uploads and downloads.

use std::sync::Arc;
use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use super::{Answer, GraphError, GraphPath, access, accounts};
use crate::behaviour::{MediaFault, Stage};
use crate::media::MediaFile;
use crate::signature::hex;
use crate::state::Shared;

/// Meta's largest upload (a document) is 100 MB; the simulator takes less.
const UPLOAD_LIMIT: usize = 20 * 1024 * 1024;

/// What a business may upload.
const TYPES: [&str; 18] = [
    "audio/aac",
    "audio/amr",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/3gpp",
];

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
    shared.with(|state| state.uploads += 1);
    if !TYPES.contains(&mime_type.as_str()) {
        let known = TYPES.join(", ");
        let message = format!(
            "Param file must be a file with one of the following types: {known}. Received file of type '{mime_type}'."
        );
        return Err(GraphError::parameter(message));
    }
    let owner = match shared.media_fault(Stage::Upload) {
        Some(MediaFault::UploadRefused { code }) => return Err(GraphError::of(code)),
        Some(MediaFault::UploadFails) => return Ok(HttpResponse::InternalServerError().finish()),
        Some(MediaFault::UploadStalls { delay_ms }) => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            &app.app_id
        }
        Some(MediaFault::UploadForgotten) => "",
        _ => &app.app_id,
    };
    let id = shared.with(|state| state.media.add(owner, &mime_type, file));
    Ok(HttpResponse::Ok().json(json!({ "id": id })))
}

/// `GET /{media}`.
pub(super) fn describe(shared: &Shared, file: &MediaFile) -> Answer {
    let mut url = format!("{}/media-files/{}", shared.base_url, file.id);
    let (mut digest, mut size) = (hex(&file.sha256()), file.bytes.len());
    match shared.media_fault(Stage::Place) {
        Some(MediaFault::Unknown) => return Err(GraphError::unknown_object("get", &file.id)),
        Some(MediaFault::Unauthorised) => return Err(GraphError::token()),
        Some(MediaFault::WrongHash) => digest = hex(&[0; 32]),
        Some(MediaFault::WrongSize) => size += 1,
        Some(MediaFault::Elsewhere { url: other }) => url = other,
        _ => {}
    }
    Ok(HttpResponse::Ok().json(json!({
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": file.mime_type,
        "sha256": digest,
        "file_size": size,
        "id": file.id,
    })))
}

/// The address `describe` gave; like Meta's it needs the same token.
pub(super) async fn download_media(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    id: web::Path<String>,
) -> Answer {
    let app = access::app_of_token(&request, &shared)?;
    let file = shared.with(|state| state.media.get(&id).filter(|file| file.app_id == app.app_id).cloned());
    let missing = || GraphError::unknown_object("get", &id).with_http(404);
    let file = file.ok_or_else(missing)?;
    let bytes = Bytes::from(file.bytes.as_ref().clone());
    let mut response = HttpResponse::Ok();
    response.content_type(file.mime_type);
    Ok(match shared.media_fault(Stage::Download) {
        Some(MediaFault::Expired) => return Err(missing()),
        Some(MediaFault::ServerError) => HttpResponse::InternalServerError().finish(),
        Some(MediaFault::Redirect { url }) => {
            HttpResponse::Found().insert_header((header::LOCATION, url)).finish()
        }
        Some(MediaFault::CutHalfway) => {
            let half = bytes.slice(..bytes.len() / 2);
            let cut = stream::iter([Ok(half), Err(std::io::Error::other("cut"))]);
            response.body(SizedStream::new(bytes.len() as u64, cut))
        }
        Some(MediaFault::Drip { pause_ms }) => {
            let pieces: Vec<Bytes> =
                bytes.chunks(bytes.len().div_ceil(8).max(1)).map(Bytes::copy_from_slice).collect();
            let drip = stream::iter(pieces).then(move |piece| async move {
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                Ok::<_, std::io::Error>(piece)
            });
            response.body(SizedStream::new(bytes.len() as u64, drip))
        }
        _ => response.body(bytes),
    })
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
