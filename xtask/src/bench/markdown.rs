//! The page of all tables.

use super::Table;
use super::rows::{Mark, OURS, Row, Standing};
use super::unit::Unit;

/// What stands above the tables.
pub(super) fn head(machine: &[(String, String)]) -> String {
    let mut page = String::from(
        "# Performance\n\n\
         Measured by `cargo xtask bench`, which writes this page: all contenders of a row take turns in\n\
         one run, through the library as it is shipped. Times are the least of the turns (median in\n\
         brackets); what counts is the ratio to the peers, which the machine changes least. Rows that\n\
         miss their mark say why.\n\n| | |\n|---|---|\n",
    );
    for (what, value) in machine {
        page += &format!("| {what} | {value} |\n");
    }
    page
}

/// One table, and why it misses marks where it does.
pub(super) fn table(table: &Table, rows: &[Row]) -> String {
    let rows: Vec<&Row> = rows.iter().collect();
    lines(table.title, &rows) + &limits(&rows)
}

/// The rows alone.
pub(super) fn lines(title: &str, rows: &[&Row]) -> String {
    let columns = columns(rows);
    let mut head = vec![title.to_owned()];
    head.extend(columns.iter().cloned());
    if rows.iter().any(|row| !row.marks.is_empty()) {
        head.push("mark".into());
    }
    let mut text = line(&head) + &"|---".repeat(head.len()) + "|\n";
    for row in rows {
        let mut cells = vec![row.row.clone()];
        cells.extend(columns.iter().map(|column| cell(row, column)));
        cells.push(marks(row));
        cells.truncate(head.len());
        text += &line(&cells);
    }
    text
}

/// The contenders and headings that occur, ours first, the others in the order of the rows.
fn columns(rows: &[&Row]) -> Vec<String> {
    let mut columns = vec![];
    if rows.iter().any(|row| row.seconds.contains_key(OURS)) {
        columns.push(OURS.to_owned());
    }
    for row in rows {
        for name in row.seconds.keys().chain(row.facts.iter().map(|(heading, _)| heading)) {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
    }
    columns
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn cell(row: &Row, column: &str) -> String {
    let fact = row.facts.iter().find(|(heading, _)| heading == column);
    match (row.seconds.get(column), fact) {
        (Some(&[least, median]), _) => row.unit(least).both(row.figure(least), row.figure(median)),
        (None, Some((_, value))) => value.clone(),
        (None, None) => "–".into(),
    }
}

fn marks(row: &Row) -> String {
    let one = |mark| {
        let Standing { ratio, is_reached } = row.standing(mark)?;
        let emphasis = if is_reached { "" } else { "**" };
        Some(format!("{emphasis}{ratio:.2}{emphasis} ({})", wanted(row, mark)))
    };
    row.marks.iter().filter_map(one).collect::<Vec<_>>().join("; ")
}

fn wanted(row: &Row, mark: &Mark) -> String {
    let sign = if row.bytes.is_some() { "≥" } else { "≤" };
    match mark {
        Mark::Beside { factor, peers } => format!("{sign} {factor} of {}", peers.join(", ")),
        Mark::Within { within } => format!("{sign} {}", Unit::of_time(*within).round(*within)),
    }
}

/// What holds back the rows that miss a mark: those with the same limit together.
fn limits(rows: &[&Row]) -> String {
    let is_missed = |row: &Row| {
        row.marks.iter().any(|mark| row.standing(mark).is_some_and(|stands| !stands.is_reached))
    };
    let mut limits: Vec<(&str, Vec<&str>)> = vec![];
    for row in rows.iter().filter(|row| is_missed(row)) {
        let Some(limit) = &row.limit else { continue };
        match limits.iter_mut().find(|(known, _)| known == limit) {
            Some((_, names)) => names.push(&row.row),
            None => limits.push((limit, vec![&row.row])),
        }
    }
    if limits.is_empty() {
        return String::new();
    }
    let note = |(limit, names): &(&str, Vec<&str>)| format!("- {}: {limit}\n", names.join("; "));
    format!("\nMissed marks:\n\n{}", limits.iter().map(note).collect::<String>())
}
