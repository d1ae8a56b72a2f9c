//! Views: other shapes, strides and offsets over the memory of a tensor.

use crate::abi::TA_ORIGIN_TENSOR;
use crate::model::error::Result;
use crate::model::layout::{self, MAX_NDIM};
use crate::model::owner::Owner;
use crate::model::provenance::Provenance;
use crate::model::tensor::{Draft, Marks, Tensor};

/// A tensor over part of another one's memory; strides and offset in elements.
///
/// # Errors
/// As `ta_view` lists them.
#[doc(alias = "ta_view")]
pub fn view(
    tensor: &Tensor,
    shape: &[i64],
    strides: Option<&[i64]>,
    offset: i64,
) -> Result<Tensor> {
    layout::numel(shape)?;
    let mut compact = [0; MAX_NDIM];
    let compact = &mut compact[..shape.len()];
    layout::compact_strides(shape, 1, compact)?;
    let window = tensor.view().window(shape, strides.unwrap_or(compact), offset)?;
    let provenance = Provenance::alias(TA_ORIGIN_TENSOR);
    let marks = Marks { flags: tensor.flags(), requires_grad: false, provenance };
    Ok(Draft::new(&window, marks)?.adopt(Owner::Tensor(tensor.root())))
}
