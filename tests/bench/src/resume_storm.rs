//! `resume_storm`: 9,000 consoles lose the server under load; how long after it listens again until
//! they have caught up, without a gap and without anything twice.
//!
//! The consoles come back as the product's own do: after a random time below a bound that doubles
//! from half a second to four. The server is killed, not stopped.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    child::Listening,
    figure::Figure,
    ground::{Ground, Plan, known},
    http::Caller,
    idle_memory::{AT_ONCE, MEMBERS, TENANTS},
    machine,
    rounds::{Spread, quantile},
    socket::{Place, Socket},
};

/// Webhooks per second while the server dies and comes back.
const RATE: f64 = 200.0;
/// Load before the kill and after the last console is back.
const CALM: Duration = Duration::from_secs(3);
/// How long the server is away.
const AWAY: Duration = Duration::from_millis(500);
/// Longest pause before a try: at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(4));
/// Consoles that are not back after this are lost.
const LAST: Duration = Duration::from_secs(90);
/// Storms.
const STORMS: usize = 3;

pub(crate) async fn run() -> Result<Vec<Figure>> {
    let ground = Ground::new(Plan { tenants: TENANTS, members: MEMBERS, assigned: 20 }).await?;
    tokio::task::LocalSet::new().run_until(storms(Rc::new(ground))).await
}

/// What all consoles share.
struct Common {
    address: String,
    /// Storms so far; a console notes for which it has caught up.
    storm: Cell<usize>,
    caught_up: RefCell<Vec<Instant>>,
}

async fn storms(ground: Rc<Ground>) -> Result<Vec<Figure>> {
    let mut server = Listening::server(ground.dir(), 2).await?;
    let address = server.address.clone();
    let common =
        Rc::new(Common { address: address.clone(), storm: Cell::new(0), caught_up: RefCell::default() });
    let mut places = Vec::new();
    let tokens: Vec<String> = ground.tenants.iter().flat_map(|tenant| tenant.tokens.clone()).collect();
    for some in tokens.chunks(AT_ONCE) {
        let opening = some.iter().map(|token| async {
            let place = Rc::new(Place::default());
            let mut socket = Socket::upgrade(&address, token, Rc::clone(&place)).await?;
            socket.greet().await?;
            socket.catch_up().await?;
            anyhow::Ok((token.clone(), place, socket))
        });
        for (token, place, socket) in futures_util::future::try_join_all(opening).await? {
            places.push(Rc::clone(&place));
            tokio::task::spawn_local(console(Rc::clone(&common), token, place, socket));
        }
    }
    tokio::task::spawn_local(traffic(Rc::clone(&common), Rc::clone(&ground)));
    let (mut p99, mut p50) = (Vec::new(), Vec::new());
    for n in 1..=STORMS {
        tokio::time::sleep(CALM).await;
        let port = server.kill();
        common.caught_up.borrow_mut().clear();
        common.storm.set(n);
        tokio::time::sleep(AWAY).await;
        let started = Instant::now();
        let number = port.number();
        let listens = tokio::task::spawn_blocking(move || machine::listens(number, LAST));
        server = Listening::server_at(ground.dir(), 2, port, LAST).await?;
        let ready = Instant::now();
        let listens = listens.await?.context("nobody listens")?;
        while common.caught_up.borrow().len() < places.len() {
            ensure!(started.elapsed() < LAST, "only {} consoles came back", common.caught_up.borrow().len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let after = |at: Instant| at.saturating_duration_since(listens).as_secs_f64();
        let mut took: Vec<f64> = common.caught_up.borrow().iter().copied().map(after).collect();
        took.sort_by(f64::total_cmp);
        eprintln!(
            "    storm {n}: listens {:.2} s after its start; after that ready in {:.2} s, half {:.2} s, 99 % \
             {:.2} s, all {:.2} s",
            listens.duration_since(started).as_secs_f64(),
            after(ready),
            quantile(&took, 0.5),
            quantile(&took, 0.99),
            quantile(&took, 1.0)
        );
        p50.push(quantile(&took, 0.5));
        p99.push(quantile(&took, 0.99));
    }
    tokio::time::sleep(CALM).await;
    let sum = |count: fn(&Place) -> u64| places.iter().map(|place| count(place)).sum::<u64>();
    let (gaps, twice) = (sum(|place| place.gaps.get()), sum(|place| place.duplicates.get()));
    let snapshots = sum(|place| place.snapshots.get());
    ensure!(gaps + twice == 0, "{gaps} gaps, {twice} duplicates");
    eprintln!("    no gap, no duplicate; {snapshots} snapshots for {} consoles", places.len());
    Ok(vec![
        Figure::alone("resume_storm_half", "s", &Spread::of(&p50)),
        Figure::alone("resume_storm_99_percent", "s", &Spread::of(&p99)),
    ])
}

/// A console: reads, loses the server, comes back, and notes when it has caught up.
async fn console(common: Rc<Common>, token: String, place: Rc<Place>, socket: Socket) {
    let mut current = Some(socket);
    let mut caught_up = 0;
    loop {
        if let Some(mut socket) = current.take() {
            while socket.read(|_| {}).await.is_ok() {
                let behind = place.target.get().is_none_or(|target| place.pos.get() < target);
                if caught_up < common.storm.get() && !behind {
                    caught_up = common.storm.get();
                    common.caught_up.borrow_mut().push(Instant::now());
                }
            }
        }
        place.target.set(None);
        current = Some(back(&common, &token, &place).await);
    }
}

async fn back(common: &Common, token: &str, place: &Rc<Place>) -> Socket {
    let mut pause = PAUSE.0;
    loop {
        tokio::time::sleep(pause.mul_f64(random_share())).await;
        pause = (pause * 2).min(PAUSE.1);
        if let Ok(mut socket) = Socket::upgrade(&common.address, token, Rc::clone(place)).await
            && socket.greet().await.is_ok()
        {
            return socket;
        }
    }
}

/// Webhooks to all tenants in turn, before, while and after the server is away.
async fn traffic(common: Rc<Common>, ground: Rc<Ground>) -> Result<()> {
    let mut caller = None;
    let mut pace = tokio::time::interval(Duration::from_secs_f64(1.0 / RATE));
    for n in 0_usize.. {
        pace.tick().await;
        let tenant = ground.tenants.get(n % ground.tenants.len()).context("no tenant")?;
        let request = tenant.webhook(&[(known(n % 20), format!("wamid.S{n}"), "Still there?".into())]);
        let mut known = match caller.take() {
            Some(known) => known,
            None => match Caller::connect(&common.address).await {
                Ok(fresh) => fresh,
                Err(_) => continue,
            },
        };
        if known.call(&request).await.is_ok() {
            caller = Some(known);
        }
    }
    Ok(())
}

/// Between 0 and 1.
fn random_share() -> f64 {
    let bits = uuid::Uuid::new_v4().as_u128() as u64;
    bits as f64 / u64::MAX as f64
}
