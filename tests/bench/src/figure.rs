//! One measured figure, as one line of JSON.

use serde::Serialize;

use crate::rounds::Spread;

/// A figure. `ratio` is value divided by baseline; both are medians of the rounds.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) baseline: Option<f64>,
    pub(crate) ratio: Option<f64>,
    /// Smallest and largest round.
    pub(crate) range: [f64; 2],
    pub(crate) rounds: usize,
}

impl Figure {
    /// A figure without anything to compare it with.
    pub(crate) fn alone(name: &str, unit: &'static str, spread: &Spread) -> Self {
        Self {
            name: name.to_owned(),
            value: rounded(spread.median),
            unit,
            baseline: None,
            ratio: None,
            range: [rounded(spread.least), rounded(spread.most)],
            rounds: spread.rounds,
        }
    }

    /// A figure beside its baseline of the same run.
    pub(crate) fn against(name: &str, unit: &'static str, spread: &Spread, baseline: &Spread) -> Self {
        Self {
            baseline: Some(rounded(baseline.median)),
            ratio: Some(rounded(spread.median / baseline.median)),
            ..Self::alone(name, unit, spread)
        }
    }
}

/// Four significant digits; more would pretend.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powi(3 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}
