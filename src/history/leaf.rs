//! The state of a leaf: whether it wants gradients, and what has arrived.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::history::remains::{self, Remains};
use crate::model::gradient::Gradient;
use crate::model::tensor::Tensor;

/// Where gradients arrive.
pub(super) struct Leaf {
    wanted: AtomicBool,
    grad: Mutex<Option<Tensor>>,
}

/// The state of a fresh leaf that requires grad.
pub fn leaf() -> Arc<dyn Gradient> {
    Arc::new(Leaf::new(true))
}

impl Leaf {
    pub(super) fn new(wanted: bool) -> Leaf {
        Leaf { wanted: AtomicBool::new(wanted), grad: Mutex::new(None) }
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
