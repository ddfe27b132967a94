//! Group commit: positions, order, refusals.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use server::db::{Fault, Tx, WriteError};
use shared::error::ErrorCode;

use super::{Bare, Work, as_one_group, as_one_group_of, mark, marks};
use crate::harness::{Engine, sql, wait::thorough};

on_both_engines!(
    concurrent_writers_get_gapless_positions_in_commit_order,
    a_refused_job_leaves_no_hole_and_nothing_of_it,
    a_constraint_violation_undoes_only_its_own_job,
    a_refusal_that_nobody_expected_undoes_only_its_own_job,
    a_part_that_is_refused_undoes_that_part_alone,
    a_job_that_panics_says_so_and_its_siblings_are_stored,
    a_swallowed_database_error_ends_the_group_and_siblings_succeed_alone,
);

fn marking(name: &'static str) -> Work {
    Box::new(move |tx| mark(tx, name))
}

async fn concurrent_writers_get_gapless_positions_in_commit_order(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    let (writers, each) = (12, if thorough() { 400 } else { 40 });
    let tasks = (0..writers).map(|writer| {
        let tenant = bare.tenant.clone();
        tokio::spawn(async move {
            let mut last = 0;
            for n in 0..each {
                let name = format!("{writer}-{n}");
                let ((), pos) = tenant.write(move |tx| mark(tx, &name)).await.unwrap();
                assert!(pos > last, "a later write of one writer has a later position");
                last = pos;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let total = writers * each;
    let head = sql::gapless_head(&bare.tenant).await;
    assert_eq!(head, start + total);
    let heard: Vec<_> = bare.heard.all().into_iter().filter(|(pos, _)| *pos > start).collect();
    let positions: Vec<u64> = heard.iter().map(|(pos, _)| *pos).collect();
    assert_eq!(positions, (start + 1..=head).collect::<Vec<_>>(), "published in order, each once");
    let names: BTreeSet<_> = heard.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names.len() as u64, total);
}

async fn a_refused_job_leaves_no_hole_and_nothing_of_it(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    let refused: Work = Box::new(|tx| {
        mark(tx, "refused")?;
        Err(ErrorCode::NotFound.into())
    });
    let answers = as_one_group(&bare.tenant, vec![marking("a"), refused, marking("b")]).await;
    assert_eq!(answers[0].as_ref().unwrap().1, start + 1);
    assert!(matches!(answers[1], Err(WriteError::Refused(ErrorCode::NotFound))));
    assert_eq!(answers[2].as_ref().unwrap().1, start + 2);
    assert_eq!(marks(&bare.tenant).await, ["a", "b"]);
    assert_eq!(sql::gapless_head(&bare.tenant).await, start + 2);
    assert!(bare.heard.all().iter().all(|(_, name)| name != "refused"));
}

async fn a_constraint_violation_undoes_only_its_own_job(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let twice: Work = Box::new(move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        mark(tx, "before")?;
        mark(tx, "a")
    });
    let answers = as_one_group(&bare.tenant, vec![marking("a"), twice, marking("b")]).await;
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(answers[1], Err(WriteError::Constraint(_))));
    assert_eq!(runs.load(Ordering::SeqCst), 1, "the group went on; nothing was run again");
    assert_eq!(marks(&bare.tenant).await, ["a", "b"]);
    assert_eq!(sql::gapless_head(&bare.tenant).await, start + 2);
}

/// Jobs that go without a savepoint give way to one another, and to those that have one.
async fn a_refusal_that_nobody_expected_undoes_only_its_own_job(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    let refused: Work = Box::new(|tx| {
        mark(tx, "refused")?;
        Err(ErrorCode::NotFound.into())
    });
    let twice: Work = Box::new(|tx| {
        mark(tx, "before")?;
        mark(tx, "a")
    });
    let expected: Work = Box::new(|tx| {
        mark(tx, "expected")?;
        Err(ErrorCode::NotFound.into())
    });
    let jobs = vec![
        (true, marking("a")),
        (true, refused),
        (false, marking("b")),
        (false, expected),
        (true, twice),
        (true, marking("c")),
    ];
    let tenant = bare.tenant.clone();
    let door = |(unrefused, job): (bool, Work)| {
        let tenant = tenant.clone();
        async move { if unrefused { tenant.write_unrefused(job).await } else { tenant.write(job).await } }
    };
    let answers = as_one_group_of(&bare.tenant, door, jobs).await;
    let positions: Vec<_> = answers.iter().map(|answer| answer.as_ref().ok().map(|done| done.1)).collect();
    assert_eq!(positions, [Some(start + 1), None, Some(start + 2), None, None, Some(start + 3)]);
    assert!(matches!(answers[1], Err(WriteError::Refused(ErrorCode::NotFound))));
    assert!(matches!(answers[4], Err(WriteError::Constraint(_))));
    assert_eq!(marks(&bare.tenant).await, ["a", "b", "c"]);
    assert_eq!(sql::gapless_head(&bare.tenant).await, start + 3);
    let heard: Vec<_> = bare.heard.all().into_iter().filter(|(pos, _)| *pos > start).collect();
    assert_eq!(heard.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

async fn a_part_that_is_refused_undoes_that_part_alone(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    let job = |tx: &mut Tx<'_>| {
        mark(tx, "first")?;
        let part = tx.part(|tx| {
            mark(tx, "half")?;
            tx.audit(server::db::record::Actor::System, "half", "half")?;
            mark(tx, "first")
        })?;
        assert!(matches!(part, Err(Fault::Db(_))));
        tx.part(|tx| mark(tx, "second"))?.map_err(|_| Fault::Broken("the part was refused".into()))
    };
    bare.tenant.write(job).await.unwrap();
    assert_eq!(marks(&bare.tenant).await, ["first", "second"]);
    assert_eq!(sql::gapless_head(&bare.tenant).await, start + 2);
    let audited = "SELECT count(*) AS n FROM audit WHERE tenant_id = $1 AND action = 'half'";
    assert_eq!(sql::number(&bare.tenant, audited).await, 0);
}

async fn a_job_that_panics_says_so_and_its_siblings_are_stored(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    let bomb: Work = Box::new(|tx| {
        mark(tx, "bomb")?;
        panic!("a bug in a job");
    });
    let answers = as_one_group(&bare.tenant, vec![marking("a"), bomb, marking("b")]).await;
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert!(matches!(&answers[1], Err(WriteError::Panicked(why)) if why.contains("a bug in a job")));
    assert_eq!(marks(&bare.tenant).await, ["a", "b"]);
    assert_eq!(sql::gapless_head(&bare.tenant).await, start + 2);
}

async fn a_swallowed_database_error_ends_the_group_and_siblings_succeed_alone(engine: Engine) {
    let bare = Bare::new(engine).await;
    let start = sql::gapless_head(&bare.tenant).await;
    let first_run = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&first_run);
    let careless: Work = Box::new(move |tx| {
        mark(tx, "careless")?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            let _ = sql::execute(tx, "SELECT nothing FROM nowhere WHERE tenant_id = $1");
        }
        Ok(())
    });
    let answers = as_one_group(&bare.tenant, vec![marking("a"), careless, marking("b")]).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(first_run.load(Ordering::SeqCst), 2, "it was run again, alone");
    assert_eq!(marks(&bare.tenant).await, ["a", "b", "careless"]);
    assert_eq!(sql::gapless_head(&bare.tenant).await, start + 3);
}
