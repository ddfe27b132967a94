//! Drawing conversations at random: the same seed draws the same, and a busy agent does not fill the sample.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::TimeDelta;
use shared::{
    api::reviews::{Drawn, MOST_DAYS, MOST_DRAWN, Sample, SampleQuery},
    error::ErrorCode,
    ids::{ConversationId, MemberId},
    permission::can_see,
};

use super::reviewer;
use crate::{
    db::{
        Fault, ReadError, TenantStore,
        rows::{assignment, conversation, review},
    },
    domain::views,
    secrets::sha256,
};

/// Conversations in a sample when nobody says how many, and days it goes back.
const USUAL: (u32, u32) = (10, 7);

/// `GET /api/reviews/sample`.
///
/// # Errors
/// `forbidden`, `bad_request` for a count or days that are out of range.
pub async fn sample(tenant: &TenantStore, member: MemberId, query: SampleQuery) -> Result<Sample, ReadError> {
    let now = tenant.clock().now();
    let (count, days) = (query.count.unwrap_or(USUAL.0), query.days.unwrap_or(USUAL.1));
    if !(1..=MOST_DRAWN).contains(&count) || !(1..=MOST_DAYS).contains(&days) {
        return Err(ErrorCode::BadRequest.into());
    }
    // Another second is another sample; it can be asked for again by this number.
    let seed = query.seed.unwrap_or_else(|| now.timestamp().unsigned_abs() as u32);
    let read = tenant.read(move |scoped| {
        let seat = reviewer(scoped, member)?;
        let since = now - TimeDelta::days(days.into());
        let mut pairs = review::answered(scoped, since, query.queue, query.member)?;
        pairs.retain(|(_, author)| *author != member);
        let mut drawn = Vec::new();
        draw(&pairs, seed, count as usize, |id, author| {
            let row = conversation::find(scoped, id)?;
            let Some(row) = row.filter(|row| can_see(&seat.scope, &row.model.audience())) else {
                return Ok(false);
            };
            if review::find(scoped, id, member)?.is_some() || assignment::was_held_by(scoped, id, member)? {
                return Ok(false);
            }
            drawn.push(Drawn { conversation: views::rendered(&seat.scope, row.model), member: author });
            Ok(true)
        })?;
        Ok(Sample { seed, drawn })
    });
    read.await
}

/// Draws up to `count` conversations, one of each member in turn, each conversation once; `takes` says whether one is
/// taken. Between two members of whom there are enough the sample differs by one at most.
///
/// # Errors
/// What `takes` fails with.
pub fn draw(
    pairs: &[(ConversationId, MemberId)],
    seed: u32,
    count: usize,
    mut takes: impl FnMut(ConversationId, MemberId) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    let chance = |id: &dyn std::fmt::Display| sha256(format!("{seed} {id}").as_bytes());
    let mut of: BTreeMap<MemberId, Vec<ConversationId>> = BTreeMap::new();
    for (conversation, member) in pairs {
        of.entry(*member).or_default().push(*conversation);
    }
    let mut stacks: Vec<(MemberId, VecDeque<ConversationId>)> = of
        .into_iter()
        .map(|(member, mut all)| {
            all.sort_by_cached_key(|id| chance(id));
            (member, all.into())
        })
        .collect();
    stacks.sort_by_cached_key(|(member, _)| chance(member));
    let mut taken = BTreeSet::new();
    while taken.len() < count && !stacks.is_empty() {
        for (member, stack) in &mut stacks {
            if taken.len() == count {
                break;
            }
            // What a colleague was drawn for is passed over, and what must not be drawn, until one is taken.
            while let Some(next) = stack.pop_front() {
                if !taken.contains(&next) && takes(next, *member)? {
                    taken.insert(next);
                    break;
                }
            }
        }
        stacks.retain(|(_, stack)| !stack.is_empty());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: usize) -> ConversationId {
        format!("cnv_{n:032x}").parse().unwrap()
    }

    fn member(n: usize) -> MemberId {
        format!("mem_{n:032x}").parse().unwrap()
    }

    fn drawn(
        pairs: &[(ConversationId, MemberId)],
        seed: u32,
        count: usize,
        not: ConversationId,
    ) -> Vec<(ConversationId, MemberId)> {
        let mut all = Vec::new();
        draw(pairs, seed, count, |id, member| {
            let takes = id != not;
            if takes {
                all.push((id, member));
            }
            Ok(takes)
        })
        .unwrap();
        all
    }

    proptest! {
        #[test]
        fn a_sample_is_even_over_members_and_the_same_for_a_seed(
            sizes in prop::collection::vec(1_usize..30, 1..6), seed: u32, count in 1_usize..40,
        ) {
            let mut pairs = Vec::new();
            for (who, size) in sizes.iter().enumerate() {
                pairs.extend((0..*size).map(|n| (id(who * 100 + n), member(who))));
            }
            let all = drawn(&pairs, seed, count, id(0));
            let mut turned = pairs.clone();
            turned.reverse();
            prop_assert_eq!(&all, &drawn(&turned, seed, count, id(0)), "the order of the rows says nothing");
            let there = pairs.len() - 1;
            prop_assert_eq!(all.len(), count.min(there));
            let ids: BTreeSet<_> = all.iter().map(|(id, _)| *id).collect();
            prop_assert!(ids.len() == all.len() && !ids.contains(&id(0)));
            let of = |who: usize| all.iter().filter(|(_, by)| *by == member(who)).count();
            let most = (0..sizes.len()).map(of).max().unwrap();
            for (who, size) in sizes.iter().enumerate() {
                let has = size - usize::from(who == 0);
                prop_assert!(of(who) == has || of(who) + 1 >= most, "{who} has {has}: {} of {most}", of(who));
            }
        }

        #[test]
        fn what_two_answered_is_drawn_once(seed: u32, count in 1_usize..20) {
            let pairs: Vec<_> =
                (0..10).flat_map(|n| [(id(n), member(1)), (id(n), member(2))]).collect();
            let all = drawn(&pairs, seed, count, id(99));
            let ids: BTreeSet<_> = all.iter().map(|(id, _)| *id).collect();
            prop_assert_eq!((ids.len(), all.len()), (count.min(10), count.min(10)));
        }
    }

    #[test]
    fn another_seed_draws_others() {
        let pairs: Vec<_> = (0..100).map(|n| (id(n), member(n % 4))).collect();
        let samples: BTreeSet<_> = (0..20).map(|seed| drawn(&pairs, seed, 8, id(999))).collect();
        assert!(samples.len() > 15);
    }
}
