//! Days as the tenant's clocks on the wall tell them.

use chrono::{Days, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use shared::Instant;

/// Where no zone is chosen, and where the one that was is not known any more.
pub const DEFAULT: &str = "UTC";

/// Clocks are changed by steps of this at the finest, today and for a century back.
const STEP_MINUTES: i64 = 15;
/// Longest time that clocks were ever set forward by at midnight, and a day of reserve where a date was left out.
const STEPS: i64 = 24 * 60 / STEP_MINUTES;

/// The zone of this name in the IANA database, such as `Europe/Berlin`.
pub fn parse(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The same, and UTC for a name that is unknown.
pub fn known(name: &str) -> Tz {
    parse(name).unwrap_or(Tz::UTC)
}

/// A day somewhere: from its first instant to the next day's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its first instant.
    pub begins: Instant,
    /// The first one that is not in it; 23, 24 or 25 hours later, as clocks are changed.
    pub ends: Instant,
}

/// The day in which an instant is.
pub fn day(zone: Tz, at: Instant) -> Day {
    let date = at.with_timezone(&zone).date_naive();
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
    Day { begins: first_of(zone, date), ends: first_of(zone, next) }
}

/// The first instant of a date there.
pub fn begins(zone: Tz, date: NaiveDate) -> Instant {
    first_of(zone, date)
}

/// The first instant at which the date there is this one. Midnight comes twice where clocks go back over it: the
/// first counts. Where they go forward over it there is none: the day begins when they have gone. A date that a
/// country left out begins with the next one.
fn first_of(zone: Tz, date: NaiveDate) -> Instant {
    let midnight = date.and_time(NaiveTime::MIN);
    for step in 0..=STEPS {
        let local = midnight + TimeDelta::minutes(step * STEP_MINUTES);
        match zone.from_local_datetime(&local) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => return at.with_timezone(&Utc),
            MappedLocalTime::None => {}
        }
    }
    midnight.and_utc()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    fn of(zone: &str, text: &str) -> (Instant, Instant, i64) {
        let day = day(parse(zone).unwrap(), at(text));
        (day.begins, day.ends, (day.ends - day.begins).num_minutes())
    }

    #[test]
    fn a_day_begins_at_midnight_there() {
        for (zone, noon, begins) in [
            ("Europe/Berlin", "2026-01-15T12:00:00+01:00", "2026-01-15T00:00:00+01:00"),
            ("Asia/Kathmandu", "2026-01-15T12:00:00+05:45", "2026-01-15T00:00:00+05:45"),
            ("America/St_Johns", "2026-07-15T12:00:00-02:30", "2026-07-15T00:00:00-02:30"),
            ("Pacific/Chatham", "2026-01-15T12:00:00+13:45", "2026-01-15T00:00:00+13:45"),
        ] {
            assert_eq!(of(zone, noon), (at(begins), at(begins) + TimeDelta::days(1), 1_440), "{zone}");
        }
    }

    #[test]
    fn the_last_instant_of_a_day_is_in_it_and_the_next_is_not() {
        let before = of("Asia/Kathmandu", "2026-03-01T23:59:59.999999+05:45");
        let after = of("Asia/Kathmandu", "2026-03-02T00:00:00+05:45");
        assert_eq!(before.1, after.0);
    }

    #[test]
    fn a_day_on_which_clocks_change_has_23_or_25_hours() {
        for (zone, noon, minutes) in [
            ("Europe/Berlin", "2026-03-29T12:00:00+02:00", 23 * 60),
            ("Europe/Berlin", "2026-10-25T12:00:00+01:00", 25 * 60),
            ("America/St_Johns", "2026-03-08T12:00:00-02:30", 23 * 60),
            ("America/St_Johns", "2026-11-01T12:00:00-03:30", 25 * 60),
            ("Australia/Lord_Howe", "2026-10-04T12:00:00+11:00", 23 * 60 + 30),
            ("Asia/Kathmandu", "2026-03-29T12:00:00+05:45", 24 * 60),
        ] {
            assert_eq!(of(zone, noon).2, minutes, "{zone} {noon}");
        }
    }

    #[test]
    fn where_midnight_is_left_out_or_comes_twice_the_day_begins_once() {
        // Clocks went from 00:00 to 01:00.
        let (begins, _, minutes) = of("America/Sao_Paulo", "2018-11-04T12:00:00-02:00");
        assert_eq!((begins, minutes), (at("2018-11-04T01:00:00-02:00"), 23 * 60));
        // Clocks went back from 00:01 to 23:01 of the day before, and to midnight once more.
        let (begins, _, minutes) = of("America/St_Johns", "2010-11-07T12:00:00-03:30");
        assert_eq!((begins, minutes), (at("2010-11-07T00:00:00-02:30"), 25 * 60));
        // A Friday that never was.
        assert_eq!(of("Pacific/Apia", "2011-12-29T12:00:00-10:00").1, at("2011-12-31T00:00:00+14:00"));
    }

    #[test]
    fn only_what_the_database_knows_is_a_zone() {
        for name in ["", "Berlin", "europe/berlin ", "UTC+1", "Mars/Olympus", "Europe/Berlin\0"] {
            assert_eq!(parse(name), None, "{name}");
            assert_eq!(known(name), Tz::UTC);
        }
        assert_eq!(parse(DEFAULT), Some(Tz::UTC));
    }

    proptest! {
        #[test]
        fn every_instant_is_in_its_day_and_days_follow_one_another(
            zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            secs in 1_000_000_000_i64..2_000_000_000,
        ) {
            let at = DateTime::from_timestamp(secs, 0).unwrap();
            let today = day(zone, at);
            // Where clocks went back over midnight, an hour of the day before comes after it has begun.
            let back = at < today.begins || at >= today.ends;
            prop_assert!(!back || (at - today.begins).abs() < TimeDelta::days(2), "{zone} {today:?}");
            let hours = (today.ends - today.begins).num_hours();
            prop_assert!((20..=28).contains(&hours), "{zone} {today:?}");
            prop_assert_eq!(day(zone, today.ends).begins, today.ends);
        }
    }
}
