//! Whose conversation is answered sooner, by the rules of the queue it comes to.

use shared::model::{
    message::Message,
    queue::{MOST_PRIORITY_SECS, PriorityRule, PriorityWhen, QueueRules},
};

use super::words::says;
use crate::{
    db::{Fault, Tx, rows::message},
    domain::conversations::Loaded,
};

/// The message with which a visit begins, as far as rules look at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// What it says.
    pub(crate) words: String,
    /// Whether an advertisement led to it.
    pub(crate) referral: bool,
}

impl Said {
    fn of(message: &Message) -> Self {
        Self {
            words: message.body.words().unwrap_or_default().into_owned(),
            referral: message.context.as_ref().is_some_and(|context| context.referral.is_some()),
        }
    }
}

/// How many seconds count as waited already for a conversation that comes to a queue, and by which rule.
///
/// # Errors
/// The database's.
pub(super) fn of(
    tx: &mut Tx<'_>,
    loaded: &Loaded,
    rules: &QueueRules,
) -> Result<(u32, Option<PriorityWhen>), Fault> {
    let reads = |rule: &PriorityRule| matches!(rule.when, PriorityWhen::Referral | PriorityWhen::Keyword(_));
    let said = match &loaded.said {
        _ if !rules.priorities.iter().any(reads) => Said::default(),
        Some(said) => said.clone(),
        None => {
            let (id, since) = (loaded.row.model.id, loaded.row.model.opened_at);
            message::first_of_customer(tx, id, since)?.as_ref().map(Said::of).unwrap_or_default()
        }
    };
    let contact = &loaded.row.model.contact;
    let best = highest(&rules.priorities, contact.vip, contact.language.as_deref(), &said);
    let secs = rules.priority_secs.saturating_add(best.map_or(0, |rule| rule.secs));
    Ok((secs.min(MOST_PRIORITY_SECS), best.map(|rule| rule.when.clone())))
}

/// Of the rules that fit the one that counts most; the first of several.
fn highest<'a>(
    rules: &'a [PriorityRule],
    vip: bool,
    language: Option<&str>,
    said: &Said,
) -> Option<&'a PriorityRule> {
    let fits = |rule: &&PriorityRule| match &rule.when {
        PriorityWhen::Vip => vip,
        PriorityWhen::Language(code) => language == Some(code),
        PriorityWhen::Referral => said.referral,
        PriorityWhen::Keyword(phrase) => says(&said.words, phrase),
        // No rule of a queue's.
        PriorityWhen::ClosingSoon => false,
    };
    rules.iter().rev().filter(fits).max_by_key(|rule| rule.secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_rule_that_fits_counts() {
        let rule = |when, secs| PriorityRule { when, secs };
        let rules = [
            rule(PriorityWhen::Vip, 60),
            rule(PriorityWhen::Language("de".into()), 300),
            rule(PriorityWhen::Referral, 120),
            rule(PriorityWhen::Keyword("cancel".into()), 120),
        ];
        let said = |words: &str, referral| Said { words: words.to_owned(), referral };
        let best =
            |vip, language, said: &Said| highest(&rules, vip, language, said).map(|rule| rule.when.clone());
        assert_eq!(best(false, None, &said("Hello", false)), None);
        assert_eq!(best(true, Some("en"), &said("Hello", false)), Some(PriorityWhen::Vip));
        assert_eq!(
            best(true, Some("de"), &said("CANCEL it", true)),
            Some(PriorityWhen::Language("de".into()))
        );
        assert_eq!(
            best(true, None, &said("Cancel!", true)),
            Some(PriorityWhen::Referral),
            "the first of two"
        );
        assert_eq!(best(true, None, &said("Cancelled", false)), Some(PriorityWhen::Vip));
    }
}
