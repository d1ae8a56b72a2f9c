//! Printing, as PyTorch prints: `tensor([1.0000, 2.5000])`.
//!
//! The rules are those of section 9 of the PyTorch page; `tarray` stands where it has `torch`.

use std::fmt::Write;

use crate::convert::memory;
use crate::hub::promote::complex;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::Result;
use crate::model::layout::List;
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
/// Never for memory of its own; what reading an element refuses.
#[doc(alias = "ta_repr")]
pub fn repr(tensor: &Tensor, style: &Style) -> Result<String> {
    let view = tensor.view();
    let readable = view.device().is_host_readable() && view.dtype().is_convertible();
    let body = match (tensor.numel(), readable) {
        (0, _) => "[]".to_owned(),
        (_, false) => "...".to_owned(),
        _ => body(&view, style)?,
    };
    let sized = !readable || (tensor.numel() == 0 && tensor.shape().len() != 1);
    Ok(with_suffixes(format!("{PREFIX}{body}"), &suffixes(tensor, style, sized), style))
}

/// What follows the values, each part where it says something.
fn suffixes(tensor: &Tensor, style: &Style, sized: bool) -> Vec<String> {
    let mut parts = Vec::new();
    if tensor.device() != Device::CPU {
        parts.push(format!("device='{}'", tensor.device()));
    }
    if sized {
        parts.push(format!("size={}", List(tensor.shape())));
    }
    if !is_implied(tensor.dtype(), tensor.numel() == 0, style.default_dtype) {
        parts.push(format!("dtype=tarray.{}", tensor.dtype()));
    }
    if tensor.requires_grad() {
        parts.push("requires_grad=True".to_owned());
    }
    parts
}

/// Whether a reader knows the dtype from the values alone.
fn is_implied(dtype: DType, empty: bool, default: DType) -> bool {
    let partner = complex(default).filter(|&partner| partner == DType::C128).unwrap_or(DType::C64);
    dtype == default || !empty && [DType::I64, DType::BOOL, partner].contains(&dtype)
}

/// Puts each suffix behind the last, or on a line of its own where it would pass the margin.
fn with_suffixes(mut text: String, suffixes: &[String], style: &Style) -> String {
    let mut line = text.rfind('\n').map_or(text.len() + 2, |newline| text.len() - newline + 1);
    for suffix in suffixes {
        if line + suffix.len() + 2 > style.linewidth {
            text.push_str(",\n");
            text.push_str(&" ".repeat(PREFIX.len()));
            line = PREFIX.len() + suffix.len();
        } else {
            text.push_str(", ");
            line += suffix.len() + 2;
        }
        text.push_str(suffix);
    }
    text.push(')');
    text
}

/// The values, nested in brackets.
fn body(view: &View<'_>, style: &Style) -> Result<String> {
    let summarise = view.numel() > style.threshold;
    let shown = Shown { view, edge: if summarise { Some(style.edgeitems) } else { None } };
    let mut values = Vec::new();
    shown.collect(&mut Vec::new(), &mut values)?;
    let format = Format::of(&values, view.dtype(), style);
    let mut texts = values.iter().map(|&value| format.element(value));
    match view.shape().len() {
        0 => Ok(texts.next().unwrap_or_default()),
        _ => Ok(shown.nested(0, &format, style, &mut texts)),
    }
}

/// Which elements are shown: all, or `edge` at either end of each axis.
struct Shown<'v> {
    view: &'v View<'v>,
    edge: Option<usize>,
}

impl Shown<'_> {
    /// The positions shown on an axis, and after how many of them there is a gap.
    fn positions(&self, axis: usize) -> (Vec<i64>, Option<usize>) {
        let extent = self.view.shape()[axis];
        match self.edge {
            Some(edge) if extent > 2 * edge as i64 => {
                let edge = edge as i64;
                ((0..edge).chain(extent - edge..extent).collect(), Some(edge as usize))
            }
            _ => ((0..extent).collect(), None),
        }
    }

    /// Reads the elements that are shown, in order.
    fn collect(&self, index: &mut Vec<i64>, values: &mut Vec<Scalar>) -> Result<()> {
        if index.len() == self.view.shape().len() {
            if let Some(element) = self.view.element(index) {
                values.push(memory::value(&element)?);
            }
            return Ok(());
        }
        for position in self.positions(index.len()).0 {
            index.push(position);
            self.collect(index, values)?;
            index.pop();
        }
        Ok(())
    }

    /// One axis and all behind it, taking the texts of its elements as it goes.
    fn nested(
        &self,
        axis: usize,
        format: &Format,
        style: &Style,
        texts: &mut dyn Iterator<Item = String>,
    ) -> String {
        let (positions, gap) = self.positions(axis);
        let last = axis + 1 == self.view.shape().len();
        let mut parts: Vec<String> = positions
            .iter()
            .map(|_| match last {
                true => texts.next().unwrap_or_default(),
                false => self.nested(axis + 1, format, style, texts),
            })
            .collect();
        if let Some(gap) = gap {
            parts.insert(gap, if last && gap > 0 { " ..." } else { "..." }.to_owned());
        }
        let indent = PREFIX.len() + axis;
        let margin = " ".repeat(indent + 1);
        if last {
            let room = style.linewidth.saturating_sub(indent);
            let per_line = (room / (format.width() + 2)).max(1);
            let lines: Vec<String> = parts.chunks(per_line).map(|line| line.join(", ")).collect();
            return format!("[{}]", lines.join(&format!(",\n{margin}")));
        }
        let newlines = "\n".repeat(self.view.shape().len() - axis - 1);
        format!("[{}]", parts.join(&format!(",{newlines}{margin}")))
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
    fn of(values: &[Scalar], dtype: DType, style: &Style) -> Format {
        let real = |part: fn(Scalar) -> f64| Real::of(values.iter().map(move |&v| part(v)), style);
        match values.first() {
            Some(Scalar::Float(_)) => Format::Real(real(|value| parts(value).0)),
            Some(Scalar::Complex(..)) => {
                Format::Complex(real(|value| parts(value).0), real(|value| parts(value).1))
            }
            _ => {
                debug_assert!(!dtype.is_differentiable() || values.is_empty());
                Format::Plain(values.iter().map(|&value| plain(value).len()).max().unwrap_or(0))
            }
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

    fn element(&self, value: Scalar) -> String {
        let (re, im) = parts(value);
        match self {
            Format::Plain(width) => format!("{:>width$}", plain(value)),
            Format::Real(real) => real.text(re),
            Format::Complex(first, second) => {
                let (re, im) = (first.text(re), second.text(im));
                let im = im.trim_start();
                let sign = if im.starts_with(['+', '-']) { "" } else { "+" };
                format!("{re}{sign}{im}j")
            }
        }
    }
}

/// Integers as they are, truth values as Python writes them.
fn plain(value: Scalar) -> String {
    match value {
        Scalar::Bool(true) => "True".to_owned(),
        Scalar::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
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
        let width = telling.map(|value| natural.bare(value).len()).max().unwrap_or(1);
        let notation = match style.sci_mode {
            Some(true) => Notation::Scientific,
            Some(false) => plain,
            None => natural.notation,
        };
        Real { notation, precision, width }
    }

    /// The number without padding.
    fn bare(&self, value: f64) -> String {
        if !value.is_finite() {
            let sign = if value < 0.0 { "-" } else { "" };
            return if value.is_nan() { "nan".to_owned() } else { format!("{sign}inf") };
        }
        match self.notation {
            Notation::Integral => format!("{value:.0}."),
            Notation::Fixed => format!("{value:.*}", self.precision),
            Notation::Scientific => scientific(value, self.precision),
        }
    }

    fn text(&self, value: f64) -> String {
        format!("{:>1$}", self.bare(value), self.width)
    }
}

/// `1.0010e+03`: C's form, with a sign and at least two digits in the exponent.
fn scientific(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    let mut out = digits.to_owned();
    // Writing to a string does not fail.
    let _ = write!(out, "e{sign}{exponent:0>2}");
    out
}
