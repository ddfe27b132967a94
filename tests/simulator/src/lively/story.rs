//! Who says what next.

use super::people::{Line, PEOPLE, STORIES, Script};
use crate::customer::{Said, Utterance};
use crate::random::Random;
use crate::state::State;

/// Stories open at once.
const OPEN_LIMIT: usize = 8;
/// Patience before asking whether anybody is there.
const NUDGE_MS: i64 = 90_000;
/// Patience before giving up.
const GIVE_UP_MS: i64 = 5 * 60_000;
/// Rest before the same person comes back.
const REST_MS: (i64, i64) = (90_000, 8 * 60_000);

/// The open stories and who rests.
#[derive(Debug, Default)]
pub(crate) struct Stories {
    open: Vec<Story>,
    resting: Vec<(&'static str, i64)>,
    started: usize,
}

/// One person's errand.
#[derive(Debug)]
struct Story {
    customer: &'static str,
    number: String,
    script: &'static Script,
    /// Lines already said.
    said: usize,
    /// A button to tap instead of the next line.
    tap: Option<Utterance>,
    /// When the next line is due; none while the business has the word.
    due_ms: Option<i64>,
    /// When anybody last wrote.
    last_ms: i64,
    nudged: bool,
}

impl Stories {
    /// The business wrote to this customer.
    pub(super) fn answered(&mut self, customer: &str, tap: Option<Utterance>, due_ms: i64, now_ms: i64) {
        if let Some(story) = self.open.iter_mut().find(|story| story.customer == customer) {
            // Who has said everything and has nothing to tap stays silent.
            let more = tap.is_some() || story.said < story.script.lines.len();
            story.tap = tap;
            story.due_ms = more.then_some(due_ms);
            story.last_ms = now_ms;
        }
    }
}

/// The next thing anybody says, if it is time. `busy` customers are played by a person.
pub(super) fn turn(state: &mut State, now_ms: i64, busy: &[&str]) -> Option<(&'static str, Utterance)> {
    let State { stories, random, apps, .. } = state;
    retire(stories, random, now_ms, busy);
    let due = stories.open.iter_mut().filter(|story| story.due_ms.is_some_and(|due| due <= now_ms));
    if let Some(story) = due.min_by_key(|story| story.due_ms) {
        return Some(story.speak(random, now_ms));
    }
    let waiting = |story: &&mut Story| !story.nudged && now_ms - story.last_ms > NUDGE_MS;
    if let Some(story) = stories.open.iter_mut().find(waiting) {
        story.nudged = true;
        return Some((story.customer, story.to_number(Said::Text { text: story.script.nudge.into() })));
    }
    if stories.open.len() >= OPEN_LIMIT {
        return None;
    }
    let free = |wa_id: &str| {
        !busy.contains(&wa_id)
            && !stories.open.iter().any(|story| story.customer == wa_id)
            && !stories.resting.iter().any(|(customer, _)| *customer == wa_id)
    };
    let rested: Vec<&'static str> =
        PEOPLE.iter().map(|person| person.wa_id).filter(|wa_id| free(wa_id)).collect();
    let customer = *random.pick(&rested)?;
    let numbers: Vec<&str> =
        apps.iter().flat_map(|app| &app.numbers).map(|number| number.phone_number_id.as_str()).collect();
    let number = (*random.pick(&numbers)?).to_owned();
    let mut told = STORIES.iter().cycle().skip(stories.started % STORIES.len());
    let script = told.find(|script| !script.german || customer.starts_with("49"))?;
    stories.started += 1;
    let mut story = Story {
        customer,
        number,
        script,
        said: 0,
        tap: None,
        due_ms: Some(now_ms),
        last_ms: now_ms,
        nudged: false,
    };
    let spoken = story.speak(random, now_ms);
    stories.open.push(story);
    Some(spoken)
}

/// Ends what is finished, given up, or taken over by a person.
fn retire(stories: &mut Stories, random: &mut Random, now_ms: i64, busy: &[&str]) {
    stories.resting.retain(|(_, until)| *until > now_ms);
    let Stories { open, resting, .. } = stories;
    open.retain(|story| {
        let finished = story.said >= story.script.lines.len() && story.due_ms.is_none();
        let over = finished || now_ms - story.last_ms > GIVE_UP_MS || busy.contains(&story.customer);
        if over {
            resting.push((story.customer, now_ms + random.between(REST_MS.0, REST_MS.1)));
        }
        !over
    });
}

impl Story {
    fn speak(&mut self, random: &mut Random, now_ms: i64) -> (&'static str, Utterance) {
        self.last_ms = now_ms;
        self.due_ms = None;
        if let Some(tap) = self.tap.take() {
            return (self.customer, tap.to(&self.number));
        }
        let line = self.script.lines.get(self.said).unwrap_or(&Line::Text("Bye!"));
        self.said += 1;
        // Some people need two messages for one thought.
        if random.chance(20) && self.said < self.script.lines.len() {
            self.due_ms = Some(now_ms + random.between(1_500, 4_000));
        }
        let said = match *line {
            Line::Text(text) => Said::Text { text: text.into() },
            Line::Picture(caption) => Said::Image { caption: Some(caption.into()), media_id: None },
            Line::Voice => Said::Audio { media_id: None },
            Line::Place(name, latitude, longitude) => {
                Said::Location { latitude, longitude, name: Some(name.into()) }
            }
        };
        (self.customer, self.to_number(said))
    }

    fn to_number(&self, said: Said) -> Utterance {
        Utterance::of(said).to(&self.number)
    }
}

#[cfg(test)]
mod tests;
