//! What messages answer.

use std::sync::Arc;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{
    limits,
    model::{
        content::{Quote, QuotedMessage},
        message::AuthorKind,
    },
};

use super::{MessageRow, stored::TEXT};
use crate::db::{Fault, Scoped, schema::message::dsl as m};

/// Tells of each message that answers another which that is, as it is now. All are of one channel.
///
/// # Errors
/// The database's.
pub fn fill_quotes(scoped: &mut Scoped, rows: &mut [MessageRow]) -> Result<(), Fault> {
    type Quoted = (Option<String>, String, String, i64, String, String, Option<String>);
    let wanted: Vec<String> = rows.iter().filter_map(|row| row.quoted.clone()).collect();
    let Some(channel) = rows.first().map(|row| row.channel).filter(|_| !wanted.is_empty()) else {
        return Ok(());
    };
    let (conn, tenant) = scoped.parts();
    let found: Vec<Quoted> = m::message
        .filter(
            m::tenant_id.eq(tenant).and(m::channel_id.eq(channel.to_string())).and(m::wamid.eq_any(&wanted)),
        )
        .select((m::wamid, m::contact_id, m::id, m::seq, m::author_kind, m::kind, m::text))
        .load(conn)?;
    for row in rows {
        let Some(wamid) = row.quoted.as_deref() else { continue };
        let whose = row.contact.to_string();
        let found = found.iter().find(|quoted| quoted.0.as_deref() == Some(wamid) && quoted.1 == whose);
        let message = found
            .map(|(_, _, id, seq, author, kind, text)| {
                let author = AuthorKind::parse(author).ok_or_else(|| Fault::Broken("author".into()))?;
                Ok::<_, Fault>(QuotedMessage {
                    id: id.parse()?,
                    seq: *seq as u64,
                    author,
                    preview: text.as_deref().map(limits::preview).unwrap_or_default(),
                    kind: (kind != TEXT).then(|| kind.clone()),
                })
            })
            .transpose()?;
        let context = row.model.context.get_or_insert_default();
        Arc::make_mut(context).quote = Some(Quote { message });
    }
    Ok(())
}
