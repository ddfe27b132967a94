//! Walking the audit chains: whether an entry was changed, left out or added behind our back.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
    connection::SimpleConnection,
};

use super::{
    Fault, Scoped,
    connection::OpenError,
    control,
    engine::{Engine, begin_read},
    schema::{audit::dsl as a, tenant_log::dsl as l},
    tx::audit_hash,
};

/// Entries read at once.
const PAGE: i64 = 1_000;

/// What is wrong with the operator's chain and those of all tenants: a sentence each. Changes nothing.
///
/// # Errors
/// When a database cannot be opened or read.
pub fn broken(engine: &Engine) -> Result<Vec<String>, OpenError> {
    let say = |fault: Fault| OpenError(fault.to_string());
    let mut control = engine.open_control()?;
    let mut found = Vec::new();
    if let Some(seq) = control::audit::first_broken(&mut control).map_err(say)? {
        found.push(format!("the operator's audit chain does not hold at entry {seq}"));
    }
    for row in control::tenant::all(&mut control).map_err(say)? {
        if row.life == "erased" {
            continue;
        }
        let anchors = control::audit::anchors(&mut control, row.id).map_err(say)?;
        let mut scoped = engine.open_tenant(row.id, None)?;
        begin_read(&mut scoped)?;
        let broken = first_broken(&mut scoped).map_err(say)?;
        let moved = first_moved(&mut scoped, &anchors).map_err(say)?;
        scoped.conn.batch_execute("COMMIT")?;
        if let Some(seq) = broken {
            found.push(format!("the audit chain of {} does not hold at entry {seq}", row.slug));
        }
        if let Some(seq) = moved {
            found.push(format!(
                "the audit chain of {} is not the one that was noted at entry {seq}",
                row.slug
            ));
        }
    }
    Ok(found)
}

/// The first end that was noted elsewhere and is not in the chain, if any: it holds in itself and is another one.
fn first_moved(scoped: &mut Scoped, anchors: &[(i64, String)]) -> Result<Option<i64>, Fault> {
    for (seq, noted) in anchors {
        let (conn, tenant) = scoped.parts();
        let found: Option<String> = a::audit
            .filter(a::tenant_id.eq(tenant).and(a::seq.eq(*seq)))
            .select(a::hash)
            .first(conn)
            .optional()?;
        if found.as_ref() != Some(noted) {
            return Ok(Some(*seq));
        }
    }
    Ok(None)
}

/// The first entry of a tenant that does not fit, if any. The end is known as well: the log's head says
/// how many entries there are, so that the last ones cannot be cut off unnoticed.
fn first_broken(scoped: &mut Scoped) -> Result<Option<i64>, Fault> {
    type Row = (i64, i64, String, String, String, String, String);
    let (mut seq, mut previous) = (0_i64, String::new());
    loop {
        let (conn, tenant) = scoped.parts();
        let page: Vec<Row> = a::audit
            .filter(a::tenant_id.eq(tenant).and(a::seq.gt(seq)))
            .order(a::seq)
            .limit(PAGE)
            .select((a::seq, a::at, a::actor, a::action, a::object, a::prev_hash, a::hash))
            .load(conn)?;
        if page.is_empty() {
            break;
        }
        for (number, at, actor, action, object, prev_hash, hash) in page {
            let fits = number == seq + 1
                && prev_hash == previous
                && hash == audit_hash(&previous, number, at, &actor, &action, &object);
            if !fits {
                return Ok(Some(seq + 1));
            }
            (seq, previous) = (number, hash);
        }
    }
    let (conn, tenant) = scoped.parts();
    let (last, hash): (i64, String) =
        l::tenant_log.filter(l::tenant_id.eq(tenant)).select((l::audit_seq, l::audit_hash)).first(conn)?;
    Ok((last != seq || (seq > 0 && hash != previous)).then_some(seq + 1))
}
