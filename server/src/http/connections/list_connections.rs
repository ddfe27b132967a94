//! `GET /api/connections`: the Meta apps of the tenant's numbers.

use actix_web::web::{Data, Json};
use shared::{api::numbers::ConnectionsPage, error::Problem};

use crate::{
    app::App,
    http::{ApiError, SignedIn, channels::desk},
};

/// Lists Meta apps, with what to paste at Meta for those of one's own.
#[utoipa::path(
    get, path = "/api/connections", tag = "numbers",
    responses(
        (status = 200, description = "All of them", body = ConnectionsPage),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 403, description = "Not allowed to this role", body = Problem),
    )
)]
pub(in crate::http) async fn list_connections(
    app: Data<App>,
    signed: SignedIn,
) -> Result<Json<ConnectionsPage>, ApiError> {
    Ok(Json(desk(&app, &signed).connections().await?))
}
