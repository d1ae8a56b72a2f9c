//! Filling a block from a nested sequence: numbers one by one, arrays by memory copy.

use crate::abi::TA_ERR_RAGGED;
use crate::convert::memory;
use crate::devices;
use crate::history::Part;
use crate::hub::infer::Found;
use crate::hub::path::Path;
use crate::hub::walk::{Leaf, Visitor, walk};
use crate::hub::{Grad, Request, Sequence, element};
use crate::model::alloc::Block;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout;
use crate::model::lists;
use crate::model::scalar::Scalar;
use crate::model::view::View;

/// A fresh block with all elements, in C order, and the tensors among them that require grad, if the
/// request keeps histories.
///
/// # Errors
/// `TA_ERR_OVERFLOW` with the path; `TA_ERR_RAGGED` if the sequence is not what it was when it was
/// looked at; `TA_ERR_DTYPE`, `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`; what the walk refuses.
pub(super) fn stack(
    sequence: &dyn Sequence,
    found: &Found<'_>,
    request: &Request,
) -> Result<(Block, Vec<Part>)> {
    let count = layout::numel(found.shape)?;
    let block = memory::room(count, found.dtype)?;
    let tracks = request.grad != Grad::No;
    let mut fill = Fill { found, block, next: 0, tracks, parts: Vec::new() };
    match found.numbers {
        [] => walk(sequence, request, &mut fill)?,
        all => fill.numbers(&Path::root(), 0, all)?,
    }
    if fill.next != count {
        return Err(changed(&Path::root()));
    }
    Ok((fill.block, fill.parts))
}

struct Fill<'f> {
    found: &'f Found<'f>,
    block: Block,
    /// The element that comes next: a walk visits them in C order.
    next: i64,
    /// Whether tensors that require grad are kept.
    tracks: bool,
    parts: Vec<Part>,
}

impl Visitor for Fill<'_> {
    fn enter(&mut self, path: &Path, len: usize) -> Result<()> {
        match self.found.shape.get(path.depth()) {
            Some(&extent) if usize::try_from(extent) == Ok(len) => Ok(()),
            _ => Err(changed(path)),
        }
    }

    fn leaf(&mut self, path: &Path, leaf: Leaf<'_>) -> Result<()> {
        if self.found.shape.get(path.depth()..) != Some(leaf.shape()) {
            return Err(changed(path));
        }
        let dtype = self.found.dtype;
        let outcome = match leaf {
            Leaf::Scalar(value) => self.number(value, dtype),
            Leaf::Typed(view) if view.dtype() == dtype => self.elements(&view, dtype),
            Leaf::Typed(view) => memory::value(&view).and_then(|value| self.number(value, dtype)),
            Leaf::Array(view) => self.elements(&view, dtype),
            Leaf::Tracked(tensor) => {
                if self.tracks {
                    let part = Part { tensor: tensor.clone(), path: path.indices()? };
                    lists::push(&mut self.parts, part, "a history")?;
                }
                self.elements(&tensor.view(), dtype)
            }
        };
        outcome.map_err(|error| path.located(error))
    }

    fn numbers(&mut self, path: &Path, start: usize, values: &[Scalar]) -> Result<()> {
        if self.found.shape.len() != path.depth() + 1 {
            return Err(changed(&path.item(start)));
        }
        let dtype = self.found.dtype;
        let mut done = 0;
        while let Some(&first) = values.get(done) {
            let plain = memory::put_plain(&values[done..], &mut self.block, self.next, dtype)?;
            self.next += plain as i64;
            if plain == 0 {
                self.number(first, dtype)
                    .map_err(|error| path.item(start + done).located(error))?;
            }
            done += plain.max(1);
        }
        Ok(())
    }
}

impl Fill<'_> {
    fn number(&mut self, value: Scalar, dtype: DType) -> Result<()> {
        memory::put(element::fit(value, dtype)?, &mut self.block, self.next, dtype)?;
        self.next += 1;
        Ok(())
    }

    fn elements(&mut self, view: &View<'_>, dtype: DType) -> Result<()> {
        devices::read(view, |view| memory::place(view, &mut self.block, self.next, dtype))?;
        self.next += view.numel();
        Ok(())
    }
}

#[cold]
fn changed(path: &Path) -> Error {
    path.located(Error::new(
        TA_ERR_RAGGED,
        format_args!("ragged sequence: it changed while it was read"),
    ))
}
