//! `/api/reviews`: how colleagues answered.

pub(super) mod draw_sample;
pub(super) mod get_desk;
pub(super) mod list_reviews;
pub(super) mod put_review;
