//! Strided copies on the GPU, converted: which kernel does it, and how it is started.

use std::ffi::{CString, c_uint, c_void};
use std::ptr;
use std::sync::{Mutex, PoisonError};

use super::driver::{Driver, Function, Module, Stream};
use super::ptx::{self, Kind};
use crate::convert::Walk;
use crate::devices::backend::Elements;
use crate::model::error::{Error, Result};
use crate::model::layout::MAX_NDIM;

/// Threads of a block.
const BLOCK: u64 = 256;

/// Most blocks of a launch: each thread goes on to further elements.
const MOST_BLOCKS: u64 = 1 << 16;

/// What a kernel is to do: the arguments of one launch.
pub(super) struct Work {
    kernel: Kernel,
    count: u64,
    /// Target, source and count; then extents, source steps and target steps of each axis.
    arguments: Vec<u64>,
}

/// Which kernel.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kernel {
    from: Kind,
    to: Kind,
    rank: usize,
}

impl Work {
    /// `None` if there is no kernel for these dtypes, so many axes, or elements that are not aligned.
    pub(super) fn of(shape: &[i64], target: &Elements<'_>, source: &Elements<'_>) -> Option<Work> {
        let (from, to) = Kind::pair(source.dtype, target.dtype)?;
        let parts = (target.dtype.itemsize() / to.size()) as i64;
        let (mut extents, mut read, mut written) =
            ([0; MAX_NDIM + 1], [0; MAX_NDIM + 1], [0; MAX_NDIM + 1]);
        let ndim = shape.len();
        extents[..ndim].copy_from_slice(shape);
        read[..ndim].copy_from_slice(source.strides);
        written[..ndim].copy_from_slice(target.strides);
        // Elements wider than a register are an axis of their own.
        (extents[ndim], read[ndim], written[ndim]) = (parts, from.size() as i64, to.size() as i64);
        let all = ..ndim + 1;
        let (first, into) = (super::at(source.place), super::at(target.place));
        let walk = Walk::new(&extents[all], first, &read[all], into, &written[all])?;
        let (first, into) = walk.start();
        let axes = walk.axes();
        let aligned = |start: usize, unit: usize, step: &dyn Fn(usize) -> isize| {
            start.is_multiple_of(unit)
                && (0..axes.len()).all(|axis| step(axis).unsigned_abs().is_multiple_of(unit))
        };
        if axes.len() > ptx::MOST_AXES
            || !aligned(first.addr(), from.size(), &|axis| axes[axis].source)
            || !aligned(into.addr(), to.size(), &|axis| axes[axis].target)
        {
            return None;
        }
        let count = walk.count() as u64;
        let mut arguments = vec![into.addr() as u64, first.addr() as u64, count];
        arguments.extend(axes.iter().map(|axis| axis.extent as u64));
        arguments.extend(axes.iter().map(|axis| axis.source as u64));
        arguments.extend(axes.iter().map(|axis| axis.target as u64));
        Some(Work { kernel: Kernel { from, to, rank: axes.len() }, count, arguments })
    }
}

#[cfg(test)]
impl Work {
    /// The kernel's text.
    pub(super) fn text(&self) -> String {
        ptx::text(self.kernel.from, self.kernel.to, self.kernel.rank)
    }

    /// What the kernel is started with.
    pub(super) fn arguments(&self) -> &[u64] {
        &self.arguments
    }
}

/// A kernel that the driver has compiled. Its module stays as long as the context does.
struct Compiled {
    kernel: Kernel,
    function: Function,
}

/// The kernels that have been used in one context.
pub(super) struct Kernels(Mutex<Vec<Compiled>>);

impl Kernels {
    pub(super) fn new() -> Kernels {
        Kernels(Mutex::new(Vec::new()))
    }

    /// Queues the work.
    ///
    /// # Safety
    /// The context is the current one, and the elements are there until the stream is done.
    pub(super) unsafe fn launch(&self, driver: &Driver, work: &Work, stream: Stream) -> Result<()> {
        let function = self.function(driver, work.kernel)?;
        let blocks = work.count.div_ceil(BLOCK).min(MOST_BLOCKS) as c_uint;
        let mut arguments = work.arguments.clone();
        let mut pointers: Vec<*mut c_void> =
            arguments.iter_mut().map(|argument| ptr::from_mut(argument).cast()).collect();
        let (none, block) = (ptr::null_mut(), BLOCK as c_uint);
        // SAFETY: a function of this context, with as many arguments of eight bytes as it has
        // parameters; what they describe is vouched for by the caller.
        let code = unsafe {
            let parameters = pointers.as_mut_ptr();
            (driver.cuLaunchKernel)(
                function, blocks, 1, 1, block, 1, 1, 0, stream, parameters, none,
            )
        };
        driver.check("cuLaunchKernel", code)
    }

    fn known(&self, kernel: Kernel) -> Option<Function> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|compiled| compiled.kernel == kernel).map(|compiled| compiled.function)
    }

    /// The function of a kernel, compiled on first use. No lock is held meanwhile: of two who do it at
    /// once, both use what they have.
    fn function(&self, driver: &Driver, kernel: Kernel) -> Result<Function> {
        if let Some(function) = self.known(kernel) {
            return Ok(function);
        }
        let text = ptx::text(kernel.from, kernel.to, kernel.rank);
        let text = CString::new(text).map_err(|_| unprintable())?;
        let mut module: Module = ptr::null_mut();
        // SAFETY: a NUL-terminated text; writes a module.
        let code = unsafe { (driver.cuModuleLoadData)(&raw mut module, text.as_ptr().cast()) };
        driver.check("cuModuleLoadData", code)?;
        let name = CString::new(ptx::name(kernel.from, kernel.to, kernel.rank));
        let name = name.map_err(|_| unprintable())?;
        let mut function = ptr::null_mut();
        // SAFETY: a module that has been loaded, and a NUL-terminated name; writes a function.
        let code =
            unsafe { (driver.cuModuleGetFunction)(&raw mut function, module, name.as_ptr()) };
        if let Err(error) = driver.check("cuModuleGetFunction", code) {
            // SAFETY: loaded above, and nobody has a function of it.
            let _ = unsafe { (driver.cuModuleUnload)(module) };
            return Err(error);
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.push(Compiled { kernel, function });
        Ok(function)
    }
}

#[cold]
fn unprintable() -> Error {
    Error::new(crate::abi::TA_ERR_INTERNAL, format_args!("a kernel's text has a NUL"))
}
