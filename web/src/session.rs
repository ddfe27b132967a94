//! Who is signed in. The cookie is the truth; this is what the page knows of it.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::session::{Session, SignInRequest},
    error::ErrorCode,
    permission::Permission,
};

use crate::http::{self, Refused};

const PATH: &str = "/api/session";

/// What the page knows of the session.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Who {
    /// Not asked yet.
    Unknown,
    /// The server did not answer.
    Unreachable,
    /// Nobody.
    Nobody,
    /// This member.
    Member(Session),
}

/// The handle every component shares.
#[derive(Clone, Copy)]
pub(crate) struct CurrentSession(RwSignal<Who>);

impl CurrentSession {
    /// Asks the server who is signed in.
    pub(crate) fn new() -> Self {
        let session = Self(RwSignal::new(Who::Unknown));
        session.ask();
        session
    }

    /// Reads what is known now; tracked.
    pub(crate) fn with<T>(self, read: impl FnOnce(&Who) -> T) -> T {
        self.0.with(read)
    }

    /// What is known now; tracked.
    pub(crate) fn who(self) -> Who {
        self.0.get()
    }

    /// Whether somebody is signed in; tracked.
    pub(crate) fn is_member(self) -> bool {
        self.0.with(|who| matches!(who, Who::Member(_)))
    }

    /// Whether the server did not answer.
    pub(crate) fn is_unreachable(self) -> bool {
        self.0.with_untracked(|who| *who == Who::Unreachable)
    }

    /// Whether the signed-in member has a permission; tracked.
    pub(crate) fn may(self, permission: Permission) -> bool {
        self.0.with(|who| matches!(who, Who::Member(s) if s.permissions.contains(&permission)))
    }

    /// Asks the server again.
    pub(crate) fn ask(self) {
        spawn_local(async move {
            let who = match http::get::<Session>(PATH).await {
                Ok(session) => Who::Member(session),
                Err(refused) if refused.code() == Some(ErrorCode::Unauthenticated) => Who::Nobody,
                Err(_) => Who::Unreachable,
            };
            self.0.set(who);
        });
    }

    /// Signs in.
    pub(crate) async fn sign_in(self, request: SignInRequest) -> Result<(), Refused> {
        let session = http::post::<Session>(PATH, &request).await?;
        self.0.set(Who::Member(session));
        Ok(())
    }

    /// Signs out; says whether the server knows.
    pub(crate) async fn sign_out(self) -> Result<(), Refused> {
        match http::delete(PATH).await {
            Err(refused) if refused.code() != Some(ErrorCode::Unauthenticated) => Err(refused),
            _ => {
                self.ended();
                Ok(())
            }
        }
    }

    /// The server says that the session is over.
    pub(crate) fn ended(self) {
        self.0.set(Who::Nobody);
    }
}
