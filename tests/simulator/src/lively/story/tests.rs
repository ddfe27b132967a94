use super::*;
use crate::config::Config;
use crate::state::Shared;

async fn play(turns: i64, mut after: impl FnMut(&mut State, i64, Option<&'static str>)) {
    let http = {
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::new()
    };
    let runtime = tokio::runtime::Handle::current();
    let shared = Shared::new(Config::for_tests(), String::new(), runtime, http);
    for index in 0..turns {
        let now = 1_000_000_000 + index * 4_500;
        shared.with(|state| {
            let speaker = turn(state, now, &[]).map(|(customer, _)| customer);
            after(state, now, speaker);
        });
    }
}

#[tokio::test]
async fn stories_stay_few_when_nobody_answers() {
    play(2_000, |state, _, _| assert!(state.stories.open.len() <= OPEN_LIMIT)).await;
}

#[tokio::test]
async fn an_answered_shop_keeps_everybody_coming_back() {
    let mut speakers = std::collections::BTreeSet::new();
    play(1_000, |state, now, speaker| {
        if let Some(customer) = speaker {
            speakers.insert(customer);
            state.stories.answered(customer, None, now + 3_000, now);
        }
    })
    .await;
    assert_eq!(speakers.len(), PEOPLE.len());
}
