//! Lists of contacts, the last active first.
//!
//! A contact stands where its last conversation in sight does. So a page walks the index of conversations and takes
//! each that is its contact's last; nothing has to be sorted, and nothing of activity is kept with the contact.

use std::cmp::Reverse;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Bool, Text},
};
use shared::{
    Instant,
    ids::{ChannelId, ConversationId, LabelId},
    model::contact::Contact,
    permission::{Permission, Scope},
};

use super::{
    contact::{self, columns},
    conversation::{CLOSED, OPEN},
    search,
};
use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        schema::{contact::dsl as c, contact_label::dsl as k, conversation::dsl as v},
    },
};

/// A contact in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Who.
    pub contact: Contact,
    /// When something last happened in a conversation in sight, or when they were added.
    pub at: Instant,
    /// Their last conversation in sight, and whether it is open.
    pub conversation: Option<(ConversationId, bool)>,
}

impl Listed {
    /// Its place among those of one instant: the id of the conversation, else of the contact.
    pub fn key(&self) -> String {
        self.conversation.map_or_else(|| self.contact.id.to_string(), |(id, _)| id.to_string())
    }
}

/// What a list is of.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What contacts are called, or how they are reached.
    pub wanted: Option<search::Wanted>,
    /// A label they have.
    pub label: Option<LabelId>,
    /// A channel they have a conversation on.
    pub channel: Option<ChannelId>,
    /// Where the page before ended: instant and key.
    pub before: Option<(Instant, String)>,
}

/// A page of contacts that a member may see.
///
/// # Errors
/// The database's.
pub fn page(scoped: &mut Scoped, scope: &Scope, filter: &Filter, limit: i64) -> Result<Vec<Listed>, Fault> {
    let mut all = with_conversation(scoped, scope, filter, OPEN, limit)?;
    all.append(&mut with_conversation(scoped, scope, filter, CLOSED, limit)?);
    // Nobody's conversations are in no queue: who sees all sees these contacts, too.
    if scope.role.may(Permission::SeeAllConversations) && filter.channel.is_none() {
        all.append(&mut without_conversation(scoped, filter, limit)?);
    }
    all.sort_by_cached_key(|one| Reverse((one.at, one.key())));
    all.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(all)
}

/// That no other conversation of the contact, as far as the list goes, is later; a macro because its type has no
/// name. The queues of a scope are those that its member has in this transaction.
macro_rules! is_last {
    ($scope:expr, $channel:expr, $sees_all:expr) => {
        sql::<Bool>(
            "NOT EXISTS (SELECT 1 FROM conversation AS later WHERE later.tenant_id = conversation.tenant_id \
             AND later.contact_id = conversation.contact_id AND (later.changed_at > conversation.changed_at \
             OR (later.changed_at = conversation.changed_at AND later.id > conversation.id)) AND (",
        )
        .bind::<Text, _>($channel)
        .sql(" = '' OR later.channel_id = ")
        .bind::<Text, _>($channel)
        .sql(") AND (")
        .bind::<Bool, _>($sees_all)
        .sql(" OR later.queue_id IS NULL OR later.assignee_id = ")
        .bind::<Text, _>($scope.member.to_string())
        .sql(
            " OR later.queue_id IN (SELECT mine.queue_id FROM member_queue AS mine \
             WHERE mine.tenant_id = later.tenant_id AND mine.member_id = ",
        )
        .bind::<Text, _>($scope.member.to_string())
        .sql(")))")
    };
}

fn with_conversation(
    scoped: &mut Scoped,
    scope: &Scope,
    filter: &Filter,
    half: &'static str,
    limit: i64,
) -> Result<Vec<Listed>, Fault> {
    let sees_all = scope.role.may(Permission::SeeAllConversations);
    let channel = filter.channel.map(|id| id.to_string()).unwrap_or_default();
    let (conn, tenant) = scoped.parts();
    let mut query = v::conversation
        .inner_join(c::contact.on(c::tenant_id.eq(v::tenant_id).and(c::id.eq(v::contact_id))))
        .filter(v::tenant_id.eq(tenant))
        .filter(sql::<Bool>(half))
        .filter(is_last!(scope, channel.clone(), sees_all))
        .select((columns!(), v::id, v::changed_at))
        .into_boxed();
    if !sees_all {
        let queues: Vec<String> = scope.queues.iter().map(ToString::to_string).collect();
        query = query.filter(
            v::assignee_id
                .eq(scope.member.to_string())
                .or(v::queue_id.is_null())
                .or(v::queue_id.eq_any(queues)),
        );
    }
    if filter.channel.is_some() {
        query = query.filter(v::channel_id.eq(channel));
    }
    for word in filter.wanted.iter().flat_map(search::Wanted::words) {
        query = query.filter(v::contact_id.eq_any(search::contacts!(tenant, word)));
    }
    if let Some(label) = filter.label {
        let labelled =
            k::contact_label.filter(k::tenant_id.eq(tenant).and(k::label_id.eq(label.to_string())));
        query = query.filter(v::contact_id.eq_any(labelled.select(k::contact_id)));
    }
    if let Some((at, key)) = &filter.before {
        let at = micros(*at);
        query = query.filter(v::changed_at.lt(at).or(v::changed_at.eq(at).and(v::id.lt(key.clone()))));
    }
    let rows: Vec<(contact::Row, String, i64)> =
        query.order((v::changed_at.desc(), v::id.desc())).limit(limit).load(conn)?;
    rows.into_iter()
        .map(|(row, id, at)| {
            let conversation = Some((id.parse()?, half == OPEN));
            Ok(Listed { contact: contact::model(row)?.contact, at: from_micros(at), conversation })
        })
        .collect()
}

fn without_conversation(scoped: &mut Scoped, filter: &Filter, limit: i64) -> Result<Vec<Listed>, Fault> {
    let (conn, tenant) = scoped.parts();
    let mut query = c::contact
        .filter(c::tenant_id.eq(tenant).and(c::merged_into.is_null()))
        .filter(sql::<Bool>(
            "NOT EXISTS (SELECT 1 FROM conversation WHERE conversation.tenant_id = contact.tenant_id \
             AND conversation.contact_id = contact.id)",
        ))
        .select((columns!(), c::created_at))
        .into_boxed();
    for word in filter.wanted.iter().flat_map(search::Wanted::words) {
        query = query.filter(c::id.eq_any(search::contacts!(tenant, word)));
    }
    if let Some(label) = filter.label {
        let labelled =
            k::contact_label.filter(k::tenant_id.eq(tenant).and(k::label_id.eq(label.to_string())));
        query = query.filter(c::id.eq_any(labelled.select(k::contact_id)));
    }
    if let Some((at, key)) = &filter.before {
        let at = micros(*at);
        query = query.filter(c::created_at.lt(at).or(c::created_at.eq(at).and(c::id.lt(key.clone()))));
    }
    let rows: Vec<(contact::Row, i64)> =
        query.order((c::created_at.desc(), c::id.desc())).limit(limit).load(conn)?;
    rows.into_iter()
        .map(|(row, at)| {
            Ok(Listed { contact: contact::model(row)?.contact, at: from_micros(at), conversation: None })
        })
        .collect()
}

/// Contacts behind one, in the order of their ids, for whoever writes down all of them; none that became another
/// one.
///
/// # Errors
/// The database's.
pub fn after(scoped: &mut Scoped, id: &str, limit: i64) -> Result<Vec<Contact>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<contact::Row> = c::contact
        .filter(c::tenant_id.eq(tenant).and(c::merged_into.is_null()).and(c::id.gt(id)))
        .order(c::id)
        .limit(limit)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(|row| Ok(contact::model(row)?.contact)).collect()
}
