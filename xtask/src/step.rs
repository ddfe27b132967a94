//! One thing after the other: what is done, why it may take long, how long it took.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Runs a program with its output untouched.
pub(crate) fn run(title: &str, command: &mut Command) -> Result<Duration> {
    timed(title, || {
        let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
        if !status.success() {
            bail!("{title}: `{}` ended with {status}", shown(command));
        }
        Ok(())
    })
}

/// Announces, does, and says how long it took.
pub(crate) fn timed(title: &str, action: impl FnOnce() -> Result<()>) -> Result<Duration> {
    eprintln!("==> {title}");
    let start = Instant::now();
    action()?;
    let took = start.elapsed();
    eprintln!("    done in {}", seconds(took));
    Ok(took)
}

/// What a program prints, where it succeeds.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Such as `4.2 s` or `3 min 07 s`.
pub(crate) fn seconds(took: Duration) -> String {
    let whole = took.as_secs();
    if whole < 60 {
        return format!("{:.1} s", took.as_secs_f64());
    }
    format!("{} min {:02} s", whole / 60, whole % 60)
}

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(4_240)), "4.2 s");
        assert_eq!(seconds(Duration::from_secs(187)), "3 min 07 s");
    }

    #[test]
    fn a_failing_program_is_named_with_its_arguments() {
        let error = run("trying", Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().contains("`sh -c exit 3`"), "{error}");
    }
}
