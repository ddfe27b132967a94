//! Thresholds: which figure crosses one, and which does no longer. Pure. What was told is taken back only once it is
//! clearly over, so that a figure that swings around its threshold does not flicker.

use shared::model::{
    board::{AlertKind, BoardLine},
    queue::AlertRules,
};

/// An alert of "more than" ends at so many fifths of its threshold.
const ENDS_AT_FIFTHS: i64 = 4;
/// An alert of "less than" ends so many percent above its threshold, or at all of them.
const ENDS_ABOVE_PERCENT: u32 = 5;
/// Of so few that were answered or abandoned no percentage says anything.
pub(super) const LEAST_JUDGED: u32 = 5;

/// A threshold is crossed, or is crossed no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// Which.
    pub(super) what: AlertKind,
    /// Whether it is crossed now.
    pub(super) raised: bool,
    /// The figure: conversations, seconds, or percent.
    pub(super) value: i64,
    /// What it is compared with; nothing when nobody wants to be told any more.
    pub(super) threshold: u32,
}

/// What changes of a queue's alerts: `longest` is the longest wait in seconds, `judged` of how many the recent level of
/// service is, `is_raised` what was crossed before.
pub(super) fn changes(
    rules: &AlertRules,
    line: &BoardLine,
    (longest, judged): (i64, u32),
    is_raised: impl Fn(AlertKind) -> bool,
) -> Vec<Change> {
    let level = line.level_recent.map_or(0, i64::from);
    let under = under(line.level_recent, judged, rules.service_level_under_percent);
    let above = |what, value: i64, threshold| (what, value, threshold, over(value, threshold));
    let all = [
        above(AlertKind::Waiting, line.waiting.into(), rules.waiting_over),
        above(AlertKind::LongestWait, longest, rules.longest_wait_over_secs),
        (AlertKind::ServiceLevel, level, rules.service_level_under_percent, under),
        above(AlertKind::Overdue, line.overdue.into(), rules.overdue_over),
    ];
    let changed = all.into_iter().filter_map(|(what, value, threshold, verdict)| {
        let raised = match (verdict, is_raised(what)) {
            (Verdict::Raise, false) => true,
            (Verdict::Clear, true) => false,
            _ => return None,
        };
        Some(Change { what, raised, value, threshold })
    });
    changed.collect()
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
    use super::*;

    /// Looks once, and keeps what is raised.
    fn look(
        raised: &mut Vec<AlertKind>,
        rules: &AlertRules,
        line: &BoardLine,
        longest: i64,
    ) -> Vec<(AlertKind, bool, i64)> {
        let known = raised.clone();
        let found = changes(rules, line, (longest, LEAST_JUDGED), |what| known.contains(&what));
        for change in &found {
            raised.retain(|what| *what != change.what);
            if change.raised {
                raised.push(change.what);
            }
        }
        found.iter().map(|change| (change.what, change.raised, change.value)).collect()
    }

    #[test]
    fn an_alert_stays_until_it_is_clearly_over() {
        let (mut raised, rules) = (Vec::new(), AlertRules { waiting_over: 10, ..AlertRules::default() });
        let line = |waiting| BoardLine { waiting, ..BoardLine::default() };
        let swings = [
            (10, None),
            (11, Some(true)),
            (10, None),
            (9, None),
            (11, None),
            (8, Some(false)),
            (9, None),
            (10, None),
            (12, Some(true)),
        ];
        for (waiting, change) in swings {
            let expected: Vec<_> =
                change.into_iter().map(|is| (AlertKind::Waiting, is, i64::from(waiting))).collect();
            assert_eq!(look(&mut raised, &rules, &line(waiting), 0), expected, "{waiting}");
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
        let line = BoardLine { waiting: 2, level_recent: Some(79), overdue: 3, ..BoardLine::default() };
        let mut raised = Vec::new();
        let told = look(&mut raised, &rules, &line, 61);
        let all = [
            (AlertKind::Waiting, true, 2),
            (AlertKind::LongestWait, true, 61),
            (AlertKind::ServiceLevel, true, 79),
            (AlertKind::Overdue, true, 3),
        ];
        assert_eq!(told, all);
        assert_eq!(look(&mut raised, &rules, &line, 61), [], "each once");
        let ended = look(&mut raised, &AlertRules::default(), &line, 61);
        assert_eq!(ended.len(), 4, "nobody wants to be told any more");
        assert!(ended.iter().all(|(_, is_raised, _)| !is_raised) && raised.is_empty());
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
