//! The bearer token: it is checked, and it tells which app asks.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

use super::GraphError;
use crate::config::{App, Number};
use crate::state::Shared;

/// Graph versions Meta serves at the time of writing.
const SERVED_VERSIONS: std::ops::RangeInclusive<u32> = 21..=26;

/// The app of the token, where the version is served.
pub(super) fn authorised_app(
    request: &HttpRequest,
    shared: &Shared,
    version: &str,
) -> Result<App, GraphError> {
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if !shared.config.graph_version_any && !major.is_some_and(|major: u32| SERVED_VERSIONS.contains(&major)) {
        return Err(GraphError::parameter(format_args!("Unknown version {version}")));
    }
    app_of_token(request, shared)
}

/// The app of the token.
pub(super) fn app_of_token(request: &HttpRequest, shared: &Shared) -> Result<App, GraphError> {
    app_with(request, shared, "Bearer")
}

/// The app of the token behind this word.
pub(super) fn app_with(request: &HttpRequest, shared: &Shared, word: &str) -> Result<App, GraphError> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix(word)?.strip_prefix(' '));
    let token = token.ok_or_else(GraphError::token)?;
    let app = shared.with(|state| state.apps.iter().find(|app| app.access_token == token).cloned());
    let app = app.ok_or_else(GraphError::token)?;
    let valid = shared.with(|state| state.numbers.token(&app.app_id).valid);
    if valid { Ok(app) } else { Err(GraphError::token()) }
}

/// The app's number with this id.
pub(super) fn number_of<'a>(app: &'a App, id: &str) -> Result<&'a Number, GraphError> {
    app.number(id).ok_or_else(|| GraphError::unknown_object("post", id))
}

/// Whether the id is one of the app's business accounts.
pub(crate) fn has_account(app: &App, id: &str) -> bool {
    app.waba_id == id || app.numbers.iter().any(|number| app.waba_of(number) == id)
}
