//! Mail that is to be sent or was. What a mail says is forgotten once it is done with.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, dsl::min};
use shared::Instant;
use uuid::Uuid;

use crate::{
    clock::{from_micros, micros},
    db::{Fault, connection::AnyConnection, schema::mail::dsl as m},
};

/// A mail that waits for its turn.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Which; the same at every try, so that a mail sent twice can be told to be one.
    pub id: String,
    /// To which address.
    pub recipient: String,
    /// Which template.
    pub template: String,
    /// The template's values as a JSON object of texts.
    pub data: String,
    /// In which language.
    pub language: String,
    /// Tries so far.
    pub attempts: u32,
    /// When it was written.
    pub created_at: Instant,
}

/// Writes a mail that is due at once.
///
/// # Errors
/// The database's.
pub fn insert(
    conn: &mut AnyConnection,
    recipient: &str,
    template: &str,
    data: &str,
    language: &str,
    now: Instant,
) -> Result<(), Fault> {
    diesel::insert_into(m::mail)
        .values((
            m::id.eq(Uuid::now_v7().simple().to_string()),
            m::recipient.eq(recipient),
            m::template.eq(template),
            m::data.eq(data),
            m::language.eq(language),
            m::attempts.eq(0_i64),
            m::created_at.eq(micros(now)),
            m::next_at.eq(micros(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The mails that are due, those that have waited longest first.
///
/// # Errors
/// The database's.
pub fn due(conn: &mut AnyConnection, now: Instant, most: i64) -> Result<Vec<Waiting>, Fault> {
    type Row = (String, String, String, String, String, i64, i64);
    let rows: Vec<Row> = m::mail
        .filter(m::next_at.le(micros(now)))
        .order((m::next_at, m::id))
        .limit(most)
        .select((m::id, m::recipient, m::template, m::data, m::language, m::attempts, m::created_at))
        .load(conn)?;
    let waiting = rows.into_iter().map(|(id, recipient, template, data, language, attempts, created_at)| {
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        Waiting { id, recipient, template, data, language, attempts, created_at: from_micros(created_at) }
    });
    Ok(waiting.collect())
}

/// When the next mail is due, if any waits.
///
/// # Errors
/// The database's.
pub fn next_due(conn: &mut AnyConnection) -> Result<Option<Instant>, Fault> {
    let next: Option<i64> = m::mail.select(min(m::next_at)).first(conn)?;
    Ok(next.map(from_micros))
}

/// Notes that a mail was sent.
///
/// # Errors
/// The database's.
pub fn sent(conn: &mut AnyConnection, id: &str, now: Instant) -> Result<(), Fault> {
    diesel::update(m::mail.filter(m::id.eq(id)))
        .set((
            m::data.eq("{}"),
            m::next_at.eq(None::<i64>),
            m::sent_at.eq(micros(now)),
            m::last_error.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that a mail could not be sent, and when it is tried again; without a time it is given up.
///
/// # Errors
/// The database's.
pub fn failed(
    conn: &mut AnyConnection,
    id: &str,
    attempts: u32,
    error: &str,
    again: Option<Instant>,
) -> Result<(), Fault> {
    let row = m::mail.filter(m::id.eq(id));
    diesel::update(row)
        .set((m::attempts.eq(i64::from(attempts)), m::next_at.eq(again.map(micros)), m::last_error.eq(error)))
        .execute(conn)?;
    if again.is_none() {
        diesel::update(row).set(m::data.eq("{}")).execute(conn)?;
    }
    Ok(())
}

/// Forgets mails that were written before an instant.
///
/// # Errors
/// The database's.
pub fn prune(conn: &mut AnyConnection, before: Instant) -> Result<usize, Fault> {
    Ok(diesel::delete(m::mail.filter(m::created_at.lt(micros(before)))).execute(conn)?)
}
