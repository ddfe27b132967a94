//! `POST /api/session`: from an e-mail address and a password to a session.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json},
};
use secrecy::SecretString;
use shared::{
    Instant,
    api::session::{Session, SignInRequest, TenantChoice},
    error::{ErrorCode, Problem},
    ids::AccountId,
};

use super::{buckets::Buckets, cookie, describe, gate::SignInGate, noted};
use crate::{
    app::App,
    db::{
        TenantStore,
        control::{
            account::{self, AccountRow},
            session::{self, SessionRow},
            throttle,
        },
        rows::{self, member::MemberRow},
    },
    http::{
        ApiError,
        signed_in::{ABSOLUTE, token},
    },
    secrets,
};

/// Longest e-mail address (RFC 5321) and more; what is longer belongs to nobody.
const MOST_EMAIL: usize = 320;

/// Signs in. Whatever is wrong (address, password, tenant, no longer a member), the answer and the
/// time it takes are the same. Who is in several tenants and names none is asked which, once the
/// password is known to be right.
#[utoipa::path(
    post, path = "/api/session", tag = "session", request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in; sets the session cookie", body = Session),
        (status = 401, description = "E-mail or password is wrong", body = Problem),
        (status = 409, description = "In several tenants: `tenants` says which; name one", body = Problem),
        (status = 429, description = "Too many attempts; see Retry-After", body = Problem),
    )
)]
pub(in crate::http) async fn sign_in(
    request: HttpRequest,
    app: Data<App>,
    gate: Data<SignInGate>,
    body: Json<SignInRequest>,
) -> Result<HttpResponse, ApiError> {
    let SignInRequest { email, password, tenant } = body.into_inner();
    let buckets = Buckets::of(&request, &app, &email);
    let admitted = gate.admit(&buckets.account).await?;
    let now = app.store.clock().now();
    buckets.check(&app, now).await?;

    let known = find_account(&app, email).await?;
    let hash = known.as_ref().map(|row| row.password_hash.clone());
    let fits = gate.verify(&admitted, SecretString::from(password), hash).await?;
    let mut seats = match known {
        Some(row) if fits => find_seats(&app, &row, tenant.as_deref()).await?,
        _ => Vec::new(),
    };
    if seats.len() > 1 {
        return Err(ApiError::choose(choices(&seats).await?));
    }
    let Some(seat) = seats.pop() else {
        buckets.count_failure(&app, now).await?;
        return Err(ErrorCode::InvalidCredentials.into());
    };
    let secret = begin(&app, &request, &seat, buckets.account.clone(), now).await?;
    noted::note(&seat.tenant, seat.member.member.id, noted::BEGIN).await;
    let session = describe(&seat.tenant, seat.account, &seat.member).await?;
    Ok(HttpResponse::Ok().insert_header(cookie::keep(&secret)).json(session))
}

/// A member's place, found and free to take.
struct Seat {
    account: AccountId,
    slug: String,
    tenant: TenantStore,
    member: MemberRow,
}

async fn find_account(app: &App, email: String) -> Result<Option<AccountRow>, ApiError> {
    if email.len() > MOST_EMAIL || email.chars().any(char::is_control) {
        return Ok(None);
    }
    Ok(app.store.control().read(move |conn| account::by_email(conn, &email)).await?)
}

/// The active memberships in active tenants, or the one in the named tenant.
async fn find_seats(app: &App, row: &AccountRow, slug: Option<&str>) -> Result<Vec<Seat>, ApiError> {
    let account = row.id;
    let all = app.store.control().read(move |conn| account::memberships(conn, account)).await?;
    let mut seats = Vec::new();
    for membership in all.into_iter().filter(|m| m.active && slug.is_none_or(|slug| slug == m.slug)) {
        let tenant = app.store.tenant(membership.tenant).await?;
        let id = membership.member;
        let member = tenant.read(move |scoped| rows::member::find(scoped, id)).await?;
        if let Some(member) = member.filter(|row| row.member.active) {
            seats.push(Seat { account, slug: membership.slug, tenant, member });
        }
    }
    Ok(seats)
}

async fn choices(seats: &[Seat]) -> Result<Vec<TenantChoice>, ApiError> {
    let mut choices = Vec::with_capacity(seats.len());
    for seat in seats {
        let settings = seat.tenant.read(rows::settings::get).await?;
        choices.push(TenantChoice { slug: seat.slug.clone(), name: settings.tenant_name });
    }
    Ok(choices)
}

/// Stores the session and forgives the account's failures; those of the address leak by themselves, or
/// one own account would be enough to try others for ever. A session that this browser had before ends.
async fn begin(
    app: &App,
    request: &HttpRequest,
    seat: &Seat,
    account_bucket: String,
    now: Instant,
) -> Result<String, ApiError> {
    let secret = secrets::token().map_err(ApiError::internal)?;
    let row = SessionRow {
        token_hash: secrets::sha256(secret.as_bytes()),
        account: seat.account,
        tenant: seat.tenant.id(),
        member: seat.member.member.id,
        began_at: now,
        seen_at: now,
        expires_at: now + ABSOLUTE,
        tenant_active: true,
    };
    let earlier = token(request).map(|token| secrets::sha256(token.as_bytes()));
    let replaced = earlier.clone();
    let stored = app.store.control().write(move |conn| {
        if let Some(earlier) = &replaced {
            session::delete(conn, earlier)?;
        }
        throttle::clear(conn, &account_bucket)?;
        session::insert(conn, &row)
    });
    stored.await?;
    if let Some(earlier) = earlier {
        app.hub.end_session(&earlier);
    }
    Ok(secret)
}
