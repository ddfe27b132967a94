//! What reviews come to, by member and criterion.

use std::collections::BTreeMap;

use shared::{api::reviews::Average, ids::MemberId, model::review::Review};

/// The averages of reviews, by member and the criterion's name.
pub(super) fn of(reviews: &[Review]) -> Vec<Average> {
    let mut sums: BTreeMap<(MemberId, &str), (u32, u32)> = BTreeMap::new();
    for review in reviews {
        for one in &review.scores {
            let (count, sum) = sums.entry((review.member, &one.name)).or_default();
            *count += 1;
            *sum += u32::from(one.score);
        }
    }
    let average = |((member, name), (count, sum)): ((MemberId, &str), (u32, u32))| Average {
        member,
        name: name.to_owned(),
        count,
        hundredths: sum * 100 / count.max(1),
    };
    sums.into_iter().map(average).collect()
}
