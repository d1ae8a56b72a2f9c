//! The tensor: facts, a share in memory, and the story of how it came about.
//!
//! A handle is one allocation: a counter, the facts, the DLPack struct that it lends (so that
//! an export is one atomic increment), the owner, then shape and strides, twice. Facts never
//! change after [`Draft::adopt`], but for gradient state that is set once and a count of writes:
//! a consumer that scribbles on what it was lent reaches the second
//! shape and strides, never those that we trust.

use std::alloc::Layout;
use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull, fn_addr_eq};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use dlpark::DlpackFlags;

use crate::abi::*;
use crate::model::alloc;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::fault;
use crate::model::gradient::{Gradient, Slot};
use crate::model::owner::{DeviceMemory, Owner};
use crate::model::provenance::Provenance;
use crate::model::shared::{Shared, Shares};
use crate::model::view::{View, Vouched};

/// Tensors alive in this copy of the library.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// How many tensors are alive.
#[doc(alias = "ta_live_tensors")]
pub fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// What is said of a tensor beside its memory.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    /// DLPack's flags.
    pub flags: u64,
    /// How it came about.
    pub provenance: Provenance,
}

impl Marks {
    /// Of memory that is shared with a source of this `TA_ORIGIN_…`.
    #[inline(always)]
    fn of_alias(flags: u64, origin: i32) -> Marks {
        Marks { flags, provenance: Provenance::alias(origin) }
    }
}

/// Its memory, beside shape and strides. What is nearly always the same stands together, here and in
/// [`Inner`], to be written at once: what a call costs is, most of all, how often it writes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Memory {
    data: *mut u8,
    byte_offset: u64,
    stream: i64,
    device: Device,
    dtype: DType,
}

/// A shared handle: cloning takes a share, dropping gives it up.
#[derive(Debug)]
#[repr(transparent)]
pub struct Tensor(NonNull<Inner>);

/// The allocation behind a handle; shape and strides follow it, then those that are lent.
#[repr(C)]
struct Inner {
    shares: Shares,
    numel: i64,
    ndim: u32,
    memory: Memory,
    marks: Marks,
    /// 0 or 1.
    contiguous: u32,
    /// Writes to the memory that went through this library; of a view, its root counts them.
    writes: AtomicU32,
    gradient: Slot,
    lent: UnsafeCell<DLManagedTensorVersioned>,
    owner: Owner,
}

// SAFETY: facts are immutable, the counter is atomic, the lent struct is only given out as a
// pointer, and every owner may be dropped on any thread.
unsafe impl Send for Tensor {}
// SAFETY: as above.
unsafe impl Sync for Tensor {}

/// Room for a handle, to be filled. Dropping it gives it back.
pub struct Room {
    inner: NonNull<Inner>,
    ndim: u32,
}

impl Room {
    /// Room for a handle of so many axes.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`, `TA_ERR_LAYOUT`.
    #[inline(always)]
    pub fn new(ndim: usize) -> Result<Room> {
        let rank = u32::try_from(ndim).map_err(|_| too_many_axes(ndim))?;
        let inner = alloc::allocate(allocation(rank)?, "a handle")?.cast();
        Ok(Room { inner, ndim: rank })
    }

    /// Shape and strides, then those that are lent.
    fn dims(&self) -> *mut i64 {
        // SAFETY: within the allocation, by the layout it was made with.
        unsafe { self.inner.add(1) }.as_ptr().cast()
    }

    /// Writes extent and stride of an axis, once for us and once to be lent.
    ///
    /// # Safety
    /// There is such an axis.
    #[inline(always)]
    unsafe fn set_axis(&self, axis: usize, extent: i64, stride: i64) {
        let (dims, ndim) = (self.dims(), self.ndim as usize);
        // SAFETY: positions below 4 * ndim, for which there is room, by the layout.
        let write = |position, value| unsafe { dims.wrapping_add(position).write(value) };
        write(axis, extent);
        write(ndim + axis, stride);
        write(2 * ndim + axis, extent);
        write(3 * ndim + axis, stride);
    }

    /// Writes all there is to say of a view that has strides in elements.
    #[inline(always)]
    fn fill_with(self, view: &View<'_>, marks: Marks) -> Draft {
        // SAFETY: the axes of the view, as many as there is room for.
        view.for_each_axis(|axis, extent, stride| unsafe { self.set_axis(axis, extent, stride) });
        let memory = Memory {
            data: view.data(),
            byte_offset: view.byte_offset(),
            dtype: view.dtype(),
            device: view.device(),
            stream: view.stream(),
        };
        self.fill(memory, view.numel(), view.is_contiguous(), marks)
    }

    /// Writes all there is to say of what nearly every source is, while it looks whether it is that:
    /// elements of whole bytes, one after another in C order, on the CPU. Gives the room back where it is
    /// not, or something is wrong.
    #[inline(always)]
    pub fn fill_with_plain(self, memory: &Vouched<'_>, origin: i32) -> Result<Draft, Room> {
        let described = memory.description();
        if described.shape.len() != self.ndim as usize {
            return Err(self);
        }
        // SAFETY: the axes of the description, as many as there is room for.
        let set = |axis, extent, stride| unsafe { self.set_axis(axis, extent, stride) };
        let Some((data, numel)) = described.plain(set) else { return Err(self) };
        let (dtype, device) = (described.dtype, Device::CPU);
        let memory = Memory { data, byte_offset: 0, stream: 0, device, dtype };
        Ok(self.fill(memory, numel, true, Marks::of_alias(described.flags, origin)))
    }

    /// Writes all there is to say of memory of this rank as it is. `None` where the elements are in foreign
    /// byte order or have no strides in elements, or something is wrong: then [`View::new`] says what.
    #[inline(never)]
    pub fn fill_with_any(self, memory: &Vouched<'_>, origin: i32) -> Option<Draft> {
        let view = memory.view().ok()?;
        let is_fit = view.shape().len() == self.ndim as usize
            && !view.is_swapped()
            && !view.has_odd_strides();
        is_fit.then(|| self.fill_with(&view, Marks::of_alias(view.flags(), origin)))
    }

    /// Writes all but the axes, which have been set.
    #[inline(always)]
    fn fill(self, memory: Memory, numel: i64, contiguous: bool, marks: Marks) -> Draft {
        let (inner, ndim) = (self.inner, self.ndim);
        let lent_dims = self.dims().wrapping_add(2 * ndim as usize);
        std::mem::forget(self);
        let lent = UnsafeCell::new(DLManagedTensorVersioned {
            version: DLPACK_VERSION,
            manager_ctx: inner.as_ptr().cast(),
            deleter: Some(end_loan),
            flags: DlpackFlags::from_bits_retain(marks.flags & !DLPACK_IS_COPIED),
            dl_tensor: memory.lent(ndim as usize, numel, lent_dims),
        });
        let (shares, writes) = (Shares::one(), AtomicU32::new(0));
        let contiguous = contiguous.into();
        let (gradient, owner) = (Slot::new(), Owner::Nobody);
        let whole =
            Inner { shares, ndim, contiguous, numel, memory, marks, writes, gradient, lent, owner };
        // SAFETY: fresh memory of this size and alignment.
        unsafe { inner.write(whole) };
        let draft = Draft(inner);
        fault::point();
        draft
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Ok(whole) = allocation(self.ndim) {
            // SAFETY: allocated by `new` with this layout, and nobody else has it.
            unsafe { alloc::free(self.inner.cast(), whole) };
        }
    }
}

/// A tensor that is ready but for its owner: all that can fail has been done.
pub struct Draft(NonNull<Inner>);

impl Draft {
    /// Writes a handle for the memory of `view`, which has strides in elements.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`.
    #[inline(always)]
    pub fn new(view: &View<'_>, marks: Marks) -> Result<Draft> {
        Ok(Room::new(view.shape().len())?.fill_with(view, marks))
    }

    /// Gives the draft its gradient state, if it is to have one.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`.
    pub fn with(self, gradient: Option<Shared<dyn Gradient>>) -> Result<Draft> {
        if let Some(gradient) = gradient {
            let slot = Slot::with_value(alloc::boxed(gradient, "a gradient state")?);
            // SAFETY: written by `new`, and nobody else has the draft.
            unsafe { (*self.0.as_ptr()).gradient = slot };
        }
        Ok(self)
    }

    /// Gives the draft the owner of its view's memory: a tensor. Cannot fail.
    #[inline(always)]
    pub fn adopt(self, owner: Owner) -> Tensor {
        let inner = self.0;
        std::mem::forget(self);
        // SAFETY: allocated by `new`, so in bounds.
        let place = unsafe { &raw mut (*inner.as_ptr()).owner };
        // SAFETY: nobody else has the draft, and the owner that `new` wrote is nobody.
        unsafe { place.write(owner) };
        LIVE.fetch_add(1, Ordering::Relaxed);
        Tensor(inner)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // SAFETY: written by `new`, and a draft is dropped once; what it owns is read out once.
        let Inner { gradient, .. } = unsafe { self.0.read() };
        // SAFETY: allocated by `new`, and nobody can reach it any more.
        unsafe { free(self.0) };
        drop(gradient);
    }
}

/// Shape and strides follow a handle without a gap.
const _: () = assert!(align_of::<Inner>() >= align_of::<i64>());

/// The layout of a handle of this rank.
fn allocation(ndim: u32) -> Result<Layout> {
    let ndim = ndim as usize;
    let size =
        size_of::<[i64; 4]>().checked_mul(ndim).and_then(|n| n.checked_add(size_of::<Inner>()));
    let whole = size.and_then(|size| Layout::from_size_align(size, align_of::<Inner>()).ok());
    whole.ok_or_else(|| too_many_axes(ndim))
}

#[cold]
#[inline(never)]
fn too_many_axes(ndim: usize) -> Error {
    Error::new(TA_ERR_LAYOUT, format_args!("{ndim} axes are too many"))
}

/// Gives a handle's own memory back.
///
/// # Safety
/// `inner` was allocated by `Room::new`, which wrote the rank first thing, and is not used afterwards.
unsafe fn free(inner: NonNull<Inner>) {
    // SAFETY: still allocated and written.
    let ndim = unsafe { (*inner.as_ptr()).ndim };
    if let Ok(whole) = allocation(ndim) {
        // SAFETY: the layout that the handle was allocated with.
        unsafe { alloc::free(inner.cast(), whole) };
    }
}

impl Memory {
    /// This memory as DLPack tells it: no data where there are no elements, all strides given;
    /// `dims` are the shape and strides to lend.
    fn lent(&self, ndim: usize, numel: i64, dims: *mut i64) -> DLTensor {
        DLTensor {
            data: if numel == 0 { ptr::null_mut() } else { self.data.cast() },
            device: self.device.into(),
            ndim: ndim as i32,
            dtype: self.dtype.into(),
            shape: dims,
            strides: dims.wrapping_add(ndim),
            byte_offset: self.byte_offset,
        }
    }
}

/// The one address of [`end_loan`], by which a loan of ours is known.
const END_LOAN: unsafe extern "C" fn(*mut DLManagedTensorVersioned) = end_loan;

/// The deleter of a lent struct: gives up the share that the loan holds.
unsafe extern "C" fn end_loan(lent: *mut DLManagedTensorVersioned) {
    if lent.is_null() {
        return;
    }
    // SAFETY: the consumer calls the deleter with the struct it was lent, which is still alive.
    let context = unsafe { (*lent).manager_ctx };
    // SAFETY: `Tensor::lend` gave the loan a share, and its deleter runs once.
    unsafe { Tensor::give_up(context.cast()) };
}

impl Tensor {
    /// The handle behind an opaque pointer, which keeps its share.
    ///
    /// # Safety
    /// `raw` came from [`Tensor::into_raw`] and its share is still there; it is the result's now.
    pub unsafe fn from_raw(raw: *const ta_tensor) -> Tensor {
        // SAFETY: never NULL, as it came from `into_raw`.
        Tensor(unsafe { NonNull::new_unchecked(raw.cast_mut().cast()) })
    }

    /// The handle in a place where its opaque pointer stands, which keeps its share.
    ///
    /// # Safety
    /// `*raw` came from [`Tensor::into_raw`], and its share stays there as long as the place.
    #[inline]
    pub unsafe fn borrow(raw: &*const ta_tensor) -> &Tensor {
        // SAFETY: a tensor is nothing but this pointer, which is not NULL.
        unsafe { &*(&raw const *raw).cast() }
    }

    /// The opaque pointer, which holds the share from now on.
    pub fn into_raw(self) -> *mut ta_tensor {
        let raw = self.0.as_ptr().cast();
        std::mem::forget(self);
        raw
    }

    /// Drops the handle behind an opaque pointer, for a caller to whom nobody can tell of a panic: it would
    /// end the process.
    ///
    /// # Safety
    /// As for [`Tensor::from_raw`].
    #[inline(always)]
    pub unsafe fn give_up(raw: *mut ta_tensor) {
        // SAFETY: passed on from this function's contract; not dropped but below.
        let tensor = ManuallyDrop::new(unsafe { Tensor::from_raw(raw) });
        if tensor.inner().shares.give_up() {
            // SAFETY: the last share is gone.
            unsafe { end_or_abort(tensor.0) };
        }
    }

    /// The opaque pointer, for who does not keep it longer than this share.
    pub fn as_raw(&self) -> *const ta_tensor {
        self.0.as_ptr().cast()
    }

    fn inner(&self) -> &Inner {
        // SAFETY: alive as long as a share is, and immutable but for atomics and cells.
        unsafe { self.0.as_ref() }
    }

    /// The tensor whose embedded struct this is, if it is one.
    ///
    /// # Safety
    /// `lent` is initialised, of DLPack's major version 1, and stays as it is for `'a`.
    #[inline]
    pub unsafe fn lender<'a>(lent: *const DLManagedTensorVersioned) -> Option<&'a Tensor> {
        // SAFETY: initialised, by the caller's contract.
        let lent = unsafe { &*lent };
        let ours = lent.deleter.is_some_and(|deleter| fn_addr_eq(deleter, END_LOAN));
        // SAFETY: what `end_loan` finds there: the share that `Tensor::lend` gave the loan.
        ours.then(|| unsafe { &*(&raw const lent.manager_ctx).cast() })
    }

    /// Lends the embedded DLPack struct: a share that ends when its deleter runs.
    pub fn lend(&self) -> *mut DLManagedTensorVersioned {
        std::mem::forget(self.clone());
        self.inner().lent.get()
    }

    /// What a loan in a block of its own says; its pointers live as long as a share does.
    pub fn dl_tensor(&self) -> DLTensor {
        let Inner { memory, ndim, numel, .. } = self.inner();
        // SAFETY: shape and strides follow the handle in its allocation, see `Room::set_axis`.
        let dims: *mut i64 = unsafe { self.0.add(1) }.as_ptr().cast();
        let ndim = *ndim as usize;
        memory.lent(ndim, *numel, dims.wrapping_add(2 * ndim))
    }

    fn ndim(&self) -> usize {
        self.inner().ndim as usize
    }

    /// Shape and strides, one behind the other.
    fn dims(&self) -> &[i64] {
        let ndim = self.ndim();
        // SAFETY: they follow the handle in its allocation, see `Room::set_axis`.
        let dims = unsafe { self.0.add(1) };
        // SAFETY: initialised there, twice ndim of them ours, and never changed.
        unsafe { std::slice::from_raw_parts(dims.as_ptr().cast(), 2 * ndim) }
    }

    /// Extents in elements.
    pub fn shape(&self) -> &[i64] {
        &self.dims()[..self.ndim()]
    }

    /// Strides in elements.
    pub fn strides(&self) -> &[i64] {
        &self.dims()[self.ndim()..]
    }

    /// DLPack's flags, as they came in with the memory.
    pub fn flags(&self) -> u64 {
        self.inner().marks.flags
    }

    /// How it came about.
    pub fn provenance(&self) -> Provenance {
        self.inner().marks.provenance
    }

    /// Where element `(0, …, 0)` is behind a handle, in bytes; 0 on devices with addresses.
    pub fn byte_offset(&self) -> u64 {
        self.inner().memory.byte_offset
    }

    /// Address of element `(0, …, 0)`, or the device's handle.
    pub fn data(&self) -> *mut u8 {
        self.inner().memory.data
    }

    /// What the elements are.
    pub fn dtype(&self) -> DType {
        self.inner().memory.dtype
    }

    /// Where the memory is.
    pub fn device(&self) -> Device {
        self.inner().memory.device
    }

    /// The stream of the device on which the elements are ready; 0: on any.
    pub fn stream(&self) -> i64 {
        self.inner().memory.stream
    }

    /// Number of elements.
    pub fn numel(&self) -> i64 {
        self.inner().numel
    }

    /// Its gradient state; a tensor that never took part in a history has none.
    pub fn gradient(&self) -> Option<&Shared<dyn Gradient>> {
        self.inner().gradient.get()
    }

    /// Its gradient state, which is `first` if it had none.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`; what `first` says.
    pub fn gradient_or(
        &self,
        first: impl FnOnce() -> Result<Shared<dyn Gradient>>,
    ) -> Result<&Shared<dyn Gradient>> {
        let first = || alloc::boxed(first()?, "a gradient state");
        self.inner().gradient.get_or_try_init(first)
    }

    /// Requires a gradient.
    pub fn requires_grad(&self) -> bool {
        self.gradient().is_some_and(|gradient| gradient.requires_grad())
    }

    /// Whether no recorded operation made it.
    pub fn is_leaf(&self) -> bool {
        self.gradient().is_none_or(|gradient| gradient.is_leaf())
    }

    /// How often its memory has been written through this library.
    pub fn writes(&self) -> u32 {
        self.root_inner().writes.load(Ordering::Acquire)
    }

    /// Counts a write to its memory.
    pub fn count_write(&self) {
        self.root_inner().writes.fetch_add(1, Ordering::Release);
    }

    /// Whether its memory is a block of ours that nobody else has a share in.
    pub fn is_sole_owner(&self) -> bool {
        let Inner { shares, owner, .. } = self.inner();
        let ours = match owner {
            Owner::Block(_) => true,
            Owner::Device(memory) => memory.is_ours(),
            Owner::Nobody | Owner::Tensor(_) | Owner::Foreign(_) => false,
        };
        ours && shares.is_one()
    }

    fn root_inner(&self) -> &Inner {
        match &self.inner().owner {
            Owner::Tensor(root) => root.inner(),
            _ => self.inner(),
        }
    }

    /// Nobody may write.
    pub fn is_read_only(&self) -> bool {
        self.flags() & DLPACK_READ_ONLY != 0
    }

    /// Elements stand one after another in C order.
    pub fn is_contiguous(&self) -> bool {
        self.inner().contiguous != 0
    }

    /// Its memory, as a source sees it.
    pub fn view(&self) -> View<'_> {
        View::of(self)
    }

    /// The tensor that holds the memory: this one, or the one it is a view of. Views of views
    /// share it directly, so that no chain of them can grow.
    #[inline]
    pub fn root(&self) -> Tensor {
        match &self.inner().owner {
            Owner::Tensor(root) => root.clone(),
            _ => self.clone(),
        }
    }

    /// Its memory, if that is on a device.
    pub fn device_memory(&self) -> Option<&dyn DeviceMemory> {
        match &self.root_inner().owner {
            Owner::Device(memory) => Some(&**memory),
            _ => None,
        }
    }

    /// Whether both handles are one.
    pub fn is(&self, other: &Tensor) -> bool {
        self.0 == other.0
    }

    /// Everything there is to know.
    #[doc(alias = "ta_describe")]
    pub fn info(&self) -> ta_info {
        let flag = |holds: bool, flag: u64| if holds { flag } else { 0 };
        let view = self.view();
        ta_info {
            struct_size: size_of::<ta_info>(),
            data: self.data().cast(),
            byte_offset: self.byte_offset(),
            shape: self.shape().as_ptr(),
            strides: self.strides().as_ptr(),
            numel: self.numel(),
            nbytes: view.compact_bytes(),
            flags: flag(self.is_read_only(), TA_TENSOR_READ_ONLY)
                | flag(self.is_contiguous(), TA_TENSOR_CONTIGUOUS)
                | flag(view.is_aligned(), TA_TENSOR_ALIGNED)
                | flag(self.requires_grad(), TA_TENSOR_REQUIRES_GRAD)
                | flag(self.is_leaf(), TA_TENSOR_LEAF)
                | flag(view.is_padded(), TA_TENSOR_SUBBYTE_PADDED),
            dlpack_flags: self.flags(),
            dtype: self.dtype(),
            ndim: self.shape().len() as i32,
            device: self.device(),
            provenance: self.provenance(),
            stream: self.stream(),
        }
    }
}

impl Clone for Tensor {
    fn clone(&self) -> Tensor {
        self.inner().shares.take();
        Tensor(self.0)
    }
}

impl Drop for Tensor {
    #[inline]
    fn drop(&mut self) {
        if !self.inner().shares.give_up() {
            return;
        }
        // SAFETY: the last share is gone.
        unsafe { end(self.0) };
    }
}

/// [`end`], where a panic ends the process.
///
/// # Safety
/// As there.
#[inline(never)]
unsafe extern "C" fn end_or_abort(inner: NonNull<Inner>) {
    // SAFETY: passed on from this function's contract.
    unsafe { end(inner) };
}

/// Ends a tensor.
///
/// # Safety
/// Its last share is gone, and what others did with it happened before.
#[inline]
unsafe fn end(inner: NonNull<Inner>) {
    // SAFETY: nobody else has it, and it is there until `free`.
    let it = unsafe { inner.as_ref() };
    match (&it.owner, it.gradient.get()) {
        // What nearly every tensor has: somebody else's memory, and nothing more.
        (Owner::Foreign(foreign), None) => {
            LIVE.fetch_sub(1, Ordering::Relaxed);
            // SAFETY: read out once, as what is in the handle is not dropped with it.
            drop(unsafe { ptr::read(foreign) });
            // SAFETY: passed on from this function's contract.
            unsafe { free(inner) };
        }
        // SAFETY: passed on from this function's contract.
        _ => unsafe { end_any(inner) },
    }
}

/// [`end`] of any tensor.
///
/// # Safety
/// As there.
#[inline(never)]
unsafe fn end_any(inner: NonNull<Inner>) {
    // SAFETY: nobody else has it; what is in the handle is read out once, before it goes.
    let Inner { owner, gradient, .. } = unsafe { inner.read() };
    // SAFETY: allocated by `Room::new`, and nobody can reach it any more.
    unsafe { free(inner) };
    LIVE.fetch_sub(1, Ordering::Relaxed);
    // Last, as these may run foreign code.
    drop((gradient, owner));
}
