//! What the signed-in member may do with a conversation now. Pure; the server decides again.

use shared::{
    ids::MemberId,
    model::{
        contact::Block,
        conversation::{Conversation, ConversationState},
    },
};

/// What stands in the way of a text to the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The conversation is closed.
    Closed,
    /// More than 24 hours since the customer's last message.
    Window,
    /// Somebody else answers.
    Held(MemberId),
    /// The customer is blocked on this number.
    Blocked,
}

/// What may be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Permit {
    /// Why no text can be sent; none when one can.
    pub(crate) obstacle: Option<Obstacle>,
    /// Whether a colleague holds it, also when one may act for them.
    pub(crate) held_by: Option<MemberId>,
    /// Whether what one sends goes out beside the colleague who holds it.
    pub(crate) joins: bool,
    /// Take what nobody holds.
    pub(crate) take: bool,
    /// Take what a colleague holds.
    pub(crate) take_over: bool,
    /// Give it back to its queue.
    pub(crate) release: bool,
    /// Close it.
    pub(crate) close: bool,
    /// Say yes or no to an offer.
    pub(crate) asked: bool,
    /// Put it aside.
    pub(crate) park: bool,
    /// Go on with it.
    pub(crate) resume: bool,
    /// Hand it to somebody else.
    pub(crate) hand_over: bool,
    /// When the customer last wrote, in milliseconds since 1970; the window hangs on it.
    pub(crate) heard_ms: f64,
}

/// How long the customer's last message keeps the window open, in milliseconds; Meta's rule.
const WINDOW_MS: f64 = 24.0 * 3_600_000.0;

/// What `me` may do; `for_others` is the permission to act for colleagues.
pub(crate) fn permit(conversation: &Conversation, me: MemberId, for_others: bool, now_ms: f64) -> Permit {
    let closed = conversation.state == ConversationState::Closed;
    let held_by = conversation.assignee.filter(|holder| *holder != me && !closed);
    let mine = conversation.assignee == Some(me);
    let window = conversation.window_until.is_none_or(|until| crate::time::millis(until) <= now_ms);
    let may_act = held_by.is_none() || for_others;
    let state = conversation.state;
    let asked = mine && state == ConversationState::Offered;
    let obstacle = match held_by {
        _ if closed => Some(Obstacle::Closed),
        Some(holder) if !for_others => Some(Obstacle::Held(holder)),
        _ if conversation.block.is_some_and(Block::keeps_out) => Some(Obstacle::Blocked),
        _ if window => Some(Obstacle::Window),
        _ => None,
    };
    Permit {
        obstacle,
        held_by,
        joins: for_others && conversation.holder().is_some_and(|holder| holder != me),
        take: !closed && conversation.assignee.is_none(),
        take_over: held_by.is_some() && for_others,
        release: mine && !closed && !asked || held_by.is_some() && for_others,
        close: !closed && may_act && !asked,
        asked,
        park: mine && matches!(state, ConversationState::Assigned | ConversationState::Parked),
        resume: mine && state == ConversationState::Parked,
        hand_over: !closed && may_act && !asked && state != ConversationState::Bot,
        heard_ms: conversation.window_until.map_or(0.0, |until| crate::time::millis(until) - WINDOW_MS),
    }
}
