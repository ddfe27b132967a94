//! A board that somebody looks at, and the levels of service that thresholds are compared with: what each knows from the
//! last look, and the next look.

use std::collections::BTreeMap;

use shared::{
    ids::{CalendarId, QueueId},
    model::{
        board::{Board, BoardAlert, BoardLine},
        queue::QueueRules,
    },
};

use super::{
    day::{self, Hours},
    gauges::Seen,
    tally::{self, Tally},
};
use crate::{
    clock::from_micros,
    db::{
        Fault, Scoped,
        rows::{alert, board, calendar, fact, member, queue, settings},
    },
    domain::{
        hours::OpenHours,
        zone::{self, Day},
    },
};

/// What a board knows between two looks.
#[derive(Debug, Default)]
pub struct Watched {
    today: Option<Today>,
}

/// A day's tally, and up to where it was told.
#[derive(Debug)]
pub(super) struct Today {
    pub(super) day: Day,
    pub(super) tally: Tally,
    told: String,
}

impl Today {
    /// The tally of a day from the facts.
    pub(super) fn read(scoped: &mut Scoped, day: Day) -> Result<Self, Fault> {
        // In one transaction, so nothing lies between the newest fact and what was read.
        let told = fact::last(scoped)?.unwrap_or_default();
        let mut tally = Tally::default();
        for fact in fact::since(scoped, tally::first_of(day), &tally::KINDS)? {
            tally.fold(&fact);
        }
        tally.forget(day);
        Ok(Self { day, tally, told })
    }

    /// What is known of a day, with what was told since; read anew when that was another day's.
    fn next(known: Option<Self>, scoped: &mut Scoped, day: Day) -> Result<Self, Fault> {
        match known.filter(|today| today.day == day) {
            Some(mut today) => {
                today.go_on(scoped)?;
                Ok(today)
            }
            None => Self::read(scoped, day),
        }
    }

    /// Takes in what was stored since.
    fn go_on(&mut self, scoped: &mut Scoped) -> Result<(), Fault> {
        for fact in fact::after(scoped, &self.told)? {
            self.tally.fold(&fact);
            self.told = fact.id;
        }
        Ok(())
    }
}

/// Everything that is so now.
///
/// # Errors
/// The database's.
pub(super) fn see(scoped: &mut Scoped, now: shared::Instant) -> Result<Seen, Fault> {
    let queues: BTreeMap<QueueId, QueueRules> =
        queue::all(scoped)?.into_iter().map(|queue| (queue.id, queue.rules)).collect();
    Ok(Seen {
        now,
        hours: hours_of(scoped, &queues)?,
        queues,
        members: member::all(scoped)?.into_iter().map(|row| row.member).collect(),
        desks: board::desks(scoped)?.into_iter().map(|desk| (desk.member, desk)).collect(),
        places: board::places(scoped)?,
        lines: board::lines(scoped)?,
    })
}

/// When the queues are open that close at all. One whose zone nobody knows is always open, as it is for routing.
pub(super) fn hours_of(scoped: &mut Scoped, queues: &BTreeMap<QueueId, QueueRules>) -> Result<Hours, Fault> {
    let known: BTreeMap<CalendarId, OpenHours> = calendar::all(scoped)?
        .into_iter()
        .filter_map(|calendar| Some((calendar.id, OpenHours::new(&calendar.hours)?)))
        .collect();
    let own = |(id, rules): (&QueueId, &QueueRules)| {
        let hours = known.get(&rules.calendar?)?;
        Some((*id, hours.clone()))
    };
    Ok(queues.iter().filter_map(own).collect())
}

/// The tenant's day.
pub(super) fn day_of(scoped: &mut Scoped, now: shared::Instant) -> Result<Day, Fault> {
    Ok(zone::day(zone::known(&settings::get(scoped)?.zone), now))
}

impl Watched {
    /// The board as it is now, but for its number. Reads what was told since the last look; all of the day at the
    /// first, and at the first on another day.
    ///
    /// # Errors
    /// The database's; then the next look needs a new one of these.
    pub fn look(&mut self, scoped: &mut Scoped, now: shared::Instant) -> Result<Board, Fault> {
        let day = day_of(scoped, now)?;
        let today = Today::next(self.today.take(), scoped, day)?;
        let seen = see(scoped, now)?;
        let (mut queues, mut total) = seen.lines();
        day::write(&today.tally, day, now, (&seen.queues, &seen.hours), (&mut queues, &mut total));
        for row in alert::all(scoped)?.into_iter().filter(|row| row.raised) {
            if let Some(line) = queues.get_mut(&row.queue) {
                line.alerts.push(BoardAlert { what: row.what, since: row.since });
            }
        }
        for line in queues.values_mut() {
            line.alerts.sort_unstable_by_key(|alert| alert.what);
        }
        let mut agents = seen.agents();
        for agent in &mut agents {
            agent.last_at = today.tally.acted(agent.member).map(from_micros);
        }
        self.today = Some(today);
        let queues = queues.into_values().collect();
        Ok(Board { seq: 0, at: now, day_began: day.begins, total, queues, agents })
    }
}

/// The level of service lately, and of how many it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Level {
    /// Percent answered in time; none when nobody came.
    pub percent: Option<u32>,
    /// Of how many.
    pub judged: u32,
}

/// The levels of all queues at one moment.
pub type Recent = BTreeMap<QueueId, Level>;

/// What is known from the last look at the levels of service.
#[derive(Debug, Default)]
pub struct Levels {
    today: Option<Today>,
}

impl Levels {
    /// The levels as they are now: those of the board, without the rest of it.
    ///
    /// # Errors
    /// The database's; then the next look needs a new one of these.
    pub fn look(&mut self, scoped: &mut Scoped, now: shared::Instant) -> Result<Recent, Fault> {
        let day = day_of(scoped, now)?;
        let today = Today::next(self.today.take(), scoped, day)?;
        let rules: BTreeMap<QueueId, QueueRules> =
            queue::all(scoped)?.into_iter().map(|queue| (queue.id, queue.rules)).collect();
        let mut lines: BTreeMap<QueueId, BoardLine> =
            rules.keys().map(|id| (*id, BoardLine::default())).collect();
        let lately = (&mut lines, &mut BoardLine::default());
        let hours = hours_of(scoped, &rules)?;
        let judged = day::write(&today.tally, day, now, (&rules, &hours), lately);
        self.today = Some(today);
        let level = |(id, line): (QueueId, BoardLine)| {
            let judged = judged.get(&id).copied().unwrap_or_default();
            (id, Level { percent: line.level_recent, judged })
        };
        Ok(lines.into_iter().map(level).collect())
    }
}
