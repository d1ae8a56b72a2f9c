//! Running other programs: what they were, what they said, whether they failed.

use std::process::Command;

use crate::Result;

/// Runs a program and lets its output through.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|e| format!("{}: {e}", line(command)))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{}: {status}", line(command)).into()),
    }
}

/// Runs a program, returns what it wrote to its standard output, and shows all that it wrote
/// only if it failed.
pub(crate) fn quietly(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| format!("{}: {e}", line(command)))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(said),
        false => {
            let complaint = String::from_utf8_lossy(&output.stderr);
            Err(format!("{}: {}\n{said}{complaint}", line(command), output.status).into())
        }
    }
}

/// Runs a program that must fail; returns all that it wrote.
pub(crate) fn failing(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| format!("{}: {e}", line(command)))?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    match output.status.success() {
        true => Err(format!("{}: succeeded, but had to fail\n{said}", line(command)).into()),
        false => Ok(said),
    }
}

/// Runs what depends on a network once more if it fails.
pub(crate) fn twice(mut attempt: impl FnMut() -> Result<()>) -> Result<()> {
    attempt().or_else(|first| {
        eprintln!("{first}\nonce more");
        attempt()
    })
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
