//! What was measured: rows of contenders, and the marks that ours has to reach.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::unit::Unit;
use crate::Result;

/// The name of our own library among the contenders.
pub(super) const OURS: &str = "tarray";

/// One task, and how long everybody took for it in one run.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// The task.
    pub(super) row: String,
    /// Bytes read and written, if the row is about them: its figures are GB/s then, and marks
    /// are on speed. Without, figures are times, and so are marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<f64>,
    /// Seconds by contender: minimum and median.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) seconds: BTreeMap<String, [f64; 2]>,
    /// What ours has to reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) marks: Vec<Mark>,
    /// Figures of another kind, by heading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) facts: Vec<(String, String)>,
    /// Where a mark is missed: what the limit is, and how it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<String>,
}

/// A speed to reach, or a time to stay within.
#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Mark {
    /// `factor` times the best of some peers.
    Beside { factor: f64, peers: Vec<String> },
    /// So many seconds, whatever the peers take.
    Within { within: f64 },
}

/// How far a row is from one of its marks.
pub(super) struct Standing {
    /// Our speed, or our time, over that of the best peer.
    pub(super) ratio: f64,
    pub(super) is_reached: bool,
}

impl Row {
    pub(super) fn parse_lines(lines: &str) -> Result<Vec<Row>> {
        let rows: Vec<Row> = lines
            .lines()
            .map(|line| serde_json::from_str(line).map_err(|error| format!("{error}: {line}")))
            .collect::<std::result::Result<_, _>>()?;
        if rows.is_empty() {
            return Err("nothing was measured".into());
        }
        for row in &rows {
            row.check()?;
        }
        Ok(rows)
    }

    /// That there is something to compare.
    fn check(&self) -> Result<()> {
        let has = |name: &str| self.seconds.contains_key(name);
        let complete = self.marks.iter().all(|mark| match mark {
            Mark::Beside { peers, .. } => peers.iter().any(|peer| has(peer)),
            Mark::Within { within } => *within > 0.0 && self.bytes.is_none(),
        });
        let positive = self.seconds.values().flatten().all(|seconds| *seconds > 0.0);
        match positive && complete && (has(OURS) || !self.facts.is_empty()) {
            true => Ok(()),
            false => Err(format!("{}: nothing to compare", self.row).into()),
        }
    }

    /// Seconds as this row's figures: bytes a second, or the seconds themselves.
    pub(super) fn figure(&self, seconds: f64) -> f64 {
        self.bytes.map_or(seconds, |bytes| bytes / seconds)
    }

    /// What this row's figures are told in.
    pub(super) fn unit(&self, seconds: f64) -> Unit {
        match self.bytes {
            Some(_) => Unit::SPEED,
            None => Unit::of_time(seconds),
        }
    }

    pub(super) fn standing(&self, mark: &Mark) -> Option<Standing> {
        let ours = self.seconds.get(OURS)?[0];
        let (base, factor) = match mark {
            Mark::Within { within } => (*within, 1.0),
            Mark::Beside { factor, peers } => {
                let times = peers.iter().filter_map(|peer| Some(self.seconds.get(peer)?[0]));
                (times.reduce(f64::min)?, *factor)
            }
        };
        Some(match self.bytes {
            Some(_) => Standing { ratio: base / ours, is_reached: base / ours >= factor },
            None => Standing { ratio: ours / base, is_reached: ours / base <= factor },
        })
    }
}

/// All tables as last measured, and on what.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Results {
    pub(super) machine: Vec<(String, String)>,
    pub(super) tables: BTreeMap<String, Vec<Row>>,
}

impl Results {
    /// What an earlier run kept; nothing if there was none.
    pub(super) fn read(file: &Path) -> Result<Results> {
        match fs::read_to_string(file) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Results::default()),
            Err(error) => Err(format!("{}: {error}", file.display()).into()),
        }
    }

    pub(super) fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: &str) -> Row {
        Row::parse_lines(line).expect("a row").swap_remove(0)
    }

    #[test]
    fn speeds_have_to_reach_their_mark_and_times_to_stay_within() {
        let seconds = r#""seconds":{"tarray":[2.0,2.0],"torch":[4.0,4.0],"numpy":[1.0,9.0]}"#;
        let mark = r#""marks":[{"factor":0.6,"peers":["torch","numpy"]}]"#;
        for (bytes, ratio, is_reached) in [(r#""bytes":8e9,"#, 0.5, false), ("", 2.0, false)] {
            let row = row(&format!(r#"{{"row":"a",{bytes}{seconds},{mark}}}"#));
            let standing = row.standing(&row.marks[0]).expect("two contenders");
            assert_eq!((standing.ratio, standing.is_reached), (ratio, is_reached), "{bytes}");
        }
    }

    #[test]
    fn a_time_may_have_to_stay_within_seconds() {
        let row = row(r#"{"row":"a","seconds":{"tarray":[3e-8,4e-8]},"marks":[{"within":2e-8}]}"#);
        let standing = row.standing(&row.marks[0]).expect("a time");
        assert!((standing.ratio - 1.5).abs() < 1e-9 && !standing.is_reached);
    }

    #[test]
    fn a_mark_without_a_peer_is_an_error() {
        let line = r#"{"row":"a","seconds":{"tarray":[1,1]},"marks":[{"factor":1,"peers":["b"]}]}"#;
        assert!(Row::parse_lines(line).is_err());
        assert!(Row::parse_lines("").is_err());
    }
}
