//! Puts what was written before a number was connected in its order, one chat after the other.

use super::tasks::Tools;
use crate::{
    db::rows::job::{self, JobRow},
    domain::conversations::past::{self, Imported},
};

/// Runs until nothing waits, or until something more is expected.
pub(super) async fn run(tools: &Tools, row: &JobRow) -> Result<(), String> {
    loop {
        let id = row.id;
        let round = tools.tenant.write(move |tx| {
            let now = tx.now();
            let round = past::import(tx)?;
            match round {
                Imported::All => job::done(tx, id)?,
                Imported::More(due) if due > now => job::put_back(tx, id, due)?,
                Imported::More(_) => return Ok(true),
            }
            Ok(false)
        });
        match round.await {
            Ok((true, _)) => {}
            Ok((false, _)) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
    }
}
