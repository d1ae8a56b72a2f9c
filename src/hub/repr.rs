//! Printing, as PyTorch prints: `tensor([1.0000, 2.5000])`.
//!
//! The rules are those of section 9 of the PyTorch page; `tarray` stands where it has `torch`.

use std::fmt::{self, Write};
use std::slice;

use crate::convert::memory;
use crate::devices;
use crate::history;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Readable, Result};
use crate::model::layout::{List, MAX_NDIM};
use crate::model::promote::complex;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;
use crate::model::view::View;

/// How to print.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "ta_repr_options")]
pub struct Style {
    /// More elements than this are summarised.
    pub threshold: i64,
    /// Digits after the point.
    pub precision: usize,
    /// Elements shown at either end of a summarised axis.
    pub edgeitems: usize,
    /// Characters per line.
    pub linewidth: usize,
    /// Scientific notation; `None`: where the values ask for it.
    pub sci_mode: Option<bool>,
    /// The dtype that is not printed.
    pub default_dtype: DType,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            threshold: 1000,
            precision: 4,
            edgeitems: 3,
            linewidth: 80,
            sci_mode: None,
            default_dtype: DType::F32,
        }
    }
}

const PREFIX: &str = "tensor(";

/// The text. Values that cannot be read here print as `...`.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
#[doc(alias = "ta_repr")]
pub fn repr(tensor: &Tensor, style: &Style) -> Result<String> {
    let view = tensor.view();
    let readable = memory::check_has_values(view.dtype()).is_ok()
        && (view.device().is_host_readable() || devices::serving(&view).is_ok());
    let summarised = tensor.numel() > style.threshold && !tensor.shape().is_empty();
    let mut text = Text(String::new());
    let (listed, written) = match tensor.numel() {
        0 => (tensor.shape().len() == 1, text.write_fmt(format_args!("{PREFIX}[]"))),
        _ if !readable => (false, text.write_fmt(format_args!("{PREFIX}..."))),
        _ if summarised && style.edgeitems == 0 => {
            (false, text.write_fmt(format_args!("{PREFIX}[...]")))
        }
        _ => {
            let mut show =
                |view: &View<'_>| Ok(Shown::of(view, summarised, style)?.write(style, &mut text));
            (true, devices::read(&view, &mut show)?)
        }
    };
    // An empty tensor and one whose values are not seen leave no doubt but over the default dtype.
    let telling = readable && tensor.numel() != 0;
    written
        .and_then(|()| write_suffixes(tensor, style, listed, telling, &mut text))
        .map_err(|_| Error::out_of_memory("text", text.0.len()))?;
    Ok(text.0)
}

/// A string that says so when it cannot grow.
struct Text(String);

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.try_reserve(text.len()).map_err(|_| fmt::Error)?;
        self.0.push_str(text);
        Ok(())
    }
}

/// Writes what follows the values, each part where it says something, and on a line of its own
/// where it would pass the margin.
fn write_suffixes(
    tensor: &Tensor,
    style: &Style,
    listed: bool,
    telling: bool,
    text: &mut Text,
) -> fmt::Result {
    let mut suffixes = Suffixes::behind(text, style);
    if tensor.device() != Device::CPU {
        suffixes.write(format_args!("device='{}'", tensor.device()))?;
    }
    if !listed {
        suffixes.write(format_args!("size={}", List(tensor.shape())))?;
    }
    if !is_implied(tensor.dtype(), telling, style.default_dtype) {
        suffixes.write(format_args!("dtype=tarray.{}", tensor.dtype()))?;
    }
    if let Some(node) = history::grad_fn(tensor) {
        suffixes.write(format_args!("grad_fn=<{}>", Readable(node.name().to_bytes())))?;
    } else if tensor.requires_grad() {
        suffixes.write(format_args!("requires_grad=True"))?;
    }
    text.write_str(")")
}

/// Where the next suffix goes.
struct Suffixes<'t> {
    text: &'t mut Text,
    /// Characters in the last line.
    line: usize,
    linewidth: usize,
}

impl<'t> Suffixes<'t> {
    fn behind(text: &'t mut Text, style: &Style) -> Suffixes<'t> {
        let length = text.0.len();
        let line = text.0.rfind('\n').map_or(length + 2, |newline| length - newline + 1);
        Suffixes { text, line, linewidth: style.linewidth }
    }

    fn write(&mut self, suffix: fmt::Arguments<'_>) -> fmt::Result {
        let length = length(suffix);
        if self.line + length + 2 > self.linewidth {
            write!(self.text, ",\n{:1$}", "", PREFIX.len())?;
            self.line = PREFIX.len() + length;
        } else {
            self.text.write_str(", ")?;
            self.line += length + 2;
        }
        self.text.write_fmt(suffix)
    }
}

/// Whether a reader knows the dtype without being told; `telling` values tell a few more.
fn is_implied(dtype: DType, telling: bool, default: DType) -> bool {
    let partner = complex(default).filter(|&partner| partner == DType::C128).unwrap_or(DType::C64);
    dtype == default || telling && [DType::I64, DType::BOOL, partner].contains(&dtype)
}

/// The elements that are shown, and which they are: all, or `edge` at either end of each axis.
struct Shown<'v> {
    shape: &'v [i64],
    edge: Option<i64>,
    values: Vec<Scalar>,
}

impl<'v> Shown<'v> {
    /// Reads them.
    fn of(view: &View<'v>, summarised: bool, style: &Style) -> Result<Shown<'v>> {
        let edge = summarised.then_some(style.edgeitems as i64);
        let mut shown = Shown { shape: view.shape(), edge, values: Vec::new() };
        let count: usize = (0..shown.shape.len()).map(|axis| shown.count(axis) as usize).product();
        let size = count.saturating_mul(size_of::<Scalar>());
        shown.values.try_reserve(count).map_err(|_| Error::out_of_memory("text", size))?;
        shown.read(view, &mut [0; MAX_NDIM], 0)?;
        Ok(shown)
    }

    /// How many positions of an axis are shown.
    fn count(&self, axis: usize) -> i64 {
        if self.gap(axis).is_some() { 2 * self.edge.unwrap_or(0) } else { self.shape[axis] }
    }

    /// After how many positions of an axis some are left out.
    fn gap(&self, axis: usize) -> Option<i64> {
        self.edge.filter(|edge| self.shape[axis] > 2 * edge)
    }

    fn read(&mut self, view: &View<'_>, index: &mut [i64; MAX_NDIM], axis: usize) -> Result<()> {
        if axis == self.shape.len() {
            if let Some(element) = view.element(&index[..axis]) {
                self.values.push(memory::value(&element)?);
            }
            return Ok(());
        }
        let count = self.count(axis);
        for shown in 0..count {
            let skipped = if self.gap(axis).is_some_and(|gap| shown >= gap) { count } else { 0 };
            // Behind the gap, positions count from the end.
            index[axis] = if skipped == 0 { shown } else { self.shape[axis] - skipped + shown };
            self.read(view, index, axis + 1)?;
        }
        Ok(())
    }

    /// Writes them, nested in brackets.
    fn write(&self, style: &Style, text: &mut Text) -> fmt::Result {
        text.write_str(PREFIX)?;
        let format = Format::of(&self.values, style);
        let mut values = self.values.iter();
        match self.shape.len() {
            0 => values.try_for_each(|&value| format.write(value, text)),
            _ => self.write_axis(0, &format, style, &mut values, text),
        }
    }

    /// One axis and all behind it, taking their values as it goes.
    fn write_axis(
        &self,
        axis: usize,
        format: &Format,
        style: &Style,
        values: &mut slice::Iter<'_, Scalar>,
        text: &mut Text,
    ) -> fmt::Result {
        let behind = self.shape.len() - axis - 1;
        let indent = PREFIX.len() + axis;
        let per_line = (style.linewidth.saturating_sub(indent) / (format.width() + 2)).max(1);
        let gap = self.gap(axis);
        let parts = self.count(axis) + i64::from(gap.is_some());
        text.write_str("[")?;
        for part in 0..parts {
            if part > 0 {
                match behind {
                    0 if !(part as usize).is_multiple_of(per_line) => text.write_str(", ")?,
                    _ => {
                        text.write_str(",")?;
                        (0..behind.max(1)).try_for_each(|_| text.write_str("\n"))?;
                        write!(text, "{:1$}", "", indent + 1)?;
                    }
                }
            }
            match (gap == Some(part), behind) {
                (true, 0) => text.write_str(" ...")?,
                (true, _) => text.write_str("...")?,
                (false, 0) => values.next().map_or(Ok(()), |&value| format.write(value, text))?,
                (false, _) => self.write_axis(axis + 1, format, style, values, text)?,
            }
        }
        text.write_str("]")
    }
}

/// How the elements of one tensor are written, all alike.
enum Format {
    /// Integers and truth values, right-aligned.
    Plain(usize),
    /// Real numbers.
    Real(Real),
    /// Complex numbers: a format for each part.
    Complex(Real, Real),
}

impl Format {
    fn of(values: &[Scalar], style: &Style) -> Format {
        let real = |part: fn(Scalar) -> f64| Real::of(values.iter().map(move |&v| part(v)), style);
        match values.first() {
            Some(Scalar::Float(_)) => Format::Real(real(|value| parts(value).0)),
            Some(Scalar::Complex(..)) => {
                Format::Complex(real(|value| parts(value).0), real(|value| parts(value).1))
            }
            _ => Format::Plain(values.iter().map(|&value| length(Plain(value))).max().unwrap_or(0)),
        }
    }

    /// Characters that an element takes.
    fn width(&self) -> usize {
        match self {
            Format::Plain(width) => *width,
            Format::Real(real) => real.width,
            Format::Complex(re, im) => re.width + im.width + 1,
        }
    }

    fn write(&self, value: Scalar, text: &mut Text) -> fmt::Result {
        let (re, im) = parts(value);
        match self {
            Format::Plain(width) => aligned(Plain(value), *width, text),
            Format::Real(real) => real.write(re, text),
            Format::Complex(first, second) => {
                first.write(re, text)?;
                let im = second.bare(im);
                write!(text, "{}{im}j", if im.has_sign() { "" } else { "+" })
            }
        }
    }
}

/// Integers as they are, truth values as Python writes them.
struct Plain(Scalar);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Scalar::Bool(true) => f.write_str("True"),
            Scalar::Bool(false) => f.write_str("False"),
            other => write!(f, "{other}"),
        }
    }
}

/// Writes something to the right of a column.
fn aligned(what: impl fmt::Display, width: usize, text: &mut Text) -> fmt::Result {
    let padding = width.saturating_sub(length(&what));
    write!(text, "{:padding$}{what}", "")
}

/// How many bytes it takes to print something.
fn length(what: impl fmt::Display) -> usize {
    struct Count(usize);
    impl Write for Count {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting refuses nothing, and what is counted here has no errors of its own.
    let _ = write!(count, "{what}");
    count.0
}

/// Real and imaginary part.
fn parts(value: Scalar) -> (f64, f64) {
    match value {
        Scalar::Bool(v) => (f64::from(u8::from(v)), 0.0),
        Scalar::Int(v) => (v as f64, 0.0),
        Scalar::UInt(v) => (v as f64, 0.0),
        Scalar::Float(v) => (v, 0.0),
        Scalar::Complex(re, im) => (re, im),
    }
}

/// How real numbers are written: chosen by those that are finite and not zero.
struct Real {
    notation: Notation,
    precision: usize,
    width: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Notation {
    /// `3.`
    Integral,
    /// `3.0000`
    Fixed,
    /// `3.0000e+00`
    Scientific,
}

impl Real {
    fn of(values: impl Iterator<Item = f64> + Clone, style: &Style) -> Real {
        let telling = values.filter(|value| value.is_finite() && *value != 0.0);
        let integral = telling.clone().all(|value| value == value.trunc());
        let (low, high) = telling
            .clone()
            .map(f64::abs)
            .fold((f64::INFINITY, 0.0f64), |(low, high), value| (low.min(value), high.max(value)));
        let uneven = high / low > 1000.0 || high > 1e8 || (!integral && low < 1e-4);
        let plain = if integral { Notation::Integral } else { Notation::Fixed };
        let natural = if uneven { Notation::Scientific } else { plain };
        let precision = style.precision;
        // The width comes from the notation that the values ask for, also where another is forced.
        let natural = Real { notation: natural, precision, width: 1 };
        let width = telling.map(|value| length(natural.bare(value))).max().unwrap_or(1);
        let notation = match style.sci_mode {
            Some(true) => Notation::Scientific,
            Some(false) => plain,
            None => natural.notation,
        };
        Real { notation, precision, width }
    }

    /// The number without padding.
    fn bare(&self, value: f64) -> Number {
        Number { value, notation: self.notation, precision: self.precision }
    }

    fn write(&self, value: f64, text: &mut Text) -> fmt::Result {
        aligned(self.bare(value), self.width, text)
    }
}

/// A real number in some notation.
struct Number {
    value: f64,
    notation: Notation,
    precision: usize,
}

impl Number {
    fn has_sign(&self) -> bool {
        self.value.is_sign_negative() && !self.value.is_nan()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Number { value, notation, precision } = *self;
        if !value.is_finite() {
            let sign = if self.has_sign() { "-" } else { "" };
            return if value.is_nan() { f.write_str("nan") } else { write!(f, "{sign}inf") };
        }
        match notation {
            Notation::Integral => write!(f, "{value:.0}."),
            Notation::Fixed => write!(f, "{value:.precision$}"),
            Notation::Scientific => Scientific::write(value, precision, f),
        }
    }
}

/// `1.0010e+03`: C's form, with a sign and at least two digits in the exponent. Rust's form goes
/// through this, which keeps its exponent back.
struct Scientific<'f, 'g> {
    to: &'f mut fmt::Formatter<'g>,
    exponent: Option<Exponent>,
}

#[derive(Clone, Copy, Default)]
struct Exponent {
    negative: bool,
    size: u32,
}

impl Scientific<'_, '_> {
    fn write(value: f64, precision: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut form = Scientific { to: f, exponent: None };
        write!(form, "{value:.precision$e}")?;
        let Exponent { negative, size } = form.exponent.unwrap_or_default();
        write!(f, "e{}{size:02}", if negative { '-' } else { '+' })
    }
}

impl Write for Scientific<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let digits = match (self.exponent, text.split_once('e')) {
            (Some(_), _) => text,
            (None, None) => return self.to.write_str(text),
            (None, Some((mantissa, digits))) => {
                self.to.write_str(mantissa)?;
                digits
            }
        };
        let exponent = self.exponent.get_or_insert_default();
        exponent.negative |= digits.starts_with('-');
        for digit in digits.chars().filter_map(|c| c.to_digit(10)) {
            exponent.size = 10 * exponent.size + digit;
        }
        Ok(())
    }
}
