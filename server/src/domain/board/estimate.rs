//! How long somebody will wait, from how fast those before them were taken.

/// Over how many seconds it is counted how many were taken.
pub const WINDOW_SECS: u32 = 900;

/// How many must have been taken meanwhile: fewer say nothing.
pub const LEAST_TAKEN: u32 = 5;

/// The seconds until somebody is taken who has so many before them, when `taken` were taken in the last
/// [`WINDOW_SECS`]; none when too few were.
pub fn wait_secs(ahead: u32, taken: u32) -> Option<u32> {
    if taken < LEAST_TAKEN {
        return None;
    }
    let secs = (u64::from(ahead) * u64::from(WINDOW_SECS)).div_ceil(u64::from(taken));
    Some(u32::try_from(secs).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_many_as_were_taken_in_a_while_take_that_while() {
        assert_eq!(wait_secs(30, 30), Some(WINDOW_SECS));
        assert_eq!(wait_secs(15, 30), Some(450));
        assert_eq!(wait_secs(0, 30), Some(0), "whoever is first");
        assert_eq!(wait_secs(1, 7), Some(129), "rounded up, so that nobody is promised too much");
    }

    #[test]
    fn too_few_say_nothing() {
        for taken in 0..LEAST_TAKEN {
            assert_eq!(wait_secs(3, taken), None);
        }
        assert_eq!(wait_secs(3, LEAST_TAKEN), Some(540));
    }

    proptest! {
        #[test]
        fn more_before_them_never_make_it_shorter(ahead: u32, more: u32, taken in LEAST_TAKEN..1_000_000) {
            let (few, many) = (wait_secs(ahead, taken), wait_secs(ahead.saturating_add(more), taken));
            prop_assert!(few <= many && few >= wait_secs(ahead, taken + 1));
        }
    }
}
