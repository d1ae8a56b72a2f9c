//! The README's part about figures: the headlines of each table, between two marks.

use std::fs;
use std::path::Path;

use super::markdown;
use super::rows::{Results, Row};
use super::{Headlines, measured};
use crate::Result;

const BEGIN: &str = "<!-- figures: written by cargo xtask bench -->\n";
const END: &str = "<!-- end of figures -->\n";

/// The README with the headlines of today's figures in their place.
pub(super) fn with_headlines(root: &Path, results: &Results) -> Result<String> {
    let text = fs::read_to_string(root.join("README.md"))?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = parts.ok_or("README.md: no place for figures")?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", headlines(results)?))
}

fn headlines(results: &Results) -> Result<String> {
    let mut text = String::new();
    for (table, rows) in measured(results) {
        let chosen: Vec<&Row> = match table.headlines {
            Headlines::All => rows.iter().collect(),
            Headlines::These(names) => {
                names.iter().map(|name| find(rows, name)).collect::<Result<_>>()?
            }
            Headlines::None => continue,
        };
        text += &format!("\n{}", markdown::lines(table.title, &chosen));
    }
    Ok(text + "\n")
}

fn find<'r>(rows: &'r [Row], name: &str) -> Result<&'r Row> {
    let row = rows.iter().find(|row| row.row == name);
    row.ok_or_else(|| format!("{name}: a headline of a row that was not measured").into())
}
