//! `GET /healthz` and `GET /readyz`, for whoever starts and stops us.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix_web::{HttpResponse, web::Data};
use shared::error::{ErrorCode, Problem};

use super::{ApiError, error::respond};
use crate::{app::App, db::control::tenant};

/// Whether requests should be sent here; cheap to clone.
#[derive(Clone)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Ready from the first moment.
    pub fn ready() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Not ready until [`Readiness::set`] says so.
    pub fn starting() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }

    /// Says whether requests should be sent here from now on.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::SeqCst);
    }

    fn is_ready(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// The process runs.
#[utoipa::path(
    get, path = "/healthz", tag = "probes", responses((status = 200, description = "The process runs"))
)]
pub(super) async fn get_health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok")
}

/// Requests should be sent here: started, not stopping, and the database answers.
#[utoipa::path(
    get, path = "/readyz", tag = "probes",
    responses(
        (status = 200, description = "Requests should be sent here"),
        (status = 503, description = "Starting, stopping, or the database does not answer"),
    )
)]
pub(super) async fn get_readiness(
    app: Data<App>,
    readiness: Data<Readiness>,
) -> Result<HttpResponse, ApiError> {
    if !readiness.is_ready() {
        // Expected, so not an error in the log.
        return Ok(respond(&Problem::new(ErrorCode::Unavailable)));
    }
    let long_ago = shared::Instant::default();
    app.store.control().read(move |conn| tenant::due(conn, long_ago)).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready"))
}
