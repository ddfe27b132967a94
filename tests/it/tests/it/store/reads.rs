//! Reads see one moment.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{Bare, mark};
use crate::harness::{Engine, sql};

on_both_engines!(a_read_sees_one_moment_however_long_it_takes, state_and_log_are_read_as_of_one_position);

async fn a_read_sees_one_moment_however_long_it_takes(engine: Engine) {
    let bare = Bare::new(engine).await;
    let (looked, go_on) = (Arc::new(Notify::new()), std::sync::mpsc::channel::<()>());
    let (let_go, wait) = go_on;
    let tell = Arc::clone(&looked);
    let tenant = bare.tenant.clone();
    let reading = tokio::spawn(async move {
        let read = tenant.read(move |scoped| {
            let query = "SELECT count(*) AS n FROM queue WHERE tenant_id = $1";
            let before = sql::number_in(scoped, query)?;
            tell.notify_one();
            let _ = wait.recv();
            Ok((before, sql::number_in(scoped, query)?))
        });
        read.await.unwrap()
    });
    looked.notified().await;
    bare.tenant.write(|tx| mark(tx, "meanwhile")).await.unwrap();
    drop(let_go);
    assert_eq!(reading.await.unwrap(), (0, 0));
    assert_eq!(sql::count(&bare.tenant, "queue").await, 1);
}

async fn state_and_log_are_read_as_of_one_position(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    let tenant = bare.tenant.clone();
    let writing = tokio::spawn(async move {
        for n in 0..150 {
            let name = format!("{n:03}");
            tenant.write(move |tx| mark(tx, &name)).await.unwrap();
        }
    });
    while !writing.is_finished() {
        let read = bare.tenant.read(|scoped| {
            let rows = sql::number_in(scoped, "SELECT count(*) AS n FROM queue WHERE tenant_id = $1")?;
            let head = sql::number_in(scoped, "SELECT head AS n FROM tenant_log WHERE tenant_id = $1")?;
            Ok((u64::try_from(rows).unwrap(), u64::try_from(head).unwrap()))
        });
        let (rows, head) = read.await.unwrap();
        assert_eq!(start + rows, head, "every row has its event and its position");
    }
    writing.await.unwrap();
}
