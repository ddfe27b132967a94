//! Thresholds: what is over one, and since when. What was told is taken back only once it is clearly over, so that a
//! figure that swings around its threshold does not flicker.

use std::collections::HashMap;

use shared::{
    Instant,
    ids::QueueId,
    model::{
        board::{AlertKind, BoardAlert, BoardLine},
        queue::AlertRules,
    },
};

/// An alert of "more than" ends at so many fifths of its threshold.
const ENDS_AT_FIFTHS: i64 = 4;
/// An alert of "less than" ends so many percent above its threshold, or at all of them.
const ENDS_ABOVE_PERCENT: u32 = 5;
/// Of so few that were answered or abandoned no percentage says anything.
pub(super) const LEAST_JUDGED: u32 = 5;

/// What is over its threshold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Alerts(HashMap<(QueueId, AlertKind), Instant>);

impl Alerts {
    /// Looks at a queue; `judged` is of how many the recent level of service is. Gives what is over a threshold.
    pub(super) fn look(
        &mut self,
        queue: QueueId,
        rules: &AlertRules,
        line: &BoardLine,
        judged: u32,
        now: Instant,
    ) -> Vec<BoardAlert> {
        let longest = line.oldest_since.map_or(0, |since| (now - since).num_seconds());
        let kinds = [
            (AlertKind::Waiting, over(line.waiting.into(), rules.waiting_over)),
            (AlertKind::LongestWait, over(longest, rules.longest_wait_over_secs)),
            (AlertKind::ServiceLevel, under(line.level_recent, judged, rules.service_level_under_percent)),
            (AlertKind::Overdue, over(line.overdue.into(), rules.overdue_over)),
        ];
        let mut raised = Vec::new();
        for (what, verdict) in kinds {
            match verdict {
                Verdict::Raise => {
                    self.0.entry((queue, what)).or_insert(now);
                }
                Verdict::Clear => {
                    self.0.remove(&(queue, what));
                }
                Verdict::Keep => {}
            }
            if let Some(since) = self.0.get(&(queue, what)) {
                raised.push(BoardAlert { what, since: *since });
            }
        }
        raised
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Raise,
    Keep,
    Clear,
}

fn over(value: i64, threshold: u32) -> Verdict {
    let threshold = i64::from(threshold);
    match value {
        _ if threshold == 0 => Verdict::Clear,
        value if value > threshold => Verdict::Raise,
        value if value * 5 <= threshold * ENDS_AT_FIFTHS => Verdict::Clear,
        _ => Verdict::Keep,
    }
}

fn under(percent: Option<u32>, judged: u32, threshold: u32) -> Verdict {
    match percent {
        _ if threshold == 0 => Verdict::Clear,
        None => Verdict::Clear,
        Some(percent) if percent < threshold && judged >= LEAST_JUDGED => Verdict::Raise,
        Some(percent) if percent >= (threshold + ENDS_ABOVE_PERCENT).min(100) => Verdict::Clear,
        Some(_) => Verdict::Keep,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn at(secs: i64) -> Instant {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(secs)
    }

    fn raised(alerts: &mut Alerts, rules: &AlertRules, line: &BoardLine, secs: i64) -> Vec<(AlertKind, i64)> {
        let queue = QueueId::from_uuid(uuid::Uuid::from_u128(1));
        let found = alerts.look(queue, rules, line, LEAST_JUDGED, at(secs));
        found.iter().map(|alert| (alert.what, (alert.since - at(0)).num_seconds())).collect()
    }

    #[test]
    fn an_alert_stays_until_it_is_clearly_over() {
        let (mut alerts, rules) =
            (Alerts::default(), AlertRules { waiting_over: 10, ..AlertRules::default() });
        let line = |waiting| BoardLine { waiting, ..BoardLine::default() };
        let swings =
            [(10, false), (11, true), (10, true), (9, true), (11, true), (8, false), (9, false), (10, false)];
        for (secs, (waiting, is_raised)) in (0..).zip(swings) {
            let expected = if is_raised { vec![(AlertKind::Waiting, 1)] } else { Vec::new() };
            assert_eq!(raised(&mut alerts, &rules, &line(waiting), secs), expected, "{waiting} at {secs}");
        }
    }

    #[test]
    fn each_threshold_has_its_alert_and_none_has_none() {
        let rules = AlertRules {
            waiting_over: 1,
            longest_wait_over_secs: 60,
            service_level_under_percent: 80,
            overdue_over: 2,
        };
        let line = BoardLine {
            waiting: 2,
            oldest_since: Some(at(-61)),
            level_recent: Some(79),
            overdue: 3,
            ..BoardLine::default()
        };
        let all = [AlertKind::Waiting, AlertKind::LongestWait, AlertKind::ServiceLevel, AlertKind::Overdue];
        let mut alerts = Alerts::default();
        let told = raised(&mut alerts, &rules, &line, 0);
        assert_eq!(told.iter().map(|(what, _)| *what).collect::<Vec<_>>(), all);
        assert_eq!(raised(&mut alerts, &AlertRules::default(), &line, 1), []);
        assert_eq!(alerts, Alerts::default());
    }

    #[test]
    fn few_are_judged_by_nobody() {
        assert_eq!(under(Some(0), LEAST_JUDGED - 1, 80), Verdict::Keep);
        assert_eq!(under(Some(0), LEAST_JUDGED, 80), Verdict::Raise);
        assert_eq!(under(Some(80), LEAST_JUDGED, 80), Verdict::Keep);
        assert_eq!(under(Some(85), LEAST_JUDGED, 80), Verdict::Clear);
        assert_eq!(under(Some(100), LEAST_JUDGED, 100), Verdict::Clear);
        assert_eq!(under(None, 0, 80), Verdict::Clear, "nobody came");
    }

    #[test]
    fn the_smallest_threshold_can_be_crossed_and_left() {
        assert_eq!([over(2, 1), over(1, 1), over(0, 1)], [Verdict::Raise, Verdict::Keep, Verdict::Clear]);
        assert_eq!(over(i64::from(u32::MAX) + 1, u32::MAX), Verdict::Raise);
    }
}
