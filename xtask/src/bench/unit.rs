//! How figures are written: in the unit that makes them short, with the digits that they are worth.

/// A unit of speed or of time.
#[derive(Clone, Copy)]
pub(super) struct Unit {
    name: &'static str,
    /// In bytes a second, or in seconds.
    size: f64,
}

impl Unit {
    pub(super) const SPEED: Unit = Unit { name: "GB/s", size: 1e9 };

    const TIMES: [Unit; 4] = [
        Unit { name: "s", size: 1.0 },
        Unit { name: "ms", size: 1e-3 },
        Unit { name: "µs", size: 1e-6 },
        Unit { name: "ns", size: 1e-9 },
    ];

    /// The largest unit of which there is one.
    pub(super) fn of_time(seconds: f64) -> Unit {
        let [.., least] = Unit::TIMES;
        Unit::TIMES.into_iter().find(|unit| seconds >= unit.size * (1.0 - 1e-9)).unwrap_or(least)
    }

    pub(super) fn one(self, figure: f64) -> String {
        format!("{} {}", short(figure / self.size), self.name)
    }

    /// A figure that is round in this unit, as on an axis.
    pub(super) fn round(self, figure: f64) -> String {
        format!("{} {}", (figure / self.size * 100.0).round() / 100.0, self.name)
    }

    /// The least of the turns, and the median beside it.
    pub(super) fn both(self, least: f64, median: f64) -> String {
        format!("{} ({})", self.one(least), short(median / self.size))
    }
}

/// Three digits are what a figure is worth.
fn short(figure: f64) -> String {
    match figure {
        0.0..10.0 => format!("{figure:.2}"),
        10.0..100.0 => format!("{figure:.1}"),
        _ => format!("{figure:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_unit_of_which_there_is_one() {
        for (seconds, text) in [
            (2.0, "2.00 s"),
            (0.0145, "14.5 ms"),
            (1e-6, "1.00 µs"),
            (8.73e-8, "87.3 ns"),
            (4e-10, "0.40 ns"),
        ] {
            assert_eq!(Unit::of_time(seconds).one(seconds), text);
        }
        assert_eq!(Unit::of_time(1e-7).round(1e-7), "100 ns");
        assert_eq!(Unit::SPEED.both(24.5e9, 236e9), "24.5 GB/s (236)");
    }
}
