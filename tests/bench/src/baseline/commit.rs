//! The baseline of `webhook_to_frame`: how long one durable commit takes on this disk at this rate.

use std::time::{Duration, Instant};

use anyhow::Result;
use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query, sql_types};

use super::append;

/// Milliseconds from the scheduled start of each commit to its end, sorted.
pub(crate) fn commits(dir: &str, count: usize, rate: f64, body: &str) -> Result<Vec<f64>> {
    let mut conn = append::open(dir)?;
    let begun = Instant::now();
    let mut took = Vec::with_capacity(count);
    for n in 0..count {
        let at = begun + Duration::from_secs_f64(n as f64 / rate);
        std::thread::sleep(at.saturating_duration_since(Instant::now()));
        conn.batch_execute("BEGIN IMMEDIATE")?;
        sql_query("INSERT INTO inbox (raw) VALUES ($1)")
            .bind::<sql_types::Text, _>(body)
            .execute(&mut conn)?;
        conn.batch_execute("COMMIT")?;
        took.push(at.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    Ok(took)
}
