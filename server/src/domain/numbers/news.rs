//! What Meta tells of a number or its account by itself.

use shared::{
    Instant,
    model::health::{
        Alert, Ban, HealthFacts, MessagingLimit, NameState, NumberState, PinNews, Restriction, Review,
        Throughput, Violation,
    },
};

use super::{LAG, known, plan::plan, put};
use crate::{
    clock::micros,
    db::{Fault, Tx, rows::channel},
};

/// Alerts that are kept for a number.
const ALERTS: usize = 20;

/// News of all numbers of an account, or of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthNews {
    /// Meta's id of the business account.
    pub account: String,
    /// The number as people write it, where it is about one: digits only.
    pub address: Option<String>,
    /// Meta's id of the number, where it is about one.
    pub phone_number_id: Option<String>,
    /// When it was so, by Meta's clock.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// What is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The number's speed, state or limit.
    Number {
        /// Messages a second.
        throughput: Option<Throughput>,
        /// Whether it works.
        state: Option<NumberState>,
        /// Customers who may be written to first.
        limit: Option<MessagingLimit>,
    },
    /// What Meta decided about a name.
    Name {
        /// The decision.
        state: NameState,
        /// The name.
        name: Option<String>,
    },
    /// Somebody did something about the PIN.
    Pin(PinNews),
    /// What Meta decided about the account.
    Review(Review),
    /// The account is disabled, will be, or is not any more.
    Ban(Option<Ban>),
    /// What it may not do; nothing lifts all of it.
    Restrictions(Vec<Restriction>),
    /// It broke a rule.
    Violation(Violation),
    /// It is gone.
    Deleted,
    /// What the business may have and do.
    Capability {
        /// Customers who may be written to first.
        limit: Option<MessagingLimit>,
        /// Numbers.
        numbers: Option<u64>,
    },
    /// Meta warns of something.
    Alert {
        /// Of what.
        alert: Alert,
        /// Whether it holds still.
        active: bool,
    },
}

impl What {
    /// What is told later of the same replaces what was told before.
    fn kind(&self) -> String {
        match self {
            Self::Number { .. } => "number".into(),
            Self::Name { .. } => "name".into(),
            Self::Pin(_) => "pin".into(),
            Self::Review(_) => "review".into(),
            Self::Ban(_) => "ban".into(),
            Self::Restrictions(_) => "restrictions".into(),
            Self::Violation(_) => "violation".into(),
            Self::Deleted => "deleted".into(),
            Self::Capability { .. } => "capability".into(),
            Self::Alert { alert, .. } => format!("alert {}", alert.kind),
        }
    }

    fn apply(&self, facts: &mut HealthFacts) {
        let (number, account) = (&mut facts.number, &mut facts.account);
        match self.clone() {
            Self::Number { throughput, state, limit } => {
                number.throughput = throughput.or(number.throughput);
                number.state = state.or(number.state);
                number.limit = limit.or(number.limit);
            }
            Self::Name { state, name } => {
                number.name = Some(state);
                if state == NameState::Approved {
                    number.verified_name = name.or(number.verified_name.take());
                    number.requested_name = None;
                } else {
                    number.requested_name = name;
                }
            }
            Self::Pin(pin) => number.pin = Some(pin),
            Self::Review(review) => account.review = Some(review),
            Self::Ban(ban) => account.ban = ban,
            Self::Restrictions(restrictions) => account.restrictions = restrictions,
            Self::Violation(violation) => account.violation = Some(violation),
            Self::Deleted => account.deleted = true,
            Self::Capability { limit, numbers } => {
                number.limit = limit.or(number.limit);
                account.most_numbers = numbers.or(account.most_numbers);
            }
            Self::Alert { alert, active } => {
                facts.alerts.retain(|known| known.kind != alert.kind);
                if active {
                    facts.alerts.insert(0, alert);
                    facts.alerts.truncate(ALERTS);
                }
            }
        }
    }
}

/// Takes in what Meta tells, and plans a question for as soon as its answer counts. Says whether any number is
/// concerned.
///
/// # Errors
/// The database's.
pub fn take(tx: &mut Tx<'_>, news: &HealthNews) -> Result<bool, Fault> {
    let mut concerned = false;
    let now = tx.now();
    // A clock of Meta's that runs ahead must not keep answers from counting.
    let (kind, at) = (news.what.kind(), micros(news.at.min(now)));
    for model in channel::all(tx)? {
        let Some(binding) = channel::binding(tx, model.id)? else { continue };
        let meant = news.phone_number_id.as_ref().is_none_or(|id| *id == binding.phone_number_id)
            && news.address.as_ref().is_none_or(|address| *address == model.address);
        if !meant || binding.account.as_deref() != Some(&news.account) {
            continue;
        }
        concerned = true;
        let before = known(tx, model.id)?;
        let mut row = before.clone();
        if row.told.get(&kind).is_some_and(|last| *last > at) {
            continue;
        }
        row.told.insert(kind.clone(), at);
        news.what.apply(&mut row.model.facts);
        put(tx, &before, row)?;
    }
    if concerned {
        // An answer counts when it is newer by more than the lag; Meta tells whole seconds.
        let due = now.max(news.at) + LAG + chrono::Duration::seconds(1);
        plan(tx, Some(due))?;
    }
    Ok(concerned)
}
