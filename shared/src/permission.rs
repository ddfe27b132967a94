//! Who may do what, and who may see what: one table and one rule for HTTP, snapshots and pushes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    ids::{MemberId, QueueId},
    model::member::Role,
};

/// Something a member may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See every conversation of the tenant, not only those of one's queues.
    SeeAllConversations,
    /// Take, answer, note, release and close conversations in sight.
    WorkConversations,
    /// Answer, release and close a conversation that another member holds.
    ActForOthers,
    /// See phone numbers although the tenant masks them.
    SeePhoneNumbers,
    /// Change members: role, queues, active or not.
    ManageMembers,
    /// Change the tenant's settings.
    ManageSettings,
    /// Look after message templates.
    ManageTemplates,
    /// Look after the stickers that everybody can send.
    ManageStickers,
    /// Look after the canned replies of queues and of the tenant; everybody has their own.
    ManageCanned,
    /// Say that two contacts are one person, or one is two, take it back, and block customers.
    ManageContacts,
    /// Connect numbers and see how they are.
    ManageChannels,
    /// Hand conversations to whom one likes, and say who takes how much.
    Supervise,
    /// Change queues, their rules, and what members can.
    ManageQueues,
    /// See the board: how many wait, who is there, how well the day goes.
    SeeBoard,
    /// Look over the shoulder of whoever holds a conversation, and see who else does.
    Monitor,
    /// Judge how colleagues answered.
    Review,
    /// See what everybody did; what one did oneself, everybody sees.
    SeeAudit,
}

/// What each role may do.
pub const fn permissions(role: Role) -> &'static [Permission] {
    use Permission::*;
    match role {
        Role::Agent => &[WorkConversations],
        Role::Supervisor => &[
            WorkConversations,
            SeeAllConversations,
            ActForOthers,
            SeePhoneNumbers,
            ManageTemplates,
            ManageStickers,
            ManageCanned,
            ManageContacts,
            Supervise,
            SeeBoard,
            Monitor,
            Review,
            SeeAudit,
        ],
        Role::Administrator => &[
            WorkConversations,
            SeeAllConversations,
            ActForOthers,
            SeePhoneNumbers,
            ManageMembers,
            ManageSettings,
            ManageTemplates,
            ManageStickers,
            ManageCanned,
            ManageContacts,
            ManageChannels,
            Supervise,
            ManageQueues,
            SeeBoard,
            Monitor,
            Review,
            SeeAudit,
        ],
    }
}

impl Role {
    /// Whether the role includes the permission.
    pub fn may(self, permission: Permission) -> bool {
        permissions(self).contains(&permission)
    }
}

/// What one member may see, as of one `scope_rev`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Who looks.
    pub member: MemberId,
    /// With which role.
    pub role: Role,
    /// The queues the member works in.
    pub queues: BTreeSet<QueueId>,
    /// Whether phone numbers are hidden from this member.
    pub phones: PhoneSight,
}

/// How phone numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhoneSight {
    /// In full.
    Whole,
    /// All but the ends hidden.
    Masked,
}

/// Who an object concerns at one moment; stored with every event before and after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Every member of the tenant.
    Tenant,
    /// Whoever looks after its numbers.
    Channels,
    /// One member, on all their devices.
    Member(MemberId),
    /// Whoever may see a conversation with this queue and this owner.
    Conversation {
        /// The queue it belongs to.
        queue: Option<QueueId>,
        /// The member who holds it.
        assignee: Option<MemberId>,
    },
}

/// The one visibility rule. A conversation without a queue is everybody's.
pub fn can_see(scope: &Scope, audience: &Audience) -> bool {
    match audience {
        Audience::Tenant => true,
        Audience::Channels => scope.role.may(Permission::ManageChannels),
        Audience::Member(member) => *member == scope.member,
        Audience::Conversation { queue, assignee } => {
            scope.role.may(Permission::SeeAllConversations)
                || *assignee == Some(scope.member)
                || queue.is_none_or(|queue| scope.queues.contains(&queue))
        }
    }
}

/// What a connection receives of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// The event in full.
    Whole,
    /// Only that the object is gone.
    Removed,
    /// Nothing.
    Nothing,
}

/// Into sight or staying in it: whole. Out of sight: the id only. Never in sight: nothing.
pub fn sight(scope: &Scope, before: Option<&Audience>, after: Option<&Audience>) -> Sight {
    let saw = before.is_some_and(|audience| can_see(scope, audience));
    let sees = after.is_some_and(|audience| can_see(scope, audience));
    match (saw, sees) {
        (_, true) => Sight::Whole,
        (true, false) => Sight::Removed,
        (false, false) => Sight::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(role: Role, queues: &[QueueId]) -> Scope {
        Scope {
            member: MemberId::new(),
            role,
            queues: queues.iter().copied().collect(),
            phones: PhoneSight::Whole,
        }
    }

    #[test]
    fn an_agent_sees_the_own_queues_the_own_work_and_what_has_no_queue() {
        let (mine, other) = (QueueId::new(), QueueId::new());
        let agent = scope(Role::Agent, &[mine]);
        let of = |queue, assignee| Audience::Conversation { queue, assignee };
        assert!(can_see(&agent, &of(Some(mine), None)));
        assert!(can_see(&agent, &of(Some(other), Some(agent.member))));
        assert!(can_see(&agent, &of(None, None)));
        assert!(!can_see(&agent, &of(Some(other), None)));
        assert!(!can_see(&agent, &of(Some(other), Some(MemberId::new()))));
        assert!(can_see(&scope(Role::Supervisor, &[]), &of(Some(other), None)));
    }

    #[test]
    fn how_numbers_are_is_for_administrators() {
        assert!(can_see(&scope(Role::Administrator, &[]), &Audience::Channels));
        assert!(!can_see(&scope(Role::Supervisor, &[]), &Audience::Channels));
        assert!(!can_see(&scope(Role::Agent, &[]), &Audience::Channels));
    }

    #[test]
    fn what_is_ones_own_is_nobody_elses_whatever_their_role() {
        let agent = scope(Role::Agent, &[]);
        let own = Audience::Member(agent.member);
        assert!(can_see(&agent, &own));
        assert!(!can_see(&scope(Role::Administrator, &[]), &own));
        assert!(!can_see(&scope(Role::Supervisor, &[]), &own));
    }

    #[test]
    fn leaving_sight_tells_the_id_only() {
        let queue = QueueId::new();
        let agent = scope(Role::Agent, &[]);
        let inside = Audience::Conversation { queue: None, assignee: None };
        let outside = Audience::Conversation { queue: Some(queue), assignee: None };
        assert_eq!(sight(&agent, Some(&inside), Some(&outside)), Sight::Removed);
        assert_eq!(sight(&agent, Some(&outside), Some(&inside)), Sight::Whole);
        assert_eq!(sight(&agent, Some(&outside), Some(&outside)), Sight::Nothing);
        assert_eq!(sight(&agent, None, Some(&inside)), Sight::Whole);
        assert_eq!(sight(&agent, Some(&inside), None), Sight::Removed);
    }
}
