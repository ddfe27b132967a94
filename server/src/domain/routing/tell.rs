//! What customers are told by itself while they wait: that the queue is closed, and their place in it. Never more than
//! the tenant chose, and nothing once somebody has their conversation.

use shared::{
    ids::ConversationId,
    model::{
        conversation::ConversationState,
        queue::QueueRules,
        routing::{MINUTES, POSITION, Tell},
    },
};

use super::{hours::OpenTime, look_again, policy, words::says};
use crate::{
    db::{
        Fault, Tx,
        rows::{conversation, fact, queue, visit, waiting},
    },
    domain::{
        board::estimate,
        conversations::{Loaded, automatic},
    },
};

/// A customer wrote who may be waiting.
///
/// # Errors
/// The database's.
pub(crate) fn wrote(tx: &mut Tx<'_>, id: ConversationId, words: Option<&str>) -> Result<(), Fault> {
    let Some((mut loaded, rules)) = waits(tx, id)? else { return Ok(()) };
    let (now, open) = (tx.now(), OpenTime::of(tx, &rules)?);
    if open.is_open(now) {
        let tell = policy(tx)?.tell;
        let asks = words.is_some_and(|text| tell.words.iter().any(|phrase| says(text, phrase)));
        return if tell.on_request && asks { tell_place(tx, loaded, &tell) } else { Ok(()) };
    }
    let mut visit = visit::find(tx, id, loaded.row.model.opened_at)?;
    let knows = visit.away_at.is_some_and(|told| !open.opens_between(told, now));
    if knows || !automatic::say(tx, &mut loaded, &rules.away_text)? {
        return Ok(());
    }
    visit.away_at = Some(now);
    visit::put(tx, id, &visit)?;
    loaded.save(tx)
}

/// A customer has waited so long that they are told their place unasked.
pub(super) fn moment(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), Fault> {
    let Some((loaded, rules)) = waits(tx, id)? else { return Ok(()) };
    let Some(row) = waiting::find(tx, id)? else { return Ok(()) };
    let (now, open, tell) = (tx.now(), OpenTime::of(tx, &rules)?, policy(tx)?.tell);
    let waited = open.between(row.since, now);
    let is_due = tell.after_secs.first().is_some_and(|first| i64::from(*first) <= waited);
    if is_due && open.is_open(now) {
        tell_place(tx, loaded, &tell)?;
    }
    look_again(tx, &rules, row)
}

/// The conversation if it waits for an agent, with the rules by which it does.
fn waits(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<(Loaded, QueueRules)>, Fault> {
    let found = conversation::find(tx, id)?.filter(|row| row.model.state == ConversationState::Queued);
    let Some(row) = found.filter(|row| row.model.queue.is_some()) else { return Ok(None) };
    let rules = queue::rules(tx, row.model.queue)?;
    Ok(Some((Loaded::from_row(row), rules)))
}

fn tell_place(tx: &mut Tx<'_>, mut loaded: Loaded, tell: &Tell) -> Result<(), Fault> {
    let id = loaded.row.model.id;
    let mut visit = visit::find(tx, id, loaded.row.model.opened_at)?;
    if visit.told >= tell.at_most {
        return Ok(());
    }
    let Some(row) = waiting::find(tx, id)?.filter(|row| row.waits) else { return Ok(()) };
    let position = waiting::ahead(tx, &row)?.saturating_add(1);
    let since = tx.now() - chrono::Duration::seconds(estimate::WINDOW_SECS.into());
    let taken = fact::taken(tx, row.queue, since)?;
    // Until they are taken themselves, not only those before them.
    let text = text(tell, position, estimate::wait_secs(position, taken));
    if automatic::say(tx, &mut loaded, &text)? {
        visit.told += 1;
        visit::put(tx, id, &visit)?;
        loaded.save(tx)?;
    }
    Ok(())
}

/// The text with its numbers; whole minutes, one at least.
fn text(tell: &Tell, position: u32, secs: Option<u32>) -> String {
    let text = match secs {
        Some(secs) => tell.text.replace(MINUTES, &secs.div_ceil(60).max(1).to_string()),
        None => tell.text_without_minutes.clone(),
    };
    text.replace(POSITION, &position.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_where_the_text_wants_them() {
        let tell = Tell {
            text: "{minutes} min, {position}. {position}!".into(),
            text_without_minutes: "You are {position}.".into(),
            ..Tell::default()
        };
        assert_eq!(text(&tell, 3, Some(61)), "2 min, 3. 3!");
        assert_eq!(text(&tell, 1, Some(0)), "1 min, 1. 1!");
        assert_eq!(text(&tell, 7, None), "You are 7.");
    }
}
