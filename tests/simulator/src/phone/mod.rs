//! A page that looks like a phone: a person plays any customer.
//!
//! `/phone` shows everybody, `/phone?customer=4915…` opens one chat. While a chat is open here the
//! lively script leaves that customer alone, and showing a message reports it as read.

mod api;
mod view;

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpResponse, web};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("phone.css");
const SCRIPT: &str = include_str!("phone.js");

/// The page, its files and what its script asks.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(redirect))
        .route("/phone", web::get().to(|| file("text/html; charset=utf-8", PAGE)))
        .route("/phone/phone.css", web::get().to(|| file("text/css; charset=utf-8", STYLE)))
        .route("/phone/phone.js", web::get().to(|| file("text/javascript; charset=utf-8", SCRIPT)))
        .configure(api::routes);
}

async fn redirect() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/phone")).finish()
}

async fn file(content_type: &'static str, content: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type(content_type).insert_header((CACHE_CONTROL, "no-cache")).body(content)
}
