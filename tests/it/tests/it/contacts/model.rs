//! Messages from several numbers, merges, splits and undos in any order, against a model that knows only whose
//! is what: every message is in one conversation, every conversation's contact is the model's, an identity is
//! at most one contact's, a change that is taken back at once leaves nothing behind, and a console that
//! followed shows what a fresh one shows.

use std::collections::BTreeMap;

use shared::{
    error::ErrorCode,
    ids::{ContactChangeId, ContactId, ConversationId},
    live::command::Command,
    model::conversation::CloseReason,
};
use simulator::payload::Sender;

use super::rows;
use crate::harness::{Engine, LiveClient, Random, User, World, fresh, run, sql, wait::thorough};

#[test]
fn whatever_is_said_of_contacts_everything_is_whose_it_is_on_sqlite() {
    run(hold_up(Engine::Sqlite, if thorough() { 120 } else { 12 }));
}

#[test]
fn whatever_is_said_of_contacts_everything_is_whose_it_is_on_postgres() {
    run(hold_up(Engine::Postgres, if thorough() { 40 } else { 4 }));
}

/// Steps of one sequence.
const STEPS: usize = 40;
/// People, each with a number of their own; half of them have a business-scoped id as well.
const PEOPLE: usize = 4;

async fn hold_up(engine: Engine, sequences: usize) {
    let seed = Random::seed();
    let mut random = Random::new(seed);
    let world = World::new(engine).await;
    let supervisor = world.supervisor().await;
    let mut client = LiveClient::connect(&supervisor).await;
    for sequence in 0..sequences {
        let mut model = Model::default();
        for step in 0..STEPS {
            let what = model.step(&world, &supervisor, &mut random, sequence).await;
            model
                .compare(&world, &format!("TEST_SEED={seed}, sequence {sequence}, step {step}: {what}"))
                .await;
        }
        let differences = fresh::differences(&mut client, &supervisor).await;
        assert!(differences.is_empty(), "TEST_SEED={seed}, sequence {sequence}: {differences:#?}");
    }
}

#[derive(Default)]
struct Model {
    /// Whose a person's number is.
    known: BTreeMap<usize, ContactId>,
    talks: Vec<Talk>,
    changes: Vec<Change>,
}

/// A conversation.
#[derive(Clone)]
struct Talk {
    id: ConversationId,
    contact: ContactId,
    line: usize,
    open: bool,
    /// Closed so long ago that it is not continued.
    old: bool,
    /// Rises whenever one is opened.
    opened: usize,
    messages: Vec<String>,
}

struct Change {
    id: ContactChangeId,
    from: ContactId,
    to: ContactId,
    talks: Vec<ConversationId>,
    people: Vec<usize>,
}

fn person(sequence: usize, who: usize) -> Sender {
    let number = format!("4916{:04}{:04}", sequence, who);
    let name = format!("Person {who}");
    let scoped = (who % 2 == 1).then(|| format!("DE.{sequence}0{who}"));
    Sender { user_id: scoped, ..Sender::phone(&number, &name) }
}

impl Model {
    async fn step(&mut self, world: &World, user: &User, random: &mut Random, sequence: usize) -> String {
        match random.below(12) {
            0..=4 => self.write(world, random.below(PEOPLE), random.below(2), sequence).await,
            5 | 6 => self.close(world, user, random).await,
            7 | 8 => self.merge(world, user, random).await,
            9 => self.split(world, user, random).await,
            _ => self.undo(user, random).await,
        }
    }

    async fn write(&mut self, world: &World, who: usize, line: usize, sequence: usize) -> String {
        let lines = [&world.alpha.sales, &world.alpha.open];
        let wamid = world.customer_writes_to(lines[line], &person(sequence, who), "a word or two").await;
        let query = format!(
            "SELECT conversation_id || ' ' || contact_id AS t FROM message WHERE tenant_id = $1 AND wamid = '{wamid}'"
        );
        let found = sql::texts(&world.store().await, &query).await;
        assert_eq!(found.len(), 1, "every message is in one conversation");
        let (id, contact) = found[0].split_once(' ').unwrap();
        let (id, contact) = (id.parse().unwrap(), contact.parse().unwrap());
        // A stranger is a new contact; somebody known is the one the model says.
        let owner = *self.known.entry(who).or_insert(contact);
        let opened = self.next();
        let newest = self.talks.iter_mut().filter(|talk| talk.contact == owner && talk.line == line);
        match newest.max_by_key(|talk| (talk.open, talk.opened)) {
            Some(talk) if talk.open || !talk.old => {
                assert_eq!(talk.id, id, "the open conversation goes on, else the newest");
                if !talk.open {
                    (talk.open, talk.opened) = (true, opened);
                }
                talk.messages.push(wamid);
            }
            _ => {
                assert!(self.talks.iter().all(|talk| talk.id != id), "a new one begins");
                let (contact, messages) = (owner, vec![wamid]);
                self.talks.push(Talk { id, contact, line, open: true, old: false, opened, messages });
            }
        }
        format!("person {who} writes on {line}")
    }

    fn next(&self) -> usize {
        self.talks.iter().map(|talk| talk.opened).max().unwrap_or_default() + 1
    }

    async fn close(&mut self, world: &World, user: &User, random: &mut Random) -> String {
        let open: Vec<ConversationId> = self.talks.iter().filter(|t| t.open).map(|talk| talk.id).collect();
        let Some(&id) = random.pick(&open) else { return "nothing to close".into() };
        user.command(Command::Close { conversation: id, reason: CloseReason::Resolved }).await.unwrap();
        let old = random.percent(60);
        if old {
            let eight_days = 8 * 86_400 * 1_000_000_i64;
            let statement = format!(
                "UPDATE conversation SET closed_at = closed_at - {eight_days} WHERE tenant_id = $1 AND id = '{id}'"
            );
            let aged = world.store().await.write(move |tx| Ok(sql::execute(tx, &statement)?)).await;
            aged.unwrap();
        }
        let talk = self.talks.iter_mut().find(|talk| talk.id == id).unwrap();
        (talk.open, talk.old) = (false, old);
        format!("{id} is closed")
    }

    /// Contacts that have a conversation; those that were merged have none.
    fn contacts(&self) -> Vec<ContactId> {
        let mut all: Vec<_> = self.talks.iter().map(|talk| talk.contact).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn clashes(&self, moving: &[ConversationId], to: ContactId) -> bool {
        let open = |talk: &&Talk| talk.open;
        let there = |line| self.talks.iter().filter(open).any(|t| t.contact == to && t.line == line);
        self.talks.iter().filter(open).any(|t| moving.contains(&t.id) && there(t.line))
    }

    fn give(&mut self, talks: &[ConversationId], people: &[usize], to: ContactId) {
        for talk in self.talks.iter_mut().filter(|talk| talks.contains(&talk.id)) {
            talk.contact = to;
        }
        for who in people {
            self.known.insert(*who, to);
        }
    }

    fn people_of(&self, contact: ContactId) -> Vec<usize> {
        self.known.iter().filter(|(_, whose)| **whose == contact).map(|(who, _)| *who).collect()
    }

    async fn merge(&mut self, world: &World, user: &User, random: &mut Random) -> String {
        let contacts = self.contacts();
        let (Some(&keep), Some(&other)) = (random.pick(&contacts), random.pick(&contacts)) else {
            return "nobody to merge".into();
        };
        if keep == other {
            return "one contact is one".into();
        }
        let talks: Vec<_> = self.talks.iter().filter(|t| t.contact == other).map(|t| t.id).collect();
        let people = self.people_of(other);
        let command = Command::MergeContacts { keep, other };
        if self.clashes(&talks, keep) {
            assert_eq!(user.refused(command).await, ErrorCode::BothOpen);
            return "a merge is refused".into();
        }
        if random.percent(30) {
            taken_back_at_once(world, user, command).await;
            return "a merge is taken back at once".into();
        }
        let id = user.command(command).await.unwrap().change.unwrap();
        self.give(&talks, &people, keep);
        self.changes.push(Change { id, from: other, to: keep, talks, people });
        format!("{other} becomes {keep}")
    }

    async fn split(&mut self, world: &World, user: &User, random: &mut Random) -> String {
        let ids: Vec<_> = self.talks.iter().map(|talk| talk.id).collect();
        let Some(&id) = random.pick(&ids) else { return "nobody to split".into() };
        let first = self.talks.iter().find(|talk| talk.id == id).unwrap().clone();
        let theirs = || self.talks.iter().filter(|talk| talk.contact == first.contact);
        let command = Command::SplitContact { conversation: id };
        if theirs().all(|talk| talk.opened >= first.opened) {
            assert_eq!(user.refused(command).await, ErrorCode::NothingStays);
            return "a split is refused".into();
        }
        if random.percent(30) {
            taken_back_at_once(world, user, command).await;
            return "a split is taken back at once".into();
        }
        let talks: Vec<_> = theirs().filter(|talk| talk.opened >= first.opened).map(|talk| talk.id).collect();
        let people = self.people_of(first.contact);
        let change = user.command(command).await.unwrap().change.unwrap();
        let query = format!("SELECT contact_id AS t FROM conversation WHERE tenant_id = $1 AND id = '{id}'");
        let to: ContactId = sql::texts(&world.store().await, &query).await[0].parse().unwrap();
        assert!(!self.contacts().contains(&to), "a split makes a new contact");
        self.give(&talks, &people, to);
        self.changes.push(Change { id: change, from: first.contact, to, talks, people });
        format!("{} is {to} since {id}", first.contact)
    }

    async fn undo(&mut self, user: &User, random: &mut Random) -> String {
        if self.changes.is_empty() {
            return "nothing to take back".into();
        }
        let at = random.below(self.changes.len());
        let Change { id, from, to, .. } = self.changes[at];
        let command = Command::UndoContactChange { id };
        let concerned = |change: &Change| [change.from, change.to].iter().any(|one| [from, to].contains(one));
        if self.changes[at + 1..].iter().any(concerned) {
            assert_eq!(user.refused(command).await, ErrorCode::LaterChangeFirst);
            return "an undo waits for a later one".into();
        }
        if self.clashes(&self.changes[at].talks, from) {
            assert_eq!(user.refused(command).await, ErrorCode::BothOpen);
            return "an undo is refused".into();
        }
        user.command(command).await.unwrap();
        let change = self.changes.remove(at);
        self.give(&change.talks, &change.people, from);
        format!("{from} is not {to}")
    }

    async fn compare(&self, world: &World, at: &str) {
        let store = world.store().await;
        for talk in &self.talks {
            let query = format!(
                "SELECT contact_id || ' ' || state AS t FROM conversation WHERE tenant_id = $1 AND id = '{}'",
                talk.id
            );
            let found = sql::texts(&store, &query).await;
            let (contact, state) = found[0].split_once(' ').unwrap();
            assert_eq!(contact, talk.contact.to_string(), "{at}: whose {} is", talk.id);
            assert_eq!(state != "closed", talk.open, "{at}: whether {} is open", talk.id);
            let query = format!(
                "SELECT wamid AS t FROM message WHERE tenant_id = $1 AND conversation_id = '{}' \
                 AND contact_id = '{}' AND wamid IS NOT NULL ORDER BY seq",
                talk.id, talk.contact
            );
            assert_eq!(sql::texts(&store, &query).await, talk.messages, "{at}: what {} says", talk.id);
        }
        for (what, query) in [
            (
                "a row is not its conversation's contact's",
                "SELECT (SELECT count(*) FROM message m JOIN conversation c ON c.tenant_id = m.tenant_id \
                 AND c.id = m.conversation_id WHERE m.tenant_id = $1 AND m.contact_id <> c.contact_id) + \
                 (SELECT count(*) FROM search_token s JOIN conversation c ON c.tenant_id = s.tenant_id \
                 AND c.id = s.conversation_id WHERE s.tenant_id = $1 AND s.contact_id <> c.contact_id) AS n",
            ),
            (
                "a contact that became another one has something",
                "SELECT (SELECT count(*) FROM contact_identity i JOIN contact c ON c.tenant_id = i.tenant_id \
                 AND c.id = i.contact_id WHERE i.tenant_id = $1 AND c.merged_into IS NOT NULL) + \
                 (SELECT count(*) FROM conversation t JOIN contact c ON c.tenant_id = t.tenant_id \
                 AND c.id = t.contact_id WHERE t.tenant_id = $1 AND c.merged_into IS NOT NULL) AS n",
            ),
        ] {
            assert_eq!(sql::number(&store, query).await, 0, "{at}: {what}");
        }
        for (who, contact) in &self.known {
            let query = format!(
                "SELECT DISTINCT contact_id AS t FROM contact_identity WHERE tenant_id = $1 AND contact_id IN \
                 (SELECT contact_id FROM contact_identity WHERE tenant_id = $1 AND value LIKE '4916%{who:04}' \
                 AND contact_id = '{contact}')"
            );
            assert_eq!(sql::texts(&store, &query).await, [contact.to_string()], "{at}: who person {who} is");
        }
    }
}

async fn taken_back_at_once(world: &World, user: &User, command: Command) {
    let before = rows::dump(world).await;
    let id = user.command(command).await.unwrap().change.unwrap();
    user.command(Command::UndoContactChange { id }).await.unwrap();
    assert_eq!(rows::dump(world).await, before);
}
