//! Statements of fixed text, for the few that every message takes.
//!
//! diesel never keeps a prepared UPDATE, because its columns may differ from call to call, and over two
//! engines it writes the text of every statement anew to find the prepared one by it. A message takes a
//! dozen statements; for these the text is written down once, each has a type that names it, and they
//! are run on the engine's own connection, so that only the first of them is written and prepared. What
//! is typed elsewhere is checked here by the tests that read the rows back, on both engines.

use std::{borrow::Cow, marker::PhantomData};

use diesel::{
    PgConnection, QueryResult, RunQueryDsl, SqliteConnection,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Integer, Nullable, Text},
    sqlite::Sqlite,
};

use super::connection::{AnyConnection, on_engine};

/// The text of a statement, with a `?` for each value and no other.
pub(crate) trait Statement: 'static {
    const SQL: &'static str;
}

/// Names statements of fixed text.
macro_rules! statements {
    ($($name:ident: $sql:expr;)*) => {
        $(
            struct $name;

            impl $crate::db::fixed::Statement for $name {
                const SQL: &'static str = $sql;
            }
        )*
    };
}

pub(crate) use statements;

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

/// A statement with its values.
pub(crate) struct Fixed<'a, S, const N: usize> {
    values: [Value<'a>; N],
    statement: PhantomData<S>,
}

impl<'a, S: Statement, const N: usize> Fixed<'a, S, N> {
    /// As many values as the statement has `?`.
    pub(crate) fn new(values: [Value<'a>; N]) -> Self {
        debug_assert_eq!(S::SQL.matches('?').count(), N, "{}", S::SQL);
        Self { values, statement: PhantomData }
    }

    /// Runs it; the number of rows it touched.
    pub(crate) fn execute(self, conn: &mut AnyConnection) -> QueryResult<usize> {
        on_engine!(conn, conn => RunQueryDsl::execute(self, conn))
    }

    /// Runs it; the numbers it answers with.
    pub(crate) fn numbers(self, conn: &mut AnyConnection) -> QueryResult<Vec<i32>> {
        on_engine!(conn, conn => RunQueryDsl::load(self, conn))
    }
}

/// A statement that answers does so in rows of one small number each.
impl<S, const N: usize> Query for Fixed<'_, S, N> {
    type SqlType = Integer;
}

impl<S, const N: usize> RunQueryDsl<SqliteConnection> for Fixed<'_, S, N> {}
impl<S, const N: usize> RunQueryDsl<PgConnection> for Fixed<'_, S, N> {}

impl<S: Statement, const N: usize> QueryId for Fixed<'_, S, N> {
    type QueryId = S;

    const HAS_STATIC_QUERY_ID: bool = true;
}

/// diesel has no name for "binds these types" that both engines share.
macro_rules! written_for {
    ($($engine:ty),*) => {
        $(
            impl<S: Statement, const N: usize> QueryFragment<$engine> for Fixed<'_, S, N> {
                fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                    let mut parts = S::SQL.split('?');
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
        )*
    };
}

written_for!(Sqlite, Pg);
