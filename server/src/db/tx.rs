//! A write transaction as the domain sees it: rows to change, and a place to say what happened.
//!
//! Nothing said here is published before the group's commit is durable.

use std::ops::{Deref, DerefMut};

use diesel::{ExpressionMethods, RunQueryDsl, connection::SimpleConnection};
use sha2::{Digest, Sha256};
use shared::{
    Instant, Pos,
    ids::{ContactId, ConversationId, JobId},
    live::event::Event,
    model::conversation::Conversation,
    permission::Audience,
};
use uuid::Uuid;

use super::{
    connection::Scoped,
    error::Fault,
    fixed::{Fixed, statements},
    record::{Actor, Draft, Fact, Kicks, Stirred},
    schema,
};
use crate::clock::micros;

statements! {
    InsertFact: "INSERT INTO fact (tenant_id, id, what, at, written_at, conversation_id, queue_id, \
    member_id, channel_id, author_kind, calendar_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
}

/// The state of a tenant's log while a group runs.
#[derive(Debug, Clone)]
pub(crate) struct LogHead {
    pub(crate) head: Pos,
    pub(crate) audit_seq: i64,
    pub(crate) audit_hash: String,
    /// The id of the newest fact, as a number.
    pub(crate) last_fact: u128,
}

/// A write transaction of one tenant.
pub struct Tx<'a> {
    scoped: &'a mut Scoped,
    now: Instant,
    pub(crate) log: LogHead,
    pub(crate) drafts: Vec<Draft>,
    changed: Vec<Changed>,
    pub(crate) kicks: Kicks,
    /// What is settled only later, while somebody makes several changes.
    held: Option<Stirred>,
}

/// A conversation that this transaction changes, told once however often it changes.
struct Changed {
    id: ConversationId,
    contact: ContactId,
    before: Option<Audience>,
    after: Conversation,
}

impl Deref for Tx<'_> {
    type Target = Scoped;

    fn deref(&self) -> &Scoped {
        self.scoped
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Scoped {
        self.scoped
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(scoped: &'a mut Scoped, now: Instant, log: LogHead) -> Self {
        Self {
            scoped,
            now,
            log,
            drafts: Vec::new(),
            changed: Vec::new(),
            kicks: Kicks::default(),
            held: None,
        }
    }

    /// When this transaction happens; the same for everything in it.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The log's position once everything said so far is in it.
    pub fn pos(&self) -> Pos {
        self.log.head + self.drafts.len() as Pos + self.changed.len() as Pos
    }

    /// Says that something changed that is not a conversation's row.
    pub fn emit(&mut self, audience: Audience, contact: Option<ContactId>, event: Event) {
        self.drafts.push(Draft { before: Some(audience.clone()), after: Some(audience), contact, event });
    }

    /// Says that a conversation's row changed; `before` is its audience when the transaction began.
    /// Several changes of one conversation become one event.
    pub fn conversation_changed(&mut self, before: Option<Audience>, after: Conversation) {
        match self.changed.iter_mut().find(|c| c.id == after.id) {
            Some(known) => known.after = after,
            None => {
                self.changed.push(Changed { id: after.id, contact: after.contact.id, before, after });
            }
        }
    }

    /// Wakes workers after the commit.
    pub fn kick(&mut self, kicks: Kicks) {
        self.kicks.merge(kicks);
    }

    /// Writes a fact beside the transition it tells. Ids rise in the order of the commits, also when a clock was
    /// set back: whoever has read up to one of them finds everything else behind it.
    ///
    /// # Errors
    /// The database's.
    pub fn fact(&mut self, fact: Fact) -> Result<(), Fault> {
        let at = micros(self.now);
        self.log.last_fact = Uuid::now_v7().as_u128().max(self.log.last_fact.saturating_add(1));
        let id = Uuid::from_u128(self.log.last_fact);
        let (conn, tenant) = self.parts();
        let insert = Fixed::<InsertFact, _>::new([
            tenant.into(),
            id.simple().to_string().into(),
            fact.what.as_str().into(),
            at.into(),
            fact.written_at.map(micros).into(),
            fact.conversation.map(|id| id.to_string()).into(),
            fact.queue.map(|id| id.to_string()).into(),
            fact.member.map(|id| id.to_string()).into(),
            fact.channel.map(|id| id.to_string()).into(),
            fact.author.map(|author| author.as_str()).into(),
            fact.calendar.map(|version| version as i64).into(),
        ]);
        insert.execute(conn)?;
        Ok(())
    }

    /// Appends to the tenant's audit chain.
    ///
    /// # Errors
    /// The database's.
    pub fn audit(&mut self, actor: Actor, action: &str, object: &str) -> Result<(), Fault> {
        use schema::audit::dsl as a;
        let seq = self.log.audit_seq + 1;
        let at = micros(self.now);
        let actor = actor.to_string();
        let previous = self.log.audit_hash.clone();
        let hash = audit_hash(&previous, seq, at, &actor, action, object);
        let (conn, tenant) = self.parts();
        diesel::insert_into(a::audit)
            .values((
                a::tenant_id.eq(tenant),
                a::seq.eq(seq),
                a::at.eq(at),
                a::actor.eq(&actor),
                a::action.eq(action),
                a::object.eq(object),
                a::prev_hash.eq(&previous),
                a::hash.eq(&hash),
            ))
            .execute(conn)?;
        self.log.audit_seq = seq;
        self.log.audit_hash = hash;
        Ok(())
    }

    /// Adds a job that runs after the commit.
    ///
    /// # Errors
    /// The database's.
    pub fn job(&mut self, kind: &str, payload: &str, due: Instant) -> Result<JobId, Fault> {
        use schema::job::dsl as j;
        let id = JobId::new();
        let (conn, tenant) = self.parts();
        diesel::insert_into(j::job)
            .values((
                j::tenant_id.eq(tenant),
                j::id.eq(id.to_string()),
                j::kind.eq(kind),
                j::payload.eq(payload),
                j::due_at.eq(micros(due)),
                j::attempts.eq(0_i64),
                j::dead.eq(false),
            ))
            .execute(conn)?;
        self.kick(Kicks { jobs: true, outbox: false });
        Ok(id)
    }

    /// Runs one part of the transaction so that its refusal undoes that part alone.
    ///
    /// # Errors
    /// The outer error ends the whole group; the inner one is the part's own.
    pub fn part<T>(
        &mut self,
        part: impl FnOnce(&mut Tx<'_>) -> Result<T, Fault>,
    ) -> Result<Result<T, Fault>, Fault> {
        self.scoped.conn.batch_execute("SAVEPOINT part")?;
        let (log, now) = (self.log.clone(), self.now);
        let mut inner = Tx {
            scoped: self.scoped,
            now,
            log,
            drafts: std::mem::take(&mut self.drafts),
            changed: std::mem::take(&mut self.changed),
            kicks: self.kicks,
            held: self.held.take(),
        };
        let drafts = inner.drafts.len();
        let known: Vec<_> = inner.changed.iter().map(|c| c.after.clone()).collect();
        let result = part(&mut inner);
        let Tx { log, drafts: mut collected, changed: mut touched, kicks, held, .. } = inner;
        // To settle what was undone changes nothing.
        self.held = held;
        match result {
            Ok(value) => {
                self.scoped.conn.batch_execute("RELEASE SAVEPOINT part")?;
                (self.log, self.drafts, self.changed, self.kicks) = (log, collected, touched, kicks);
                Ok(Ok(value))
            }
            Err(fault) if fault.is_contained() => {
                self.scoped.conn.batch_execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")?;
                collected.truncate(drafts);
                touched.truncate(known.len());
                for (changed, after) in touched.iter_mut().zip(known) {
                    changed.after = after;
                }
                (self.drafts, self.changed) = (collected, touched);
                Ok(Err(fault))
            }
            Err(fault) => Err(fault),
        }
    }

    /// From now on what has to be settled is kept; says whether it was not before.
    pub(crate) fn hold(&mut self) -> bool {
        let is_new = self.held.is_none();
        self.held.get_or_insert_default();
        is_new
    }

    /// Keeps what has to be settled, if it is to be; gives it back otherwise.
    pub(crate) fn keep(&mut self, stirred: Stirred) -> Option<Stirred> {
        match &mut self.held {
            Some(held) => {
                held.merge(stirred);
                None
            }
            None => Some(stirred),
        }
    }

    /// What was kept; from now on it is not.
    pub(crate) fn let_loose(&mut self) -> Stirred {
        self.held.take().unwrap_or_default()
    }

    /// All drafts in order: first what was emitted, then each changed conversation once.
    pub(crate) fn take_drafts(&mut self) -> Vec<Draft> {
        let mut drafts = std::mem::take(&mut self.drafts);
        drafts.extend(self.changed.drain(..).map(|changed| Draft {
            before: changed.before,
            after: Some(changed.after.audience()),
            contact: Some(changed.contact),
            event: Event::Conversation(changed.after),
        }));
        drafts
    }
}

/// The hash that chains an audit entry to the one before it.
pub(crate) fn audit_hash(
    previous: &str,
    seq: i64,
    at: i64,
    actor: &str,
    action: &str,
    object: &str,
) -> String {
    let mut hasher = Sha256::new();
    for part in [previous, &seq.to_string(), &at.to_string(), actor, action, object] {
        // Length first, so that no two entries have the same bytes.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    crate::secrets::hex(&hasher.finalize())
}
