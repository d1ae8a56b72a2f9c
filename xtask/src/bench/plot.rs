//! A plot of one table: a line per row, a dot per contender, on a logarithmic scale.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::rows::{OURS, Row};

const WIDTH: f64 = 960.0;
/// Room for the names of rows.
const LEFT: f64 = 330.0;
const RIGHT: f64 = 30.0;
const TOP: f64 = 70.0;
const STEP: f64 = 17.0;
/// Told apart with any eyes, and on light and dark pages.
const COLOURS: [&str; 7] =
    ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#999999", "#e69f00", "#56b4e9"];

/// The plot as SVG; `None` if the rows have no times.
pub(super) fn draw(title: &str, rows: &[Row]) -> Option<String> {
    let rows: Vec<&Row> = rows.iter().filter(|row| !row.seconds.is_empty()).collect();
    let figures = |row: &&Row| {
        let row = *row;
        row.seconds.values().map(|[least, _]| row.figure(*least)).collect::<Vec<_>>()
    };
    let all: Vec<f64> = rows.iter().flat_map(figures).collect();
    let low = all.iter().copied().reduce(f64::min)?.log10().floor();
    let high = all.iter().copied().reduce(f64::max)?.log10().ceil().max(low + 1.0);
    let scale = Scale { low, high };
    let height = TOP + STEP * rows.len() as f64 + 30.0;
    let colours = colours(&rows);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let what = if rows[0].bytes.is_some() { "bytes read and written" } else { "time of a call" };
    text(&mut svg, 10.0, 22.0, "start", &format!("{title}: {what}"));
    legend(&mut svg, &colours);
    scale.grid(&mut svg, height, |figure| rows[0].unit(figure).round(figure));
    for (place, row) in rows.iter().enumerate() {
        let y = TOP + STEP * (place as f64 + 0.5);
        text(&mut svg, LEFT - 8.0, y + 4.0, "end", &row.row);
        // Ours comes last, on top of the others.
        let (ours, others): (Vec<_>, Vec<_>) =
            row.seconds.iter().partition(|(name, _)| *name == OURS);
        for (name, [least, _]) in others.into_iter().chain(ours) {
            let (x, colour) = (scale.x(row.figure(*least)), colours[name.as_str()]);
            dot(&mut svg, x, y, colour);
        }
    }
    Some(svg + "</svg>\n")
}

/// Decades from left to right.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn x(&self, figure: f64) -> f64 {
        LEFT + (figure.log10() - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)
    }

    /// Lines where figures are round, as far apart as their names are long.
    fn grid(&self, svg: &mut String, height: f64, name: impl Fn(f64) -> String) {
        let digits: &[f64] = if self.high - self.low > 3.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        for decade in self.low as i32..=self.high as i32 {
            for digit in digits {
                let figure = digit * 10f64.powi(decade);
                if figure.log10() > self.high + 1e-9 {
                    break;
                }
                let (x, bottom) = (self.x(figure), height - 25.0);
                let _ = writeln!(
                    svg,
                    "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#ddd\"/>"
                );
                text(svg, x, height - 10.0, "middle", &name(figure));
            }
        }
    }
}

fn colours<'r>(rows: &[&'r Row]) -> BTreeMap<&'r str, &'static str> {
    let mut names: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(|row| row.seconds.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.sort_by_key(|name| *name != OURS);
    names.into_iter().zip(COLOURS.into_iter().cycle()).collect()
}

fn legend(svg: &mut String, colours: &BTreeMap<&str, &'static str>) {
    let mut x = 14.0;
    for (name, colour) in colours {
        dot(svg, x, 44.0, colour);
        text(svg, x + 9.0, 48.0, "start", name);
        x += 30.0 + 7.0 * name.len() as f64;
    }
}

fn dot(svg: &mut String, x: f64, y: f64, colour: &str) {
    let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"{colour}\"/>");
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ =
        writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>");
}
