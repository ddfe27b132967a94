//! Rounds that alternate with a baseline, and what they come to.

use anyhow::{Result, bail};

use crate::machine::Foreign;

/// Rounds that count.
pub(crate) const ROUNDS: usize = 5;
/// Share of the machine other programs may take in a round that counts.
const FOREIGN: f64 = 0.05;
/// Rounds thrown away before giving up.
const PATIENCE: usize = 10;

/// Median and range of some rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
    pub(crate) rounds: usize,
}

impl Spread {
    /// Of at least one value.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        Self {
            median: at(sorted.len() / 2),
            least: at(0),
            most: at(sorted.len().saturating_sub(1)),
            rounds: sorted.len(),
        }
    }
}

/// Runs `round` until enough undisturbed ones are there; `children` are the processes that belong to
/// the measurement.
pub(crate) async fn undisturbed<T>(
    children: &[u32],
    mut round: impl AsyncFnMut(usize) -> Result<T>,
) -> Result<Vec<T>> {
    let mut kept = Vec::new();
    let mut disturbed = 0;
    for n in 0.. {
        let foreign = Foreign::begin(children)?;
        let value = round(n).await?;
        let share = foreign.share(children)?;
        if share <= FOREIGN {
            kept.push(value);
        } else {
            disturbed += 1;
            eprintln!("    round thrown away: other programs took {:.0} % of the machine", share * 100.0);
        }
        if kept.len() == ROUNDS {
            break;
        }
        if disturbed > PATIENCE {
            bail!("the machine is too busy to measure anything");
        }
    }
    Ok(kept)
}

/// The value below which a share of the sorted values lies.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let index = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}
