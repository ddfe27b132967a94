//! The baseline of `ingest`: an endpoint that verifies the signature and appends the body to SQLite
//! with the same durability and the same group commit, and does nothing else.

use std::sync::mpsc;

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    web::{self, Bytes, Data},
};
use anyhow::{Context, Result};
use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query, sql_types};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::oneshot;

/// As many as the product's writer takes.
const GROUP: usize = 64;
/// What the load of the ingest benchmark is signed with.
pub(crate) const SECRET: &str = "secret-0";

type Append = (Bytes, oneshot::Sender<bool>);

/// Serves until killed.
pub(crate) fn serve(dir: &str) -> Result<()> {
    let address = std::env::var("BENCH_LISTEN").context("BENCH_LISTEN")?;
    let (queue, waiting) = mpsc::channel::<Append>();
    let mut conn = open(dir)?;
    std::thread::spawn(move || {
        while let Ok(first) = waiting.recv() {
            let mut group = vec![first];
            while group.len() < GROUP {
                match waiting.try_recv() {
                    Ok(append) => group.push(append),
                    Err(_) => break,
                }
            }
            let stored = append(&mut conn, &group).is_ok();
            for (_, answer) in group {
                let _ = answer.send(stored);
            }
        }
    });
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new()
                .app_data(Data::new(queue.clone()))
                .route("/readyz", web::get().to(HttpResponse::Ok))
                .default_service(web::post().to(receive))
        })
        .bind(address)?
        .run()
        .await
    })?;
    Ok(())
}

/// A fresh database with the product's settings.
pub(crate) fn open(dir: &str) -> Result<SqliteConnection> {
    let mut conn = SqliteConnection::establish(&format!("{dir}/baseline.sqlite"))?;
    conn.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);",
    )?;
    Ok(conn)
}

fn append(conn: &mut SqliteConnection, group: &[Append]) -> Result<()> {
    conn.batch_execute("BEGIN IMMEDIATE")?;
    for (body, _) in group {
        sql_query("INSERT INTO inbox (raw) VALUES ($1)")
            .bind::<sql_types::Text, _>(std::str::from_utf8(body)?)
            .execute(conn)?;
    }
    conn.batch_execute("COMMIT")?;
    Ok(())
}

async fn receive(request: HttpRequest, queue: Data<mpsc::Sender<Append>>, body: Bytes) -> HttpResponse {
    let header = request.headers().get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    let signed = header.is_some_and(|header| header == simulator_signature(&body));
    if !signed {
        return HttpResponse::Forbidden().finish();
    }
    let (answer, stored) = oneshot::channel();
    if queue.send((body, answer)).is_ok() && stored.await == Ok(true) {
        return HttpResponse::Ok().finish();
    }
    HttpResponse::ServiceUnavailable().finish()
}

fn simulator_signature(body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) else { return String::new() };
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    format!("sha256={}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
