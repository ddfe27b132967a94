//! A search as the database is asked: names that were typed become ids, days become instants of the tenant's zone.

use chrono::NaiveDate;
use shared::{
    Instant,
    api::conversations::ConversationFilter,
    ids::{LabelId, MemberId, QueueId},
    search::{Has, Is, Search, What},
};

use super::{seat::Seat, zone};
use crate::db::{
    Fault, Scoped,
    rows::{
        label, member, queue,
        search::{Fit, Term, Wanted},
        settings,
    },
};

/// What a text asks for, and in which half of the conversations; none when it asks for nothing.
///
/// # Errors
/// The database's.
pub(super) fn wanted(
    scoped: &mut Scoped,
    seat: &Seat,
    text: &str,
) -> Result<(Option<Wanted>, Option<ConversationFilter>), Fault> {
    let search = Search::of(text);
    let phones = seat.scope.phones;
    let words = Wanted::of(&search.words, phones).unwrap_or_default();
    let mut wanted = words.without(&search.without, phones);
    for asked in &search.terms {
        let fit = if asked.not { Fit::MustNot } else { Fit::Must };
        if let Some(term) = term(scoped, seat, &asked.what)? {
            wanted.terms.push((fit, term));
        }
    }
    let half = search.state().map(|state| match state {
        Is::Closed => ConversationFilter::Closed,
        Is::Open | Is::Waiting | Is::Parked => ConversationFilter::Open,
    });
    Ok(((!wanted.is_empty()).then_some(wanted), half))
}

fn term(scoped: &mut Scoped, seat: &Seat, what: &What) -> Result<Option<Term>, Fault> {
    Ok(Some(match what {
        What::FromCustomer => Term::LastBy(&["customer"]),
        What::FromUs => Term::LastBy(&["member", "bot"]),
        What::From(name) => return Ok(Term::by(members(scoped, name)?, name, seat.scope.phones)),
        What::In(name) => Term::Queue(queues(scoped, name)?),
        What::Label(name) => Term::Label(labels(scoped, name)?),
        What::Has(Has::File) => Term::File(&["image", "audio", "video", "document"]),
        What::Has(Has::Image) => Term::File(&["image"]),
        What::Has(Has::Audio) => Term::File(&["audio"]),
        What::Has(Has::Video) => Term::File(&["video"]),
        What::Has(Has::Document) => Term::File(&["document"]),
        What::Has(Has::Link) => Term::Said(&["http", "https", "www"]),
        What::Before(day) => Term::Before(begins(scoped, *day)?),
        What::After(day) => Term::After(begins(scoped, *day)?),
        What::Is(Is::Open) => Term::State(&["bot", "queued", "offered", "assigned", "parked"]),
        What::Is(Is::Closed) => Term::State(&["closed"]),
        What::Is(Is::Waiting) => Term::State(&["queued", "offered"]),
        What::Is(Is::Parked) => Term::State(&["parked"]),
        What::Assignee(name) => Term::Assignee(members(scoped, name)?),
        What::AssignedToMe => Term::Assignee(vec![seat.member.id]),
        What::AssignedToNobody => Term::Nobody,
    }))
}

fn begins(scoped: &mut Scoped, day: NaiveDate) -> Result<Instant, Fault> {
    Ok(zone::begins(zone::known(&settings::get(scoped)?.zone), day))
}

/// Whether a name begins as it was typed, or one of its words does; case makes no difference.
fn is_called(name: &str, typed: &str) -> bool {
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    name.starts_with(&typed) || name.split_whitespace().any(|word| word.starts_with(&typed))
}

fn members(scoped: &mut Scoped, typed: &str) -> Result<Vec<MemberId>, Fault> {
    let all = member::all(scoped)?.into_iter();
    Ok(all.filter(|row| is_called(&row.member.name, typed)).map(|row| row.member.id).collect())
}

fn queues(scoped: &mut Scoped, typed: &str) -> Result<Vec<QueueId>, Fault> {
    let all = queue::all(scoped)?.into_iter();
    Ok(all.filter(|queue| is_called(&queue.name, typed)).map(|queue| queue.id).collect())
}

fn labels(scoped: &mut Scoped, typed: &str) -> Result<Vec<LabelId>, Fault> {
    let all = label::all(scoped)?.into_iter();
    Ok(all.filter(|label| is_called(&label.name, typed)).map(|label| label.id).collect())
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn a_name_is_known_by_how_its_words_begin() {
        assert!(is_called("Customer care", "cust"));
        assert!(is_called("Customer care", "CARE"));
        assert!(is_called("Customer care", "customer ca"));
        assert!(!is_called("Customer care", "are"));
    }
}
