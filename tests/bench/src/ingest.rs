//! `ingest`: signed webhooks per second with nothing lost, and how long the answers take.
//!
//! Four fifths of the messages go to conversations that a member holds, one fifth comes from new
//! customers. Load client, server and baseline share all cores. Throughput is a closed loop;
//! the answer's latency is an open loop at a fixed rate, counted from the scheduled send.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::{
    child::Listening,
    figure::Figure,
    ground::{Ground, Plan, Tenant, known, unknown},
    http::{self, Load},
    rounds::{Spread, quantile, undisturbed},
};

/// Customers whose conversations are held.
const HELD: usize = 2_000;
/// Webhooks per closed round.
const CLOSED: usize = 20_000;
/// Webhooks per second of an open round: what the product promises on two cores.
const RATE: f64 = 3_000.0;
/// Seconds of an open round.
const OPEN_SECONDS: usize = 6;
/// Meta's deliveries that are under way at once.
const CONNECTIONS: usize = 96;

pub(crate) async fn run() -> Result<Vec<Figure>> {
    let ground = Ground::new(Plan { tenants: 1, members: 50, assigned: HELD }).await?;
    let tenant = ground.tenant()?;
    let append_dir = tempfile::tempdir_in(ground.dir())?;
    let append_dir = append_dir.path().to_string_lossy().into_owned();
    let server = Listening::server(ground.dir(), 2).await?;
    let baseline = Listening::baseline(&["serve-append", &append_dir], "/readyz").await?;
    let children = [server.id(), baseline.id()];

    let mut series = Series::default();
    let warm = series.requests(tenant, CLOSED / 4);
    checked(tenant, &series, load(&server, &warm, None).await?)?;
    load(&baseline, &warm, None).await?;

    let pairs = undisturbed(&children, async |n| {
        let requests = series.requests(tenant, CLOSED);
        let append = load(&baseline, &requests, None).await?;
        ensure!(append.refused == 0, "the baseline refused {}", append.refused);
        let ours = checked(tenant, &series, load(&server, &requests, None).await?)?;
        let rates = (CLOSED as f64 / ours.seconds, CLOSED as f64 / append.seconds);
        eprintln!("    round {n}: {:.0}/s, baseline {:.0}/s", rates.0, rates.1);
        Ok(rates)
    })
    .await?;
    let open = undisturbed(&children, async |n| {
        let requests = series.requests(tenant, RATE as usize * OPEN_SECONDS);
        let load = load(&server, &requests, Some(RATE)).await?;
        let load = checked(tenant, &series, load)?;
        let answer = (quantile(&load.latencies, 0.5), quantile(&load.latencies, 0.99));
        eprintln!("    open round {n}: p50 {:.1} ms, p99 {:.1} ms", answer.0, answer.1);
        Ok(answer)
    })
    .await?;
    let column = |pairs: &[(f64, f64)], first: bool| {
        Spread::of(&pairs.iter().map(|pair| if first { pair.0 } else { pair.1 }).collect::<Vec<_>>())
    };
    Ok(vec![
        Figure::against("ingest", "webhooks/s", &column(&pairs, true), &column(&pairs, false)),
        Figure::alone("ingest_answer_p50_at_3000_per_s", "ms", &column(&open, true)),
        Figure::alone("ingest_answer_p99_at_3000_per_s", "ms", &column(&open, false)),
    ])
}

async fn load(server: &Listening, requests: &[Vec<u8>], rate: Option<f64>) -> Result<Load> {
    let callers = http::connect(&server.address, CONNECTIONS).await?;
    http::load(callers, requests, rate, Instant::now()).await
}

/// Numbers rounds and messages, so that every message is new.
#[derive(Default)]
struct Series {
    round: usize,
    newcomers: usize,
}

impl Series {
    fn prefix(&self) -> String {
        format!("wamid.B{}x", self.round)
    }

    fn requests(&mut self, tenant: &Tenant, count: usize) -> Vec<Vec<u8>> {
        self.round += 1;
        (0..count)
            .map(|n| {
                let customer = if n % 5 == 4 {
                    self.newcomers += 1;
                    unknown(self.newcomers)
                } else {
                    known(n * 7 % HELD)
                };
                let text = format!("Is the blue lamp number {n} still available in your shop?");
                tenant.webhook(&[(customer, format!("{}{n}", self.prefix()), text)])
            })
            .collect()
    }
}

/// A load whose every answer was 200 and whose every message is stored.
fn checked(tenant: &Tenant, series: &Series, load: Load) -> Result<Load> {
    ensure!(load.refused == 0, "{} webhooks were refused", load.refused);
    let stored = tenant.stored(&series.prefix())?;
    ensure!(stored == load.acknowledged, "acknowledged {}, stored {stored}", load.acknowledged);
    Ok(load)
}
