//! What a run was measured on, and with which peers.

use std::fs;

use crate::Result;
use crate::run::quietly;
use crate::tools::Python;

/// Processor, cores, system, and the versions of everybody measured.
pub(super) fn describe(python: &Python) -> Result<Vec<(String, String)>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let versions = "import platform, sys; from importlib import metadata as m
names = ['tarray'] + [line.split('==')[0].split('[')[0] for line in open(sys.argv[1]) if '==' in line]
print('Python', platform.python_version(), *(f', {name} {m.version(name)}' for name in names), sep=' ')";
    let requirements = crate::root().join("tests/requirements-bench.txt");
    let versions = quietly(python.command().args(["-c", versions]).arg(requirements))?;
    Ok(vec![
        ("processor".into(), format!("{}, {cores} cores", field("/proc/cpuinfo", "model name"))),
        ("kernel".into(), first_line("/proc/sys/kernel/osrelease")),
        ("huge pages".into(), first_line("/sys/kernel/mm/transparent_hugepage/enabled")),
        ("versions".into(), versions.trim().replace(" ,", ",")),
    ])
}

fn first_line(file: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}

/// The value behind `name :` in a file of such lines.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
    line.map_or("unknown".into(), |(_, value)| value.trim().to_owned())
}
