//! Tensors over memory of our own, and over another tensor's.

use crate::model::alloc::Block;
use crate::model::dtype::DType;
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::layout::{self, MAX_NDIM};
use crate::model::owner::Owner;
use crate::model::provenance::Provenance;
use crate::model::shared::Shared;
use crate::model::tensor::{Draft, Marks, Tensor};
use crate::model::view::View;

/// A tensor over a block of our own; strides in elements.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`; `TA_ERR_INTERNAL` if it would reach outside the block.
pub fn of_block(
    block: Block,
    dtype: DType,
    shape: &[i64],
    strides: &[i64],
    marks: Marks,
    gradient: Option<Shared<dyn Gradient>>,
) -> Result<Tensor> {
    let draft = Draft::new(&View::of_block(&block, dtype, shape, strides, marks.flags)?, marks)?;
    Ok(draft.with(gradient)?.adopt(Owner::Block(block)))
}

/// The C-contiguous result of a computation.
///
/// # Errors
/// As [`of_block`]; `TA_ERR_LAYOUT` if a stride does not fit.
pub fn computed(
    block: Block,
    dtype: DType,
    shape: &[i64],
    gradient: Option<Shared<dyn Gradient>>,
) -> Result<Tensor> {
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..shape.len()];
    layout::compact_strides(shape, 1, strides)?;
    let marks = Marks { flags: 0, provenance: Provenance::COMPUTED };
    of_block(block, dtype, shape, strides, marks, gradient)
}

/// Another handle over memory of `tensor`, which `view` is a view of.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
pub fn over(
    tensor: &Tensor,
    view: &View<'_>,
    flags: u64,
    gradient: Option<Shared<dyn Gradient>>,
) -> Result<Tensor> {
    let provenance = Provenance::alias(crate::abi::TA_ORIGIN_TENSOR);
    let draft = Draft::new(view, Marks { flags, provenance })?.with(gradient)?;
    Ok(draft.adopt(Owner::Tensor(tensor.root())))
}
