//! What Meta answered when it was asked how a number is.

use shared::{
    Instant,
    ids::ChannelId,
    model::health::{AccountFacts, ChannelHealth, CheckTrouble, NumberFacts, TokenFacts},
    permission::{Audience, Scope, can_see},
};

use super::{LAG, known, put};
use crate::{
    clock::micros,
    db::{Fault, Scoped, Tx, rows::channel_health},
};

/// An answer; what is absent was not told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// The number.
    pub number: Option<NumberFacts>,
    /// Its business account.
    pub account: Option<AccountFacts>,
    /// Whether the account tells our app.
    pub subscribed: Option<bool>,
    /// The access token.
    pub token: Option<TokenFacts>,
    /// Why there is nothing of the number or the account.
    pub trouble: Option<CheckTrouble>,
}

/// Stores an answer to a question that was asked at this time.
///
/// # Errors
/// The database's.
pub fn store(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    asked: Instant,
    checked: Checked,
) -> Result<ChannelHealth, Fault> {
    let now = tx.now();
    let before = known(tx, channel)?;
    let mut row = before.clone();
    let told = row.told.values().max().copied();
    let is_newer = told.is_none_or(|told| told < micros(asked - LAG));
    let facts = &mut row.model.facts;
    facts.trouble = checked.trouble;
    if let Some(token) = checked.token {
        facts.token = token;
    }
    if let Some(number) = checked.number.filter(|_| is_newer) {
        // What only webhooks tell stays.
        let known = std::mem::take(&mut facts.number);
        let requested_name =
            known.requested_name.filter(|_| number.name != Some(shared::model::health::NameState::Approved));
        facts.number = NumberFacts {
            pin: known.pin,
            requested_name,
            limit: number.limit.or(known.limit),
            throughput: number.throughput.or(known.throughput),
            ..number
        };
    }
    if let Some(account) = checked.account.filter(|_| is_newer) {
        facts.account.name = account.name;
        facts.account.review = account.review.or(facts.account.review);
        facts.account.deleted = false;
    }
    if let Some(subscribed) = checked.subscribed {
        facts.account.subscribed = Some(subscribed);
    }
    if checked.trouble != Some(CheckTrouble::Unreachable) {
        facts.checked_at = Some(now);
    }
    put(tx, &before, row)?;
    Ok(known(tx, channel)?.model)
}

/// What a member sees of how the numbers are.
///
/// # Errors
/// The database's.
pub fn seen_by(scoped: &mut Scoped, scope: &Scope) -> Result<Vec<ChannelHealth>, Fault> {
    if !can_see(scope, &Audience::Channels) {
        return Ok(Vec::new());
    }
    Ok(channel_health::all(scoped)?.into_iter().map(|row| row.model).collect())
}
