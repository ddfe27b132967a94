//! Statements of fixed text, for the few that every message takes.
//!
//! diesel never keeps a prepared UPDATE, because its columns may differ from call to call, and over two
//! engines it writes the text of every statement anew. A message takes a dozen statements; for these
//! the text is written down once, so that only the first of them is prepared. What is typed elsewhere
//! is checked here by the tests that read the rows back, on both engines.

use std::borrow::Cow;

use diesel::{
    Connection, QueryResult, RunQueryDsl,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{BigInt, Nullable, Text},
};

use super::connection::AnyConnection;

type Db = <AnyConnection as Connection>::Backend;

/// A value for one `?`.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    Int(i64),
    MaybeInt(Option<i64>),
    Text(Cow<'a, str>),
    MaybeText(Option<Cow<'a, str>>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::MaybeInt(value)
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<Option<String>> for Value<'_> {
    fn from(value: Option<String>) -> Self {
        Self::MaybeText(value.map(Cow::Owned))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::MaybeText(value.map(Cow::Borrowed))
    }
}

/// A statement with a `?` per value.
pub(crate) struct Fixed<'a> {
    sql: &'static str,
    values: Vec<Value<'a>>,
}

impl<'a> Fixed<'a> {
    /// `sql` has as many `?` as there are values, and no other.
    pub(crate) fn new<const N: usize>(sql: &'static str, values: [Value<'a>; N]) -> Self {
        debug_assert_eq!(sql.matches('?').count(), N, "{sql}");
        Self { sql, values: values.into() }
    }
}

impl RunQueryDsl<AnyConnection> for Fixed<'_> {}

impl QueryId for Fixed<'_> {
    type QueryId = ();

    // The text tells them apart.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Db> for Fixed<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        let mut parts = self.sql.split('?');
        out.push_sql(parts.next().unwrap_or_default());
        for (value, part) in self.values.iter().zip(parts) {
            match value {
                Value::Int(value) => out.push_bind_param::<BigInt, _>(value)?,
                Value::MaybeInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Value::Text(value) => out.push_bind_param::<Text, _>(value)?,
                Value::MaybeText(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
            }
            out.push_sql(part);
        }
        Ok(())
    }
}
