//! Secrets from standard input, so that they stand neither in the process list nor in a history.

use std::io::BufRead;

use anyhow::Context;

/// The next lines of standard input, without their ends.
pub(super) fn lines<const N: usize>(what: &str) -> anyhow::Result<[String; N]> {
    read(&mut std::io::stdin().lock(), what)
}

fn read<const N: usize>(input: &mut impl BufRead, what: &str) -> anyhow::Result<[String; N]> {
    let mut lines = Vec::with_capacity(N);
    for _ in 0..N {
        let mut line = String::new();
        let read = input.read_line(&mut line).context("standard input")?;
        anyhow::ensure!(read > 0, "standard input ended before {what} was complete");
        lines.push(line.trim_end_matches(['\n', '\r']).to_owned());
    }
    lines.try_into().map_err(|_| anyhow::anyhow!("standard input"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_ends_and_nothing_else() {
        let [first, second] = read(&mut b" with space \r\nb\n".as_slice(), "it").unwrap();
        assert_eq!((first.as_str(), second.as_str()), (" with space ", "b"));
        assert!(read::<2>(&mut b"only one".as_slice(), "it").is_err());
    }
}
