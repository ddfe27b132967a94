//! What happened today and lately, added up by the rules of the queues as they are now.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use shared::{
    Instant,
    ids::QueueId,
    model::{board::BoardLine, queue::QueueRules},
};

use super::{
    estimate,
    tally::{Event, RECENT_MINUTES, Tally, What},
};
use crate::{
    clock::{from_micros, micros},
    domain::{hours::OpenHours, zone::Day},
};

const SECOND: i64 = 1_000_000;

/// When the queues are open that close at all.
pub(super) type Hours = BTreeMap<QueueId, OpenHours>;

/// How much of the time between two instants counts: that in which the queue was open.
pub(super) fn counted(hours: Option<&OpenHours>, from: Instant, to: Instant) -> TimeDelta {
    match hours {
        Some(hours) => hours.open_time(from, to),
        None => to - from,
    }
}

/// The same of what had lasted so long when it ended, all in microseconds.
fn lasted(hours: Option<&OpenHours>, at: i64, all: i64) -> i64 {
    let Some(hours) = hours else { return all };
    let open = counted(Some(hours), from_micros(at - all), from_micros(at));
    open.num_microseconds().unwrap_or(all)
}

/// What is added up for one line.
#[derive(Debug, Clone, Default)]
struct Sums {
    offered: u32,
    answered: u32,
    abandoned: u32,
    short: u32,
    failed: u32,
    in_time: u32,
    answer: i64,
    pickups: u32,
    pickup: i64,
    recent: Judged,
    /// Taken out of the line so lately that it says how fast that goes.
    taken: u32,
}

/// Of how many a percentage is.
#[derive(Debug, Clone, Copy, Default)]
struct Judged {
    in_time: u32,
    all: u32,
}

impl Judged {
    fn percent(self) -> Option<u32> {
        let percent = (u64::from(self.in_time) * 100).checked_div(u64::from(self.all))?;
        u32::try_from(percent).ok()
    }
}

/// Since when what happened counts, in microseconds.
#[derive(Debug, Clone, Copy)]
struct Since {
    day: i64,
    recent: i64,
    taken: i64,
}

impl Sums {
    /// Adds an event that had lasted so long, in microseconds.
    fn add(&mut self, event: &Event, lasted: i64, rules: &QueueRules, since: Since) {
        let today = u32::from(event.at >= since.day);
        match event.what {
            What::Began { .. } => self.offered += today,
            What::Taken => {
                self.pickups += today;
                self.pickup += if today > 0 { lasted } else { 0 };
                self.taken += u32::from(event.at > since.taken);
            }
            What::Answered => {
                let in_time = u32::from(lasted <= i64::from(rules.answer_target_secs) * SECOND);
                self.answered += today;
                self.in_time += today * in_time;
                self.answer += if today > 0 { lasted } else { 0 };
                self.judge(event, in_time, since);
            }
            What::Abandoned => {
                let short = lasted < i64::from(rules.short_abandon_secs) * SECOND;
                self.abandoned += today;
                self.short += today * u32::from(short);
                if !short {
                    self.judge(event, 0, since);
                }
            }
            What::Failed => self.failed += today,
        }
    }

    fn judge(&mut self, event: &Event, in_time: u32, since: Since) {
        if event.at > since.recent {
            self.recent.all += 1;
            self.recent.in_time += in_time;
        }
    }

    fn write(&self, line: &mut BoardLine) {
        line.offered = self.offered;
        line.answered = self.answered;
        line.abandoned = self.abandoned;
        line.abandoned_short = self.short;
        line.failed = self.failed;
        line.answer_secs = mean(self.answer, self.answered);
        line.pickup_secs = mean(self.pickup, self.pickups);
        let all = self.answered + self.abandoned - self.short;
        line.level_today = Judged { in_time: self.in_time, all }.percent();
        line.level_recent = self.recent.percent();
        line.estimate_secs = estimate::wait_secs(line.waiting, self.taken);
    }
}

fn mean(sum: i64, count: u32) -> Option<u32> {
    let mean = sum.checked_div(i64::from(count))? / SECOND;
    u32::try_from(mean).ok()
}

/// Writes what happened today into the lines; gives of how many each queue's recent level is.
pub(super) fn write(
    tally: &Tally,
    day: Day,
    now: Instant,
    (rules, hours): (&BTreeMap<QueueId, QueueRules>, &Hours),
    (queues, total): (&mut BTreeMap<QueueId, BoardLine>, &mut BoardLine),
) -> HashMap<QueueId, u32> {
    let recent = now - TimeDelta::minutes(RECENT_MINUTES);
    let taken = now - TimeDelta::seconds(estimate::WINDOW_SECS.into());
    let since = Since { day: micros(day.begins), recent: micros(recent), taken: micros(taken) };
    let default = QueueRules::default();
    let mut sums: HashMap<QueueId, Sums> = HashMap::new();
    let mut all = Sums::default();
    for event in tally.since(day.begins.min(recent)) {
        let own = event.queue.and_then(|queue| rules.get(&queue));
        let open = event.queue.and_then(|queue| hours.get(&queue));
        if let (Some(queue), Some(own)) = (event.queue, own) {
            sums.entry(queue).or_default().add(event, lasted(open, event.at, event.waited), own, since);
        }
        if event.what != (What::Began { first: false }) {
            all.add(event, lasted(open, event.at, event.whole), own.unwrap_or(&default), since);
        }
    }
    for (id, line) in queues.iter_mut() {
        sums.get(id).cloned().unwrap_or_default().write(line);
    }
    all.write(total);
    sums.into_iter().map(|(id, sums)| (id, sums.recent.all)).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use shared::{
        ids::ConversationId,
        model::calendar::{Hours, Weekly},
    };
    use uuid::Uuid;

    use super::*;
    use crate::db::{record::FactKind, rows::fact::FactRow};
    use shared::model::message::AuthorKind;

    fn queue() -> QueueId {
        QueueId::from_uuid(Uuid::from_u128(1))
    }

    /// Noon, in seconds of the day.
    const NOON: i64 = 12 * 3_600;

    fn at(secs: i64) -> Instant {
        DateTime::from_timestamp(1_800_000_000 / 86_400 * 86_400 + secs, 0).unwrap()
    }

    /// Visits as beginning and end in seconds of the day, and whether they were answered.
    fn line(visits: &[(i64, i64, bool)], now: i64) -> (BoardLine, BoardLine) {
        line_within(None, visits, now)
    }

    fn line_within(
        hours: Option<OpenHours>,
        visits: &[(i64, i64, bool)],
        now: i64,
    ) -> (BoardLine, BoardLine) {
        let fact = |secs, what, n: usize| FactRow {
            id: String::new(),
            what,
            at: micros(at(secs)),
            conversation: Some(ConversationId::from_uuid(Uuid::from_u128(n as u128))),
            queue: Some(queue()),
            member: None,
            author: Some(AuthorKind::Member),
        };
        let mut tally = Tally::default();
        for (n, (begins, ends, answered)) in visits.iter().enumerate() {
            tally.fold(&fact(*begins, FactKind::ConversationQueued, n));
            tally.fold(&fact(*begins + 1, FactKind::ConversationAssigned, n));
            let end = if *answered { FactKind::MessageWritten } else { FactKind::ConversationClosed };
            tally.fold(&fact(*ends, end, n));
        }
        let day = Day { begins: at(0), ends: at(86_400) };
        tally.forget(day);
        let rules = BTreeMap::from([(queue(), QueueRules::default())]);
        let hours = hours.map(|hours| (queue(), hours)).into_iter().collect();
        let mut queues = BTreeMap::from([(queue(), BoardLine { waiting: 4, ..BoardLine::default() })]);
        let mut total = BoardLine::default();
        write(&tally, day, at(now), (&rules, &hours), (&mut queues, &mut total));
        (queues.remove(&queue()).unwrap(), total)
    }

    #[test]
    fn the_level_is_of_all_who_were_answered_or_gave_up_but_for_those_who_gave_up_at_once() {
        let visits = [
            (NOON, NOON + 300, true),
            (NOON, NOON + 301, true),
            (NOON, NOON + 30, false),
            (NOON, NOON + 29, false),
        ];
        let (line, total) = line(&visits, NOON + 400);
        assert_eq!((line.answered, line.abandoned, line.abandoned_short, line.offered), (2, 2, 1, 4));
        assert_eq!((line.level_today, line.level_recent), (Some(33), Some(33)), "one of three, rounded down");
        assert_eq!((line.answer_secs, line.pickup_secs), (Some(300), Some(1)));
        assert_eq!((total.level_today, total.answered), (Some(33), 2));
    }

    #[test]
    fn closed_time_does_not_count() {
        let weekly = (1..=7).map(|day| Weekly { day, from: 9 * 60, to: 18 * 60 }).collect();
        let hours = OpenHours::new(&Hours { zone: "UTC".into(), weekly, holidays: Vec::new() });
        let hour = 3_600;
        // In the evening, and a minute after it opens; and a minute before it closes, to be answered the next morning.
        let visits = [(-4 * hour, 9 * hour + 60, true), (-6 * hour - 60, 9 * hour + 240, true)];
        let (line, total) = line_within(hours, &visits, 9 * hour + 300);
        assert_eq!(
            (line.level_today, line.level_recent, line.answer_secs),
            (Some(100), Some(100), Some(180))
        );
        assert_eq!((total.level_today, total.answer_secs), (Some(100), Some(180)));
        let (line, _) = self::line(&visits, 9 * hour + 300);
        assert_eq!(
            (line.level_today, line.answer_secs),
            (Some(0), Some(14 * 3_600 + 180)),
            "of one that never closes"
        );
    }

    #[test]
    fn lately_is_thirty_minutes_also_over_midnight() {
        let visits = [(-900, -600, true), (-900, 100, true), (NOON, NOON + 10, true)];
        let (line, _) = line(&visits, 200);
        assert_eq!((line.answered, line.offered), (2, 1), "what began yesterday was offered yesterday");
        assert_eq!(line.level_recent, Some(66));
        let (later, _) = self::line(&visits[..2], 100 + 30 * 60);
        assert_eq!((later.level_recent, later.level_today), (None, Some(0)));
    }

    #[test]
    fn a_line_without_visits_has_no_percentage_and_no_mean() {
        let (line, total) = line(&[], NOON);
        assert_eq!((line.level_today, line.answer_secs, line.estimate_secs), (None, None, None));
        assert_eq!(total, BoardLine::default());
    }

    #[test]
    fn whoever_comes_waits_as_the_last_were_taken() {
        let visits: Vec<_> = (0..6).map(|n| (NOON + n, NOON + 60, true)).collect();
        assert_eq!(line(&visits, NOON + 100).0.estimate_secs, Some(600));
        assert_eq!(line(&visits, NOON + 902).0.estimate_secs, None, "too few in the last quarter of an hour");
    }
}
