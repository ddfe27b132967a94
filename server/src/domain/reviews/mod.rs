//! Reviewing how colleagues answered: with a score card, in conversations that are drawn at random.
//!
//! Whoever reviews has not answered there themselves. A review is about a member; its comment may say something of a
//! customer, so it goes with the contact.

mod draw;
mod figures;

use chrono::TimeDelta;
use shared::{
    Instant,
    api::reviews::{MOST_REVIEWS, ReviewDesk, ReviewRequest, ReviewsPage, ReviewsQuery},
    error::ErrorCode,
    ids::{ContactId, ConversationId, MemberId, ReviewId},
    limits,
    live::event::Event,
    model::{
        message::AuthorKind,
        notice::NoticeKind,
        review::{BEST_SCORE, CHANGEABLE_DAYS, Criterion, Review, ReviewPolicy, Score},
    },
    permission::{Audience, Permission},
};

pub use self::draw::{draw, sample};
use super::{
    conversations::Loaded,
    monitor, notices,
    seat::{self, Seat},
    views, zone,
};
use crate::db::{
    Fault, ReadError, Scoped, TenantStore, Tx,
    record::{Actor, Fact, FactKind},
    rows::{assignment, review, settings},
};

/// Decides whether agents may block customers, and how conversations are reviewed.
///
/// # Errors
/// `rules_invalid` for a score card that cannot be.
pub fn decide(tx: &mut Tx<'_>, agents_block: bool, policy: &ReviewPolicy) -> Result<(), Fault> {
    if !policy.is_valid() {
        return Err(ErrorCode::RulesInvalid.into());
    }
    let mut row = settings::get(tx)?;
    if row.agents_block == agents_block && row.reviews == *policy {
        return Ok(());
    }
    row.agents_block = agents_block;
    row.reviews = policy.clone();
    row.rev += 1;
    settings::update(tx, &row)?;
    tx.emit(Audience::Tenant, None, Event::Settings(row));
    Ok(())
}

/// `GET /api/reviews/{conversation}`. That somebody looks is written down first.
///
/// # Errors
/// `forbidden`, `not_found`, `unavailable` when nothing can be written now.
pub async fn desk(
    tenant: &TenantStore,
    member: MemberId,
    id: ConversationId,
) -> Result<ReviewDesk, ErrorCode> {
    let checked = tenant.read(move |scoped| {
        let seat = reviewer(scoped, member)?;
        views::is_in_sight(scoped, &seat, id)
    });
    if !checked.await.map_err(|error| error.code())? {
        return Err(ErrorCode::NotFound);
    }
    monitor::begin_review(tenant, member, id).await?;
    let read = tenant.read(move |scoped| {
        let seat = reviewer(scoped, member)?;
        let (conversation, page) = views::with_page(scoped, &seat.scope, id)?;
        let review = review::find(scoped, id, member)?;
        let criteria = match &review {
            Some(review) => review.scores.iter().map(|one| named(&one.name)).collect(),
            None => settings::get(scoped)?.reviews.criteria,
        };
        Ok(ReviewDesk { conversation, page, criteria, review })
    });
    read.await.map_err(|error| error.code())
}

fn named(name: &str) -> Criterion {
    Criterion { name: name.to_owned(), hint: None }
}

/// Stores what a reviewer thinks: a new review, or another opinion within seven days.
///
/// # Errors
/// `forbidden` also for who held the conversation, or wrote what is reviewed; `not_found` also where the member wrote
/// nothing; `value_invalid` for scores that are not those of the card; `review_fixed`, `text_too_long`.
pub fn write(
    tx: &mut Tx<'_>,
    member: MemberId,
    conversation: ConversationId,
    new: ReviewId,
    request: &ReviewRequest,
) -> Result<Review, Fault> {
    let seat = reviewer(tx, member)?;
    let loaded = Loaded::in_sight(tx, &seat, conversation)?;
    if request.member == member || assignment::was_held_by(tx, conversation, member)? {
        return Err(ErrorCode::Forbidden.into());
    }
    if !review::wrote(tx, conversation, request.member)? {
        return Err(ErrorCode::NotFound.into());
    }
    let comment = limits::comment(&request.comment)?.to_owned();
    let (known, now) = (review::find(tx, conversation, member)?, tx.now());
    let card = match &known {
        Some(known) if known.member != request.member => return Err(ErrorCode::ValueInvalid.into()),
        Some(known) if now - known.at >= TimeDelta::days(CHANGEABLE_DAYS) => {
            return Err(ErrorCode::ReviewFixed.into());
        }
        Some(known) => known.scores.iter().map(|one| one.name.clone()).collect(),
        None => settings::get(tx)?.reviews.criteria.into_iter().map(|one| one.name).collect(),
    };
    let scores = in_order(card, &request.scores)?;
    let object = format!("{conversation} {}", request.member);
    if let Some(mut known) = known {
        known.scores = scores;
        known.comment = comment;
        review::update(tx, &known)?;
        tx.audit(Actor::Member(member), "review.change", &object)?;
        return Ok(known);
    }
    let written =
        Review { id: new, conversation, member: request.member, reviewer: member, at: now, scores, comment };
    let row = &loaded.row.model;
    review::insert(tx, row.contact.id, &written)?;
    tx.fact(Fact {
        what: FactKind::ReviewWritten,
        written_at: None,
        conversation: Some(conversation),
        queue: row.queue,
        member: Some(request.member),
        channel: Some(row.channel),
        // Not the reviewed member's own doing.
        author: Some(AuthorKind::System),
        calendar: None,
    })?;
    if settings::get(tx)?.reviews.told {
        notices::tell(tx, request.member, NoticeKind::Reviewed, conversation, None, Some(member))?;
    }
    tx.audit(Actor::Member(member), "review.write", &object)?;
    Ok(written)
}

/// One score for each criterion of the card, in its order.
fn in_order(card: Vec<String>, given: &[Score]) -> Result<Vec<Score>, ErrorCode> {
    if card.len() != given.len() {
        return Err(ErrorCode::ValueInvalid);
    }
    let of = |name: String| {
        let found = given.iter().find(|one| one.name == name && (1..=BEST_SCORE).contains(&one.score));
        found.cloned().ok_or(ErrorCode::ValueInvalid)
    };
    card.into_iter().map(of).collect()
}

/// `GET /api/reviews`: those of oneself, or with the permission to review those of all.
///
/// # Errors
/// `forbidden`.
pub async fn list(
    tenant: &TenantStore,
    member: MemberId,
    query: ReviewsQuery,
) -> Result<ReviewsPage, ReadError> {
    let read = tenant.read(move |scoped| {
        let seat = seat::take(scoped, member)?;
        if query.member != Some(member) && !seat.member.role.may(Permission::Review) {
            return Err(ErrorCode::Forbidden.into());
        }
        let zone = zone::known(&settings::get(scoped)?.zone);
        let from = query.from.map_or(Instant::UNIX_EPOCH, |date| zone::begins(zone, date));
        let until = query.to.and_then(|date| date.succ_opt());
        let to = until.map_or(Instant::MAX_UTC, |date| zone::begins(zone, date));
        let mut reviews = review::between(scoped, query.member, (from, to))?;
        let (count, averages) = (u32::try_from(reviews.len()).unwrap_or(u32::MAX), figures::of(&reviews));
        reviews.truncate(MOST_REVIEWS);
        Ok(ReviewsPage { count, reviews, averages })
    });
    read.await
}

/// Forgets what was said of a contact beside the scores, which are about members.
///
/// # Errors
/// The database's.
pub fn forget(tx: &mut Tx<'_>, contact: ContactId) -> Result<(), Fault> {
    review::blank(tx, contact)
}

/// The seat of somebody who may review.
fn reviewer(scoped: &mut Scoped, member: MemberId) -> Result<Seat, Fault> {
    let seat = seat::take(scoped, member)?;
    if seat.member.role.may(Permission::Review) { Ok(seat) } else { Err(ErrorCode::Forbidden.into()) }
}
