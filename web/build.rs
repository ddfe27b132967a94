//! Turns `assets/i18n/*.json` into one constant per key, which holds its texts in all languages.
//!
//! A key that a component uses and no file has is a compile error; so is a key or a placeholder that
//! the languages do not share. A program of the console contains the texts it uses and no others.

use std::{collections::BTreeMap, env, error::Error, fmt::Write, fs, path::Path};

/// The languages, English first: it decides which keys exist.
const LOCALES: [&str; 2] = ["en", "de"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../assets/i18n");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut texts = Vec::new();
    for locale in LOCALES {
        let file = folder.join(format!("{locale}.json"));
        let table: BTreeMap<String, String> = serde_json::from_str(&fs::read_to_string(&file)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        texts.push((locale, table));
    }
    let Some((_, english)) = texts.first() else { return Err("no language".into()) };
    for (locale, table) in &texts {
        check(locale, english, table)?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("keys.rs"), render(english, &texts)?)?;
    Ok(())
}

fn check(
    locale: &str,
    english: &BTreeMap<String, String>,
    table: &BTreeMap<String, String>,
) -> Result<(), String> {
    for key in english.keys() {
        if !table.contains_key(key) {
            return Err(format!("{locale}.json lacks `{key}`"));
        }
    }
    for (key, text) in table {
        let Some(original) = english.get(key) else { return Err(format!("en.json lacks `{key}`")) };
        if placeholders(original) != placeholders(text) {
            return Err(format!("{locale}.json: `{key}` has other placeholders than English"));
        }
    }
    Ok(())
}

fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn render(
    english: &BTreeMap<String, String>,
    texts: &[(&str, BTreeMap<String, String>)],
) -> Result<String, std::fmt::Error> {
    let mut code = String::from(
        "#[allow(non_upper_case_globals, reason = \"they are named like the variants of an enum\")]\nimpl Key {\n",
    );
    for (key, text) in english {
        let all: Vec<_> = texts.iter().filter_map(|(_, table)| table.get(key)).collect();
        writeln!(code, "    /// {text}\n    pub(crate) const {}: Self = Self(&{all:?});", variant(key))?;
    }
    code.push_str("}\n");
    Ok(code)
}

/// `composer_send` becomes `ComposerSend`.
fn variant(key: &str) -> String {
    key.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|c| c.to_uppercase().collect::<String>() + letters.as_str())
                .unwrap_or_default()
        })
        .collect()
}
