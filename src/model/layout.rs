//! Shape and stride arithmetic, all of it checked.
//!
//! Extents count elements; strides are in whatever unit the caller uses, of either sign.
//! Refuses to know what memory is behind a layout.

use std::fmt;

use crate::abi::{TA_ERR_INVALID_ARGUMENT, TA_ERR_LAYOUT, TA_MAX_NDIM};
use crate::model::error::{Error, Result};

/// The most axes a tensor may have.
pub const MAX_NDIM: usize = TA_MAX_NDIM as usize;

/// A number of axes from outside.
///
/// # Errors
/// `TA_ERR_LAYOUT` if it is negative or more than [`MAX_NDIM`].
#[inline]
pub fn rank(ndim: i32) -> Result<usize> {
    match ndim {
        0..=TA_MAX_NDIM => Ok(ndim as usize),
        _ => Err(no_rank(ndim)),
    }
}

#[cold]
#[inline(never)]
fn no_rank(ndim: i32) -> Error {
    Error::new(TA_ERR_LAYOUT, format_args!("ndim must be from 0 to {MAX_NDIM}, got {ndim}"))
}

/// Number of elements; 1 without axes.
///
/// # Errors
/// `TA_ERR_LAYOUT` if an extent is negative, or the product does not fit `i64`.
pub fn numel(shape: &[i64]) -> Result<i64> {
    let (mut product, mut signs, mut empty, mut fits) = (1i64, 0, false, true);
    for &extent in shape {
        signs |= extent;
        empty |= extent == 0;
        let (next, over) = product.overflowing_mul(extent);
        fits &= !over;
        product = next;
    }
    match (signs < 0, empty, fits) {
        (true, ..) => Err(negative(shape)),
        (false, true, _) => Ok(0),
        (false, false, true) => Ok(product),
        (false, false, false) => Err(overflow(shape)),
    }
}

/// The error for a shape with a negative extent.
#[cold]
#[inline(never)]
fn negative(shape: &[i64]) -> Error {
    let (axis, extent) =
        shape.iter().enumerate().find(|(_, extent)| **extent < 0).unwrap_or((0, &0));
    Error::new(TA_ERR_LAYOUT, format_args!("shape[{axis}] is negative: {extent}"))
}

/// Number of elements, if there are some and every stride that is given is that of a C-contiguous layout
/// of elements `unit` apart. Axes are (position, extent, stride), the last one first; `show` gets them
/// with their strides in elements.
#[inline(always)]
pub fn in_order(
    axes: impl Iterator<Item = (usize, i64, Option<i64>)>,
    unit: i64,
    mut show: impl FnMut(usize, i64, i64),
) -> Option<i64> {
    let mut numel = 1i64;
    for (axis, extent, stride) in axes {
        // Where this wraps, the bytes are more than any memory has, which others see.
        if extent <= 0 || stride.is_some_and(|stride| stride != numel.wrapping_mul(unit)) {
            return None;
        }
        show(axis, extent, numel);
        numel = numel.checked_mul(extent)?;
    }
    (numel > 0).then_some(numel)
}

/// What one look at all axes finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Number of elements.
    pub numel: i64,
    /// Lowest offset that is reached, relative to element `(0, …, 0)`, in the unit of the strides.
    pub low: i64,
    /// The highest one. Without elements, both are 0.
    pub high: i64,
    /// Elements stand one after another in C order.
    pub contiguous: bool,
}

impl Survey {
    /// Of a C-contiguous layout, in elements.
    ///
    /// # Errors
    /// As [`numel`].
    #[inline(always)]
    pub fn compact(shape: &[i64]) -> Result<Survey> {
        let numel = numel(shape)?;
        Ok(Survey { numel, low: 0, high: (numel - 1).max(0), contiguous: true })
    }

    /// [`numel`], [`span`] and [`is_contiguous`] at once, with strides in units of which an element
    /// has `unit`.
    ///
    /// # Errors
    /// As theirs.
    #[inline(always)]
    pub fn strided(shape: &[i64], strides: &[i64], unit: i64) -> Result<Survey> {
        match Survey::plain(shape, strides, unit) {
            Some(survey) => Ok(survey),
            None => Survey::careful(shape, strides, unit),
        }
    }

    /// In one go, which every source passes; `None` if there is no element, or something wrong.
    #[inline(always)]
    fn plain(shape: &[i64], strides: &[i64], unit: i64) -> Option<Survey> {
        let mut it = Survey { numel: 1, low: 0, high: 0, contiguous: true };
        for (&extent, &stride) in shape.iter().zip(strides).rev() {
            if extent <= 0 {
                return None;
            }
            // Where this wraps, the elements are more than any memory has, which others see.
            it.contiguous &= extent == 1 || stride == it.numel.wrapping_mul(unit);
            it.numel = it.numel.checked_mul(extent)?;
            // An axis of one makes no step, so whatever its stride is, it reaches nothing.
            let reach = stride.checked_mul(extent - 1)?;
            let end = if reach < 0 { &mut it.low } else { &mut it.high };
            *end = end.checked_add(reach)?;
        }
        Some(it)
    }

    #[cold]
    #[inline(never)]
    fn careful(shape: &[i64], strides: &[i64], unit: i64) -> Result<Survey> {
        let numel = numel(shape)?;
        let (low, high) = span(shape, strides.iter().copied())?.unwrap_or((0, 0));
        let contiguous = is_contiguous(shape, strides.iter().copied(), unit);
        Ok(Survey { numel, low, high, contiguous })
    }
}

/// That `numel` compact elements, `spacing` bits each, fit one object. Repeated elements take no
/// room, but a copy of them would, so this holds for every tensor.
///
/// # Errors
/// `TA_ERR_LAYOUT`.
#[inline(always)]
pub fn check_size(shape: &[i64], numel: i64, spacing: i64) -> Result<()> {
    match i128::from(numel) * i128::from(spacing) <= 8 * isize::MAX as i128 {
        true => Ok(()),
        false => Err(overflow(shape)),
    }
}

/// The error for a layout whose numbers do not fit.
#[cold]
#[inline(never)]
pub fn overflow(shape: &[i64]) -> Error {
    Error::new(TA_ERR_LAYOUT, format_args!("a tensor of shape {} is too large", List(shape)))
}

/// Writes the strides of a C-contiguous layout, the last axis being `unit` apart.
///
/// Extents of 0 count as 1, as in PyTorch, so that an empty tensor has strides too; as nobody
/// steps through one, those that do not fit are cut.
///
/// # Errors
/// `TA_ERR_LAYOUT` if one does not fit `i64`.
pub fn compact_strides(shape: &[i64], unit: i64, strides: &mut [i64]) -> Result<()> {
    let empty = shape.contains(&0);
    let mut step = Some(unit);
    for (stride, &extent) in strides.iter_mut().zip(shape).rev() {
        *stride = match step {
            Some(step) => step,
            None if empty => i64::MAX,
            None => return Err(overflow(shape)),
        };
        step = stride.checked_mul(extent.max(1));
    }
    Ok(())
}

/// Whether elements `unit` apart stand one after another in C order. Strides of axes of extent
/// 1 do not matter, nor any of an empty layout.
pub fn is_contiguous(
    shape: &[i64],
    strides: impl DoubleEndedIterator<Item = i64>,
    unit: i64,
) -> bool {
    if shape.contains(&0) {
        return true;
    }
    let mut step = Some(unit);
    shape.iter().rev().zip(strides.rev()).all(|(&extent, stride)| {
        let follows = extent == 1 || step == Some(stride);
        step = step.and_then(|step| step.checked_mul(extent));
        follows
    })
}

/// Lowest and highest offset that a layout reaches, relative to element `(0, …, 0)`, in the
/// unit of its strides; `None` if there are no elements.
///
/// # Errors
/// `TA_ERR_LAYOUT` if an offset does not fit `i64`.
pub fn span(shape: &[i64], strides: impl Iterator<Item = i64>) -> Result<Option<(i64, i64)>> {
    if shape.contains(&0) {
        return Ok(None);
    }
    let (mut low, mut high) = (0i64, 0i64);
    for (&extent, stride) in shape.iter().zip(strides).filter(|(extent, _)| **extent > 1) {
        let reach = stride.checked_mul(extent - 1).ok_or_else(|| overflow(shape))?;
        let end = if reach < 0 { &mut low } else { &mut high };
        *end = end.checked_add(reach).ok_or_else(|| overflow(shape))?;
    }
    Ok(Some((low, high)))
}

/// Axes of extent above 1, the one with the longest steps first (equal steps: in order).
/// Returns how many there are; `axes` has room for all.
fn by_descending_step(shape: &[i64], strides: &[i64], axes: &mut [usize; MAX_NDIM]) -> usize {
    let mut count = 0;
    for axis in (0..shape.len()).filter(|&axis| shape[axis] > 1) {
        axes[count] = axis;
        count += 1;
    }
    axes[..count].sort_by_key(|&axis| std::cmp::Reverse(strides[axis].unsigned_abs()));
    count
}

/// Whether surely no two elements share a place: each axis steps over all that the finer ones
/// reach, or there are two axes, for which it can be told exactly.
pub fn is_non_overlapping(shape: &[i64], strides: &[i64]) -> bool {
    if shape.contains(&0) {
        return true;
    }
    let mut axes = [0; MAX_NDIM];
    let count = by_descending_step(shape, strides, &mut axes);
    let mut reach = 0u64;
    let nested = axes[..count].iter().rev().all(|&axis| {
        let step = strides[axis].unsigned_abs();
        let clear = step > reach;
        reach = reach.saturating_add(step.saturating_mul(shape[axis].unsigned_abs() - 1));
        clear
    });
    nested
        || matches!(axes[..count], [a, b] if !meet((shape[a], strides[a]), (shape[b], strides[b])))
}

/// Whether steps along two axes, (extent, stride) each, lead to one place: the first time is when
/// both have gone to their least common multiple.
fn meet(a: (i64, i64), b: (i64, i64)) -> bool {
    let (step, other) = (a.1.unsigned_abs(), b.1.unsigned_abs());
    let (mut divisor, mut rest) = (step, other);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    divisor == 0 || (other / divisor < a.0.unsigned_abs() && step / divisor < b.0.unsigned_abs())
}

/// Writes the strides that a copy has, in elements: a layout that repeats no element keeps its order
/// of axes (all steps forward, no gaps), any other becomes C-contiguous.
///
/// # Errors
/// `TA_ERR_LAYOUT` if one does not fit `i64`.
pub fn copy_strides(shape: &[i64], strides: &[i64], copied: &mut [i64]) -> Result<()> {
    compact_strides(shape, 1, copied)?;
    if shape.contains(&0) || !is_non_overlapping(shape, strides) {
        return Ok(());
    }
    let mut axes = [0; MAX_NDIM];
    let count = by_descending_step(shape, strides, &mut axes);
    let mut step = 1i64;
    for &axis in axes[..count].iter().rev() {
        copied[axis] = step;
        step = step.checked_mul(shape[axis]).ok_or_else(|| overflow(shape))?;
    }
    Ok(())
}

/// Writes the strides with which a source of `shape` is read as if it had `target`'s shape:
/// missing axes and axes of extent 1 are repeated, as everywhere in the field.
///
/// # Errors
/// `TA_ERR_INVALID_ARGUMENT` if the shapes do not broadcast.
pub fn broadcast_strides(
    shape: &[i64],
    strides: &[i64],
    target: &[i64],
    repeated: &mut [i64],
) -> Result<()> {
    let refuse = || {
        Error::new(
            TA_ERR_INVALID_ARGUMENT,
            format_args!("shape {} does not broadcast to {}", List(shape), List(target)),
        )
    };
    let missing = target.len().checked_sub(shape.len()).ok_or_else(refuse)?;
    repeated[..missing].fill(0);
    for axis in 0..shape.len() {
        repeated[missing + axis] = match (shape[axis], target[missing + axis]) {
            (have, want) if have == want => strides[axis],
            (1, _) => 0,
            _ => return Err(refuse()),
        };
    }
    Ok(())
}

/// Writes the shape that two shapes broadcast to, and returns it.
///
/// # Errors
/// `TA_ERR_INVALID_ARGUMENT` if there is none.
pub fn broadcast_shape<'s>(
    a: &[i64],
    b: &[i64],
    shape: &'s mut [i64; MAX_NDIM],
) -> Result<&'s [i64]> {
    let (longer, shorter) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let shape = &mut shape[..longer.len()];
    shape.copy_from_slice(longer);
    let missing = longer.len() - shorter.len();
    for (extent, &other) in shape[missing..].iter_mut().zip(shorter) {
        *extent = match (*extent, other) {
            (have, want) if have == want => have,
            (1, other) => other,
            (extent, 1) => extent,
            _ => {
                let message =
                    format_args!("shapes {} and {} do not broadcast together", List(a), List(b));
                return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
            }
        };
    }
    Ok(shape)
}

/// Extents or strides as PyTorch prints them: `(2, 3)`, `(4,)`, `()`.
pub struct List<'a>(pub &'a [i64]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (position, value) in self.0.iter().enumerate() {
            write!(f, "{}{value}", if position == 0 { "" } else { ", " })?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(shape: &[i64], strides: &[i64]) -> Vec<i64> {
        let mut out = vec![0; shape.len()];
        copy_strides(shape, strides, &mut out).unwrap();
        out
    }

    #[test]
    fn numel_refuses_what_no_memory_has() {
        assert_eq!(numel(&[]).unwrap(), 1);
        assert_eq!(numel(&[2, 0, i64::MAX]).unwrap(), 0);
        assert_eq!(numel(&[i64::MAX]).unwrap(), i64::MAX);
        for shape in [&[-1][..], &[0, -1], &[i64::MAX, 2], &[1 << 32, 1 << 32]] {
            assert_eq!(numel(shape).unwrap_err().status, TA_ERR_LAYOUT, "{shape:?}");
        }
    }

    #[test]
    fn span_follows_strides_of_either_sign() {
        let of = |shape: &[i64], strides: &[i64]| span(shape, strides.iter().copied());
        assert_eq!(of(&[], &[]).unwrap(), Some((0, 0)));
        assert_eq!(of(&[3, 0], &[1, 1]).unwrap(), None);
        assert_eq!(of(&[3, 4], &[4, 1]).unwrap(), Some((0, 11)));
        assert_eq!(of(&[3, 4], &[-4, 1]).unwrap(), Some((-8, 3)));
        assert_eq!(of(&[1], &[i64::MIN]).unwrap(), Some((0, 0)));
        assert!(of(&[3], &[i64::MAX]).is_err());
        assert!(of(&[2, 2], &[i64::MAX, i64::MAX]).is_err());
    }

    #[test]
    fn contiguity_ignores_strides_that_are_never_stepped() {
        let is = |shape: &[i64], strides: &[i64]| is_contiguous(shape, strides.iter().copied(), 1);
        assert!(is(&[2, 3], &[3, 1]));
        assert!(is(&[2, 1, 3], &[3, 999, 1]));
        assert!(is(&[0, 3], &[7, -7]));
        assert!(!is(&[2, 3], &[1, 2]));
        assert!(!is(&[2], &[-1]));
    }

    #[test]
    fn a_copy_keeps_the_order_of_axes() {
        assert_eq!(copied(&[2, 3], &[1, 2]), [1, 2], "transposed");
        assert_eq!(copied(&[2, 3], &[-3, 1]), [3, 1], "upside down");
        assert_eq!(copied(&[2, 3, 4], &[1, 8, 2]), [1, 8, 2], "permuted");
        assert_eq!(copied(&[3], &[2]), [1], "every second");
        assert_eq!(copied(&[3, 2], &[2, 12]), [1, 3], "every second, transposed");
        assert_eq!(copied(&[2, 3], &[0, 1]), [3, 1], "repeated");
        assert_eq!(copied(&[2, 1, 3], &[3, 77, 1]), [3, 3, 1], "an axis of one");
        assert_eq!(copied(&[2, 0], &[5, 5]), [1, 1], "empty");
    }

    #[test]
    fn overlap_is_seen() {
        assert!(is_non_overlapping(&[2, 3], &[3, 1]));
        assert!(is_non_overlapping(&[2, 3], &[-1, 2]));
        assert!(is_non_overlapping(&[4, 0], &[0, 0]));
        assert!(is_non_overlapping(&[1], &[0]));
        assert!(is_non_overlapping(&[3, 2], &[2, 3]), "interleaved, but apart");
        assert!(!is_non_overlapping(&[4, 3], &[2, 3]), "0 + 3 * 2 is 2 * 3 + 0");
        assert!(!is_non_overlapping(&[2, 2], &[0, 0]));
        assert!(!is_non_overlapping(&[2], &[0]));
        assert!(!is_non_overlapping(&[3, 3], &[1, 1]));
    }

    #[test]
    fn broadcasting_repeats_what_is_missing() {
        let mut strides = [9; 3];
        broadcast_strides(&[3, 1], &[1, 5], &[2, 3, 4], &mut strides).unwrap();
        assert_eq!(strides, [0, 1, 0]);
        for shape in [&[2][..], &[1, 2, 3, 4], &[0]] {
            let strides = [1; 4];
            let result = broadcast_strides(shape, &strides[..shape.len()], &[2, 3, 4], &mut [0; 3]);
            assert_eq!(result.unwrap_err().status, TA_ERR_INVALID_ARGUMENT, "{shape:?}");
        }
    }
}
