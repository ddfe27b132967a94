//! The part of the Cloud API the server uses, under any `/v{N}.0/`.

mod access;
mod accounts;
mod addresses;
mod blocks;
mod error;
mod interactive;
mod media;
mod messages;
mod numbers;
mod samples;
mod template_changes;
mod templates;
mod validation;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::state::Shared;

pub(crate) use access::has_account;
pub(crate) use error::{GraphError, details_of, title_of};

type Answer = Result<HttpResponse, GraphError>;

/// The Graph routes. `{node}` is a number, a business account, an app's medium: ids tell.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/media-files/{id}", web::get().to(media::download_media)).service(
        web::scope("/{version:v\\d+\\.\\d+}")
            .route("/debug_token", web::get().to(numbers::debug_token))
            .route("/{node}", web::get().to(get_node))
            .route("/{node}", web::post().to(post_node))
            .route("/{node}", web::delete().to(media::delete_media))
            .route("/{node}/messages", web::post().to(messages::send_message))
            .route("/{node}/register", web::post().to(numbers::register))
            .route("/{node}/whatsapp_business_profile", web::get().to(numbers::get_profile))
            .route("/{node}/whatsapp_business_profile", web::post().to(numbers::set_profile))
            .route("/{node}/uploads", web::post().to(samples::begin))
            .route("/{node}/media", web::post().to(media::upload_media))
            .route("/{node}/block_users", web::get().to(blocks::list_blocks))
            .route("/{node}/block_users", web::post().to(blocks::change_blocks))
            .route("/{node}/block_users", web::delete().to(blocks::change_blocks))
            .route("/{node}/phone_numbers", web::get().to(accounts::list_phone_numbers))
            .route("/{node}/message_templates", web::get().to(templates::list_templates))
            .route("/{node}/message_templates", web::post().to(template_changes::create_template))
            .route("/{node}/message_templates", web::delete().to(template_changes::delete_template))
            .route("/{node}/subscribed_apps", web::get().to(accounts::list_subscribed_apps))
            .route("/{node}/subscribed_apps", web::post().to(accounts::subscribe_app))
            .route("/{node}/subscribed_apps", web::delete().to(accounts::unsubscribe_app)),
    );
}

/// What a Graph path names.
#[derive(Debug, serde::Deserialize)]
struct GraphPath {
    version: String,
    node: String,
}

async fn get_node(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
) -> Answer {
    let app = access::authorised_app(&request, &shared, &path.version)?;
    let media = shared.with(|state| state.media.get(&path.node).cloned());
    match media.filter(|file| file.app_id == app.app_id) {
        Some(file) => media::describe(&shared, &file),
        None => numbers::describe(&request, &shared, &app, &path.node),
    }
}

/// Settings of a number, other texts of a template, or the bytes of a sample.
async fn post_node(
    request: HttpRequest,
    shared: web::Data<Arc<Shared>>,
    path: web::Path<GraphPath>,
    bytes: web::Bytes,
) -> Answer {
    if path.node.starts_with(samples::SESSION) {
        return samples::receive(&request, &shared, &path, &bytes);
    }
    let app = access::authorised_app(&request, &shared, &path.version)?;
    if app.number(&path.node).is_some() {
        return Ok(accounts::success());
    }
    template_changes::edit_template(&shared, &app, &path.node, &bytes)
}
