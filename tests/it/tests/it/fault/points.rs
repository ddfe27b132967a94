//! The process dies at every named place in turn; nothing is lost, doubled or turned back.

use server::{
    admin::{AdminCommand, CreateQueue, execute},
    fault::Point,
};
use simulator::Outcome;

use crate::harness::{Database, Engine, Scene, Setup, Victim, child, eventually, wait::thorough};

on_both_engines!(
    verify_a_crash_at_any_point_of_work_loses_nothing,
    verify_a_crash_at_any_step_of_a_shutdown_loses_nothing,
    verify_a_crash_at_any_step_of_the_first_start_is_finished_by_the_next,
);

/// When a point is reached.
#[derive(PartialEq, Eq)]
enum When {
    /// On the first start, or when a tenant is created.
    Founding,
    /// Under load.
    Work,
    /// When the program is asked to end.
    Shutdown,
}

/// Exhaustive, so that a new point cannot be forgotten.
fn when(point: Point) -> When {
    match point {
        Point::OpenLocked | Point::MigrationStep | Point::OpenMigrated | Point::TenantCreated => {
            When::Founding
        }
        Point::TenantOpening
        | Point::IngestVerified
        | Point::IngestDurable
        | Point::ApplyItem
        | Point::CommitBefore
        | Point::CommitAfter
        | Point::CommitPublished
        | Point::OutboxLeased
        | Point::OutboxPosted
        | Point::OutboxAnswered
        | Point::OutboxRecorded
        | Point::StatusApplied => When::Work,
        Point::ShutdownPaused
        | Point::ShutdownGoodbye
        | Point::ShutdownHttp
        | Point::ShutdownWorkers
        | Point::ShutdownTenant
        | Point::ShutdownStore => When::Shutdown,
    }
}

fn points(wanted: &When) -> impl Iterator<Item = Point> {
    Point::ALL.into_iter().filter(move |point| when(*point) == *wanted)
}

/// On which passings of a point to die.
fn passings(point: Point) -> Vec<u32> {
    match (point, thorough()) {
        (Point::TenantOpening, _) => vec![1],
        (_, true) => vec![1, 2, 3, 7, 20],
        (_, false) => vec![3],
    }
}

async fn verify_a_crash_at_any_point_of_work_loses_nothing(engine: Engine) {
    let scene = Scene::new(engine).await;
    for point in points(&When::Work) {
        for times in passings(point) {
            let setup = scene.setup().crash_at(point, times);
            let mut victim = Victim::spawn(&scene.database, &setup).await;
            scene.meta.control().answer_next([Outcome::Accept, Outcome::RateLimited { retry_after_s: 0 }]);
            if victim.ready().await {
                let load = scene.load(&victim, 50);
                victim.aborts(point.as_str()).await;
                load.end().await;
            } else {
                victim.aborts(point.as_str()).await;
            }
            let after = scene.start(&scene.setup()).await;
            after.stop().await;
            let found = scene.violations().await;
            assert!(found.is_empty(), "after {}#{times}: {found:#?}", point.as_str());
        }
    }
}

async fn verify_a_crash_at_any_step_of_a_shutdown_loses_nothing(engine: Engine) {
    let scene = Scene::new(engine).await;
    for point in points(&When::Shutdown) {
        let mut victim = scene.start(&scene.setup().crash_at(point, 1)).await;
        let load = scene.load(&victim, 50);
        let some = load.acknowledged() + 20;
        eventually("the load is under way", async || (load.acknowledged() > some).then_some(())).await;
        victim.terminate();
        victim.aborts(point.as_str()).await;
        load.end().await;
        scene.start(&scene.setup()).await.stop().await;
        let found = scene.violations().await;
        assert!(found.is_empty(), "after {}: {found:#?}", point.as_str());
    }
}

async fn verify_a_crash_at_any_step_of_the_first_start_is_finished_by_the_next(engine: Engine) {
    let create = ["tenant", "create", "--slug", "early", "--name", "Early"];
    for point in points(&When::Founding) {
        // The second migration is, on SQLite, that of the tenant's own file.
        let passings = if point == Point::MigrationStep { 1..=2 } else { 1..=1 };
        for times in passings {
            let database = Database::new(engine);
            let crash = Setup::default().crash_at(point, times);
            assert!(child::command(&database, &crash, &create).await, "{} is on the way", point.as_str());
            assert!(!child::command(&database, &Setup::default(), &create).await);
            // What was begun is whole, and further tenants find their place beside it.
            let scene = Scene::on(database).await;
            let server = scene.rested().await;
            let new = CreateQueue { tenant: "early".into(), name: "sales".into(), mode: Default::default() };
            execute(&server.admin(), AdminCommand::CreateQueue(new)).await.unwrap();
            server.stop().await;
            assert_eq!(scene.violations().await, []);
        }
    }
}
