//! Signing in and out.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AccountId, MemberId},
    model::member::Role,
    permission::Permission,
};

/// `POST /api/session`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// The account's e-mail address; case does not matter.
    pub email: String,
    /// The password.
    pub password: String,
    /// Which tenant, by its slug; needed only by people in several, who are told which with
    /// `tenant_needed`.
    #[serde(default)]
    pub tenant: Option<String>,
}

/// `POST /api/session/password`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password as it is.
    pub current: String,
    /// The one to be: at least 10 characters, neither the e-mail address nor the name.
    pub new: String,
}

/// One of the tenants a person can sign in to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantChoice {
    /// What [`SignInRequest::tenant`] takes.
    pub slug: String,
    /// The business's name.
    pub name: String,
}

/// The tenants to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct TenantChoices(pub Vec<TenantChoice>);

/// Who is signed in: the answer of `POST` and `GET /api/session`, which has none while nobody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The account.
    pub account: AccountId,
    /// The member of this tenant.
    pub member: MemberId,
    /// Name as shown.
    pub name: String,
    /// Role in this tenant.
    pub role: Role,
    /// What the role allows.
    pub permissions: Vec<Permission>,
    /// The business's name.
    pub tenant_name: String,
}

/// `GET /api/sign-in`: what the sign-in page needs before anybody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInPage {
    /// Whether this browser would keep the session cookie on the origin it uses.
    pub origin: String,
    /// One-click logins; only a demo installation has any.
    pub demo_logins: Vec<DemoLogin>,
    /// Where a person can play a customer; only a demo installation has it.
    pub demo_phone: Option<String>,
}

/// A login that anybody who can open a demo may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DemoLogin {
    /// Name as shown.
    pub name: String,
    /// Role in the demo tenant.
    pub role: Role,
    /// E-mail to sign in with.
    pub email: String,
    /// Password to sign in with.
    pub password: String,
}
