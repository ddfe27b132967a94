//! Whether a calendar is open at an instant, when that changes, and how much open time lies between two. Pure.
//!
//! The clock on the wall of the calendar's place decides: what it shows twice in autumn counts twice, what it leaves
//! out in spring not at all.

use std::collections::BTreeSet;

use chrono::{
    Datelike, Days, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike,
};
use chrono_tz::Tz;
use shared::{
    Instant,
    model::calendar::{Hours, Window},
};

/// Days in which every change of a week is met at least once, although some are skipped by the wall's clock.
const SOON: u64 = 15;
/// Changes that are looked at for one answer.
const MOST_CHANGES: usize = 1_000;

/// Hours that can be asked.
#[derive(Debug, Clone)]
pub struct OpenHours {
    zone: Tz,
    hours: Hours,
}

impl OpenHours {
    /// None when nobody knows the zone.
    pub fn new(hours: &Hours) -> Option<Self> {
        Some(Self { zone: hours.zone.parse().ok()?, hours: hours.clone() })
    }

    /// Whether it is open then.
    pub fn is_open(&self, at: Instant) -> bool {
        let wall = at.with_timezone(&self.zone).naive_local();
        let minute = u16::try_from(wall.hour() * 60 + wall.minute()).unwrap_or_default();
        let today = self.windows(wall.date());
        let began = today
            .into_iter()
            .any(|window| window.from <= minute && (window.is_overnight() || minute < window.to));
        let yesterday = wall.date().pred_opt().map_or_else(Vec::new, |date| self.windows(date));
        began || yesterday.into_iter().any(|window| window.is_overnight() && minute < window.to)
    }

    /// The next instant after this one at which the answer to [`Self::is_open`] changes; none when it stays.
    pub fn next_change(&self, at: Instant) -> Option<Instant> {
        let now = self.is_open(at);
        let today = at.with_timezone(&self.zone).date_naive();
        let day = |n: u64| today.checked_add_days(Days::new(n));
        let before = today.checked_sub_days(Days::new(2))?;
        let soon: Vec<NaiveDate> = (1..=SOON).filter_map(day).collect();
        let (next, later) = soon.split_at_checked(2).unwrap_or((&soon, &[]));
        let first = before.iter_days().take(3).chain(next.iter().copied()).collect();
        // A week that brings no change never does: then only days that are different are left.
        let different = self.hours.holidays.iter().filter(|holiday| holiday.date >= today);
        let different = different.flat_map(|holiday| holiday.date.iter_days().take(3)).collect();
        let parts: [BTreeSet<NaiveDate>; 3] = [first, later.iter().copied().collect(), different];
        parts.into_iter().find_map(|days| {
            self.edges(&days).into_iter().find(|edge| *edge > at && self.is_open(*edge) != now)
        })
    }

    /// Whole seconds of open time between two instants.
    pub fn open_seconds(&self, from: Instant, to: Instant) -> i64 {
        self.open_time(from, to).num_seconds()
    }

    /// Open time between two instants.
    pub fn open_time(&self, from: Instant, to: Instant) -> Duration {
        let (mut open, mut at) = (Duration::zero(), from);
        while at < to {
            let end = self.next_change(at).map_or(to, |change| change.min(to));
            if self.is_open(at) {
                open += end - at;
            }
            at = end;
        }
        open
    }

    /// When so much open time has gone by since an instant; none when that is never. Where it takes very many
    /// changes it is an instant before that: whoever waits looks again then.
    pub fn after_open(&self, since: Instant, time: Duration) -> Option<Instant> {
        let (mut left, mut at) = (time, since);
        for _ in 0..MOST_CHANGES {
            let change = self.next_change(at);
            if self.is_open(at) {
                match change {
                    Some(change) if change - at < left => left -= change - at,
                    _ => return Some(at + left),
                }
            }
            at = change?;
        }
        Some(at)
    }

    /// Whether it was open at any time between two instants, the first included.
    pub fn opens_between(&self, from: Instant, to: Instant) -> bool {
        self.is_open(from) || self.next_change(from).is_some_and(|change| change <= to)
    }

    /// The windows that begin on a day.
    fn windows(&self, date: NaiveDate) -> Vec<Window> {
        let holidays = &self.hours.holidays;
        if let Some(holiday) = holidays.iter().find(|holiday| holiday.date == date) {
            return holiday.open.clone();
        }
        let day = u8::try_from(date.weekday().number_from_monday()).unwrap_or_default();
        self.hours.weekly.iter().filter(|weekly| weekly.day == day).map(|weekly| weekly.window()).collect()
    }

    /// Every instant of these days at which anything could change, in order.
    fn edges(&self, days: &BTreeSet<NaiveDate>) -> BTreeSet<Instant> {
        let mut edges = BTreeSet::new();
        for date in days {
            let midnight = date.and_time(NaiveTime::MIN);
            for window in self.windows(*date) {
                let end = u32::from(window.to) + if window.is_overnight() { 1_440 } else { 0 };
                for minute in [u32::from(window.from), end] {
                    self.instants(midnight + Duration::minutes(minute.into()), &mut edges);
                }
            }
            // A wall's clock that is put forward or back passes over what would have changed. Looked for from midnight
            // to midnight of the place: on the day of another one it would come before what opens earlier.
            let [begin, end] = [*date, *date + Days::new(1)].map(|day| self.begin(day));
            edges.extend(self.shift(begin - Duration::seconds(1), end));
        }
        edges
    }

    /// When a day begins on the wall: at midnight, or at the first minute that is shown.
    fn begin(&self, date: NaiveDate) -> Instant {
        let midnight = date.and_time(NaiveTime::MIN);
        let mut minutes = (0..1_440).map(|minute| midnight + Duration::minutes(minute));
        let first = minutes.find_map(|wall| self.zone.from_local_datetime(&wall).earliest());
        first.map_or_else(|| midnight.and_utc(), |at| at.to_utc())
    }

    /// When the wall's clock shows this: never, once or twice.
    fn instants(&self, wall: NaiveDateTime, edges: &mut BTreeSet<Instant>) {
        match self.zone.from_local_datetime(&wall) {
            LocalResult::None => {}
            LocalResult::Single(at) => edges.extend([at.to_utc()]),
            LocalResult::Ambiguous(first, second) => edges.extend([first.to_utc(), second.to_utc()]),
        }
    }

    /// The second between two instants at which the wall's clock is put forward or back.
    fn shift(&self, from: Instant, to: Instant) -> Option<Instant> {
        let offset = |at: Instant| at.with_timezone(&self.zone).offset().fix();
        let (mut before, mut after) = (from, to);
        if offset(before) == offset(after) {
            return None;
        }
        while after - before > Duration::seconds(1) {
            let middle = before + Duration::seconds((after - before).num_seconds() / 2);
            if offset(middle) == offset(from) {
                before = middle;
            } else {
                after = middle;
            }
        }
        Some(after)
    }
}

#[cfg(test)]
mod tests;
