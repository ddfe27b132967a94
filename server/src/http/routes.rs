//! The whole route table.

use actix_web::{
    HttpRequest, HttpResponse, Resource, Route,
    http::{Method, header},
    middleware::from_fn,
    web::{self, PayloadConfig, ServiceConfig, delete, get, post},
};
use shared::{
    error::{ErrorCode, Problem},
    limits::WEBHOOK_BYTES,
};

use super::{
    alert_webhook::{
        get_webhook::get_webhook, put_webhook::put_webhook, remove_webhook::remove_webhook,
        renew_secret::renew_secret, test_webhook::test_webhook,
    },
    audit::{export_audit::export_audit, list_audit::list_audit},
    board::{get_shift::get_shift, list_conversations::list_board_conversations},
    canned::{
        create_reply::create_reply, delete_reply::delete_reply, export_replies::export_replies,
        import_replies::import_replies, list_replies::list_replies, put_reply::put_reply,
        upload_file::upload_file,
    },
    channels::{
        check_number::check_number, connect_number::connect_number, edit_number::edit_number,
        get_profile::get_profile, get_qr::get_qr, register_number::register_number, set_profile::set_profile,
        subscribe_number::subscribe_number, test_number::test_number,
    },
    commands,
    connections::{
        check_connection::check_connection, list_connections::list_connections,
        replace_secrets::replace_secrets,
    },
    console,
    contact_fields::{
        create_field::create_field, delete_field::delete_field, edit_field::edit_field,
        list_fields::list_fields,
    },
    contacts::{
        add_note::add_contact_note,
        export_contacts::export_contacts,
        get_contact::get_contact,
        import_contacts::{self, import_contacts},
        list_blocked::list_blocked,
        list_contacts::list_contacts,
        remove_note::remove_contact_note,
        set_field::set_contact_field,
        set_label::set_contact_label,
    },
    conversations::{
        get_routing::get_routing, list_contact_changes::list_contact_changes,
        list_conversations::list_conversations, list_messages::list_messages,
        set_label::set_conversation_label,
    },
    deadline::deadline,
    error::respond,
    headers::is_below,
    json,
    labels::{
        create_label::create_label, delete_label::delete_label, edit_label::edit_label,
        list_labels::list_labels,
    },
    messages::{
        get_file::{get_file, get_small},
        get_raw::get_raw,
    },
    notices::list_notices::list_notices,
    openapi, origin, probes,
    quarantine::{
        discard_item::discard_item, get_item::get_item, list_quarantine::list_quarantine,
        replay_item::replay_item,
    },
    rates,
    reviews::{
        draw_sample::draw_sample, get_desk::get_desk, list_reviews::list_reviews, put_review::put_review,
    },
    session::{
        change_password::change_password, get_session::get_session, sign_in::sign_in, sign_out::sign_out,
    },
    sign_in_page,
    stickers::{get_sticker::get_sticker, list_stickers::list_stickers},
    templates::{
        create_template::create_template, delete_template::delete_template, edit_template::edit_template,
        list_templates::list_templates,
    },
    uploads::{delete_upload::delete_upload, post_upload::post_upload},
};
use crate::{live, whatsapp};

/// Largest file of canned replies, in bytes: a few thousand long ones.
const IMPORT_BYTES: usize = 4 * 1024 * 1024;

/// Mounts every route. Middleware for all of them is the server's.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(only("/healthz", "GET, HEAD").route(get().to(probes::get_health)).route(head_health()))
        .service(only("/readyz", "GET").route(get().to(probes::get_readiness)))
        .service(
            only("/webhooks/whatsapp/{key}", "GET, POST")
                .app_data(PayloadConfig::new(WEBHOOK_BYTES))
                .wrap(from_fn(deadline))
                .route(get().to(whatsapp::verify_webhook))
                .route(post().to(whatsapp::receive_webhook)),
        )
        .service(only("/live", "GET").wrap(from_fn(rates::by_address)).route(get().to(live::live)))
        .service(only("/favicon.ico", "GET").route(get().to(no_icon)))
        // Before its room: a file may take longer than any other body, and has deadlines of its own.
        .service(
            only("/api/uploads", "POST")
                .wrap(from_fn(origin::guard))
                .wrap(from_fn(rates::by_address))
                .route(post().to(post_upload)),
        )
        .service(
            web::scope("/api")
                .app_data(json::config())
                .wrap(from_fn(deadline))
                .wrap(from_fn(origin::guard))
                // Outermost: who asks too often costs nothing more.
                .wrap(from_fn(rates::by_address))
                .service(only("/openapi.json", "GET").route(get().to(openapi::get_openapi)))
                .service(only("/sign-in", "GET").route(get().to(sign_in_page::get_sign_in_page)))
                .service(
                    only("/session", "GET, POST, DELETE")
                        .route(get().to(get_session))
                        .route(post().to(sign_in))
                        .route(delete().to(sign_out)),
                )
                .service(only("/session/password", "POST").route(post().to(change_password)))
                .service(only("/board/conversations", "GET").route(get().to(list_board_conversations)))
                .service(only("/audit", "GET").route(get().to(list_audit)))
                .service(only("/audit/export", "GET").route(get().to(export_audit)))
                .service(only("/shift", "GET").route(get().to(get_shift)))
                .configure(alerts)
                .configure(canned)
                .configure(reviews)
                .service(only("/commands", "POST").route(post().to(commands::post_command)))
                .service(only("/conversations", "GET").route(get().to(list_conversations)))
                .service(only("/conversations/{id}/messages", "GET").route(get().to(list_messages)))
                .service(
                    only("/conversations/{id}/contact-changes", "GET").route(get().to(list_contact_changes)),
                )
                .service(only("/conversations/{id}/labels", "POST").route(post().to(set_conversation_label)))
                .service(only("/conversations/{id}/routing", "GET").route(get().to(get_routing)))
                .service(
                    only("/messages/{id}/file", "GET, HEAD").route(get().to(get_file)).route(head_file()),
                )
                .service(only("/messages/{id}/small", "GET").route(get().to(get_small)))
                .service(only("/messages/{id}/raw", "GET").route(get().to(get_raw)))
                .service(only("/notices", "GET").route(get().to(list_notices)))
                .service(only("/quarantine", "GET").route(get().to(list_quarantine)))
                .service(
                    only("/quarantine/{id}", "GET, DELETE")
                        .route(get().to(get_item))
                        .route(delete().to(discard_item)),
                )
                .service(only("/quarantine/{id}/replay", "POST").route(post().to(replay_item)))
                .service(only("/stickers", "GET").route(get().to(list_stickers)))
                .service(only("/stickers/{id}", "GET").route(get().to(get_sticker)))
                .service(
                    only("/templates", "GET, POST")
                        .route(get().to(list_templates))
                        .route(post().to(create_template)),
                )
                .service(
                    only("/templates/{id}", "POST, DELETE")
                        .route(post().to(edit_template))
                        .route(delete().to(delete_template)),
                )
                .configure(numbers)
                .configure(contacts)
                .service(only("/uploads/{id}", "DELETE").route(delete().to(delete_upload)))
                .default_service(web::to(not_found)),
        )
        .default_service(web::to(everything_else));
}

/// Where alerts are posted to.
fn alerts(config: &mut ServiceConfig) {
    config
        .service(
            only("/alert-webhook", "GET, PUT, DELETE")
                .route(get().to(get_webhook))
                .route(web::put().to(put_webhook))
                .route(delete().to(remove_webhook)),
        )
        .service(only("/alert-webhook/secret", "POST").route(post().to(renew_secret)))
        .service(only("/alert-webhook/test", "POST").route(post().to(test_webhook)));
}

/// Canned replies. What has a name comes before what has an id.
fn canned(config: &mut ServiceConfig) {
    config
        .service(only("/canned", "GET, POST").route(get().to(list_replies)).route(post().to(create_reply)))
        .service(only("/canned/export", "GET").route(get().to(export_replies)))
        .service(
            only("/canned/import", "POST")
                .app_data(json::config_for(IMPORT_BYTES))
                .route(post().to(import_replies)),
        )
        .service(
            only("/canned/{id}", "PUT, DELETE")
                .route(web::put().to(put_reply))
                .route(delete().to(delete_reply)),
        )
        .service(only("/canned/{id}/upload", "POST").route(post().to(upload_file)));
}

/// How colleagues answered. What has a name comes before what has an id.
fn reviews(config: &mut ServiceConfig) {
    config
        .service(only("/reviews", "GET").route(get().to(list_reviews)))
        .service(only("/reviews/sample", "GET").route(get().to(draw_sample)))
        .service(
            only("/reviews/{id}", "GET, PUT").route(get().to(get_desk)).route(web::put().to(put_review)),
        );
}

/// Connecting numbers and looking after them.
fn numbers(config: &mut ServiceConfig) {
    config
        .service(only("/connections", "GET").route(get().to(list_connections)))
        .service(only("/connections/check", "POST").route(post().to(check_connection)))
        .service(only("/connections/{id}", "POST").route(post().to(replace_secrets)))
        .service(only("/channels", "POST").route(post().to(connect_number)))
        .service(only("/channels/{id}", "POST").route(post().to(edit_number)))
        .service(only("/channels/{id}/check", "POST").route(post().to(check_number)))
        .service(only("/channels/{id}/subscribe", "POST").route(post().to(subscribe_number)))
        .service(only("/channels/{id}/register", "POST").route(post().to(register_number)))
        .service(only("/channels/{id}/test", "POST").route(post().to(test_number)))
        .service(
            only("/channels/{id}/profile", "GET, POST")
                .route(get().to(get_profile))
                .route(post().to(set_profile)),
        )
        .service(only("/channels/{id}/qr", "GET").route(get().to(get_qr)));
}

/// Customers beside what they write, and what they are described by.
fn contacts(config: &mut ServiceConfig) {
    config
        .service(only("/blocked", "GET").route(get().to(list_blocked)))
        .service(only("/contacts", "GET").route(get().to(list_contacts)))
        .service(only("/contacts/export", "GET").route(get().to(export_contacts)))
        .service(
            only("/contacts/import", "POST")
                .app_data(json::config().limit(import_contacts::MOST_BYTES))
                .route(post().to(import_contacts)),
        )
        .service(only("/contacts/{id}", "GET").route(get().to(get_contact)))
        .service(only("/contacts/{id}/labels", "POST").route(post().to(set_contact_label)))
        .service(only("/contacts/{id}/fields", "POST").route(post().to(set_contact_field)))
        .service(only("/contacts/{id}/notes", "POST").route(post().to(add_contact_note)))
        .service(only("/contacts/{id}/notes/{note}", "DELETE").route(delete().to(remove_contact_note)))
        .service(only("/labels", "GET, POST").route(get().to(list_labels)).route(post().to(create_label)))
        .service(
            only("/labels/{id}", "POST, DELETE")
                .route(post().to(edit_label))
                .route(delete().to(delete_label)),
        )
        .service(
            only("/contact-fields", "GET, POST").route(get().to(list_fields)).route(post().to(create_field)),
        )
        .service(
            only("/contact-fields/{id}", "POST, DELETE")
                .route(post().to(edit_field))
                .route(delete().to(delete_field)),
        );
}

/// A resource that answers other methods with a problem and the methods it has.
fn only(path: &str, methods: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move { method_not_allowed(methods) }))
}

/// Browsers ask for it beside documents that name no icon, such as a customer's PDF.
async fn no_icon() -> HttpResponse {
    HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "public, max-age=86400")).finish()
}

fn head_health() -> Route {
    web::head().to(probes::get_health)
}

fn head_file() -> Route {
    web::head().to(get_file)
}

fn method_not_allowed(methods: &'static str) -> HttpResponse {
    let mut response = respond(&Problem::new(ErrorCode::MethodNotAllowed));
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(methods));
    response
}

async fn not_found() -> HttpResponse {
    respond(&Problem::new(ErrorCode::NotFound))
}

/// The console's files and pages; the rooms above are not the console's.
async fn everything_else(request: HttpRequest) -> HttpResponse {
    let path = request.path();
    if ["/api", "/live", "/webhooks"].iter().any(|room| is_below(path, room)) {
        return respond(&Problem::new(ErrorCode::NotFound));
    }
    match *request.method() {
        Method::GET | Method::HEAD => console::serve(&request),
        _ => method_not_allowed("GET, HEAD"),
    }
}
