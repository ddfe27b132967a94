//! Which rows of a long list are drawn: those in the visible part and a few around it. Pure.

use std::ops::Range;

/// Height of a row in pixels; the stylesheet's `--row` says the same.
pub(super) const ROW: f64 = 84.0;
/// Rows drawn above and below the visible part, so that a quick scroll finds them there.
const AROUND: usize = 6;

/// The rows to draw of `total`, for a list scrolled to `top` in a box of `height` pixels.
pub(super) fn visible(total: usize, top: f64, height: f64) -> Range<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both are small and not negative"
    )]
    let (first, many) = ((top.max(0.0) / ROW) as usize, (height.max(0.0) / ROW) as usize + 1);
    let start = first.saturating_sub(AROUND).min(total);
    start..(first + many + AROUND).min(total)
}

/// Pixels before row `index`.
#[expect(clippy::cast_precision_loss, reason = "a list has fewer than 2^52 rows")]
pub(super) fn offset(index: usize) -> f64 {
    index as f64 * ROW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_visible_rows_and_a_few_around_them_are_drawn() {
        assert_eq!(visible(10_000, 84.0 * 100.0, 840.0), 94..117);
        assert_eq!(visible(3, 0.0, 840.0), 0..3);
        assert_eq!(visible(0, 500.0, 840.0), 0..0);
    }
}
