//! Close codes of the live socket. The code tells the client what to do next.

/// The server goes away for a moment: reconnect with jitter. (RFC 6455 registry: service restart.)
pub const RESTART: u16 = 1012;
/// A frame could not be understood: a fault of the client; do not retry.
pub const BAD_FRAME: u16 = 4400;
/// The session is over: sign in.
pub const SESSION_GONE: u16 = 4401;
/// The member may not be here.
pub const FORBIDDEN: u16 = 4403;
/// Nothing was heard for too long: reconnect and resume.
pub const NO_ANSWER: u16 = 4408;
/// Replaced by a newer connection of the same member.
pub const REPLACED: u16 = 4409;
/// Too many frames: wait, then reconnect.
pub const LIMITED: u16 = 4429;
/// The client speaks another version: reload the page.
pub const VERSION: u16 = 4490;

/// What a client does after a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Connect again and resume.
    Reconnect,
    /// Go to the sign-in page.
    SignIn,
    /// Load the page again.
    Reload,
    /// Stay disconnected and say so.
    Stop,
}

/// The verdict for a close code; unknown codes and lost connections mean reconnect.
pub const fn verdict(code: u16) -> Verdict {
    match code {
        SESSION_GONE => Verdict::SignIn,
        VERSION => Verdict::Reload,
        BAD_FRAME | FORBIDDEN | REPLACED => Verdict::Stop,
        _ => Verdict::Reconnect,
    }
}
