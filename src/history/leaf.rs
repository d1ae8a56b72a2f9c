//! The state of a leaf: whether it wants gradients, and what has arrived.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::history::remains::{self, Remains};
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// Where gradients arrive.
pub(super) struct Leaf {
    wanted: AtomicBool,
    grad: Mutex<Option<Tensor>>,
}

/// The state of a fresh leaf that requires grad.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
pub fn leaf() -> Result<Shared<dyn Gradient>> {
    Leaf::state(true)
}

impl Leaf {
    /// The state of a fresh leaf.
    pub(super) fn state(wanted: bool) -> Result<Shared<dyn Gradient>> {
        let leaf = Leaf { wanted: AtomicBool::new(wanted), grad: Mutex::new(None) };
        Shared::new(leaf, "a gradient state").map(Shared::from)
    }

    pub(super) fn want(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Release);
    }

    /// The gradient so far, for who keeps others out while it changes. Nobody runs foreign code
    /// with the lock in hand, so what a gradient is replaced by is dropped after it.
    pub(super) fn grad(&self) -> MutexGuard<'_, Option<Tensor>> {
        // A handle is whole at any time, whoever panicked.
        self.grad.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Leaf {
    fn drop(&mut self) {
        let grad = self.grad.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(grad) = grad {
            remains::let_go(Remains::Leaf(grad));
        }
    }
}

impl Gradient for Leaf {
    fn requires_grad(&self) -> bool {
        self.wanted.load(Ordering::Acquire)
    }

    fn is_leaf(&self) -> bool {
        true
    }
}
