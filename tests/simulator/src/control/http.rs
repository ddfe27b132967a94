//! The HTTP door: thin handlers over [`Control`].

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Control;
use crate::behaviour::Behaviour;
use crate::config::App;
use crate::customer::{Customer, Utterance, normal_key};
use crate::payload::Status;
use crate::state::Shared;

type State = web::Data<Arc<Shared>>;

/// The control routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/control")
            .route("/health", web::get().to(HttpResponse::Ok))
            .route("/webhook", web::post().to(set_webhook))
            .route("/apps", web::post().to(add_app))
            .route("/behaviour", web::get().to(get_behaviour))
            .route("/behaviour", web::post().to(set_behaviour))
            .route("/behaviour", web::delete().to(reset_behaviour))
            .route("/sends", web::get().to(list_sends))
            .route("/sends", web::delete().to(clear_sends))
            .route("/statuses/{wamid:.*}", web::post().to(post_status))
            .route("/customers", web::get().to(list_customers))
            .route("/customers/{key}", web::put().to(put_customer))
            .route("/customers/{key}/say", web::post().to(say))
            .route("/customers/{key}/read", web::post().to(read_chat))
            .route("/raw", web::post().to(post_raw))
            .route("/batch", web::post().to(post_batch))
            .route("/shuffle", web::post().to(post_shuffled))
            .route("/duplicate", web::post().to(post_duplicates))
            .route("/replay", web::post().to(replay))
            .configure(super::templates::routes)
            .configure(super::numbers::routes)
            .route("/verify", web::post().to(verify))
            .route("/clock", web::post().to(set_clock))
            .route("/pause", web::post().to(pause))
            .route("/resume", web::post().to(resume)),
    );
}

fn control(shared: &State) -> Control {
    Control::new(Arc::clone(shared))
}

pub(super) fn done() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "success": true }))
}

pub(super) fn bad_request(reason: impl std::fmt::Display) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({ "error": reason.to_string() }))
}

#[derive(Deserialize)]
struct WebhookRequest {
    url: String,
    app_id: Option<String>,
}

async fn set_webhook(shared: State, body: web::Json<WebhookRequest>) -> HttpResponse {
    let known = control(&shared).set_app_webhook_url(body.app_id.as_deref(), &body.url);
    if known { done() } else { bad_request("no such app") }
}

async fn add_app(shared: State, body: web::Json<App>) -> HttpResponse {
    control(&shared).add_app(body.into_inner());
    done()
}

async fn get_behaviour(shared: State) -> HttpResponse {
    HttpResponse::Ok().json(control(&shared).behaviour())
}

async fn set_behaviour(shared: State, body: web::Json<Behaviour>) -> HttpResponse {
    control(&shared).set_behaviour(body.into_inner());
    done()
}

async fn reset_behaviour(shared: State) -> HttpResponse {
    control(&shared).reset_behaviour();
    done()
}

#[derive(Deserialize)]
struct SendsQuery {
    wait: Option<usize>,
    timeout_ms: Option<u64>,
}

async fn list_sends(shared: State, query: web::Query<SendsQuery>) -> HttpResponse {
    let control = control(&shared);
    if let Some(count) = query.wait {
        let timeout = Duration::from_millis(query.timeout_ms.unwrap_or(5_000));
        if let Err(error) = control.wait_for_sends(count, timeout).await {
            return HttpResponse::RequestTimeout().json(json!({ "error": error.to_string() }));
        }
    }
    HttpResponse::Ok().json(control.sends())
}

async fn clear_sends(shared: State) -> HttpResponse {
    control(&shared).clear_sends();
    done()
}

#[derive(Deserialize)]
struct StatusRequest {
    status: Status,
    code: Option<u32>,
}

async fn post_status(
    shared: State,
    wamid: web::Path<String>,
    body: web::Json<StatusRequest>,
) -> HttpResponse {
    HttpResponse::Ok().json(control(&shared).status(&wamid, body.status, body.code).await)
}

async fn list_customers(shared: State) -> HttpResponse {
    HttpResponse::Ok().json(control(&shared).customers())
}

async fn put_customer(shared: State, key: web::Path<String>, body: web::Json<Customer>) -> HttpResponse {
    let mut customer = body.into_inner();
    let key = normal_key(&key);
    match key.contains('.') {
        true => customer.user_id = Some(key),
        false => customer.wa_id = Some(key),
    }
    control(&shared).put_customer(customer);
    done()
}

async fn say(shared: State, key: web::Path<String>, body: web::Json<Value>) -> HttpResponse {
    match utterance(body.into_inner()) {
        Ok(utterance) => HttpResponse::Ok().json(control(&shared).say(&key, utterance).await),
        Err(error) => bad_request(error),
    }
}

#[derive(Deserialize)]
struct ReadRequest {
    phone_number_id: Option<String>,
}

async fn read_chat(shared: State, key: web::Path<String>, body: web::Json<ReadRequest>) -> HttpResponse {
    control(&shared).read_chat(&key, body.phone_number_id.as_deref()).await;
    done()
}

#[derive(Deserialize)]
struct AppQuery {
    app_id: Option<String>,
}

async fn post_raw(shared: State, query: web::Query<AppQuery>, body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok().json(control(&shared).raw(query.app_id.as_deref(), body.to_vec()).await)
}

async fn post_batch(shared: State, body: web::Json<Vec<Value>>) -> HttpResponse {
    match addressed(body.into_inner()) {
        Ok(said) => HttpResponse::Ok().json(control(&shared).batch(said).await),
        Err(error) => bad_request(error),
    }
}

async fn post_shuffled(shared: State, body: web::Json<Vec<Value>>) -> HttpResponse {
    match addressed(body.into_inner()) {
        Ok(said) => HttpResponse::Ok().json(control(&shared).shuffle(said).await),
        Err(error) => bad_request(error),
    }
}

async fn post_duplicates(shared: State, body: web::Json<Value>) -> HttpResponse {
    let times = body.get("times").and_then(Value::as_u64).unwrap_or(2);
    let times = usize::try_from(times).unwrap_or(2).min(1_000);
    match addressed(vec![body.into_inner()]).map(|mut said| said.pop()) {
        Ok(Some((customer, said))) => {
            HttpResponse::Ok().json(control(&shared).duplicate(&customer, said, times).await)
        }
        Ok(None) => bad_request("nothing is said"),
        Err(error) => bad_request(error),
    }
}

#[derive(Deserialize)]
struct ReplayRequest {
    webhook: Option<u64>,
    wamid: Option<String>,
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

async fn replay(shared: State, body: web::Json<ReplayRequest>) -> HttpResponse {
    let (control, times) = (control(&shared), body.times.min(1_000));
    let deliveries = match (body.webhook, &body.wamid) {
        (Some(webhook), _) => control.replay(webhook, times).await,
        (None, Some(wamid)) => control.replay_message(wamid, times).await,
        (None, None) => return bad_request("name a webhook or a wamid"),
    };
    HttpResponse::Ok().json(deliveries)
}

async fn verify(shared: State, body: web::Json<AppQuery>) -> HttpResponse {
    HttpResponse::Ok().json(control(&shared).verify(body.app_id.as_deref()).await)
}

#[derive(Deserialize)]
struct ClockRequest {
    offset_s: i64,
}

async fn set_clock(shared: State, body: web::Json<ClockRequest>) -> HttpResponse {
    control(&shared).set_clock_offset(body.offset_s);
    done()
}

async fn pause(shared: State) -> HttpResponse {
    control(&shared).pause();
    done()
}

async fn resume(shared: State) -> HttpResponse {
    control(&shared).resume();
    done()
}

/// Something said; text where no type is named.
fn utterance(mut body: Value) -> Result<Utterance, serde_json::Error> {
    if let Some(object) = body.as_object_mut() {
        object.entry("type").or_insert_with(|| "text".into());
    }
    serde_json::from_value(body)
}

fn addressed(items: Vec<Value>) -> Result<Vec<(String, Utterance)>, String> {
    let one = |item: Value| {
        let customer = item.get("customer").and_then(Value::as_str).ok_or("customer is missing")?;
        let customer = customer.to_owned();
        Ok((customer, utterance(item).map_err(|error| error.to_string())?))
    };
    items.into_iter().map(one).collect()
}
