//! `GET /api/openapi.json`: the HTTP API for third parties. `docs/LIVE.md` describes `/live`.

use actix_web::{HttpResponse, http::header};
use shared::error::Problem;
use utoipa::OpenApi;

use super::{
    alert_webhook, audit, board, canned, channels, commands, connections, contact_fields, contacts,
    conversations, labels, messages, notices, probes, quarantine, reviews, session, sign_in_page, stickers,
    templates, uploads,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Switchboard",
        description = "Conversations, commands and sessions. Refusals are application/problem+json. \
                       Unsafe methods need `Sec-Fetch-Site: same-origin` or our own `Origin`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        session::sign_in::sign_in,
        session::change_password::change_password,
        session::get_session::get_session,
        session::sign_out::sign_out,
        sign_in_page::get_sign_in_page,
        alert_webhook::get_webhook::get_webhook,
        alert_webhook::put_webhook::put_webhook,
        alert_webhook::remove_webhook::remove_webhook,
        alert_webhook::renew_secret::renew_secret,
        alert_webhook::test_webhook::test_webhook,
        audit::list_audit::list_audit,
        audit::export_audit::export_audit,
        board::list_conversations::list_board_conversations,
        board::get_shift::get_shift,
        canned::list_replies::list_replies,
        canned::create_reply::create_reply,
        canned::put_reply::put_reply,
        canned::delete_reply::delete_reply,
        canned::upload_file::upload_file,
        canned::export_replies::export_replies,
        canned::import_replies::import_replies,
        commands::post_command,
        contacts::list_blocked::list_blocked,
        contacts::list_contacts::list_contacts,
        contacts::get_contact::get_contact,
        contacts::set_label::set_contact_label,
        contacts::set_field::set_contact_field,
        contacts::add_note::add_contact_note,
        contacts::remove_note::remove_contact_note,
        contacts::export_contacts::export_contacts,
        contacts::import_contacts::import_contacts,
        contact_fields::list_fields::list_fields,
        contact_fields::create_field::create_field,
        contact_fields::edit_field::edit_field,
        contact_fields::delete_field::delete_field,
        labels::list_labels::list_labels,
        labels::create_label::create_label,
        labels::edit_label::edit_label,
        labels::delete_label::delete_label,
        conversations::set_label::set_conversation_label,
        conversations::list_conversations::list_conversations,
        conversations::list_messages::list_messages,
        conversations::get_routing::get_routing,
        conversations::list_contact_changes::list_contact_changes,
        messages::get_file::get_file,
        messages::get_file::get_small,
        messages::get_raw::get_raw,
        notices::list_notices::list_notices,
        quarantine::list_quarantine::list_quarantine,
        quarantine::get_item::get_item,
        quarantine::discard_item::discard_item,
        quarantine::replay_item::replay_item,
        reviews::list_reviews::list_reviews,
        reviews::draw_sample::draw_sample,
        reviews::get_desk::get_desk,
        reviews::put_review::put_review,
        stickers::list_stickers::list_stickers,
        stickers::get_sticker::get_sticker,
        templates::list_templates::list_templates,
        templates::create_template::create_template,
        templates::edit_template::edit_template,
        templates::delete_template::delete_template,
        connections::list_connections::list_connections,
        connections::check_connection::check_connection,
        connections::replace_secrets::replace_secrets,
        channels::connect_number::connect_number,
        channels::edit_number::edit_number,
        channels::check_number::check_number,
        channels::subscribe_number::subscribe_number,
        channels::register_number::register_number,
        channels::test_number::test_number,
        channels::get_profile::get_profile,
        channels::set_profile::set_profile,
        channels::get_qr::get_qr,
        uploads::post_upload::post_upload,
        uploads::delete_upload::delete_upload,
        webhooks::verify_webhook,
        webhooks::receive_webhook,
        probes::get_health,
        probes::get_readiness,
        get_openapi,
    ),
    components(schemas(Problem))
)]
struct Document;

/// This document.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "probes",
    responses((status = 200, description = "The description of this API"))
)]
pub(super) async fn get_openapi() -> HttpResponse {
    match Document::openapi().to_json() {
        Ok(text) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(text),
        Err(error) => HttpResponse::from_error(super::ApiError::internal(error)),
    }
}

/// The webhook routes as third parties see them; the handlers are `whatsapp`'s.
mod webhooks {
    #![expect(dead_code, reason = "only the descriptions are used")]

    use shared::error::Problem;

    /// Meta's handshake.
    #[utoipa::path(
        get, path = "/webhooks/whatsapp/{key}", tag = "webhooks",
        params(
            ("key" = String, Path, description = "Names the connection"),
            ("hub.mode" = String, Query, description = "`subscribe`"),
            ("hub.verify_token" = String, Query, description = "The connection's verify token"),
            ("hub.challenge" = String, Query, description = "What the answer repeats"),
        ),
        responses(
            (status = 200, description = "The challenge", body = String),
            (status = 403, description = "The token is wrong", body = Problem),
            (status = 404, description = "There is no such connection", body = Problem),
        )
    )]
    pub(super) fn verify_webhook() {}

    /// Messages and statuses from Meta.
    #[utoipa::path(
        post, path = "/webhooks/whatsapp/{key}", tag = "webhooks",
        params(
            ("key" = String, Path, description = "Names the connection"),
            ("X-Hub-Signature-256" = String, Header, description = "HMAC of the body with the app secret"),
        ),
        request_body(content = Object, description = "What Meta sends", content_type = "application/json"),
        responses(
            (status = 200, description = "Everything in the body is durable"),
            (status = 401, description = "The signature is missing", body = Problem),
            (status = 403, description = "The signature is wrong", body = Problem),
            (status = 404, description = "There is no such connection", body = Problem),
            (status = 503, description = "Not durable; send it again", body = Problem),
        )
    )]
    pub(super) fn receive_webhook() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_describes_every_path() {
        let document = Document::openapi();
        let paths: Vec<_> = document.paths.paths.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "/api/alert-webhook",
                "/api/alert-webhook/secret",
                "/api/alert-webhook/test",
                "/api/audit",
                "/api/audit/export",
                "/api/blocked",
                "/api/board/conversations",
                "/api/canned",
                "/api/canned/export",
                "/api/canned/import",
                "/api/canned/{id}",
                "/api/canned/{id}/upload",
                "/api/channels",
                "/api/channels/{id}",
                "/api/channels/{id}/check",
                "/api/channels/{id}/profile",
                "/api/channels/{id}/qr",
                "/api/channels/{id}/register",
                "/api/channels/{id}/subscribe",
                "/api/channels/{id}/test",
                "/api/commands",
                "/api/connections",
                "/api/connections/check",
                "/api/connections/{id}",
                "/api/contact-fields",
                "/api/contact-fields/{id}",
                "/api/contacts",
                "/api/contacts/export",
                "/api/contacts/import",
                "/api/contacts/{id}",
                "/api/contacts/{id}/fields",
                "/api/contacts/{id}/labels",
                "/api/contacts/{id}/notes",
                "/api/contacts/{id}/notes/{note}",
                "/api/conversations",
                "/api/conversations/{id}/contact-changes",
                "/api/conversations/{id}/labels",
                "/api/conversations/{id}/messages",
                "/api/conversations/{id}/routing",
                "/api/labels",
                "/api/labels/{id}",
                "/api/messages/{id}/file",
                "/api/messages/{id}/raw",
                "/api/messages/{id}/small",
                "/api/notices",
                "/api/openapi.json",
                "/api/quarantine",
                "/api/quarantine/{id}",
                "/api/quarantine/{id}/replay",
                "/api/reviews",
                "/api/reviews/sample",
                "/api/reviews/{id}",
                "/api/session",
                "/api/session/password",
                "/api/shift",
                "/api/sign-in",
                "/api/stickers",
                "/api/stickers/{id}",
                "/api/templates",
                "/api/templates/{id}",
                "/api/uploads",
                "/api/uploads/{id}",
                "/healthz",
                "/readyz",
                "/webhooks/whatsapp/{key}",
            ]
        );
        let text = document.to_json().unwrap();
        for schema in
            ["KeyedCommand", "ConversationsPage", "MessagesPage", "Session", "Problem", "Conversation"]
        {
            assert!(text.contains(&format!("\"{schema}\":")), "{schema}");
        }
    }
}
