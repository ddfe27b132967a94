//! Placeholders in a template's texts: `{{1}}` or `{{first_name}}`.

/// A stretch of a text.
enum Piece<'a> {
    /// Stands there as it is.
    Plain(&'a str),
    /// A placeholder: the whole of it, and its name.
    Hole(&'a str, &'a str),
}

/// A text with its placeholders replaced; those without a value stay. Values are never searched for
/// placeholders themselves.
pub fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        filled.push_str(match piece {
            Piece::Plain(plain) => plain,
            Piece::Hole(whole, name) => value(name).unwrap_or(whole),
        });
    }
    filled
}

/// The names of a text's placeholders, each once: numbers in their order, before names in the order in
/// which they stand there.
pub fn names_in(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Hole(_, name) = piece
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names.sort_by_key(|name| name.parse::<u32>().unwrap_or(u32::MAX));
    names
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = first(rest);
        rest = after;
        Some(piece)
    })
}

/// The first stretch of a text that is not empty, and what follows it.
fn first(text: &str) -> (Piece<'_>, &str) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("{{")).map(|at| from + at) {
        let (plain, behind) = text.split_at(at);
        match hole(behind) {
            Some((whole, name, after)) if plain.is_empty() => return (Piece::Hole(whole, name), after),
            Some(_) => return (Piece::Plain(plain), behind),
            // In `{{{1}}` the placeholder begins with the second brace.
            None => from = at + 1,
        }
    }
    (Piece::Plain(text), "")
}

/// A placeholder at the very beginning: the whole of it, its name, and what follows.
fn hole(text: &str) -> Option<(&str, &str, &str)> {
    let end = text.find("}}")? + 2;
    let (whole, after) = text.split_at(end);
    let name = whole.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some((whole, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'v>(values: &'v [(&str, &'v str)]) -> impl Fn(&str) -> Option<&'v str> {
        move |name| values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    #[test]
    fn numbers_and_names_are_filled() {
        let values = [("1", "Ada"), ("2", "A-7"), ("first_name", "Bob")];
        assert_eq!(fill("Hi {{1}}, {{2}}, {{ 1 }}!", with(&values)), "Hi Ada, A-7, Ada!");
        assert_eq!(fill("Hi {{first_name}}", with(&values)), "Hi Bob");
        assert_eq!(fill("Hi {{3}}", with(&values)), "Hi {{3}}");
        assert_eq!(fill("", with(&values)), "");
    }

    #[test]
    fn a_value_is_never_filled_itself() {
        assert_eq!(fill("{{1}}{{2}}", with(&[("1", "{{2}}"), ("2", "{{1}}")])), "{{2}}{{1}}");
        assert_eq!(fill("{{1}}2}}", with(&[("1", "{{"), ("2", "x")])), "{{2}}");
    }

    #[test]
    fn what_only_looks_like_a_placeholder_stays() {
        for text in ["{{}}", "{{ }}", "{{a b}}", "{1}", "{{1}", "{{ä}}", "}}{{", "{{"] {
            assert_eq!(fill(text, |_| Some("x")), text);
            assert!(names_in(text).is_empty(), "{text}");
        }
        assert_eq!(fill("{{{1}}}", |_| Some("x")), "{x}");
        assert_eq!(fill("{{ {{1}} ü", |_| Some("x")), "{{ x ü");
    }

    #[test]
    fn every_placeholder_counts_once_and_numbers_count_in_order() {
        assert_eq!(names_in("{{2}} {{10}} {{1}} {{2}}"), ["1", "2", "10"]);
        assert_eq!(names_in("{{day}}, {{a}} and {{day}}"), ["day", "a"]);
    }
}
