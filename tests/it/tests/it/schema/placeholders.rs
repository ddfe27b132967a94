//! On SQLite `$2` is a name, numbered by its first appearance; on PostgreSQL it is the second. They
//! agree only while placeholders first appear in ascending order.

use std::path::{Path, PathBuf};

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            into.push(path);
        }
    }
}

/// The text of the first string literal in some code.
fn literal(code: &str) -> Option<&str> {
    let (_, rest) = code.split_once('"')?;
    let mut escaped = false;
    let end = rest.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some(&rest[..end])
}

fn placeholders(sql: &str) -> Vec<usize> {
    let numbers = sql.split('$').skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    numbers.collect()
}

fn in_order(numbers: &[usize]) -> bool {
    let mut highest = 0;
    numbers.iter().all(|n| {
        let fine = *n <= highest + 1;
        highest = highest.max(*n);
        fine
    })
}

#[test]
fn placeholders_first_appear_in_ascending_order() {
    assert!(in_order(&placeholders("a = $1 AND b = $2 OR c = $1 AND d = $3")));
    assert!(!in_order(&placeholders("a = $2 AND b = $1")));
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../server/src"), &mut files);
    let mut seen = 0;
    for file in files {
        let code = std::fs::read_to_string(&file).unwrap();
        for at in code.match_indices("sql_query(").map(|(at, found)| at + found.len()) {
            let Some(sql) = literal(&code[at..]) else { continue };
            seen += 1;
            assert!(in_order(&placeholders(sql)), "{}: {sql}", file.display());
        }
    }
    assert!(seen > 5, "the scan finds the statements");
}
