//! The running server's door for administration: a Unix socket in the data directory, one line of
//! JSON in, one line of JSON out. Whoever may open the socket may do everything, so only the
//! directory's owner may.

use std::{
    io::{BufRead, BufReader, ErrorKind, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream as BlockingStream},
    path::Path,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader as AsyncBufReader},
    net::{UnixListener, UnixStream},
};

use super::{AdminCommand, AdminContext, AdminError, execute};

/// Longest request; commands are small.
const MOST_BYTES: u64 = 64 * 1024;
/// A client that says nothing for this long is let go, so that it cannot hold up the next one.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a command ended, on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Ok(Value),
    Refused(String),
    Failed(String),
}

/// Opens the socket. Only whoever holds the data directory's lock may call this: a socket that is
/// there already is a dead process's.
///
/// # Errors
/// The file system's, also when the path is too long for a socket.
pub fn open(path: &Path) -> std::io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves one client after the other, for ever. Commands therefore never run at the same time.
pub async fn serve(listener: UnixListener, context: AdminContext) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if let Err(error) = answer(stream, &context).await {
                    tracing::warn!(error = %error, "an administration client went away");
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, "the administration socket does not accept");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, context: &AdminContext) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    let mut limited = AsyncBufReader::new(reader.take(MOST_BYTES));
    let reading = tokio::time::timeout(PATIENCE, limited.read_line(&mut line));
    if reading.await.map_err(|_| std::io::Error::from(ErrorKind::TimedOut))?? == 0 {
        return Ok(()); // somebody looked whether we are here
    }
    let answer = match serde_json::from_str::<AdminCommand>(&line) {
        Ok(command) => match execute(context, command).await {
            Ok(value) => Answer::Ok(value),
            Err(AdminError::Refused(why)) => Answer::Refused(why),
            Err(AdminError::Failed(why)) => {
                tracing::error!(reason = %why, "an administration command failed");
                Answer::Failed(why)
            }
        },
        // The text may hold secrets, so serde's message, which quotes it, stays here.
        Err(_) => Answer::Refused("the running server does not know this command; same version?".into()),
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    tokio::time::timeout(PATIENCE, writer.write_all(&text))
        .await
        .map_err(|_| std::io::Error::from(ErrorKind::TimedOut))?
}

/// Sends a command to the running server; `None` when no server answers at this socket. Blocks.
///
/// # Errors
/// The server's refusal, or that the connection broke and nobody knows how it ended.
pub fn call(path: &Path, command: &AdminCommand) -> Option<Result<Value, AdminError>> {
    let stream = BlockingStream::connect(path).ok()?;
    Some(converse(stream, command))
}

fn converse(mut stream: BlockingStream, command: &AdminCommand) -> Result<Value, AdminError> {
    let mut text = serde_json::to_vec(command)?;
    text.push(b'\n');
    stream.write_all(&text)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    if line.is_empty() {
        return Err(AdminError::Failed("the server went away before it answered".into()));
    }
    match serde_json::from_str(&line)? {
        Answer::Ok(value) => Ok(value),
        Answer::Refused(why) => Err(AdminError::Refused(why)),
        Answer::Failed(why) => Err(AdminError::Failed(why)),
    }
}
