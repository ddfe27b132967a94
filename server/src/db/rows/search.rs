//! The search index: words of messages and names, on both engines the same.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods, RunQueryDsl};
use shared::ids::{ContactId, ConversationId, MessageId};

use crate::db::{Fault, Scoped, schema::search_token::dsl as s};

/// Words kept per message; more would let one pasted page fill the index.
const TOKENS: usize = 64;
/// Characters kept per word.
const TOKEN_CHARS: usize = 32;

/// The words of a text as the index keeps them: lower case, letters and digits only, each once.
pub fn tokens(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().flat_map(char::to_lowercase).take(TOKEN_CHARS).collect())
        .take(TOKENS)
        .collect()
}

/// Adds a message's words.
///
/// # Errors
/// The database's.
pub fn index(
    scoped: &mut Scoped,
    message: MessageId,
    conversation: ConversationId,
    contact: ContactId,
    text: &str,
) -> Result<(), Fault> {
    let (conn, tenant) = scoped.parts();
    let (message, conversation, contact) =
        (message.to_string(), conversation.to_string(), contact.to_string());
    for token in tokens(text) {
        diesel::insert_into(s::search_token)
            .values((
                s::tenant_id.eq(tenant),
                s::token.eq(token),
                s::message_id.eq(&message),
                s::conversation_id.eq(&conversation),
                s::contact_id.eq(&contact),
            ))
            .execute(conn)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_kept_once() {
        let found: Vec<_> = tokens("Blue LAMP, blue-lamp! Größe 42").into_iter().collect();
        assert_eq!(found, ["42", "blue", "größe", "lamp"]);
    }
}
