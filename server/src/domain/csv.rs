//! Files of contacts: cells between commas, semicolons or tabs, as spreadsheets write them (RFC 4180).
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, also one that a customer chose as
//! their name. Such cells get an apostrophe in front, which spreadsheets do not show, and lose it again when read.

/// One line that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Line {
    /// Its place in the file; the first is 1.
    pub(in crate::domain) number: u32,
    /// Its cells, without blanks around them.
    pub(in crate::domain) cells: Vec<String>,
    /// Whether a quote in it does not end.
    pub(in crate::domain) broken: bool,
}

/// Takes a file apart. What stands between cells is told by the first line.
pub(in crate::domain) fn parse(text: &str) -> Vec<Line> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = separator(text);
    let mut lines = Vec::new();
    let (mut cells, mut cell, mut begun, mut number) = (Vec::new(), String::new(), 1_u32, 1_u32);
    let (mut quoted, mut after_quote) = (false, false);
    let mut chars = text.chars().peekable();
    let mut finish = |cells: &mut Vec<String>, cell: &mut String, number, broken| {
        cells.push(unguarded(std::mem::take(cell).trim()).to_owned());
        let cells = std::mem::take(cells);
        if broken || cells.iter().any(|cell| !cell.is_empty()) {
            lines.push(Line { number, cells, broken });
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => (quoted, after_quote) = (false, true),
            '"' if cell.trim().is_empty() && !after_quote => {
                cell.clear();
                quoted = true;
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                finish(&mut cells, &mut cell, begun, false);
                number += 1;
                (begun, after_quote) = (number, false);
            }
            c if c == separator && !quoted => {
                cells.push(unguarded(std::mem::take(&mut cell).trim()).to_owned());
                after_quote = false;
            }
            c => {
                number += u32::from(c == '\n');
                cell.push(c);
            }
        }
    }
    finish(&mut cells, &mut cell, begun, quoted);
    lines
}

/// What stands between the cells of the first line; a comma where nothing does.
fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let count = |wanted: char| first.chars().filter(|c| *c == wanted).count();
    [';', '\t'].into_iter().fold(',', |best, one| if count(one) > count(best) { one } else { best })
}

/// A line of cells, with its end.
pub(in crate::domain) fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(written).collect();
    format!("{}\r\n", cells.join(","))
}

fn written(cell: &str) -> String {
    let guarded = if needs_guard(cell) { format!("'{cell}") } else { cell.to_owned() };
    let plain = !guarded.contains(['"', ',', ';', '\t', '\n', '\r']) && guarded.trim() == guarded;
    if plain { guarded } else { format!("\"{}\"", guarded.replace('"', "\"\"")) }
}

/// What programs take for the beginning of a formula, also in the wide letters of Japanese; and the apostrophe, so
/// that exactly what was written is read.
fn needs_guard(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\'', '＝', '＋', '－', '＠'])
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| needs_guard(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        parse(text).into_iter().map(|line| line.cells).collect()
    }

    #[test]
    fn lines_are_taken_apart_as_spreadsheets_write_them() {
        assert_eq!(
            cells("a,b\r\n1, 2 \n\n\"x, \"\"y\"\"\",z"),
            [vec!["a", "b"], vec!["1", "2"], vec!["x, \"y\"", "z"],]
        );
        assert_eq!(cells("\u{feff}a;b\n1,5;2"), [vec!["a", "b"], vec!["1,5", "2"]]);
        assert_eq!(cells("a\tb\n1\t"), [vec!["a", "b"], vec!["1", ""]]);
        assert_eq!(cells(""), Vec::<Vec<String>>::new());
        let lines = parse("a\n\"two\nlines\"\nb\n\"open");
        let told: Vec<_> = lines.iter().map(|line| (line.number, line.broken)).collect();
        assert_eq!(told, [(1, false), (2, false), (4, false), (5, true)]);
    }

    #[test]
    fn no_cell_begins_a_formula() {
        for wild in ["=1+1", "+49", "-1", "@SUM(A1)", "＝1", "\tx", "'=1"] {
            let text = line([wild].into_iter());
            let shown = text.trim_start_matches('"');
            assert!(shown.starts_with('\''), "{text}");
        }
        assert_eq!(line(["Ann", "O'Neil", "4915"].into_iter()), "Ann,O'Neil,4915\r\n");
        assert_eq!(cells("'=1+1,'tis"), [vec!["=1+1", "'tis"]]);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(rows in prop::collection::vec(
            prop::collection::vec("[-=+@'\";, a\\n\u{e4}\u{ff1d}]{0,8}", 3), 1..6)) {
            let wanted: Vec<Vec<String>> = rows
                .iter()
                .map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>())
                .filter(|row| row.iter().any(|cell| !cell.is_empty()))
                .collect();
            let head = "a,b,c\r\n";
            let text: String =
                rows.iter().map(|row| line(row.iter().map(|cell| cell.trim()))).collect();
            let read = cells(&format!("{head}{text}"));
            prop_assert_eq!(&read[1..], &wanted[..]);
        }
    }
}
