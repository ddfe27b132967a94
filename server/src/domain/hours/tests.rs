use chrono::DateTime;
use proptest::prelude::*;
use shared::model::calendar::{Holiday, Weekly, parse_date};

use super::*;

const BERLIN: &str = "Europe/Berlin";
const NEW_YORK: &str = "America/New_York";
const LORD_HOWE: &str = "Australia/Lord_Howe";

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn hours(zone: &str, weekly: Vec<Weekly>, holidays: Vec<Holiday>) -> Hours {
    Hours { zone: zone.to_owned(), weekly, holidays }
}

fn holiday(date: &str, open: &[(u16, u16)]) -> Holiday {
    let open = open.iter().map(|(from, to)| Window { from: *from, to: *to }).collect();
    Holiday { date: parse_date(date).unwrap(), name: "x".into(), open }
}

fn weekly(days: std::ops::RangeInclusive<u8>, from: u16, to: u16) -> Vec<Weekly> {
    days.map(|day| Weekly { day, from, to }).collect()
}

fn open(hours: &Hours) -> OpenHours {
    OpenHours::new(hours).unwrap()
}

#[test]
fn an_office_opens_and_closes() {
    let office = open(&hours(BERLIN, weekly(1..=5, 540, 1_080), vec![holiday("2026-12-25", &[])]));
    // Thursday in winter; Friday is a holiday, Monday is not.
    assert!(office.is_open(at("2026-12-24T08:00:00Z")) && !office.is_open(at("2026-12-24T07:59:59Z")));
    let closing = at("2026-12-24T17:00:00Z");
    assert_eq!(office.next_change(at("2026-12-24T08:00:00Z")), Some(closing));
    assert!(!office.is_open(closing));
    assert_eq!(office.next_change(closing), Some(at("2026-12-28T08:00:00Z")));
    assert_eq!(office.open_seconds(at("2026-12-24T16:00:00Z"), at("2026-12-28T09:00:00Z")), 7_200);
    assert_eq!(
        office.after_open(at("2026-12-24T16:00:00Z"), Duration::seconds(3_601)),
        Some(at("2026-12-28T08:00:01Z"))
    );
    assert!(!office.opens_between(closing, at("2026-12-28T07:59:59Z")));
    assert!(office.opens_between(closing, at("2026-12-28T08:00:00Z")));
}

#[test]
fn never_and_always_do_not_change() {
    let now = at("2026-03-01T00:00:00Z");
    let never = open(&hours(BERLIN, Vec::new(), vec![holiday("2026-05-01", &[])]));
    assert_eq!(
        (never.is_open(now), never.next_change(now), never.after_open(now, Duration::seconds(1))),
        (false, None, None)
    );
    assert_eq!(never.open_seconds(now, at("2027-03-01T00:00:00Z")), 0);
    for always in [weekly(1..=7, 0, 0), weekly(1..=7, 0, 1_440), weekly(1..=7, 600, 600)] {
        let always = open(&hours(BERLIN, always, Vec::new()));
        assert_eq!((always.is_open(now), always.next_change(now)), (true, None));
        assert_eq!(always.after_open(now, Duration::seconds(60)), Some(at("2026-03-01T00:01:00Z")));
        assert_eq!(always.open_seconds(now, at("2026-03-31T00:00:00Z")), 30 * 86_400);
    }
    // Open on one day far away only.
    let once = open(&hours(BERLIN, Vec::new(), vec![holiday("2031-07-05", &[(0, 60)])]));
    assert_eq!(once.next_change(now), Some(at("2031-07-04T22:00:00Z")));
    assert_eq!(once.next_change(at("2031-07-04T22:00:00Z")), Some(at("2031-07-04T23:00:00Z")));
    assert_eq!(once.next_change(at("2031-07-04T23:00:00Z")), None);
    assert!(OpenHours::new(&hours("Europe/Atlantis", Vec::new(), Vec::new())).is_none());
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let nights = weekly(1..=7, 1_320, 360);
    let night = open(&hours(BERLIN, nights, vec![holiday("2027-01-01", &[])]));
    // The night before the holiday goes on into it, the night of the holiday does not begin.
    assert_eq!(night.next_change(at("2026-12-31T22:00:00Z")), Some(at("2027-01-01T05:00:00Z")));
    assert_eq!(night.next_change(at("2027-01-01T05:00:00Z")), Some(at("2027-01-02T21:00:00Z")));
}

#[test]
fn the_clock_on_the_wall_counts_when_it_is_put_forward_and_back() {
    let at_night = open(&hours(BERLIN, weekly(7..=7, 120, 180), Vec::new()));
    // 29 March 2026: two o'clock does not come. 25 October: it comes twice.
    assert_eq!(at_night.open_seconds(at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), 0);
    assert_eq!(at_night.open_seconds(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), 7_200);
    let half = open(&hours(BERLIN, weekly(7..=7, 150, 210), Vec::new()));
    // From half past two to half past three: it opens when the clock jumps to three.
    assert_eq!(half.next_change(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T01:00:00Z")));
    // Half an hour, then the wall shows two again, then an hour.
    assert_eq!(half.open_seconds(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), 5_400);
    assert_eq!(half.next_change(at("2026-10-25T00:30:00Z")), Some(at("2026-10-25T01:00:00Z")));
    // Half an hour is put forward: Sunday, 4 October 2026, at two.
    let island = open(&hours(LORD_HOWE, weekly(7..=7, 60, 180), Vec::new()));
    assert_eq!(island.open_seconds(at("2026-10-03T06:00:00Z"), at("2026-10-04T06:00:00Z")), 5_400);
}

#[test]
fn a_change_of_the_clock_does_not_hide_what_opens_before_it() {
    // The clock changes on the island's 4 October, which is the 3rd in Greenwich, two hours after the day began.
    let island = open(&hours(LORD_HOWE, Vec::new(), vec![holiday("2026-10-04", &[(0, 0)])]));
    for from in ["2026-10-01T00:00:00Z", "2026-10-03T13:29:59Z"] {
        assert_eq!(island.next_change(at(from)), Some(at("2026-10-03T13:30:00Z")), "{from}");
    }
    // There the clock changes at midnight: the day begins with its second hour.
    let beirut = open(&hours("Asia/Beirut", Vec::new(), vec![holiday("2026-03-29", &[(0, 120)])]));
    assert_eq!(beirut.next_change(at("2026-03-20T00:00:00Z")), Some(at("2026-03-28T22:00:00Z")));
    assert_eq!(beirut.open_seconds(at("2026-03-20T00:00:00Z"), at("2026-04-20T00:00:00Z")), 3_600);
}

/// Whether it is open, by the minutes that a wall shows on some days: nothing but the zone's offsets is shared with
/// what is tested.
struct Wall {
    zone: Tz,
    begin: NaiveDateTime,
    open: Vec<bool>,
}

impl Wall {
    fn new(hours: &Hours, first: Instant, days: i64) -> Self {
        let zone: Tz = hours.zone.parse().unwrap();
        let begin = first.with_timezone(&zone).date_naive() - Duration::days(2);
        let mut open = vec![false; 1_440 * (days as usize + 8)];
        for n in 0..days + 6 {
            let date = begin + Duration::days(n);
            let of_week = |w: &&Weekly| u32::from(w.day) == date.weekday().number_from_monday();
            let windows: Vec<(u16, u16)> = match hours.holidays.iter().find(|h| h.date == date) {
                Some(holiday) => holiday.open.iter().map(|w| (w.from, w.to)).collect(),
                None => hours.weekly.iter().filter(of_week).map(|w| (w.from, w.to)).collect(),
            };
            for (from, to) in windows {
                let length = if to > from { to - from } else { to + 1_440 - from };
                let at = n as usize * 1_440 + usize::from(from);
                open[at..at + usize::from(length)].fill(true);
            }
        }
        Self { zone, begin: begin.and_time(NaiveTime::MIN), open }
    }

    fn is_open(&self, at: Instant) -> bool {
        self.open[(at.with_timezone(&self.zone).naive_local() - self.begin).num_minutes() as usize]
    }
}

prop_compose! {
    /// Minutes that often meet: back to back, over midnight, in the hours in which clocks change.
    fn minutes()(of_day in prop_oneof![
        Just(0_u16), Just(60), Just(90), Just(120), Just(150), Just(180), Just(540), Just(1_080), Just(1_439),
        0_u16..1_440,
    ]) -> u16 { of_day }
}

prop_compose! {
    fn any_hours()(
        zone in prop_oneof![Just(BERLIN), Just(NEW_YORK), Just(LORD_HOWE), Just("Asia/Kathmandu"), Just("Asia/Beirut")],
        weekly in prop::collection::vec((1_u8..=7, minutes(), minutes()), 0..10),
        // Beside the days on which the clocks of these places change in 2026.
        days in prop::collection::btree_map(
            prop_oneof![85_i64..92, 66_i64..70, 92_i64..98, 274_i64..280, 296_i64..302, 303_i64..308],
            prop::collection::vec((minutes(), minutes()), 0..3), 0..4),
    ) -> Hours {
        let first = parse_date("2026-01-01").unwrap();
        let holidays = days.into_iter().map(|(day, open)| Holiday {
            date: first + Duration::days(day),
            name: "x".into(),
            open: open.into_iter().map(|(from, to)| Window { from, to }).collect(),
        });
        Hours {
            zone: zone.to_owned(),
            weekly: weekly.into_iter().map(|(day, from, to)| Weekly { day, from, to }).collect(),
            holidays: holidays.collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_that_of_whoever_looks_at_the_wall_each_minute(
        hours in any_hours(),
        day in prop_oneof![84_i64..92, 65_i64..70, 91_i64..98, 273_i64..280, 295_i64..302, 302_i64..308, 0_i64..365],
        begin in 0_i64..1_440,
        length in 1_i64..3_000,
        secs in 1_u32..20_000,
    ) {
        let tested = open(&hours);
        let first = 29_453_760 + day * 1_440 + begin; // 2026-01-01T00:00Z in minutes
        let instant = |minute: i64| DateTime::from_timestamp(minute * 60, 0).unwrap();
        // A week and more: every change of the weekly hours is in it.
        let wall = Wall::new(&hours, instant(first), 9);
        let looked: Vec<bool> = (first..first + 9 * 1_440).map(|minute| wall.is_open(instant(minute))).collect();
        for (n, open) in looked.iter().enumerate().take(1_500) {
            prop_assert_eq!(tested.is_open(instant(first + n as i64)), *open, "{}", instant(first + n as i64));
        }
        let change = looked.iter().position(|open| *open != looked[0]);
        let answer = tested.next_change(instant(first));
        match change {
            Some(n) => prop_assert_eq!(answer, Some(instant(first + n as i64))),
            None => prop_assert!(answer.is_none_or(|at| at >= instant(first + looked.len() as i64))),
        }
        let open_minutes = looked.iter().take(length as usize).filter(|open| **open).count() as i64;
        prop_assert_eq!(tested.open_seconds(instant(first), instant(first + length)), open_minutes * 60);
        if let Some(after) = tested.after_open(instant(first), Duration::seconds(secs.into())) {
            prop_assert_eq!(tested.open_seconds(instant(first), after), i64::from(secs));
            let before = after - Duration::seconds(1);
            prop_assert_eq!(tested.open_seconds(instant(first), before), i64::from(secs) - 1);
        }
    }
}
