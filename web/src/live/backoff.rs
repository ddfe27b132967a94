//! When to try again after the connection was lost: full jitter, so that a thousand consoles do not
//! come back in the same second.

/// Upper bound of the first wait in milliseconds, unless the server's `bye` named another.
const FIRST_MS: f64 = 1_000.0;
/// Upper bound in the first minute: somebody is waiting at the screen.
const EARLY_CAP_MS: f64 = 4_000.0;
/// Upper bound after it: this will take longer.
const LATE_CAP_MS: f64 = 20_000.0;
/// How long "early" is.
const EARLY_MS: f64 = 60_000.0;

/// Milliseconds to wait before try number `attempt` (from 0), `lost_for_ms` after the loss.
/// `dice` is uniform in 0..1.
pub(super) fn wait_ms(attempt: u32, lost_for_ms: f64, asked_ms: Option<u32>, dice: f64) -> f64 {
    let first = asked_ms.map_or(FIRST_MS, f64::from);
    if attempt == 0 {
        return first * dice;
    }
    let cap = if lost_for_ms < EARLY_MS { EARLY_CAP_MS } else { LATE_CAP_MS };
    let grown = FIRST_MS * f64::from(2_u32.saturating_pow(attempt.min(16)));
    grown.min(cap) * dice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wait_is_at_most_what_the_server_asked_for() {
        assert!(wait_ms(0, 0.0, None, 0.999) < 1_000.0);
        assert!((wait_ms(0, 0.0, Some(8_000), 0.5) - 4_000.0).abs() < 0.001);
    }

    #[test]
    fn waits_grow_to_four_seconds_in_the_first_minute_and_to_twenty_after_it() {
        assert!((wait_ms(9, 59_000.0, None, 1.0) - 4_000.0).abs() < 0.001);
        assert!((wait_ms(9, 61_000.0, None, 1.0) - 20_000.0).abs() < 0.001);
        assert!((wait_ms(1, 500.0, None, 1.0) - 2_000.0).abs() < 0.001);
    }
}
