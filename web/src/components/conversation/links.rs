//! Finds addresses in what people write. Only `http` and `https` become links, and they are built as
//! nodes: what a customer wrote is never markup.

use leptos::prelude::*;

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Words(&'a str),
    Link(&'a str),
}

/// A text with its links.
#[component]
pub(super) fn LinkedText(text: String) -> impl IntoView {
    pieces(&text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.to_owned().into_any(),
            Piece::Link(address) => view! {
                <a href=address.to_owned() target="_blank" rel="noopener noreferrer">{address.to_owned()}</a>
            }
            .into_any(),
        })
        .collect_view()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = start(rest) {
        let (before, from) = rest.split_at(at);
        let end =
            from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(from.len());
        let whole = from.get(..end).unwrap_or(from);
        // A full stop or bracket after an address ends the sentence, not the address.
        let address = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*', '_']);
        if !before.is_empty() {
            found.push(Piece::Words(before));
        }
        let is_bare = address.ends_with("//") || address.len() < "http://x".len();
        found.push(if is_bare { Piece::Words(address) } else { Piece::Link(address) });
        rest = from.get(address.len()..).unwrap_or_default();
    }
    if !rest.is_empty() {
        found.push(Piece::Words(rest));
    }
    found
}

fn start(text: &str) -> Option<usize> {
    [text.find("http://"), text.find("https://")].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_link_and_the_sentence_around_it_is_not() {
        assert_eq!(
            pieces("See https://a.example/x?y=1. Or (http://b.example)!"),
            [
                Piece::Words("See "),
                Piece::Link("https://a.example/x?y=1"),
                Piece::Words(". Or ("),
                Piece::Link("http://b.example"),
                Piece::Words(")!"),
            ]
        );
    }

    #[test]
    fn other_schemes_stay_words() {
        assert_eq!(pieces("javascript:alert(1)"), [Piece::Words("javascript:alert(1)")]);
        assert_eq!(pieces("https://"), [Piece::Words("https://")]);
    }
}
