//! `webhook_to_frame`: from the scheduled send of a webhook to its frame at a console, at 200 per
//! second, beside what a bare durable commit takes on the same disk at the same rate.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    baseline::commit::commits,
    child::Listening,
    figure::Figure,
    ground::{Ground, Plan, known},
    http,
    rounds::{Spread, quantile, undisturbed},
    socket::{Place, Socket, number},
};

/// Webhooks per second.
const RATE: f64 = 200.0;
/// Webhooks per round.
const COUNT: usize = 2_000;
/// Customers.
const HELD: usize = 500;
/// Connections the webhooks come over.
const CONNECTIONS: usize = 16;
/// Frames that are not there this long after the last send are lost.
const LAST: Duration = Duration::from_secs(5);

/// p50, p99 and p99.9 of a round.
type Tails = [f64; 3];

pub(crate) async fn run() -> Result<Vec<Figure>> {
    let ground = Ground::new(Plan { tenants: 1, members: 20, assigned: HELD }).await?;
    let tenant = ground.tenant()?;
    let server = Listening::server(ground.dir(), 2).await?;
    let dir = ground.dir().to_string_lossy().into_owned();
    let mut consoles = Vec::new();
    for token in &tenant.tokens {
        let mut socket = Socket::upgrade(&server.address, token, Rc::new(Place::default())).await?;
        socket.greet().await?;
        socket.catch_up().await?;
        consoles.push(socket);
    }
    // All but one only read; the one that is timed must not be the only one to be served.
    let mut timed = consoles.pop().ok_or_else(|| anyhow::anyhow!("no console"))?;
    let local = tokio::task::LocalSet::new();
    for mut socket in consoles {
        local.spawn_local(async move { while socket.read(|_| {}).await.is_ok() {} });
    }
    let rounds = undisturbed(&[server.id()], async |n| {
        let body = "x".repeat(600);
        let (commit_dir, rate) = (dir.clone(), RATE);
        let bare =
            tokio::task::spawn_blocking(move || commits(&commit_dir, COUNT / 2, rate, &body)).await??;
        let requests: Vec<Vec<u8>> = (0..COUNT)
            .map(|i| {
                let text = format!("mark {n} #{i}#");
                tenant.webhook(&[(known(i % HELD), format!("wamid.W{n}x{i}"), text)])
            })
            .collect();
        let callers = http::connect(&server.address, CONNECTIONS).await?;
        let (seen, begun) = (RefCell::new(vec![f64::NAN; COUNT]), Instant::now());
        let frames = async {
            let mut missing = COUNT;
            while missing > 0 {
                timed
                    .read(|batch| {
                        let now = begun.elapsed().as_secs_f64();
                        let mut rest = batch;
                        let mark = format!("mark {n} #");
                        while let Some(at) = find(rest, mark.as_bytes()) {
                            rest = rest.get(at..).unwrap_or_default();
                            let index = number(rest, b"#").unwrap_or_default() as usize;
                            if let Some(slot) = seen.borrow_mut().get_mut(index)
                                && slot.is_nan()
                            {
                                *slot = now;
                                missing -= 1;
                            }
                            rest = rest.get(mark.len()..).unwrap_or_default();
                        }
                    })
                    .await?;
            }
            anyhow::Ok(())
        };
        let sending = async {
            let load = http::load(callers, &requests, Some(RATE), begun).await?;
            ensure!(load.refused == 0, "{} webhooks were refused", load.refused);
            Ok(())
        };
        let limit = Duration::from_secs_f64(COUNT as f64 / RATE) + LAST;
        let both = async { tokio::try_join!(sending, frames) };
        local.run_until(tokio::time::timeout(limit, both)).await??;
        let mut took: Vec<f64> =
            seen.borrow().iter().enumerate().map(|(i, at)| (at - i as f64 / RATE) * 1e3).collect();
        took.sort_by(f64::total_cmp);
        let tails = |sorted: &[f64]| [0.5, 0.99, 0.999].map(|share| quantile(sorted, share));
        let (ours, bare) = (tails(&took), tails(&bare));
        eprintln!("    round {n}: {ours:.2?} ms, bare commit {bare:.2?} ms");
        Ok((ours, bare))
    })
    .await?;
    let spread = |pick: fn(&(Tails, Tails)) -> Tails, index: usize| {
        let values: Vec<f64> = rounds.iter().filter_map(|round| pick(round).get(index).copied()).collect();
        Spread::of(&values)
    };
    Ok(["p50", "p99", "p99.9"]
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let (ours, bare) = (spread(|round| round.0, index), spread(|round| round.1, index));
            Figure::against(&format!("webhook_to_frame_{name}"), "ms", &ours, &bare)
        })
        .collect())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
