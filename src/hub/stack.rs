//! What a nested sequence makes: the block with its elements.

use crate::abi::TA_ERR_RAGGED;
use crate::history::{A_HISTORY, Part};
use crate::hub::infer::Found;
use crate::hub::output::Output;
use crate::hub::path::Path;
use crate::hub::walk::{Leaf, Visitor, walk};
use crate::hub::{Grad, Request, Sequence};
use crate::model::alloc::Block;
use crate::model::error::{Error, Result};
use crate::model::lists;
use crate::model::scalar::Scalar;

/// A fresh block with all elements, in C order, and the tensors among them that require grad, if the
/// request keeps histories.
///
/// # Errors
/// `TA_ERR_OVERFLOW` with the path; `TA_ERR_RAGGED` if the sequence is not what it was when it was
/// looked at; `TA_ERR_DTYPE`, `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`; what the walk refuses.
pub(super) fn stack(
    sequence: &dyn Sequence,
    found: &mut Found<'_>,
    request: &Request,
) -> Result<(Block, Vec<Part>)> {
    if let Some(block) = found.block.take() {
        return Ok((block, Vec::new()));
    }
    let output = Output::new(found.shape, found.dtype)?;
    let tracks = request.grad != Grad::No;
    let mut fill = Fill { shape: found.shape, output, tracks, parts: Vec::new() };
    walk(sequence, request, &mut fill)?;
    let Fill { output, parts, .. } = fill;
    let block = output.finish().ok_or_else(|| changed(&Path::root()))?;
    Ok((block, parts))
}

/// The second walk, where the first could not write.
struct Fill<'f> {
    shape: &'f [i64],
    output: Output,
    /// Whether tensors that require grad are kept.
    tracks: bool,
    parts: Vec<Part>,
}

impl Visitor for Fill<'_> {
    fn enter(&mut self, path: &Path, len: usize) -> Result<()> {
        match self.shape.get(path.depth()) {
            Some(&extent) if usize::try_from(extent) == Ok(len) => Ok(()),
            _ => Err(changed(path)),
        }
    }

    fn leaf(&mut self, path: &Path, leaf: Leaf<'_>) -> Result<()> {
        if self.shape.get(path.depth()..) != Some(leaf.shape()) {
            return Err(changed(path));
        }
        if let (true, Leaf::Tracked(tensor)) = (self.tracks, &leaf) {
            let part = Part { tensor: (*tensor).clone(), path: path.indices()? };
            lists::push(&mut self.parts, part, A_HISTORY)?;
        }
        self.output.leaf(&leaf).map_err(|error| path.located(error))
    }

    fn numbers(&mut self, path: &Path, start: usize, values: &[Scalar]) -> Result<()> {
        if self.shape.len() != path.depth() + 1 {
            return Err(changed(&path.item(start)));
        }
        self.output.numbers(path, start, values)
    }
}

#[cold]
fn changed(path: &Path) -> Error {
    path.located(Error::new(
        TA_ERR_RAGGED,
        format_args!("ragged sequence: it changed while it was read"),
    ))
}
