//! `fanout`: the server's processor time per delivery to 1,000 signed-in sockets of 1,000 members with
//! different scopes, through the whole frame path.
//!
//! A webhook with as many messages as the burst is long makes one batch. What the webhook itself
//! costs is measured in the same round before anybody is connected to hear of it, and taken off. The
//! baseline writes a ready frame of the same size to as many sockets, one `write()` each.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};

use crate::{
    child::Listening,
    figure::Figure,
    ground::{Ground, Plan, known},
    http::Caller,
    machine,
    rounds::{Spread, undisturbed},
    socket::{Place, Socket},
};

/// Sockets, each of a member of its own.
const SOCKETS: usize = 1_000;
/// Length of a burst, and bursts per round.
const BURSTS: [(usize, usize); 3] = [(1, 150), (8, 60), (32, 40)];
/// Customers.
const HELD: usize = 64;
/// Frames that are not there after this are lost.
const LAST: Duration = Duration::from_secs(20);
/// Nothing comes any more when nothing has come for this long.
const QUIET: Duration = Duration::from_millis(1_500);

pub(crate) async fn run() -> Result<Vec<Figure>> {
    machine::pin(0, machine::CLIENT_CORE)?;
    let figures = tokio::task::LocalSet::new().run_until(measure()).await;
    machine::unpin()?;
    figures
}

async fn measure() -> Result<Vec<Figure>> {
    let ground = Ground::new(Plan { tenants: 1, members: SOCKETS, assigned: HELD }).await?;
    let deaf_ground = Ground::new(Plan { tenants: 1, members: 1, assigned: HELD }).await?;
    let server = Listening::server(ground.dir(), 1).await?;
    let deaf = Listening::server(deaf_ground.dir(), 1).await?;
    let raw = Listening::baseline(&["serve-raw", &SOCKETS.to_string()], "/").await?;
    for child in [&server, &deaf, &raw] {
        child.pin(machine::SERVER_CORE)?;
    }
    let audience = Audience::gather(&server, &ground).await?;
    let mut plain = Plain::connect(&raw).await?;
    let children = [server.id(), deaf.id(), raw.id()];

    let mut figures = Vec::new();
    for (burst, count) in BURSTS {
        let taken = undisturbed(&children, async |n| {
            let alone = post(&deaf, &deaf_ground, burst, count, n, None).await?;
            let heard = post(&server, &ground, burst, count, n, Some(&audience)).await?;
            let frame = audience.last_frame_bytes();
            let floor = plain.write(&raw, count, frame).await?;
            let deliveries = (burst * count * SOCKETS) as f64;
            let ours = (heard - alone) * 1e6 / deliveries;
            let floor = floor * 1e6 / (count * SOCKETS) as f64;
            eprintln!("    burst {burst}: {ours:.3} µs, raw write {floor:.3} µs of {frame} bytes");
            Ok((ours, floor))
        })
        .await?;
        let ours = Spread::of(&taken.iter().map(|pair| pair.0).collect::<Vec<_>>());
        let floor = Spread::of(&taken.iter().map(|pair| pair.1).collect::<Vec<_>>());
        figures.push(Figure::against(&format!("fanout_burst_{burst}"), "µs/delivery", &ours, &floor));
    }
    Ok(figures)
}

/// Posts webhooks one after the other, each when everybody has heard of the one before; gives the
/// server's processor seconds.
async fn post(
    server: &Listening,
    ground: &Ground,
    burst: usize,
    count: usize,
    round: usize,
    audience: Option<&Audience>,
) -> Result<f64> {
    let tenant = ground.tenant()?;
    let requests: Vec<Vec<u8>> = (0..count)
        .map(|n| {
            let texts: Vec<_> = (0..burst)
                .map(|i| (known(i), format!("wamid.F{burst}x{round}x{n}x{i}"), "And the red one?".into()))
                .collect();
            tenant.webhook(&texts)
        })
        .collect();
    let mut caller = Caller::connect(&server.address).await?;
    let before = server.cpu()?;
    for request in &requests {
        let told = audience.map(|audience| audience.told(burst));
        ensure!(caller.call(request).await? == 200, "a webhook was refused");
        if let Some(told) = told {
            tokio::time::timeout(LAST, told).await.context("frames were lost")??;
        }
    }
    Ok(server.cpu()? - before)
}

/// Everybody who listens.
struct Audience {
    places: Vec<Rc<Place>>,
    heard: Rc<Notify>,
}

impl Audience {
    async fn gather(server: &Listening, ground: &Ground) -> Result<Self> {
        let heard = Rc::new(Notify::new());
        let mut places = Vec::new();
        for token in &ground.tenant()?.tokens {
            let place = Rc::new(Place::default());
            let mut socket = Socket::upgrade(&server.address, token, Rc::clone(&place)).await?;
            socket.greet().await?;
            socket.catch_up().await?;
            let heard = Rc::clone(&heard);
            tokio::task::spawn_local(async move {
                while socket.read(|_| {}).await.is_ok() {
                    heard.notify_one();
                }
            });
            places.push(place);
        }
        let audience = Self { places, heard };
        audience.quiet().await;
        Ok(audience)
    }

    /// Waits until nothing comes any more: the news that others came is through.
    async fn quiet(&self) {
        while tokio::time::timeout(QUIET, self.heard.notified()).await.is_ok() {}
    }

    /// Resolves when every socket is complete behind `messages` more. Each makes two events.
    fn told(&self, messages: usize) -> impl Future<Output = Result<()>> + use<> {
        let target = self.places.iter().map(|place| place.pos.get()).max().unwrap_or(0) + 2 * messages as u64;
        let (places, heard) = (self.places.clone(), Rc::clone(&self.heard));
        async move {
            for place in places {
                while place.pos.get() < target {
                    heard.notified().await;
                }
                ensure!(place.gaps.get() + place.duplicates.get() == 0, "a gap or a duplicate");
            }
            Ok(())
        }
    }

    fn last_frame_bytes(&self) -> usize {
        self.places.first().map_or(0, |place| place.last.get())
    }
}

/// The baseline's sockets.
struct Plain {
    orders: TcpStream,
    read: Rc<std::cell::Cell<usize>>,
    heard: Rc<Notify>,
}

impl Plain {
    async fn connect(raw: &Listening) -> Result<Self> {
        let mut orders = TcpStream::connect(&raw.address).await?;
        orders.set_nodelay(true)?;
        orders.write_all(b"ordr").await?;
        let (read, heard) = (Rc::new(std::cell::Cell::new(0)), Rc::new(Notify::new()));
        for _ in 0..SOCKETS {
            let mut socket = TcpStream::connect(&raw.address).await?;
            let (read, heard) = (Rc::clone(&read), Rc::clone(&heard));
            tokio::task::spawn_local(async move {
                let mut buffer = vec![0; 65_536];
                while let Ok(bytes @ 1..) = socket.read(&mut buffer).await {
                    read.set(read.get() + bytes);
                    heard.notify_one();
                }
            });
        }
        Ok(Self { orders, read, heard })
    }

    /// Processor seconds for `bursts` frames of `bytes` bytes to every socket.
    async fn write(&mut self, raw: &Listening, bursts: usize, bytes: usize) -> Result<f64> {
        self.read.set(0);
        let before = raw.cpu()?;
        self.orders.write_all(format!("{bursts} {bytes}\n").as_bytes()).await?;
        let begun = Instant::now();
        for burst in 1..=bursts {
            self.orders.write_all(b"g").await?;
            while self.read.get() < burst * bytes * SOCKETS {
                tokio::time::timeout(LAST, self.heard.notified()).await.context("bytes were lost")?;
            }
        }
        self.orders.read_exact(&mut [0]).await?;
        ensure!(begun.elapsed() < LAST * 10, "the baseline hangs");
        Ok(raw.cpu()? - before)
    }
}
