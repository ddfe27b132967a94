//! The search index, on both engines the same: words of messages, and how contacts are called.
//!
//! A contact's names are found by how their words begin; a phone number by how it begins or ends, so
//! that people find it with and without the country's digits. Whoever may not see numbers may not find
//! by them either: else the digits could be guessed one after the other.

use std::collections::BTreeSet;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use shared::{
    Instant,
    ids::{ContactId, ConversationId, LabelId, MemberId, QueueId},
    model::contact::Contact,
    permission::PhoneSight,
};

use crate::db::{
    Fault, Scoped,
    connection::on_engine,
    fixed::{Fixed, statements},
    schema::{contact_token::dsl as t, search_token::dsl as s},
};

/// Words kept per message; more would let one pasted page fill the index.
const TOKENS: usize = 64;
/// Characters kept per word.
const TOKEN_CHARS: usize = 32;
/// Words of a search that count; each costs the database a look into the index.
const WORDS: usize = 8;
/// Digits that a phone number can be found by. Fewer are a house number or a price.
const PHONE_DIGITS: usize = 4;

/// The words of a text as the index keeps them: lower case, letters and digits only, each once.
pub fn tokens(text: &str) -> BTreeSet<String> {
    words(text).take(TOKENS).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().flat_map(char::to_lowercase).take(TOKEN_CHARS).collect())
}

/// What is searched for: every word must be found, in a message or in how the contact is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    words: Vec<Word>,
    /// Words that must not be found.
    without: Vec<Word>,
    /// What else must be so, or not.
    pub terms: Vec<(Fit, Term)>,
}

/// Whether something must be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It must.
    Must,
    /// It must not.
    MustNot,
}

/// What an operator of a search asks for, with everything that it names looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// One of these kinds of author wrote last.
    LastBy(&'static [&'static str]),
    /// One of these members wrote in it, or its contact is called by both words.
    By(Vec<MemberId>, Box<(Word, Word)>),
    /// It belongs to one of these queues.
    Queue(Vec<QueueId>),
    /// It or its contact has one of these labels.
    Label(Vec<LabelId>),
    /// A file of one of these kinds is in it.
    File(&'static [&'static str]),
    /// One of these words is in it, as written.
    Said(&'static [&'static str]),
    /// It began before this instant.
    Before(Instant),
    /// Something happened in it then or later.
    After(Instant),
    /// It is in one of these states.
    State(&'static [&'static str]),
    /// One of these members has it.
    Assignee(Vec<MemberId>),
    /// Nobody has it.
    Nobody,
}

/// The condition of the index of messages with files, word by word.
pub(super) const WITH_FILE: &str = "message.kind IN ('image', 'audio', 'video', 'document')";

/// One word of a search, as ranges of the index: from the first text to before the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub(super) word: [String; 2],
    /// How a number begins; an empty range when numbers are not looked at.
    pub(super) phone: [String; 2],
    /// How a number ends, read backwards.
    pub(super) end: [String; 2],
}

impl Wanted {
    /// What a text asks for; none when it has no word.
    pub fn of(text: &str, phones: PhoneSight) -> Option<Self> {
        let number = Some(text).filter(|_| phones == PhoneSight::Whole).and_then(written_number);
        let words: Vec<Word> = match number {
            Some(digits) => vec![Word::of(digits, phones)],
            None => words(text).take(WORDS).map(|word| Word::of(word, phones)).collect(),
        };
        (!words.is_empty()).then_some(Self { words, ..Self::default() })
    }

    /// The same without what one of these texts says.
    pub fn without(mut self, texts: &[String], phones: PhoneSight) -> Self {
        let all = texts.iter().flat_map(|text| words(text)).take(WORDS);
        self.without = all.map(|word| Word::of(word, phones)).collect();
        self
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.words.iter()
    }

    pub(super) fn unwanted(&self) -> impl Iterator<Item = &Word> {
        self.without.iter()
    }
}

impl Term {
    /// Who wrote in it or is called so; the first two words of a name count. None for a text without a word.
    pub fn by(members: Vec<MemberId>, name: &str, phones: PhoneSight) -> Option<Self> {
        let mut words = words(name).map(|word| Word::of(word, phones));
        let first = words.next()?;
        let second = words.next().unwrap_or_else(|| first.clone());
        Some(Self::By(members, Box::new((first, second))))
    }
}

impl Word {
    fn of(word: String, phones: PhoneSight) -> Self {
        let digits = word.bytes().all(|byte| byte.is_ascii_digit()).then_some(word.as_str());
        let digits = digits.filter(|digits| digits.len() >= PHONE_DIGITS && phones == PhoneSight::Whole);
        let nothing = || [String::new(), String::new()];
        // The zeros in front of a number dialled abroad or at home are not part of it.
        let phone = digits.map(|digits| digits.strip_prefix("00").unwrap_or(digits));
        let end = digits.map(|digits| digits.strip_prefix('0').unwrap_or(digits));
        let backwards = |digits: &str| digits.chars().rev().collect::<String>();
        Self {
            phone: phone.map_or_else(nothing, beginning),
            end: end.map_or_else(nothing, |digits| beginning(&backwards(digits))),
            word: beginning(&word),
        }
    }
}

/// The range of texts that begin with this one.
fn beginning(text: &str) -> [String; 2] {
    [text.to_owned(), format!("{text}\u{10FFFF}")]
}

/// The digits of a number that is written in groups, such as `+49 30 5550101`.
fn written_number(text: &str) -> Option<String> {
    let written = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '(' | ')' | '.' | '/');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    // Two groups of four may as well be an order number and a year; six digits hardly are.
    (text.chars().all(written) && digits.len() >= 6).then_some(digits)
}

/// Conversations with a word in one of their messages; a macro because the query's type has no name.
macro_rules! conversations {
    ($tenant:expr, $word:expr) => {{
        use $crate::db::schema::search_token::dsl as s;
        let [from, to] = $word.word.clone();
        s::search_token
            .filter(s::tenant_id.eq($tenant).and(s::token.ge(from)).and(s::token.lt(to)))
            .select(s::conversation_id)
    }};
}

/// Contacts who are called or reached by a word.
macro_rules! contacts {
    ($tenant:expr, $word:expr) => {{
        use $crate::db::{rows::search, schema::contact_token::dsl as t};
        let $crate::db::rows::search::Word { word: [a, b], phone: [c, d], end: [e, f] } = $word.clone();
        let name = t::kind.eq(search::NAME).and(t::token.ge(a)).and(t::token.lt(b));
        let phone = t::kind.eq(search::PHONE).and(t::token.ge(c)).and(t::token.lt(d));
        let end = t::kind.eq(search::PHONE_END).and(t::token.ge(e)).and(t::token.lt(f));
        t::contact_token.filter(t::tenant_id.eq($tenant).and(name.or(phone).or(end))).select(t::contact_id)
    }};
}

pub(super) use {contacts, conversations};

/// A word of a name or of a user name.
pub(super) const NAME: &str = "name";
/// A phone number, digits only.
pub(super) const PHONE: &str = "phone";
/// A phone number read backwards.
pub(super) const PHONE_END: &str = "phone_end";

// All words of a message in one statement: one each was the most expensive part of taking a message in.
// A word that the conversation is found by already costs a look and no row.
statements! {
    IndexSqlite: "INSERT INTO search_token (tenant_id, conversation_id, contact_id, token) \
        SELECT ?, ?, ?, word.value FROM json_each(?) AS word WHERE NOT EXISTS (SELECT 1 FROM search_token \
        AS known WHERE known.tenant_id = ? AND known.token = word.value AND known.conversation_id = ?)";
    IndexPostgres: "INSERT INTO search_token (tenant_id, conversation_id, contact_id, token) \
        SELECT ?, ?, ?, word.value FROM json_array_elements_text(CAST(? AS json)) AS word (value) \
        WHERE NOT EXISTS (SELECT 1 FROM search_token AS known WHERE known.tenant_id = ? \
        AND known.token = word.value AND known.conversation_id = ?)";
}

/// Makes a conversation found by the words of a text.
///
/// # Errors
/// The database's.
pub fn index(
    scoped: &mut Scoped,
    conversation: ConversationId,
    contact: ContactId,
    text: &str,
) -> Result<(), Fault> {
    let tokens = tokens(text);
    if tokens.is_empty() {
        return Ok(());
    }
    let (conn, tenant) = scoped.parts();
    let tokens = serde_json::to_string(&tokens).map_err(|error| Fault::Broken(error.to_string()))?;
    let conversation = conversation.to_string();
    let values = [
        tenant.into(),
        conversation.as_str().into(),
        contact.to_string().into(),
        tokens.into(),
        tenant.into(),
        conversation.as_str().into(),
    ];
    match conn.is_sqlite() {
        true => Fixed::<IndexSqlite, _>::new(values).execute(conn)?,
        false => Fixed::<IndexPostgres, _>::new(values).execute(conn)?,
    };
    Ok(())
}

/// A conversation is not found any more by words that were said once and are not said now; `texts` are all
/// its texts now.
///
/// # Errors
/// The database's.
pub fn forget(
    scoped: &mut Scoped,
    conversation: ConversationId,
    said: &str,
    texts: &[String],
) -> Result<(), Fault> {
    let mut gone = tokens(said);
    for text in texts {
        gone = &gone - &tokens(text);
    }
    let (conn, tenant) = scoped.parts();
    for token in gone {
        let row = s::search_token.filter(
            s::tenant_id
                .eq(tenant)
                .and(s::token.eq(token))
                .and(s::conversation_id.eq(conversation.to_string())),
        );
        diesel::delete(row).execute(conn)?;
    }
    Ok(())
}

/// Makes a contact found by what it is called now, and by nothing it was called before.
///
/// # Errors
/// The database's.
pub fn reindex_contact(scoped: &mut Scoped, contact: &Contact) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let id = contact.id.to_string();
    diesel::delete(t::contact_token.filter(t::tenant_id.eq(tenant).and(t::contact_id.eq(&id))))
        .execute(conn)?;
    index_contact(scoped, contact)
}

/// Makes a new contact found by what it is called.
///
/// # Errors
/// The database's.
pub fn index_contact(scoped: &mut Scoped, contact: &Contact) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let id = contact.id.to_string();
    for (kind, token) in called(contact) {
        let values = (t::tenant_id.eq(tenant), t::kind.eq(kind), t::token.eq(token), t::contact_id.eq(&id));
        let insert = diesel::insert_into(t::contact_token).values(values);
        on_engine!(conn, conn => insert.execute(conn))?;
    }
    Ok(())
}

/// Everything a contact is found by, each once.
fn called(contact: &Contact) -> BTreeSet<(&'static str, String)> {
    let names = [&contact.name, &contact.username].into_iter().flatten();
    let mut called: BTreeSet<_> = names.flat_map(|name| tokens(name)).map(|token| (NAME, token)).collect();
    if let Some(phone) = &contact.phone {
        let digits: String = phone.chars().filter(char::is_ascii_digit).take(TOKEN_CHARS).collect();
        if digits.len() >= PHONE_DIGITS {
            called.insert((PHONE_END, digits.chars().rev().collect()));
            called.insert((PHONE, digits));
        }
    }
    called
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_kept_once() {
        let found: Vec<_> = tokens("Blue LAMP, blue-lamp! Größe 42").into_iter().collect();
        assert_eq!(found, ["42", "blue", "größe", "lamp"]);
    }

    #[test]
    fn a_number_written_in_groups_is_one_word() {
        let of = |text| Wanted::of(text, PhoneSight::Whole).unwrap();
        assert_eq!(of("+49 (30) 555-0101"), of("49305550101"));
        assert_eq!(of("0049 30 5550101").words[0].phone, of("49305550101").words[0].phone);
        assert_eq!(of("030 5550101").words[0].end[0], "101055503");
        assert_eq!(of("lamp 030 5550101").words.len(), 3);
        assert_eq!(Wanted::of(" -!", PhoneSight::Whole), None);
    }

    #[test]
    fn whoever_may_not_see_numbers_does_not_search_them() {
        let wanted = Wanted::of("49305550101 +49 30", PhoneSight::Masked).unwrap();
        for word in wanted.words() {
            assert_eq!(word.phone[0], word.phone[1]);
            assert_eq!(word.end[0], word.end[1]);
        }
    }

    #[test]
    fn eight_words_count() {
        let many = "a b c d e f g h i j";
        assert_eq!(Wanted::of(many, PhoneSight::Whole).unwrap().words.len(), WORDS);
    }
}
