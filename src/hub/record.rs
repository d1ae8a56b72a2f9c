//! Operations that a host computes: their results enter the graph here.

use std::ffi::CStr;

use crate::abi::TA_ERR_INVALID_ARGUMENT;
use crate::history::{Backward, Name, Node};
use crate::hub::asarray::{Outcome, make_tensor};
use crate::hub::lineage::Lineage;
use crate::hub::{Grad, Request, Source};
use crate::model::error::{Error, Result};
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// Makes a tensor of the result of an operation on `inputs`. When nothing can fail any more, `saved` is
/// called for what differentiates it; where nothing is to be recorded, it is dropped at once.
///
/// # Errors
/// As `ta_record` lists them; nothing has been taken then.
#[doc(alias = "ta_record")]
pub fn record<'t>(
    name: &CStr,
    inputs: impl ExactSizeIterator<Item = &'t Tensor> + Clone,
    source: Source<'_>,
    request: &Request,
    saved: impl FnOnce() -> Shared<dyn Backward>,
) -> Result<Outcome> {
    if request.grad != Grad::No {
        let message = format_args!(
            "options.requires_grad is set, but whether a recorded result requires grad its inputs decide"
        );
        return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
    }
    let node = Node::of(Name::Given(name), inputs)?;
    let grad = if node.is_some() { Grad::Yes } else { Grad::No };
    let request = Request { grad, ..*request };
    let outcome = make_tensor(source, &request, &Lineage::Recorded(node.clone()))?;
    let saved = saved();
    if let Some(node) = node {
        node.save(saved);
    }
    Ok(outcome)
}
