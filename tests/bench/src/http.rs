//! A load client that costs next to nothing: ready bytes out, a status in, over a kept connection.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// One kept connection.
pub(crate) struct Caller {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Caller {
    pub(crate) async fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(1024) })
    }

    /// Sends a whole request; gives the status of the answer, whose body is read and dropped.
    pub(crate) async fn call(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the connection was closed");
            }
            let Some(end) = find(&self.answer, b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(self.answer.get(..end).unwrap_or_default())?.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            let wanted = end + 4 + length.map_or(Ok(0), str::parse::<usize>)?;
            while self.answer.len() < wanted {
                if self.stream.read_buf(&mut self.answer).await? == 0 {
                    bail!("the connection was closed in an answer");
                }
            }
            return head.get(9..12).context("no status")?.parse().context("no status");
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// A POST as bytes, ready to be sent.
pub(crate) fn post(path: &str, body: &str, signature: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         x-hub-signature-256: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// What a load came to.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) seconds: f64,
    /// Milliseconds from the scheduled send to the answer, sorted.
    pub(crate) latencies: Vec<f64>,
}

/// Kept connections, ready to send.
pub(crate) async fn connect(address: &str, connections: usize) -> Result<Vec<Caller>> {
    let mut callers = Vec::new();
    for _ in 0..connections {
        callers.push(Caller::connect(address).await?);
    }
    Ok(callers)
}

/// Sends all requests; `rate` per second from `begun` on, or as fast as answers come.
pub(crate) async fn load(
    callers: Vec<Caller>,
    requests: &[Vec<u8>],
    rate: Option<f64>,
    begun: Instant,
) -> Result<Load> {
    let next = std::cell::Cell::new(0_usize);
    let work = callers.into_iter().map(|mut caller| {
        let next = &next;
        async move {
            let (mut latencies, mut refused) = (Vec::new(), 0);
            loop {
                let index = next.get();
                let Some(request) = requests.get(index) else { break };
                next.set(index + 1);
                let scheduled = match rate {
                    Some(rate) => {
                        let at = begun + Duration::from_secs_f64(index as f64 / rate);
                        tokio::time::sleep_until(at.into()).await;
                        at
                    }
                    None => Instant::now(),
                };
                match caller.call(request).await? {
                    200 => latencies.push(scheduled.elapsed().as_secs_f64() * 1e3),
                    _ => refused += 1,
                }
            }
            anyhow::Ok((latencies, refused))
        }
    });
    let done = futures_util::future::try_join_all(work).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let refused = done.iter().map(|(_, refused)| refused).sum();
    let mut latencies: Vec<f64> = done.into_iter().flat_map(|(latencies, _)| latencies).collect();
    latencies.sort_by(f64::total_cmp);
    Ok(Load { acknowledged: latencies.len(), refused, seconds, latencies })
}
