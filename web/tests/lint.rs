//! House rules of the console that no compiler knows: what the page's CSP forbids, colours outside
//! the tokens, and words outside the language files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "no {extension} files in {folder}");
    found
}

fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.contains("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn nothing_the_content_security_policy_refuses_is_written() {
    for (path, text) in files("src", "rs") {
        for (number, line) in code(&text) {
            for word in ["style=", "inner_html", "set_inner_html", "javascript:", "eval("] {
                assert!(!line.contains(word), "{}:{}: `{word}`", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn colours_are_tokens() {
    for (path, text) in files("../assets/styles", "css") {
        if path.file_name().is_some_and(|name| name == "tokens.css") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let value = line.split_once(": ").map_or("", |(_, value)| value);
            let hex = value.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()));
            let literal = ["rgb(", "rgba(", "hsl(", "oklch(", "lab("].iter().any(|f| value.contains(f));
            assert!(!hex && !literal, "{}:{}: a colour outside the tokens", path.display(), number + 1);
        }
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    for (path, text) in files("../assets/styles", "css") {
        assert!(!text.contains("@import") && !text.contains("url("), "{}", path.display());
    }
}

/// Text nodes are keys: a line inside a view that is only words is a bare string.
#[test]
fn every_word_on_screen_is_a_key() {
    for (path, text) in files("src", "rs") {
        for (number, line) in code(&text) {
            let between_tags =
                line.split('>').skip(1).filter_map(|rest| rest.split_once("</")).map(|(t, _)| t);
            for text in between_tags {
                let bare = !text.contains(['{', '(', '=', '<']) && text.chars().any(char::is_alphabetic);
                assert!(!bare, "{}:{}: `{text}`", path.display(), number + 1);
            }
            for attribute in ["title=\"", "placeholder=\"", "aria-label=\"", "alt=\""] {
                assert!(!line.contains(attribute), "{}:{}: `{attribute}`", path.display(), number + 1);
            }
        }
    }
}
