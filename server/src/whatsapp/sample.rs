//! Handing the sample file of a template's header to Meta, which gives it a name that the template then bears.
//!
//! Source: Graph API, Resumable Upload API. A sample goes in one piece: whoever waits for it begins anew sooner
//! than a broken one would be resumed.

use std::time::Duration;

use reqwest::{
    Body,
    header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue},
};
use secrecy::ExposeSecret;

use super::{
    Connection, Graph,
    ask::{Asked, Unanswered, Verb, answer},
    payload::string,
};
use crate::files::Read;

/// A whole file may take this long.
const WHOLE: Duration = Duration::from_secs(300);
/// Longest name of a session or a file that is believed, in bytes. Ours: Meta's have some hundred.
const NAME_BYTES: usize = 4096;

/// A file that shows what stands above a template's text.
pub(super) struct SampleFile<'a> {
    /// Its name, as the member's computer has it.
    pub(super) name: &'a str,
    /// Its type, as Meta names it.
    pub(super) mime: &'a str,
    /// Its bytes.
    pub(super) read: Read,
}

impl Graph {
    /// Uploads a sample to the connection's app; what Meta calls it. Nothing but templates can use it, and it
    /// goes by itself.
    pub(super) async fn hand_over_sample(
        &self,
        connection: &Connection,
        file: SampleFile<'_>,
    ) -> Result<String, Unanswered> {
        let SampleFile { name, mime, read } = file;
        let (token, path) = (&connection.access_token, format!("{}/uploads", connection.app_id));
        let length = read.size.to_string();
        let query = [("file_name", name), ("file_length", length.as_str()), ("file_type", mime)];
        let begun = self.ask(token, Asked { method: Verb::Post, path: &path, query: &query, body: None });
        let session = string(&begun.await?, "id").filter(|id| is_session(id));
        let session = session.ok_or(Unanswered::Unreachable)?;
        // This one interface of Meta's knows no bearers.
        let authorisation = HeaderValue::try_from(format!("OAuth {}", token.expose_secret()));
        let mut authorisation = authorisation.map_err(|_| Unanswered::Unreachable)?;
        authorisation.set_sensitive(true);
        let request = self
            .client
            .post(format!("{}/{session}", self.base))
            .timeout(WHOLE)
            .header(AUTHORIZATION, authorisation)
            .header("file_offset", "0")
            .header(CONTENT_LENGTH, read.size)
            .body(Body::wrap_stream(read.pieces));
        let handle = string(&answer(request).await?, "h");
        let handle = handle.filter(|handle| !handle.is_empty() && handle.len() <= NAME_BYTES);
        handle.ok_or(Unanswered::Unreachable)
    }
}

/// Whether this is the name of a session, such as `upload:MTph…?sig=ARZ…`, and leads nowhere else.
fn is_session(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=+/:.?&%~".contains(&byte);
    id.starts_with("upload:") && id.len() <= NAME_BYTES && !id.contains("..") && id.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_never_leaves_its_place() {
        assert!(is_session("upload:MTphdHRhY2htZW50Og==?sig=ARZqkGCA_uQMxC8n"));
        for bad in ["", "7", "upload:../7", "upload:a#b", "upload:a b", "https://elsewhere.example/upload:1"]
        {
            assert!(!is_session(bad), "{bad}");
        }
        assert!(!is_session(&format!("upload:{}", "a".repeat(NAME_BYTES))));
    }
}
