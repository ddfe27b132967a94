//! `POST /api/session/password`: another password, and nobody else stays signed in with the old one.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Json},
};
use secrecy::SecretString;
use shared::{
    Instant,
    api::session::PasswordChange,
    error::{ErrorCode, Problem},
    ids::{AccountId, MemberId},
};

use super::{buckets::Buckets, gate::SignInGate, new_password, noted};
use crate::{
    app::App,
    db::{
        WriteError,
        control::{
            account::{self, Person},
            audit, session, throttle,
        },
        record::Actor,
    },
    http::{ApiError, SignedIn},
    mail::{self, Language, Letter, Template},
};

/// Changes one's own password. The current one is needed, and wrong ones count as they do at sign-in.
/// All other sessions of the account end, in every tenant, with their sockets; a mail tells of it.
#[utoipa::path(
    post, path = "/api/session/password", tag = "session", request_body = PasswordChange,
    responses(
        (status = 204, description = "The password is another now; this session stays"),
        (status = 401, description = "Nobody is signed in, or the current password is wrong (`invalid_credentials`)", body = Problem),
        (status = 422, description = "The new password cannot be one; the detail says why", body = Problem),
        (status = 429, description = "Too many attempts; see Retry-After", body = Problem),
    )
)]
pub(in crate::http) async fn change_password(
    request: HttpRequest,
    app: Data<App>,
    signed: SignedIn,
    gate: Data<SignInGate>,
    body: Json<PasswordChange>,
) -> Result<HttpResponse, ApiError> {
    let PasswordChange { current, new } = body.into_inner();
    let person = find(&app, signed.account).await?;
    let buckets = Buckets::of(&request, &app, &person.email);
    // From here on nobody signs in to this account, with the old password or the new.
    let admitted = gate.admit(&buckets.account).await?;
    let now = app.store.clock().now();
    buckets.check(&app, now).await?;
    let person = find(&app, signed.account).await?;
    if !gate.verify(&admitted, SecretString::from(current), Some(person.password_hash.clone())).await? {
        buckets.count_failure(&app, now).await?;
        return Err(ErrorCode::InvalidCredentials.into());
    }
    new_password::check(&new, &person.email, &person.name)
        .map_err(|why| ApiError::with_detail(ErrorCode::ValueInvalid, why))?;
    let password_hash = gate.hash(&admitted, SecretString::from(new)).await?;
    let change = Change {
        account: signed.account,
        member: signed.member.member.id,
        kept_session: signed.token_hash.clone(),
        bucket: buckets.account.clone(),
        old_hash: person.password_hash.clone(),
        new_hash: password_hash,
        letter: letter(&request, &person),
    };
    for ended in change.commit(&app, now).await? {
        app.hub.end_session(&ended);
    }
    app.mail.ring();
    noted::note(&signed.tenant, signed.member.member.id, noted::PASSWORD).await;
    Ok(HttpResponse::NoContent().finish())
}

async fn find(app: &App, account: AccountId) -> Result<Person, ApiError> {
    let found = app.store.control().read(move |conn| account::find(conn, account)).await?;
    Ok(found.ok_or(ErrorCode::Unauthenticated)?)
}

fn letter(request: &HttpRequest, person: &Person) -> Letter {
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Letter {
        recipient: person.email.clone(),
        template: Template::PasswordChanged,
        language: Language::accepted(wanted.unwrap_or_default()),
        values: BTreeMap::from([("name", person.name.clone())]),
    }
}

/// Everything that happens at once when a password is changed.
struct Change {
    account: AccountId,
    member: MemberId,
    kept_session: String,
    bucket: String,
    old_hash: String,
    new_hash: String,
    letter: Letter,
}

impl Change {
    /// Gives the sessions that have ended.
    async fn commit(self, app: &App, now: Instant) -> Result<Vec<String>, WriteError> {
        let written = app.store.control().write(move |conn| {
            account::set_password(conn, self.account, &self.old_hash, &self.new_hash)?;
            let ended = session::delete_others(conn, self.account, &self.kept_session)?;
            throttle::clear(conn, &self.bucket)?;
            let (actor, object) = (Actor::Member(self.member), self.account.to_string());
            audit::append(conn, actor, "account.change_password", &object, now)?;
            mail::post(conn, &self.letter, now)?;
            Ok(ended)
        });
        written.await
    }
}
