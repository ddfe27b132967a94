//! What WhatsApp's codes mean for a message.

use shared::{
    live::command::Command,
    model::message::{DeliveryState, FailureReason},
};
use simulator::{Outcome, payload};

use crate::{
    harness::{Engine, Options, World, wait::PATIENCE},
    sending::becomes,
};

on_both_engines!(every_code_of_metas_means_what_its_reference_says);

/// What happens to a message that Meta answers with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Again,
    Unsure,
    Never(FailureReason),
}

async fn every_code_of_metas_means_what_its_reference_says(engine: Engine) {
    use FailureReason as Why;
    use Fate::{Again, Never, Unsure};
    let table: &[(&[u32], Fate)] = &[
        (&[4, 80_007, 130_429, 132_069, 133_016, 134_101], Again),
        (&[1, 2, 131_000, 131_016, 131_057, 133_004, 2_494_100], Unsure),
        (&[3, 10, 33, 190, 200, 299, 131_005, 133_010], Never(Why::NotAuthorised)),
        (
            &[
                100, 131_008, 131_009, 131_051, 131_053, 132_000, 132_001, 132_005, 132_007, 132_008,
                132_012, 132_015, 132_016, 132_018, 132_068, 135_000, 130_501,
            ],
            Never(Why::ContentRefused),
        ),
        (&[368, 131_031, 131_037, 131_042, 131_045, 130_497], Never(Why::AccountRestricted)),
        (&[130_403, 130_472, 131_021, 131_026, 131_030, 131_062, 137_000], Never(Why::Undeliverable)),
        (&[131_047], Never(Why::WindowClosed)),
        (&[131_048, 131_049, 131_064], Never(Why::RateLimited)),
        (&[131_050], Never(Why::OptedOut)),
        (&[131_020, 136_024, 147_001, 999_999], Never(Why::Other)),
    ];
    let (world, meta) = World::with_meta(engine, Options::default()).await;
    let agent = world.agent().await;
    let mut sent = 0;
    for (codes, fate) in table {
        for code in *codes {
            // Each customer is written to once: the pace of one is not what this is about.
            let phone = format!("49{code:010}");
            world.customer_writes(&payload::Sender::phone(&phone, "Somebody"), "Hi").await;
            let (_, page) = agent.get(&format!("/api/conversations?search={phone}")).await;
            let conversation = page["conversations"][0]["id"].as_str().unwrap().parse().unwrap();
            meta.control().answer_next([Outcome::Refuse { code: *code, details: None, http: None }]);
            let done = agent.command(Command::text(conversation, "Hello")).await.unwrap();
            let (state, sends) = match fate {
                Again => (DeliveryState::Accepted, 2),
                Unsure => (DeliveryState::Uncertain, 1),
                Never(_) => (DeliveryState::Failed, 1),
            };
            let message = becomes(&agent, conversation, done.message.unwrap(), state).await;
            sent += sends;
            let failure = message.delivery.unwrap().failure.map(|failure| failure.reason);
            let expected = if let Never(reason) = fate { Some(*reason) } else { None };
            assert_eq!(failure, expected, "{code}");
            let all = meta.control().wait_for_sends(sent, PATIENCE).await.unwrap();
            assert_eq!(all.len(), sent, "{code}: {fate:?}");
        }
    }
}
