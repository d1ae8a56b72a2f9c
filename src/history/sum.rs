//! Sums along axes.

use crate::abi::*;
use crate::convert::arithmetic;
use crate::history::A_HISTORY;
use crate::history::node::{Backward, Due, Name, Node};
use crate::model::alloc::Block;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::MAX_NDIM;
use crate::model::lists;
use crate::model::make;
use crate::model::tensor::Tensor;

/// A set of axes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Axes {
    bits: u64,
}

const _: () = assert!(MAX_NDIM <= u64::BITS as usize);

impl Axes {
    /// Those of `listed`, which count from the front, or from the back where they are negative; all
    /// `ndim` of them if none is listed.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_BOUNDS` for an axis that there is not; `TA_ERR_INVALID_ARGUMENT` for one
    /// that is listed twice.
    pub fn of(listed: &[i64], ndim: usize) -> Result<Axes> {
        if listed.is_empty() {
            return Ok(Axes::all(0..ndim));
        }
        // A tensor without axes is summed as if it had one, as PyTorch does.
        let count = ndim.max(1) as i64;
        let mut axes = Axes::default();
        for &given in listed {
            let axis = if given < 0 { given.checked_add(count) } else { Some(given) };
            let Some(axis) = axis.filter(|axis| (0..count).contains(axis)) else {
                let (low, high) = (-count, count - 1);
                let message = format_args!("axis must be from {low} to {high}, got {given}");
                return Err(Error::new(TA_ERR_OUT_OF_BOUNDS, message));
            };
            if axes.has(axis as usize) {
                let message = format_args!("axis {axis} is listed more than once");
                return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
            }
            axes.insert(axis as usize);
        }
        Ok(axes)
    }

    pub(super) fn all(axes: impl Iterator<Item = usize>) -> Axes {
        axes.fold(Axes::default(), |mut axes, axis| {
            axes.insert(axis);
            axes
        })
    }

    pub(super) fn is_empty(self) -> bool {
        self.bits == 0
    }

    pub(super) fn has(self, axis: usize) -> bool {
        self.bits & (1 << axis) != 0
    }

    fn insert(&mut self, axis: usize) {
        self.bits |= 1 << axis;
    }
}

/// The sum of a tensor's elements along `axes`, or along all if there are none listed.
///
/// # Errors
/// As `ta_sum` lists them.
#[doc(alias = "ta_sum")]
pub fn sum(tensor: &Tensor, listed: &[i64], keep: bool) -> Result<Tensor> {
    let axes = Axes::of(listed, tensor.shape().len())?;
    let dtype = match tensor.dtype().code {
        TA_BOOL | TA_INT | TA_UINT => DType::I64,
        _ => tensor.dtype(),
    };
    let name = if listed.is_empty() { c"SumBackward0" } else { c"SumBackward1" };
    let block = rows(tensor, axes, dtype)?;
    let mut shape = [0; MAX_NDIM];
    let shape = reduced(tensor.shape(), axes, keep, &mut shape);
    let saved = || {
        let shape = lists::copied(tensor.shape(), A_HISTORY)?;
        Ok(Repeated { shape, axes, kept: keep })
    };
    let gradient = Node::record(Name::Known(name), [tensor].into_iter(), saved)?;
    make::computed(block, dtype, shape, gradient)
}

/// The sum along `axes`, which stay as axes of extent 1; nothing is recorded.
pub(super) fn along(tensor: &Tensor, axes: Axes, dtype: DType) -> Result<Tensor> {
    let mut shape = [0; MAX_NDIM];
    let shape = reduced(tensor.shape(), axes, true, &mut shape);
    make::computed(rows(tensor, axes, dtype)?, dtype, shape, None)
}

/// Adds up along the axes on which `shape`, which broadcasts to the tensor's, has extent 1 or none.
pub(super) fn to_shape(tensor: &Tensor, shape: &[i64]) -> Result<Tensor> {
    let missing = tensor.shape().len() - shape.len();
    let repeated = |axis: usize| axis < missing || shape[axis - missing] != tensor.shape()[axis];
    let axes = Axes::all((0..tensor.shape().len()).filter(|&axis| repeated(axis)));
    make::computed(rows(tensor, axes, tensor.dtype())?, tensor.dtype(), shape, None)
}

/// The sums over `axes`, in C order of all others.
fn rows(tensor: &Tensor, axes: Axes, dtype: DType) -> Result<Block> {
    let rank = tensor.shape().len();
    let (mut shape, mut strides) = ([0; MAX_NDIM], [0; MAX_NDIM]);
    let kept = (0..rank).filter(|&axis| !axes.has(axis));
    let outer = kept.clone().count();
    for (place, axis) in kept.chain((0..rank).filter(|&axis| axes.has(axis))).enumerate() {
        shape[place] = tensor.shape()[axis];
        strides[place] = tensor.strides()[axis];
    }
    let view = tensor.view();
    let view = view.window(&shape[..rank], &strides[..rank], 0)?;
    arithmetic::sum_rows(&view, outer, dtype)
}

/// The shape of a sum: without `axes`, or with extents of 1 there.
fn reduced<'s>(
    shape: &[i64],
    axes: Axes,
    keep: bool,
    result: &'s mut [i64; MAX_NDIM],
) -> &'s [i64] {
    let mut rank = 0;
    for (axis, &extent) in shape.iter().enumerate().filter(|(axis, _)| keep || !axes.has(*axis)) {
        result[rank] = if axes.has(axis) { 1 } else { extent };
        rank += 1;
    }
    &result[..rank]
}

/// The elements of a sum: each has the gradient of what it was added to.
struct Repeated {
    shape: Vec<i64>,
    axes: Axes,
    kept: bool,
}

impl Backward for Repeated {
    fn is_spent(&self) -> bool {
        false
    }

    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()> {
        let mut given = gradient.strides().iter();
        let mut strides = [0; MAX_NDIM];
        for (axis, stride) in strides[..self.shape.len()].iter_mut().enumerate() {
            let summed = self.axes.has(axis);
            let step = if summed && !self.kept { None } else { given.next() };
            *stride = if summed { 0 } else { step.copied().unwrap_or(0) };
        }
        let view = gradient.view();
        let view = view.window(&self.shape, &strides[..self.shape.len()], 0)?;
        let repeated = || make::over(gradient, &view, gradient.flags(), None);
        inputs.iter_mut().try_for_each(|input| input.give(repeated))
    }
}
