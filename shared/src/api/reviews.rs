//! `/api/reviews`: drawing conversations to be reviewed, reviewing them, and what came of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    api::conversations::MessagesPage,
    ids::{ConversationId, MemberId, QueueId},
    model::{
        conversation::Conversation,
        review::{Criterion, Review, Score},
    },
};

/// Conversations in one sample at most.
pub const MOST_DRAWN: u32 = 50;
/// Days a sample goes back at most.
pub const MOST_DAYS: u32 = 90;
/// Reviews in one answer; averages are of all.
pub const MOST_REVIEWS: usize = 200;

/// The query of `GET /api/reviews/sample`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleQuery {
    /// How many, 1 to 50; 10 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Only answered by this member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Only of this queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// Closed within so many days, 1 to 90; 7 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The same seed draws the same; another one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

/// Conversations that were drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// What draws the same again.
    pub seed: u32,
    /// In the order in which they were drawn.
    pub drawn: Vec<Drawn>,
}

/// A conversation that was drawn, and whose answers are to be reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Drawn {
    /// Which.
    pub conversation: Conversation,
    /// Whose answers.
    pub member: MemberId,
}

/// `GET /api/reviews/{conversation}`: what is needed to review it. It is monitoring, so it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewDesk {
    /// The conversation.
    pub conversation: Conversation,
    /// The newest page of its messages; older ones come from `GET /api/conversations/{id}/messages`.
    pub page: MessagesPage,
    /// The score card.
    pub criteria: Vec<Criterion>,
    /// What the reviewer thought of it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

/// `PUT /api/reviews/{conversation}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReviewRequest {
    /// Whose answers.
    pub member: MemberId,
    /// One for each criterion.
    pub scores: Vec<Score>,
    /// What else there is to say, at most 2,000 characters.
    #[serde(default)]
    pub comment: String,
}

/// The query of `GET /api/reviews`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewsQuery {
    /// Only of this member; of oneself without the permission to review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Written on this day of the tenant's or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Written on this day or before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// Reviews and what they come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewsPage {
    /// How many there are.
    pub count: u32,
    /// The newest of them, at most 200.
    pub reviews: Vec<Review>,
    /// What all of them come to, by member and criterion.
    pub averages: Vec<Average>,
}

/// What a member got for a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Average {
    /// Who.
    pub member: MemberId,
    /// The criterion's name, as it was then.
    pub name: String,
    /// How often they got something for it.
    pub count: u32,
    /// The mean, in hundredths: 100 to 500, rounded down.
    pub hundredths: u32,
}

/// A conversation's own review page.
pub fn path(conversation: ConversationId) -> String {
    format!("/api/reviews/{conversation}")
}
