//! What the page's script asks and tells.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::view::PhoneView;
use crate::customer::{Said, Utterance, normal_key};
use crate::state::Shared;

/// How long an unchanged view is held before it is answered anyway.
const HOLD: Duration = Duration::from_secs(20);
/// Meta's limit for pictures.
const PICTURE_LIMIT: usize = 5 * 1024 * 1024;

type State = web::Data<Arc<Shared>>;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/phone/api/view", web::get().to(get_view))
        .route("/phone/api/customers", web::post().to(create_customer))
        .route("/phone/api/say", web::post().to(say))
        .route("/phone/api/picture", web::post().to(send_picture))
        .route("/phone/api/read", web::post().to(read_chat))
        .route("/phone/api/media/{id}", web::get().to(get_media));
}

#[derive(Deserialize)]
struct ViewQuery {
    customer: Option<String>,
    number: Option<String>,
    #[serde(default)]
    since: u64,
}

/// The view, as soon as it differs from the revision the page has.
async fn get_view(shared: State, query: web::Query<ViewQuery>) -> HttpResponse {
    let customer = query.customer.as_deref().filter(|key| !key.is_empty()).map(normal_key);
    let customer = customer.filter(|key| !key.is_empty());
    let now = shared.clock.now_ms();
    if let Some(key) = &customer {
        // A deep link to a stranger creates the stranger.
        shared.with(|state| {
            let key = state.customer(key).key();
            state.played_at_ms.insert(key, now);
        });
    }
    let fresh = async {
        loop {
            let mut change = std::pin::pin!(shared.changed.notified());
            change.as_mut().enable();
            if shared.with(|state| state.revision > query.since) {
                return;
            }
            change.await;
        }
    };
    // Unchanged for that long: the same view again, so that proxies and pages know it is alive.
    let _ = tokio::time::timeout(HOLD, fresh).await;
    let number = query.number.as_deref().filter(|number| !number.is_empty());
    let now = shared.clock.now_ms();
    let view = shared.with(|state| {
        let key = customer.map(|key| state.customer(&key).key());
        PhoneView::of(state, key.as_deref(), number, now)
    });
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(view)
}

#[derive(Deserialize)]
struct CreateRequest {
    name: String,
    phone: String,
}

async fn create_customer(shared: State, body: web::Json<CreateRequest>) -> HttpResponse {
    let wa_id = normal_key(&body.phone);
    if !(7..=15).contains(&wa_id.len()) {
        return HttpResponse::BadRequest().json(json!({ "error": "A phone number has 7 to 15 digits." }));
    }
    let name = Some(body.name.trim().to_owned()).filter(|name| !name.is_empty());
    shared.change(|state| {
        let customer = state.customer(&wa_id);
        customer.name = name.or_else(|| customer.name.take());
    });
    HttpResponse::Ok().json(json!({ "key": wa_id }))
}

#[derive(Deserialize)]
struct SayRequest {
    customer: String,
    #[serde(flatten)]
    utterance: Utterance,
}

async fn say(shared: State, body: web::Json<SayRequest>) -> HttpResponse {
    let SayRequest { customer, utterance } = body.into_inner();
    speak(&shared, &customer, utterance)
}

#[derive(Deserialize)]
struct PictureQuery {
    customer: String,
    number: String,
    caption: Option<String>,
}

async fn send_picture(
    shared: State,
    request: HttpRequest,
    query: web::Query<PictureQuery>,
    bytes: web::Bytes,
) -> HttpResponse {
    let mime_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let allowed = mime_type.filter(|kind| matches!(*kind, "image/jpeg" | "image/png"));
    let Some(mime_type) = allowed.filter(|_| bytes.len() <= PICTURE_LIMIT) else {
        let error = "A picture is a JPEG or PNG of at most 5 MB.";
        return HttpResponse::BadRequest().json(json!({ "error": error }));
    };
    let media_id = shared.with(|state| {
        let (app, _) = state.number(Some(&query.number))?;
        let app_id = app.app_id.clone();
        Some(state.media.add(&app_id, mime_type, bytes.to_vec()))
    });
    let caption = query.caption.clone().filter(|caption| !caption.is_empty());
    let picture = Utterance::of(Said::Image { caption, media_id }).to(&query.number);
    speak(&shared, &query.customer, picture)
}

#[derive(Deserialize)]
struct ReadRequest {
    customer: String,
    number: String,
}

async fn read_chat(shared: State, body: web::Json<ReadRequest>) -> HttpResponse {
    let owned = Arc::clone(&shared);
    let key = shared.with(|state| state.customer(&body.customer).key());
    let number = body.into_inner().number;
    shared.runtime.spawn(async move { owned.read_chat(&key, &number).await });
    HttpResponse::NoContent().finish()
}

async fn get_media(shared: State, id: web::Path<String>) -> HttpResponse {
    match shared.with(|state| state.media.get(&id).cloned()) {
        Some(file) => HttpResponse::Ok()
            .content_type(file.mime_type)
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(file.bytes.as_ref().clone()),
        None => HttpResponse::NotFound().finish(),
    }
}

/// Into the chat now, out as a webhook in the background: the ticks tell how it went.
fn speak(shared: &State, customer: &str, utterance: Utterance) -> HttpResponse {
    match shared.prepare(customer, utterance) {
        Ok(prepared) => {
            let wamid = prepared.wamid.clone();
            let owned = Arc::clone(shared);
            shared.runtime.spawn(async move { owned.post_prepared(prepared).await });
            HttpResponse::Accepted().json(json!({ "wamid": wamid }))
        }
        Err(reason) => HttpResponse::BadRequest().json(json!({ "error": reason })),
    }
}
