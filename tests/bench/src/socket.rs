//! Many live connections at little cost: frames are scanned for positions, not parsed.

use std::{cell::Cell, rc::Rc};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use shared::ids::Epoch;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::child::ORIGIN;

/// A connection's place in the log, as its frames tell it.
#[derive(Debug, Default)]
pub(crate) struct Place {
    /// Complete up to here.
    pub(crate) pos: Cell<u64>,
    /// The log's head when the connection was welcomed; it is caught up from there on.
    pub(crate) target: Cell<Option<u64>>,
    pub(crate) epoch: Cell<Option<Epoch>>,
    pub(crate) scope_rev: Cell<u64>,
    pub(crate) gaps: Cell<u64>,
    pub(crate) duplicates: Cell<u64>,
    pub(crate) snapshots: Cell<u64>,
    /// Bytes of the last batch, its frame header included.
    pub(crate) last: Cell<usize>,
}

#[derive(Deserialize)]
struct Welcome {
    epoch: Epoch,
    pos: u64,
    scope_rev: u64,
}

/// One live connection.
pub(crate) struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
    pub(crate) place: Rc<Place>,
}

impl Socket {
    /// Connects and upgrades.
    pub(crate) async fn upgrade(address: &str, token: &str, place: Rc<Place>) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET /live HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
             origin: {ORIGIN}\r\ncookie: __Host-sid={token}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut buffer = Vec::with_capacity(512);
        let end = loop {
            if stream.read_buf(&mut buffer).await? == 0 {
                bail!("closed before the upgrade");
            }
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        if !buffer.starts_with(b"HTTP/1.1 101") {
            bail!("no upgrade: {}", String::from_utf8_lossy(buffer.get(..60).unwrap_or(&buffer)));
        }
        buffer.drain(..end);
        Ok(Self { stream, buffer, place })
    }

    /// The first frame: `hello`, or `resume` where the place is known.
    pub(crate) async fn greet(&mut self) -> Result<()> {
        let frame = match self.place.epoch.get() {
            None => r#"{"hello":{"version":1}}"#.to_owned(),
            Some(epoch) => format!(
                r#"{{"resume":{{"version":1,"epoch":"{epoch}","pos":{},"scope_rev":{},"open":[]}}}}"#,
                self.place.pos.get(),
                self.place.scope_rev.get()
            ),
        };
        self.place.target.set(None);
        self.send(frame.as_bytes()).await
    }

    /// Reads one frame and notes what it tells; the payload of a batch is handed to `batch`.
    pub(crate) async fn read(&mut self, mut batch: impl FnMut(&[u8])) -> Result<()> {
        let (opcode, start, end) = loop {
            if let Some(frame) = header(&self.buffer)
                && self.buffer.len() >= frame.2
            {
                break frame;
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("closed");
            }
        };
        let payload = self.buffer.get(start..end).unwrap_or_default();
        let mut answer: Option<&[u8]> = None;
        match opcode {
            1 if payload.starts_with(b"{\"batch\"") => {
                self.place.batch(payload)?;
                self.place.last.set(end);
                batch(payload);
            }
            1 if payload.starts_with(b"{\"ping\"") => {
                let to = number(payload, b"\"to\":").context("a ping without a position")?;
                self.place.pos.set(self.place.pos.get().max(to));
                answer = Some(br#"{"pong":{}}"#);
            }
            1 if payload.starts_with(b"{\"welcome\"") => {
                let body = payload.get(11..payload.len() - 1).context("an odd welcome")?;
                let welcome: Welcome = serde_json::from_slice(body)?;
                self.place.epoch.set(Some(welcome.epoch));
                self.place.scope_rev.set(welcome.scope_rev);
                self.place.target.set(Some(welcome.pos));
            }
            1 if payload.starts_with(b"{\"snapshot\"") => {
                self.place.pos.set(number(payload, b"\"pos\":").context("a snapshot without a position")?);
                self.place.snapshots.set(self.place.snapshots.get() + 1);
            }
            8 => bail!("the server closed the socket"),
            _ => {}
        }
        self.buffer.drain(..end);
        if self.buffer.is_empty() && self.buffer.capacity() > 4_096 {
            self.buffer.shrink_to(512);
        }
        if let Some(answer) = answer {
            self.send(answer).await?;
        }
        Ok(())
    }

    /// Reads until the place is where the log was at the welcome.
    pub(crate) async fn catch_up(&mut self) -> Result<()> {
        while self.place.target.get().is_none_or(|target| self.place.pos.get() < target) {
            self.read(|_| {}).await?;
        }
        Ok(())
    }

    async fn send(&mut self, payload: &[u8]) -> Result<()> {
        // Masked with zeros, which leaves the payload as it is; the server cannot tell.
        let mut frame = vec![0x81];
        match u8::try_from(payload.len()) {
            Ok(length) if length < 126 => frame.push(0x80 | length),
            _ => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&u16::try_from(payload.len())?.to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        Ok(self.stream.write_all(&frame).await?)
    }
}

impl Place {
    fn batch(&self, payload: &[u8]) -> Result<()> {
        let from = number(payload, b"\"from\":").context("a batch without a start")?;
        let to = number(payload, b"\"to\":").context("a batch without an end")?;
        let pos = self.pos.get();
        if from > pos + 1 {
            self.gaps.set(self.gaps.get() + 1);
        }
        if from <= pos {
            self.duplicates.set(self.duplicates.get() + 1);
        }
        self.pos.set(to);
        Ok(())
    }
}

/// Opcode, start and end of the first frame in a buffer, once its header is complete.
fn header(buffer: &[u8]) -> Option<(u8, usize, usize)> {
    let opcode = buffer.first()? & 0x0f;
    let (start, length) = match buffer.get(1)? & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(buffer.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(buffer.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    Some((opcode, start, start + length))
}

/// The number behind the first occurrence of a key.
pub(crate) fn number(text: &[u8], key: &[u8]) -> Option<u64> {
    let at = text.windows(key.len()).position(|window| window == key)? + key.len();
    let digits = text.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}
