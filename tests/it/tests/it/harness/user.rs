//! A signed-in member over HTTP.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use server::{
    db::{
        control::{
            account,
            session::{self, SessionRow},
        },
        record::Actor,
    },
    domain::{
        members,
        tenancy::{self, NewMember},
    },
    secrets,
};
use shared::{
    api::session::Session,
    error::{ErrorCode, Problem},
    ids::{AccountId, CommandKey, MemberId},
    live::command::{Command, Done, KeyedCommand},
    model::member::Role,
};

use super::{
    Tenant, TestServer,
    server::ORIGIN,
    world::{PASSWORD, Person},
};

/// A session.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) member: MemberId,
    pub(crate) cookie: String,
    base: String,
    http: reqwest::Client,
}

impl User {
    pub(crate) async fn sign_in(server: &TestServer, person: &Person) -> Self {
        Self::sign_in_at(&server.base, person).await
    }

    pub(crate) async fn sign_in_at(base: &str, person: &Person) -> Self {
        let http = reqwest::Client::new();
        let answer = http
            .post(format!("{base}/api/session"))
            .header("origin", ORIGIN)
            .json(&json!({ "email": person.email, "password": PASSWORD }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "signing in as {}", person.email);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let session: Session = answer.json().await.unwrap();
        assert_eq!(session.member, person.member);
        Self { member: person.member, cookie, base: base.to_owned(), http }
    }

    /// Signs many new agents in without a password each: hashing would take longer than what is tested.
    pub(crate) async fn crowd(server: &TestServer, tenant: &Tenant, agents: usize) -> Vec<Self> {
        let rows = server.app.store.tenant(tenant.id).await.unwrap();
        let members: Vec<MemberId> = (0..agents).map(|_| MemberId::new()).collect();
        let (new, queue) = (members.clone(), tenant.sales_queue);
        let create = move |tx: &mut server::db::Tx<'_>| {
            for id in &new {
                let member = NewMember {
                    id: *id,
                    account: AccountId::new(),
                    name: id.to_string(),
                    role: Role::Agent,
                    queues: Vec::new(),
                };
                tenancy::create_member(tx, Actor::Operator, &member)?;
                members::change::queues(tx, *id, &[queue])?;
            }
            Ok(())
        };
        rows.write(create).await.unwrap();
        let now = server.app.store.clock().now();
        let mut users = Vec::new();
        for member in members {
            let token = secrets::token().unwrap();
            let email = format!("{member}@crowd.example");
            let control = server.app.store.control();
            let added = control.write(move |conn| account::insert(conn, &email, "crowd", "", now));
            let account = added.await.unwrap();
            let row = SessionRow {
                token_hash: secrets::sha256(token.as_bytes()),
                account,
                tenant: tenant.id,
                member,
                began_at: now,
                seen_at: now,
                expires_at: now + chrono::Duration::hours(24),
                tenant_active: true,
            };
            control.write(move |conn| session::insert(conn, &row)).await.unwrap();
            let cookie = format!("__Host-sid={token}");
            users.push(Self { member, cookie, base: server.base.clone(), http: server.http.clone() });
        }
        users
    }

    /// The same session over connections that are closed after each answer.
    pub(crate) fn unpooled(self) -> Self {
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        Self { http, ..self }
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The same session at a server that was started again.
    pub(crate) fn at(&self, server: &TestServer) -> Self {
        self.at_base(&server.base)
    }

    pub(crate) fn at_base(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        request.header("cookie", &self.cookie).header("origin", ORIGIN)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// Any request; `null` is no body.
    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.request(method, path);
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// A command under a fresh key.
    pub(crate) async fn command(&self, command: Command) -> Result<Done, Problem> {
        self.keyed(CommandKey::new(), command).await
    }

    pub(crate) async fn keyed(&self, key: CommandKey, command: Command) -> Result<Done, Problem> {
        let body = KeyedCommand { key, command };
        let answer = self.request(Method::POST, "/api/commands").json(&body).send().await.unwrap();
        match answer.status().is_success() {
            true => Ok(answer.json().await.unwrap()),
            false => Err(answer.json().await.unwrap()),
        }
    }

    /// A command that must be refused.
    pub(crate) async fn refused(&self, command: Command) -> ErrorCode {
        self.command(command).await.expect_err("a refusal").code
    }
}
