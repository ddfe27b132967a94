//! Whoever has read the facts up to one of them finds everything that was stored since behind it.

use server::db::Fault;

use crate::harness::{Engine, World, sql, webhook::ann};

on_both_engines!(facts_follow_one_another_also_when_the_clock_was_set_back);

/// The facts' ids, in their order.
async fn ids(world: &World) -> Vec<String> {
    sql::texts(&world.store().await, "SELECT id AS t FROM fact WHERE tenant_id = $1 ORDER BY id").await
}

async fn facts_follow_one_another_also_when_the_clock_was_set_back(engine: Engine) {
    let world = World::new(engine).await;
    world.customer_writes(&ann(), "one").await;
    // The newest was stored while the clock was ahead by years.
    let store = world.store().await;
    let ahead = store.write(|tx| {
        let newest = "UPDATE fact SET id = '0fff' || substr(id, 5) WHERE tenant_id = $1 AND id = \
                      (SELECT max(id) FROM fact WHERE tenant_id = $1)";
        sql::execute(tx, newest).map_err(Fault::Db)
    });
    assert_eq!(ahead.await.unwrap().0, 1);
    drop(store);
    let world = world.restart().await;
    let before = ids(&world).await;
    world.customer_writes(&ann(), "two").await;
    world.customer_writes(&ann(), "three").await;
    let after = ids(&world).await;
    assert_eq!(after[..before.len()], before, "nothing comes in front of what was there");
    assert!(after.len() >= before.len() + 2);
}
