//! Looking for words in what a customer wrote: whole ones, in any case. Pure.

/// The words of a text, in small letters.
fn words(text: &str) -> Vec<String> {
    let all = text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    all.map(str::to_lowercase).collect()
}

/// Whether a text contains a phrase, word by word and in this order. A phrase without a word is nowhere.
pub(super) fn says(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (words(text), words(phrase));
    !phrase.is_empty() && text.windows(phrase.len()).any(|some| some == phrase)
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn whole_words_are_found_in_any_case() {
        for (text, phrase, found) in [
            ("What is my POSITION?", "position", true),
            ("My positions", "position", false),
            ("Wie  lange, bitte?", "wie lange", true),
            ("Wie sehr lange", "wie lange", false),
            ("ÄRGER", "ärger", true),
            ("a", "a b", false),
            ("", "a", false),
            ("anything", "?", false),
        ] {
            assert_eq!(says(text, phrase), found, "{phrase:?} in {text:?}");
        }
    }
}
