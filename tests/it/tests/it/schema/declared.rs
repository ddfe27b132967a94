//! Every column is declared: what it holds, about whom, why, and for how long.

use std::collections::BTreeSet;

use server::db::data_map::{self, Category, Subject};

use super::catalog::{Tables, migrated_postgres, of_postgres, of_sqlite};

fn columns(tables: &Tables) -> BTreeSet<(String, String)> {
    let pairs =
        tables.iter().flat_map(|(name, table)| table.columns.keys().map(move |c| (name.clone(), c.clone())));
    pairs.collect()
}

#[test]
fn every_column_of_both_engines_is_in_the_data_map_and_nothing_else_is() {
    let mut declared = BTreeSet::new();
    for entry in data_map::entries() {
        let fresh = declared.insert((entry.table.name.to_owned(), entry.column.to_owned()));
        assert!(fresh, "{}.{} is declared twice", entry.table.name, entry.column);
    }
    // Only files have it, and it says nothing but whose the file is.
    declared.retain(|(table, _)| table != "tenant_identity");
    let (_database, mut owner) = migrated_postgres();
    for (engine, tables) in [("SQLite", of_sqlite()), ("PostgreSQL", of_postgres(&mut owner))] {
        let real = columns(&tables);
        let missing: Vec<_> = real.difference(&declared).collect();
        assert!(missing.is_empty(), "{engine}: not declared: {missing:?}");
        let stale: Vec<_> = declared.difference(&real).collect();
        assert!(stale.is_empty(), "{engine}: declared but not there: {stale:?}");
    }
}

#[test]
fn every_row_about_a_customer_says_whose_it_is() {
    for table in data_map::tables().filter(|table| table.subject == Subject::Contact) {
        let whose = if table.name == "contact" { "id" } else { "contact_id" };
        assert!(table.columns.iter().any(|(column, _)| *column == whose), "{}", table.name);
    }
    // A column about a customer in a row that is about nobody in particular could not be found again.
    for entry in data_map::entries().filter(|entry| entry.category == Category::Contact) {
        let whole = matches!(entry.table.subject, Subject::Contact);
        assert!(whole || entry.table.name == "job", "{}.{}", entry.table.name, entry.column);
    }
}
