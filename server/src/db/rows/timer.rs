//! What happens by itself at a time: one row per kind and subject.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use shared::Instant;

use crate::{
    clock::{from_micros, micros},
    db::{
        Fault, Scoped,
        fixed::{Fixed, statements},
        schema::timer::dsl as t,
    },
};

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// The offer of a conversation is over.
    Offer,
    /// The agent of a conversation has not answered.
    Reply,
    /// A conversation has waited so long that others are asked.
    Ring,
    /// A conversation may be offered again to those who declined it.
    Again,
    /// A conversation's customer has been silent.
    Park,
    /// A member has tidied up.
    Wrap,
    /// A member has been gone for too long.
    Lost,
    /// A queue opens or closes.
    Hours,
    /// A conversation has waited too long in its queue.
    Full,
    /// A customer who waits is told their place.
    Tell,
    /// A member has done nothing for a while.
    Idle,
    /// The window of a customer who waits for an answer closes soon, or closes.
    Closing,
    /// What was put aside until now is work again.
    Wake,
    /// Somebody looks whether thresholds are crossed.
    Watch,
    /// What everybody is told ends.
    Banner,
}

impl TimerKind {
    const ALL: [Self; 15] = [
        Self::Offer,
        Self::Reply,
        Self::Ring,
        Self::Again,
        Self::Park,
        Self::Wrap,
        Self::Lost,
        Self::Hours,
        Self::Full,
        Self::Tell,
        Self::Idle,
        Self::Closing,
        Self::Wake,
        Self::Watch,
        Self::Banner,
    ];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Reply => "reply",
            Self::Ring => "ring",
            Self::Again => "again",
            Self::Park => "park",
            Self::Wrap => "wrap",
            Self::Lost => "lost",
            Self::Hours => "hours",
            Self::Full => "full",
            Self::Tell => "tell",
            Self::Idle => "idle",
            Self::Closing => "closing",
            Self::Wake => "wake",
            Self::Watch => "watch",
            Self::Banner => "banner",
        }
    }
}

statements! {
    Set: "INSERT INTO timer (tenant_id, kind, subject, due_at) VALUES (?, ?, ?, ?) \
    ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET due_at = excluded.due_at";
    Hasten: "UPDATE timer SET due_at = ? WHERE tenant_id = ? AND kind = ? AND subject = ? AND due_at > ?";
    Clear: "DELETE FROM timer WHERE tenant_id = ? AND kind = ? AND subject = ?";
}

/// Sets a timer, instead of the one of this kind and subject that runs.
///
/// # Errors
/// The database's.
pub fn set(scoped: &mut Scoped, kind: TimerKind, subject: &str, due: Instant) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let set = Fixed::<Set, _>::new([tenant.into(), kind.as_str().into(), subject.into(), micros(due).into()]);
    set.execute(conn)?;
    Ok(())
}

/// Lets a timer ring earlier, if there is one and it would ring later; says whether.
///
/// # Errors
/// The database's.
pub fn hasten(scoped: &mut Scoped, kind: TimerKind, subject: &str, due: Instant) -> Result<bool, Fault> {
    let (conn, tenant) = scoped.parts();
    let due = micros(due);
    let hasten = Fixed::<Hasten, _>::new([
        due.into(),
        tenant.into(),
        kind.as_str().into(),
        subject.into(),
        due.into(),
    ]);
    Ok(hasten.execute(conn)? > 0)
}

/// Takes a timer away.
///
/// # Errors
/// The database's.
pub fn clear(scoped: &mut Scoped, kind: TimerKind, subject: &str) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    Fixed::<Clear, _>::new([tenant.into(), kind.as_str().into(), subject.into()]).execute(conn)?;
    Ok(())
}

/// Takes what is due, the first first, at most `limit`; it does not ring again.
///
/// # Errors
/// The database's.
pub fn take_due(scoped: &mut Scoped, now: Instant, limit: i64) -> Result<Vec<(TimerKind, String)>, Fault> {
    let (conn, tenant) = scoped.parts();
    let rows: Vec<(String, String)> = t::timer
        .filter(t::tenant_id.eq(tenant).and(t::due_at.le(micros(now))))
        .order((t::due_at, t::kind, t::subject))
        .limit(limit)
        .select((t::kind, t::subject))
        .load(conn)?;
    let mut due = Vec::with_capacity(rows.len());
    for (kind, subject) in rows {
        let known = TimerKind::ALL.into_iter().find(|one| one.as_str() == kind);
        let known = known.ok_or_else(|| Fault::Broken(format!("timer {kind}")))?;
        clear(scoped, known, &subject)?;
        due.push((known, subject));
    }
    Ok(due)
}

/// When the next one rings.
///
/// # Errors
/// The database's.
pub fn next_due(scoped: &mut Scoped) -> Result<Option<i64>, Fault> {
    let (conn, tenant) = scoped.parts();
    let due: Option<i64> =
        t::timer.filter(t::tenant_id.eq(tenant)).order(t::due_at).select(t::due_at).first(conn).optional()?;
    Ok(due)
}

/// When one rings.
///
/// # Errors
/// The database's.
pub fn due(scoped: &mut Scoped, kind: TimerKind, subject: &str) -> Result<Option<Instant>, Fault> {
    let (conn, tenant) = scoped.parts();
    let due: Option<i64> = t::timer
        .filter(t::tenant_id.eq(tenant).and(t::kind.eq(kind.as_str())).and(t::subject.eq(subject)))
        .select(t::due_at)
        .first(conn)
        .optional()?;
    Ok(due.map(from_micros))
}
