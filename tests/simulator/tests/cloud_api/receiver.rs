//! A webhook endpoint that hands everything it gets to the test.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;
use tokio::sync::mpsc;

pub(crate) struct Receiver {
    pub(crate) url: String,
    pub(crate) answer: Arc<AtomicU16>,
    posts: mpsc::UnboundedReceiver<(String, Vec<u8>)>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, posts) = mpsc::unbounded_channel();
        let answer = Arc::new(AtomicU16::new(200));
        let status = Arc::clone(&answer);
        let server = HttpServer::new(move || {
            let (sender, status) = (sender.clone(), Arc::clone(&status));
            let take = move |request: HttpRequest, body: web::Bytes| {
                let header = request.headers().get("X-Hub-Signature-256");
                let signature = header.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
                sender.send((signature, body.to_vec())).unwrap();
                let status = StatusCode::from_u16(status.load(Ordering::SeqCst)).unwrap();
                async move { HttpResponse::build(status).finish() }
            };
            App::new().route("/hook", web::post().to(take)).route("/hook", web::get().to(challenge))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        actix_web::rt::spawn(server);
        Self { url, answer, posts }
    }

    /// The next post: its signature and bytes.
    pub(crate) async fn next(&mut self) -> (String, Vec<u8>) {
        let wait = tokio::time::timeout(std::time::Duration::from_secs(5), self.posts.recv());
        wait.await.expect("a webhook within 5 s").unwrap()
    }

    /// The value of the next post.
    pub(crate) async fn next_value(&mut self) -> Value {
        let (_, bytes) = self.next().await;
        let webhook: Value = serde_json::from_slice(&bytes).unwrap();
        webhook.pointer("/entry/0/changes/0/value").unwrap().clone()
    }
}

async fn challenge(query: web::Query<std::collections::HashMap<String, String>>) -> HttpResponse {
    match query.get("hub.verify_token").map(String::as_str) {
        Some("verify-me") => HttpResponse::Ok().body(query["hub.challenge"].clone()),
        _ => HttpResponse::Forbidden().finish(),
    }
}
