//! Hand-written frames of generated files, and the few facts that are filled into them.

use std::path::Path;

use crate::{Result, version};

/// What a template may name in double braces.
pub(crate) struct Template {
    values: Vec<(&'static str, String)>,
}

impl Template {
    /// Knows `VERSION`, `MAJOR`, `MINOR` and `PATCH`.
    pub(crate) fn new(root: &Path) -> Result<Template> {
        let version = version::of(root)?;
        let [major, minor, patch] = version.split('.').collect::<Vec<_>>()[..] else {
            return Err(format!("{version}: not three numbers").into());
        };
        let template = Template { values: Vec::new() }
            .with("MAJOR", major)
            .with("MINOR", minor)
            .with("PATCH", patch);
        Ok(template.with("VERSION", &version))
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Template {
        self.values.push((name, value.to_owned()));
        self
    }

    pub(crate) fn fill(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{{{name}}}}}"), value)
        })
    }
}
