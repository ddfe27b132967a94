//! The console's addresses. State lives in the address first: what is selected can be linked.

use shared::ids::ConversationId;

/// The sign-in page.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// The inbox with nothing selected.
pub(crate) const INBOX: &str = "/inbox";

/// A conversation in the inbox.
pub(crate) fn conversation(id: ConversationId) -> String {
    format!("{INBOX}/{id}")
}

/// Whether an address that is no screen of its own stands for the inbox.
pub(crate) fn leads_to_the_inbox(path: &str) -> bool {
    matches!(path, "/" | SIGN_IN)
}

/// The conversation an address selects.
pub(crate) fn selected(path: &str) -> Option<ConversationId> {
    path.strip_prefix(INBOX)?.strip_prefix('/')?.trim_end_matches('/').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_root_and_the_sign_in_page_stand_for_the_inbox() {
        assert!(leads_to_the_inbox("/") && leads_to_the_inbox(SIGN_IN));
        assert!(!leads_to_the_inbox("/reports") && !leads_to_the_inbox("/sign-in/x"));
    }

    #[test]
    fn an_address_selects_the_conversation_it_was_made_for() {
        let id = ConversationId::new();
        assert_eq!(selected(&conversation(id)), Some(id));
        assert_eq!(selected("/inbox"), None);
        assert_eq!(selected("/inbox/nonsense"), None);
        assert_eq!(selected("/elsewhere"), None);
    }
}
