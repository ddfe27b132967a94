//! What breaks in the middle of a group: the disk, the connection, the answer to COMMIT.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use diesel::connection::SimpleConnection;
use server::db::WriteError;

use super::{Bare, Work, as_one_group, mark, marks};
use crate::harness::{Engine, run, sql};

#[test]
fn a_full_disk_in_the_middle_of_a_group_loses_nothing_and_heals_by_itself() {
    run(async {
        let bare = Bare::new(Engine::Sqlite).await;
        let start = sql::gapless_head(&bare.tenant).await;
        let small = |name: &'static str| -> Work { Box::new(move |tx| mark(tx, name)) };
        // The limit counts for the writer's connection; every run of the job sets it, because a
        // failed group is run again on a fresh connection.
        let bursting: Work = Box::new(|tx| {
            let (conn, _) = tx.parts();
            conn.batch_execute("PRAGMA max_page_count = 1")?;
            mark(tx, "bursting")?;
            for n in 0..200 {
                mark(tx, &format!("bursting {n} {}", "x".repeat(4_000)))?;
            }
            Ok(())
        });
        let answers = as_one_group(&bare.tenant, vec![small("a"), bursting, small("b")]).await;
        assert!(matches!(answers[1], Err(WriteError::Unavailable(_))), "{:?}", answers[1].as_ref().err());
        assert!(answers[0].is_ok() && answers[2].is_ok());
        assert_eq!(marks(&bare.tenant).await, ["a", "b"]);
        assert_eq!(sql::gapless_head(&bare.tenant).await, start + 2);
        bare.tenant.write(|tx| mark(tx, "c")).await.unwrap();
        assert_eq!(marks(&bare.tenant).await, ["a", "b", "c"]);
        let heard: Vec<u64> = bare.heard.all().into_iter().map(|(pos, _)| pos).collect();
        assert!(heard.is_sorted_by(|a, b| a + 1 == *b), "published without a hole: {heard:?}");
    });
}

#[test]
fn a_full_disk_that_a_job_swallows_stores_nothing_of_its_group_halfway() {
    run(async {
        let bare = Bare::new(Engine::Sqlite).await;
        let start = sql::gapless_head(&bare.tenant).await;
        let swallowing: Work = Box::new(|tx| {
            let (conn, _) = tx.parts();
            conn.batch_execute("PRAGMA max_page_count = 1")?;
            for n in 0..200 {
                let _ = mark(tx, &format!("swallowed {n} {}", "x".repeat(4_000)));
            }
            Ok(())
        });
        let after: Work = Box::new(|tx| mark(tx, "after"));
        let answers = as_one_group(&bare.tenant, vec![swallowing, after]).await;
        assert!(matches!(answers[0], Err(WriteError::Unavailable(_))));
        assert!(answers[1].is_ok());
        assert_eq!(marks(&bare.tenant).await, ["after"]);
        assert_eq!(sql::gapless_head(&bare.tenant).await, start + 1);
    });
}

#[test]
fn a_connection_killed_in_the_middle_of_a_group_is_replaced_and_every_job_is_stored_once() {
    run(async {
        let bare = Bare::new(Engine::Postgres).await;
        let start = sql::gapless_head(&bare.tenant).await;
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let cut: Work = Box::new(move |tx| {
            mark(tx, "cut")?;
            if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                let (conn, _) = tx.parts();
                conn.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())")?;
            }
            Ok(())
        });
        let a: Work = Box::new(|tx| mark(tx, "a"));
        let b: Work = Box::new(|tx| mark(tx, "b"));
        let answers = as_one_group(&bare.tenant, vec![a, cut, b]).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        assert_eq!(marks(&bare.tenant).await, ["a", "b", "cut"]);
        assert_eq!(sql::gapless_head(&bare.tenant).await, start + 3);
    });
}

async fn a_commit_whose_answer_is_lost_happens_once_and_is_heard(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    // As every job of the product does, these look before they write.
    let once = |name: &'static str| -> Work {
        Box::new(move |tx| match server::db::rows::queue::by_name(tx, name)? {
            Some(_) => Ok(()),
            None => mark(tx, name),
        })
    };
    bare.tenant.lose_next_commit_answer();
    bare.tenant.write(once("a")).await.unwrap();
    bare.tenant.write(once("b")).await.unwrap();
    assert_eq!(marks(&bare.tenant).await, ["a", "b"]);
    assert_eq!(sql::gapless_head(&bare.tenant).await, start + 2);
    let heard: Vec<u64> = bare.heard.all().into_iter().map(|(pos, _)| pos).collect();
    assert_eq!(heard, (1..=start + 2).collect::<Vec<_>>(), "what was committed unheard is published once");
}

#[test]
fn a_lost_commit_answer_loses_nothing_on_sqlite() {
    run(a_commit_whose_answer_is_lost_happens_once_and_is_heard(Engine::Sqlite));
}

#[test]
fn a_lost_commit_answer_loses_nothing_on_postgres() {
    run(a_commit_whose_answer_is_lost_happens_once_and_is_heard(Engine::Postgres));
}
