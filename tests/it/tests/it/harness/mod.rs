//! What the tests stand on: engines, a server, signed-in members, live clients, Meta's webhooks.

pub(crate) mod child;
pub(crate) mod disk;
pub(crate) mod engine;
pub(crate) mod fresh;
pub(crate) mod history;
pub(crate) mod live;
pub(crate) mod load;
pub(crate) mod postgres;
pub(crate) mod power;
pub(crate) mod proxy;
pub(crate) mod random;
pub(crate) mod scene;
pub(crate) mod server;
pub(crate) mod sql;
pub(crate) mod usage;
pub(crate) mod user;
pub(crate) mod wait;
pub(crate) mod webhook;
pub(crate) mod world;

pub(crate) use child::{Setup, Victim};
pub(crate) use engine::{Database, Engine};
pub(crate) use live::LiveClient;
pub(crate) use random::Random;
pub(crate) use scene::Scene;
pub(crate) use server::{Options, TestServer};
pub(crate) use user::User;
pub(crate) use wait::{at_rest, eventually, eventually_within, run};
pub(crate) use world::{Tenant, World};

/// Declares each named async function as two tests, one per engine.
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        $(
            mod $name {
                #[test]
                fn sqlite() {
                    $crate::harness::run(super::$name($crate::harness::Engine::Sqlite));
                }

                #[test]
                fn postgres() {
                    $crate::harness::run(super::$name($crate::harness::Engine::Postgres));
                }
            }
        )*
    };
}
