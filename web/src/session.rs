//! Who is signed in. The cookie is the truth; this is what the page knows of it.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::session::{Session, SignInRequest},
    error::ErrorCode,
    ids::MemberId,
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

impl Who {
    const fn member(&self) -> Option<MemberId> {
        match self {
            Self::Member(session) => Some(session.member),
            _ => None,
        }
    }
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

    /// Which member is signed in; tracked.
    pub(crate) fn member(self) -> Option<MemberId> {
        self.0.with(Who::member)
    }

    /// Which member is signed in.
    pub(crate) fn member_untracked(self) -> Option<MemberId> {
        self.0.with_untracked(Who::member)
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
            let who = match http::get::<Option<Session>>(PATH).await {
                Ok(Some(session)) => Who::Member(session),
                Ok(None) => Who::Nobody,
                Err(_) => Who::Unreachable,
            };
            self.0.set(who);
        });
    }

    /// Something was refused as if nobody were signed in: asks whether that is so. Without an answer
    /// the page stays as it is, because a lost network is no reason to sign in.
    pub(crate) fn check(self) {
        let Some(known) = self.member_untracked() else { return };
        spawn_local(async move {
            let Ok(answer) = http::get::<Option<Session>>(PATH).await else { return };
            // A sign-out or sign-in meanwhile knows better.
            if self.member_untracked() != Some(known) {
                return;
            }
            match answer {
                Some(session) if session.member == known => {}
                Some(session) => self.0.set(Who::Member(session)),
                None => self.ended(),
            }
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
