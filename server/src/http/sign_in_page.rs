//! `GET /api/sign-in`: what the sign-in page shows before anybody is signed in.

use std::path::Path;

use actix_web::web::{Data, Json};
use shared::api::session::{DemoLogin, SignInPage};

use super::ApiError;
use crate::{admin::demo::Demo, app::App};

/// Tells the sign-in page where it is and, in a demonstration, who may come in.
#[utoipa::path(
    get, path = "/api/sign-in", tag = "session",
    responses((status = 200, description = "What the sign-in page needs", body = SignInPage))
)]
pub(super) async fn get_sign_in_page(app: Data<App>) -> Result<Json<SignInPage>, ApiError> {
    let config = &app.config;
    let demo_logins = if config.demo { demo_logins(&config.demo_file()).await } else { Vec::new() };
    let demo_phone = config.demo_phone_url.clone().filter(|_| config.demo);
    Ok(Json(SignInPage { origin: config.public_origin.clone(), demo_logins, demo_phone }))
}

/// The logins of the demonstration; none while it is not seeded.
async fn demo_logins(path: &Path) -> Vec<DemoLogin> {
    let Ok(text) = tokio::fs::read_to_string(path).await else { return Vec::new() };
    match serde_json::from_str::<Demo>(&text) {
        Ok(demo) => demo
            .logins
            .into_iter()
            .map(|login| DemoLogin {
                name: login.name,
                role: login.role,
                email: login.email,
                password: login.password,
            })
            .collect(),
        Err(error) => {
            tracing::warn!(error = %error, "the demonstration's file is not understood");
            Vec::new()
        }
    }
}
