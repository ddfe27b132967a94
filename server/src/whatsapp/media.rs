//! Fetching a customer's file: its id becomes an address by the Graph API, the address becomes bytes.
//!
//! The address is Meta's answer, never a webhook's word, and the token goes only to hosts that Meta keeps
//! files on.

use std::time::Duration;

use reqwest::{Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use shared::{
    limits::FILE_BYTES,
    model::{file::FileFailure, message::FailureReason},
};

use super::{
    Graph, errors,
    payload::{number, string},
};
use crate::files::{Arrived, Files, Incoming};

/// Hosts that Meta hands files out from. Source: seen in answers of the Graph API.
const HOSTS: [&str; 2] = ["fbsbx.com", "fbcdn.net"];
/// A whole file may take this long.
const WHOLE: Duration = Duration::from_secs(600);
/// Nothing may come for this long.
const SILENCE: Duration = Duration::from_secs(30);

/// A file of a message, as far as fetching it is concerned.
pub(crate) struct Wanted<'a> {
    /// The business's number that it came to.
    pub(crate) phone_number_id: &'a str,
    /// What WhatsApp calls it.
    pub(crate) media_id: &'a str,
    /// Its digest as the webhook told it, in hexadecimal.
    pub(crate) claimed: Option<&'a str>,
}

impl Graph {
    /// Fetches a file into the store.
    ///
    /// # Errors
    /// Why it is not here now.
    pub(crate) async fn fetch(
        &self,
        token: &SecretString,
        wanted: &Wanted<'_>,
        files: &Files,
    ) -> Result<Arrived, FileFailure> {
        let found = self.locate(token, wanted).await?;
        if found.size.is_some_and(|size| size > FILE_BYTES) {
            return Err(FileFailure::TooLarge);
        }
        let response = self.open(token, &found.url).await?;
        if response.content_length().is_some_and(|size| size > FILE_BYTES) {
            return Err(FileFailure::TooLarge);
        }
        let mut incoming = files.receive().await.map_err(|error| ours(&error))?;
        let all = tokio::time::timeout(WHOLE, pour(response, &mut incoming)).await;
        if let Err(failure) = all.unwrap_or(Err(FileFailure::Unreachable)) {
            incoming.abandon().await;
            return Err(failure);
        }
        let arrived = incoming.finish().await.map_err(|error| ours(&error))?;
        let told = found.sha256.as_deref().or(wanted.claimed);
        let whole = found.size.is_none_or(|size| size == arrived.size);
        if !whole || told.is_some_and(|told| !told.eq_ignore_ascii_case(&arrived.hash)) {
            files.abandon(&arrived).await;
            return Err(FileFailure::Damaged);
        }
        Ok(arrived)
    }

    async fn locate(&self, token: &SecretString, wanted: &Wanted<'_>) -> Result<Located, FileFailure> {
        let (id, line) = (wanted.media_id, wanted.phone_number_id);
        let address = format!("{}/{id}?phone_number_id={line}", self.base);
        let request = self.client.get(address).bearer_auth(token.expose_secret());
        let response = request.send().await.map_err(|_| FileFailure::Unreachable)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|_| FileFailure::Unreachable)?;
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if !status.is_success() {
            return Err(refusal(
                status,
                answer.get("error").and_then(|error| error.get("code")).and_then(number),
            ));
        }
        let url = string(&answer, "url").and_then(|url| Url::parse(&url).ok());
        Ok(Located {
            url: url.ok_or(FileFailure::Unreachable)?,
            sha256: string(&answer, "sha256").filter(|text| is_digest(text)),
            size: answer.get("file_size").and_then(number).and_then(|size| u64::try_from(size).ok()),
        })
    }

    async fn open(&self, token: &SecretString, url: &Url) -> Result<Response, FileFailure> {
        let client = if self.is_home(url) {
            &self.client
        } else if is_metas(url) {
            &self.outside
        } else {
            tracing::error!(host = url.host_str(), "a file lies where none of Meta's do; it is not fetched");
            return Err(FileFailure::Unreachable);
        };
        let request = client.get(url.clone()).timeout(WHOLE).bearer_auth(token.expose_secret());
        let response = request.send().await.map_err(|_| FileFailure::Unreachable)?;
        let status = response.status();
        // An address lives for five minutes; the next try gets a new one.
        if status.is_success() { Ok(response) } else { Err(refusal(status, None)) }
    }

    /// Whether an address is of the very server that plays the Graph API, as in a demonstration.
    fn is_home(&self, url: &Url) -> bool {
        Url::parse(&self.base).is_ok_and(|base| base.origin() == url.origin())
    }
}

/// Whether a text is SHA-256 in hexadecimal; webhooks have it in another form.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Where a file lies now.
struct Located {
    url: Url,
    sha256: Option<String>,
    size: Option<u64>,
}

async fn pour(mut response: Response, incoming: &mut Incoming) -> Result<(), FileFailure> {
    loop {
        let chunk = tokio::time::timeout(SILENCE, response.chunk()).await;
        match chunk {
            Ok(Ok(Some(chunk))) if incoming.size() + chunk.len() as u64 > FILE_BYTES => {
                return Err(FileFailure::TooLarge);
            }
            Ok(Ok(Some(chunk))) => incoming.push(chunk).await.map_err(|error| ours(&error))?,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(_)) | Err(_) => return Err(FileFailure::Unreachable),
        }
    }
}

fn ours(error: &anyhow::Error) -> FileFailure {
    tracing::error!(error = %error, "a file could not be stored");
    FileFailure::Unreachable
}

/// Whether Meta hands files out from there, on its usual port and encrypted.
fn is_metas(url: &Url) -> bool {
    let host = url.domain().unwrap_or_default();
    let known = HOSTS
        .iter()
        .any(|known| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && known
}

fn refusal(status: StatusCode, code: Option<i64>) -> FileFailure {
    match (status.as_u16(), code) {
        (401 | 403, _) => FileFailure::NotAuthorised,
        (_, Some(_)) if errors::reason(code) == FailureReason::NotAuthorised => FileFailure::NotAuthorised,
        // "Object does not exist" is a parameter error at Meta's.
        (404 | 410, _) | (400, Some(100 | 131_052)) => FileFailure::Gone,
        _ => FileFailure::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_to_metas_hosts_only() {
        for metas in
            ["https://lookaside.fbsbx.com/a?b=c", "https://scontent.xx.fbcdn.net/x", "https://fbsbx.com/"]
        {
            assert!(is_metas(&Url::parse(metas).unwrap()), "{metas}");
        }
        for other in [
            "http://lookaside.fbsbx.com/",
            "https://lookaside.fbsbx.com:8443/",
            "https://evilfbsbx.com/",
            "https://fbsbx.com.evil.example/",
            "https://a@lookaside.fbsbx.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://0x7f.1/",
            "https://lookaside.fbsbx.com.",
            "ftp://fbsbx.com/",
            "file:///etc/passwd",
            "https://evil.example/fbsbx.com",
            "https://lookaside.fbsbx.com@evil.example/",
        ] {
            assert!(!is_metas(&Url::parse(other).unwrap()), "{other}");
        }
    }

    #[test]
    fn what_meta_refuses_is_told_apart() {
        assert_eq!(refusal(StatusCode::BAD_REQUEST, Some(190)), FileFailure::NotAuthorised);
        assert_eq!(refusal(StatusCode::BAD_REQUEST, Some(100)), FileFailure::Gone);
        assert_eq!(refusal(StatusCode::NOT_FOUND, None), FileFailure::Gone);
        assert_eq!(refusal(StatusCode::BAD_GATEWAY, None), FileFailure::Unreachable);
        assert_eq!(refusal(StatusCode::TOO_MANY_REQUESTS, Some(4)), FileFailure::Unreachable);
    }
}
