//! Borrowed memory with a layout: what a source says it is, checked, owning nothing.

use std::marker::PhantomData;

use crate::abi::*;
use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, Survey};
use crate::model::prefix::Dims;
use crate::model::tensor::Tensor;

/// Distances between neighbours, in the unit in which a source gives them.
#[derive(Clone, Copy, Debug)]
pub enum Strides<'a> {
    /// C-contiguous.
    Compact,
    /// In elements (DLPack, our own tensors).
    Elements(&'a [i64]),
    /// In bytes (NumPy, buffers).
    Bytes(&'a [i64]),
}

/// What a source claims, not checked yet.
#[derive(Clone, Copy, Debug)]
pub struct Description<'a> {
    /// Address of the memory, or the device's handle.
    pub data: *mut u8,
    /// Where element `(0, …, 0)` is behind it, in bytes.
    pub byte_offset: u64,
    /// What the elements are.
    pub dtype: DType,
    /// Where the memory is.
    pub device: Device,
    /// Extents in elements.
    pub shape: &'a [i64],
    /// As many as extents, unless compact.
    pub strides: Strides<'a>,
    /// Bytes are in foreign order.
    pub swapped: bool,
    /// DLPack's flags: READ_ONLY, IS_COPIED, SUBBYTE_TYPE_PADDED, and any that are unknown.
    pub flags: u64,
    /// The stream of the device on which the elements are ready; 0: on any.
    pub stream: i64,
    /// The tensor of ours whose memory it is, if it is that of one.
    pub lender: Option<&'a Tensor>,
}

impl Description<'_> {
    /// What a look at all axes finds out, in the unit of the strides.
    #[inline(always)]
    fn survey(&self) -> Result<Survey> {
        match self.strides {
            Strides::Compact => Survey::compact(self.shape),
            Strides::Elements(strides) => Survey::strided(self.shape, strides, 1),
            Strides::Bytes(_) if self.dtype.is_subbyte() && !self.is_padded() => {
                Err(packed_strides(self.dtype))
            }
            Strides::Bytes(strides) => {
                Survey::strided(self.shape, strides, self.dtype.itemsize() as i64)
            }
        }
    }

    /// Some stride that is stepped is no multiple of the element size.
    #[inline(always)]
    fn has_odd_strides(&self) -> bool {
        let Strides::Bytes(strides) = self.strides else { return false };
        let unit = Unit::of(self.dtype);
        self.shape.iter().zip(strides).any(|(&n, &step)| n > 1 && unit.count(step).is_none())
    }

    /// From which byte to which the elements from `low` to `high` reach, offsets in the unit of
    /// the strides; `None` if that does not fit.
    #[inline(always)]
    fn reach(&self, low: i64, high: i64) -> Option<(i64, i64)> {
        let bits = self.dtype.spacing(self.is_padded());
        let size = self.dtype.itemsize() as i64;
        match self.strides {
            Strides::Bytes(_) => Some((low, high.checked_add(size)?)),
            _ if bits == 8 * size => {
                Some((low.checked_mul(size)?, high.checked_add(1)?.checked_mul(size)?))
            }
            _ => {
                let (low, high) = (i128::from(low), i128::from(high) + 1);
                let first = (low * i128::from(bits)).div_euclid(8);
                let end = (high * i128::from(bits) + 7).div_euclid(8);
                Some((i64::try_from(first).ok()?, i64::try_from(end).ok()?))
            }
        }
    }

    fn is_padded(&self) -> bool {
        self.flags & DLPACK_SUBBYTE_PADDED != 0 && self.dtype.is_subbyte()
    }

    /// Where the first element of what nearly every source is can be found, and how many there are: whole
    /// bytes in native order, one after another in C order, on the CPU. `show` gets the position, extent
    /// and stride in elements of every axis, or of some where this returns `None`. What else it is, or what
    /// is wrong, is for [`View::new`] to say.
    #[inline(always)]
    pub(super) fn plain(&self, show: impl FnMut(usize, i64, i64)) -> Option<(*mut u8, i64)> {
        let size = i64::from(self.dtype.whole_bytes()?);
        if self.device.device_type != TA_DEVICE_CPU || self.swapped || self.data.is_null() {
            return None;
        }
        let axes = self.shape.iter().enumerate();
        let numel = match self.strides {
            Strides::Compact => {
                layout::in_order(axes.rev().map(|(axis, &extent)| (axis, extent, None)), 1, show)
            }
            Strides::Elements(strides) | Strides::Bytes(strides) => {
                let unit = if let Strides::Bytes(_) = self.strides { size } else { 1 };
                let axes = axes.zip(strides).rev();
                let axes = axes.map(|((axis, &extent), &stride)| (axis, extent, Some(stride)));
                layout::in_order(axes, unit, show)
            }
        }?;
        let bytes = numel.checked_mul(size).filter(|&bytes| bytes <= isize::MAX as i64)?;
        let offset = usize::try_from(self.byte_offset).ok()?;
        let start = self.data.addr().checked_add(offset)?;
        start.checked_add(bytes as usize)?;
        Some((self.data.with_addr(start), numel))
    }
}

/// A description for whose memory its maker vouches, if it holds together.
#[derive(Clone, Copy, Debug)]
pub struct Vouched<'a>(Description<'a>);

impl<'a> Vouched<'a> {
    /// # Safety
    /// As for [`View::new`].
    #[inline(always)]
    pub unsafe fn new(described: Description<'a>) -> Vouched<'a> {
        Vouched(described)
    }

    /// What is described.
    pub fn description(&self) -> &Description<'a> {
        &self.0
    }

    /// The view of it, if it holds together.
    ///
    /// # Errors
    /// As [`View::new`].
    pub fn view(&self) -> Result<View<'a>> {
        // SAFETY: by the contract of `new`.
        unsafe { View::new(self.0) }
    }
}

#[cold]
#[inline(never)]
fn packed_strides(dtype: DType) -> Error {
    Error::new(TA_ERR_LAYOUT, format_args!("packed {dtype} cannot have strides in bytes"))
}

#[cold]
#[inline(never)]
fn no_data(shape: &[i64]) -> Error {
    let message = format_args!("data is NULL, but shape {} has elements", layout::List(shape));
    Error::new(TA_ERR_NULL_ARGUMENT, message)
}

#[cold]
#[inline(never)]
fn outside(block: &Block) -> Error {
    let message = format_args!("a tensor reaches outside its block of {} bytes", block.size());
    Error::new(TA_ERR_INTERNAL, message)
}

/// The size of an element, to divide by: nearly always a power of two.
#[derive(Clone, Copy)]
struct Unit {
    size: i64,
    /// The exponent, if it is one.
    shift: Option<u32>,
}

impl Unit {
    #[inline(always)]
    fn of(dtype: DType) -> Unit {
        let size = dtype.itemsize() as i64;
        Unit { size, shift: (size & (size - 1) == 0).then_some(size.trailing_zeros()) }
    }

    /// How many elements a number of bytes is, if that is a whole number.
    #[inline(always)]
    fn count(self, bytes: i64) -> Option<i64> {
        match self.shift {
            Some(shift) => (bytes & (self.size - 1) == 0).then_some(bytes >> shift),
            None => (bytes % self.size == 0).then_some(bytes / self.size),
        }
    }
}

/// Memory whose description holds together: no arithmetic on it overflows, and no element
/// wraps around the address space. Only the description is checked: that the memory is really
/// there is what the maker of the view vouches for.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    it: Description<'a>,
    numel: i64,
    odd_strides: bool,
    contiguous: bool,
}

impl<'a> View<'a> {
    /// Checks a description.
    ///
    /// # Safety
    /// If the result is a view of elements on a host-readable device, everything from the lowest
    /// to the highest of them is one object that may be read for `'a` (and written, by who may
    /// write), except for races that the caller's contract with its own caller excludes. Checking
    /// itself reads nothing behind `data`.
    ///
    /// # Errors
    /// `TA_ERR_DTYPE`, `TA_ERR_INVALID_ARGUMENT` (device), `TA_ERR_LAYOUT` (shape, strides,
    /// offset), `TA_ERR_NULL_ARGUMENT` (elements, but no data).
    #[inline(always)]
    pub unsafe fn new(claimed: Description<'a>) -> Result<View<'a>> {
        claimed.dtype.check()?;
        if claimed.swapped {
            claimed.dtype.check_swappable()?;
        }
        let it = Description { device: claimed.device.located()?, ..claimed };
        let found = it.survey()?;
        let odd_strides = found.numel != 0 && it.has_odd_strides();
        let Survey { numel, contiguous, .. } = found;
        let mut view = View { it, numel, odd_strides, contiguous };
        if numel != 0 {
            view.check_addresses(found)?;
        }
        view.fold_offset();
        Ok(view)
    }

    /// The memory of a tensor, which has been checked when it was made.
    pub(super) fn of(tensor: &'a Tensor) -> View<'a> {
        let it = Description {
            data: tensor.data(),
            byte_offset: tensor.byte_offset(),
            dtype: tensor.dtype(),
            device: tensor.device(),
            shape: tensor.shape(),
            strides: Strides::Elements(tensor.strides()),
            swapped: false,
            flags: tensor.flags(),
            stream: tensor.stream(),
            lender: Some(tensor),
        };
        let (numel, contiguous) = (tensor.numel(), tensor.is_contiguous());
        View { it, numel, odd_strides: false, contiguous }
    }

    /// That every element has an address, and that all of them lie within one object's size.
    #[inline(always)]
    fn check_addresses(&self, found: Survey) -> Result<()> {
        layout::check_size(self.it.shape, self.numel, self.element_bits())?;
        let addressed = self.it.device.has_addresses();
        if addressed && self.it.data.is_null() {
            return Err(no_data(self.it.shape));
        }
        let base = if addressed { self.it.data.addr() } else { 0 };
        let fits = |(low, end): (i64, i64)| {
            let start = (base as u64).checked_add(self.it.byte_offset)?;
            let size = end.checked_sub(low)?;
            let (_, last) = (start.checked_add_signed(low)?, start.checked_add_signed(end)?);
            Some(size <= isize::MAX as i64 && last <= usize::MAX as u64)
        };
        match self.it.reach(found.low, found.high).and_then(fits) {
            Some(true) => Ok(()),
            _ => Err(layout::overflow(self.it.shape)),
        }
    }

    /// Lowest byte of the lowest element and end of the highest, relative to the first byte of
    /// element `(0, …, 0)`; `None` if there are no elements.
    fn reach(&self) -> Option<(i64, i64)> {
        let found = self.it.survey().ok().filter(|found| found.numel != 0)?;
        self.it.reach(found.low, found.high)
    }

    /// Where offsets can be added to `data`, there is no need to carry one.
    #[inline(always)]
    fn fold_offset(&mut self) {
        if self.it.device.has_addresses() && self.numel != 0 {
            self.it.data = self.it.data.wrapping_add(self.it.byte_offset as usize);
        }
        if self.it.device.has_addresses() {
            self.it.byte_offset = 0;
        }
    }

    /// Bits from one neighbour to the next where they are compact.
    pub fn element_bits(&self) -> i64 {
        self.it.dtype.spacing(self.is_padded())
    }

    /// Address of element `(0, …, 0)`, or the device's handle.
    pub fn data(&self) -> *mut u8 {
        self.it.data
    }

    /// Where element `(0, …, 0)` is behind a handle, in bytes; 0 on devices with addresses.
    pub fn byte_offset(&self) -> u64 {
        self.it.byte_offset
    }

    /// What the elements are.
    pub fn dtype(&self) -> DType {
        self.it.dtype
    }

    /// Where the memory is.
    pub fn device(&self) -> Device {
        self.it.device
    }

    /// The stream of the device on which the elements are ready; 0: on any.
    pub fn stream(&self) -> i64 {
        self.it.stream
    }

    /// The same memory, said to be ready on `stream`.
    #[must_use]
    pub fn on_stream(mut self, stream: i64) -> View<'a> {
        self.it.stream = stream;
        self
    }

    /// The tensor of ours whose memory it is, if it is that of one.
    pub fn lender(&self) -> Option<&'a Tensor> {
        self.it.lender
    }

    /// The same layout over other memory, all of which is ready.
    ///
    /// # Safety
    /// As for [`View::new`], of the elements from `data` and `byte_offset` on.
    ///
    /// # Errors
    /// As [`View::new`].
    pub unsafe fn relocated<'b>(
        &self,
        data: *mut u8,
        byte_offset: u64,
        device: Device,
    ) -> Result<View<'b>>
    where
        'a: 'b,
    {
        // SAFETY: passed on from this function's contract.
        unsafe {
            View::new(Description { data, byte_offset, device, stream: 0, lender: None, ..self.it })
        }
    }

    /// Extents in elements.
    pub fn shape(&self) -> &'a [i64] {
        self.it.shape
    }

    /// Number of elements.
    pub fn numel(&self) -> i64 {
        self.numel
    }

    /// Bytes are in foreign order. A byte has no order.
    pub fn is_swapped(&self) -> bool {
        self.it.swapped && self.it.dtype.component_size() > 1
    }

    /// DLPack's flags.
    pub fn flags(&self) -> u64 {
        self.it.flags
    }

    /// Nobody may write.
    pub fn is_read_only(&self) -> bool {
        self.it.flags & DLPACK_READ_ONLY != 0
    }

    /// Elements stand one after another in C order.
    pub fn is_contiguous(&self) -> bool {
        self.contiguous
    }

    /// Some stride is no multiple of the element size, so there are no strides in elements.
    pub fn has_odd_strides(&self) -> bool {
        self.odd_strides
    }

    /// Several elements share a byte.
    pub fn is_packed(&self) -> bool {
        self.it.dtype.is_subbyte() && self.it.flags & DLPACK_SUBBYTE_PADDED == 0
    }

    /// Elements smaller than a byte, or than whole bytes, are filled up to whole bytes.
    pub fn is_padded(&self) -> bool {
        self.it.is_padded()
    }

    /// Bytes that the elements need when they stand one after another.
    pub fn compact_bytes(&self) -> u64 {
        ((i128::from(self.numel) * i128::from(self.element_bits()) + 7) / 8) as u64
    }

    /// Every element's address is known, and a multiple of its component's size.
    pub fn is_aligned(&self) -> bool {
        if !self.it.device.has_addresses() {
            return false;
        }
        let mut steps = Dims::zeros(self.it.shape.len());
        self.byte_strides(&mut steps);
        let unit = self.it.dtype.component_size().max(1);
        let fits = |bytes: usize| bytes.is_multiple_of(unit);
        fits(self.it.data.addr()) && steps.iter().all(|step| fits(step.unsigned_abs() as usize))
    }

    /// Shows the position, extent and stride in elements of every axis, in any order. A stride that
    /// is never stepped and has no whole number of elements becomes the compact one. Not for a view
    /// that [has odd strides](Self::has_odd_strides).
    #[inline(always)]
    pub fn for_each_axis(&self, mut show: impl FnMut(usize, i64, i64)) {
        let axes = self.it.shape.iter().enumerate();
        // Does not overflow, but where there are no elements; nobody steps through those.
        let mut compact = 1i64;
        match self.it.strides {
            Strides::Elements(strides) => {
                for ((axis, &extent), &stride) in axes.zip(strides) {
                    show(axis, extent, stride);
                }
            }
            Strides::Compact => {
                for (axis, &extent) in axes.rev() {
                    show(axis, extent, compact);
                    compact = compact.saturating_mul(extent.max(1));
                }
            }
            Strides::Bytes(strides) => {
                let unit = Unit::of(self.it.dtype);
                for ((axis, &extent), &stride) in axes.zip(strides).rev() {
                    show(axis, extent, unit.count(stride).unwrap_or(compact));
                    compact = compact.saturating_mul(extent.max(1));
                }
            }
        }
    }

    /// Writes the strides in elements, as [`View::for_each_axis`] shows them.
    pub fn element_strides(&self, out: &mut [i64]) {
        self.for_each_axis(|axis, _, stride| out[axis] = stride);
    }

    /// Writes the strides in bytes; 0 where none is ever stepped. Not for packed elements.
    pub fn byte_strides(&self, out: &mut [i64]) {
        let unit = self.it.dtype.itemsize() as i64;
        match self.it.strides {
            Strides::Bytes(strides) => out.copy_from_slice(strides),
            // What overflows here is never stepped, and becomes 0 below.
            Strides::Elements(strides) => {
                out.iter_mut().zip(strides).for_each(|(out, step)| *out = step.wrapping_mul(unit));
            }
            Strides::Compact => {
                out.iter_mut().zip(self.it.shape).rev().fold(unit, |step, (out, &extent)| {
                    *out = step;
                    step.wrapping_mul(extent)
                });
            }
        }
        for (out, &extent) in out.iter_mut().zip(self.it.shape) {
            if self.numel == 0 || extent <= 1 {
                *out = 0;
            }
        }
    }

    /// The same elements read as if they had `shape`, those of missing axes and of axes of extent 1
    /// repeatedly. `strides` is where its strides are kept.
    ///
    /// # Errors
    /// `TA_ERR_INVALID_ARGUMENT` if the shapes do not broadcast; `TA_ERR_LAYOUT` if `shape` is too large.
    pub fn broadcast<'b>(&self, shape: &'b [i64], strides: &'b mut [i64]) -> Result<View<'b>>
    where
        'a: 'b,
    {
        let mut own = Dims::zeros(self.it.shape.len());
        self.element_strides(&mut own);
        layout::broadcast_strides(self.it.shape, &own, shape, strides)?;
        let numel = layout::numel(shape)?;
        layout::check_size(shape, numel, self.element_bits())?;
        Ok(self.reshaped(shape, strides, numel))
    }

    /// Part of the same memory: other strides, and an offset, both in elements. It may reach what
    /// lies between the lowest and the highest element of this view, and no more.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_BOUNDS`; `TA_ERR_LAYOUT`; `TA_ERR_DTYPE` if a packed element at `offset` does
    /// not begin at a byte.
    pub fn window<'b>(&self, shape: &'b [i64], strides: &'b [i64], offset: i64) -> Result<View<'b>>
    where
        'a: 'b,
    {
        let numel = layout::numel(shape)?;
        layout::check_size(shape, numel, self.element_bits())?;
        let mut view = self.reshaped(shape, strides, numel);
        // An empty window points nowhere else than its parent does, whatever its offset.
        if let Some((low, high)) = layout::span(shape, strides.iter().copied())? {
            let offset = i128::from(offset);
            self.check_window(i128::from(low) + offset, i128::from(high) + offset)?;
            view.advance(offset)?;
        }
        Ok(view)
    }

    fn reshaped<'b>(&self, shape: &'b [i64], strides: &'b [i64], numel: i64) -> View<'b>
    where
        'a: 'b,
    {
        let it = Description { shape, strides: Strides::Elements(strides), ..self.it };
        let contiguous = layout::is_contiguous(shape, strides.iter().copied(), 1);
        View { it, numel, odd_strides: false, contiguous }
    }

    /// That elements `low` to `high` lie within this view.
    fn check_window(&self, low: i128, high: i128) -> Result<()> {
        let unit = match self.it.strides {
            Strides::Bytes(_) => self.it.dtype.itemsize() as i64,
            Strides::Compact | Strides::Elements(_) => 1,
        };
        let (first, last) = match self.it.survey()? {
            Survey { numel: 0, .. } => (0, -1),
            found => (found.low.div_euclid(unit), found.high.div_euclid(unit)),
        };
        if i128::from(first) <= low && high <= i128::from(last) {
            return Ok(());
        }
        let message = format_args!(
            "the view reaches elements {low} to {high}, but the tensor has {first} to {last}"
        );
        Err(Error::new(TA_ERR_OUT_OF_BOUNDS, message))
    }

    /// Moves element `(0, …, 0)` on by a number of elements that stays within the memory.
    fn advance(&mut self, elements: i128) -> Result<()> {
        let distance = elements * i128::from(self.element_bits());
        if distance % 8 != 0 {
            let message = format_args!(
                "element {elements} of packed {} does not begin at a byte",
                self.it.dtype
            );
            return Err(Error::new(TA_ERR_DTYPE, message));
        }
        self.shift((distance / 8) as i64);
        Ok(())
    }

    /// Moves element `(0, …, 0)` on by so many bytes, which stay within the memory.
    fn shift(&mut self, bytes: i64) {
        match self.it.device.has_addresses() {
            true => self.it.data = self.it.data.wrapping_offset(bytes as isize),
            false => self.it.byte_offset = self.it.byte_offset.wrapping_add_signed(bytes),
        }
    }

    /// Whether the two share an address, as far as their lowest and highest elements tell.
    pub fn overlaps(&self, other: &View<'_>) -> bool {
        let (mine, theirs) = (self.addresses(), other.addresses());
        mine.start < theirs.end && theirs.start < mine.end
    }

    /// From the lowest byte to behind the highest; empty if there are no elements.
    fn addresses(&self) -> std::ops::Range<i128> {
        let start = self.it.data.addr() as i128;
        let reach = self.span();
        start + i128::from(reach.start)..start + i128::from(reach.end)
    }

    /// From the lowest byte to behind the highest, counted from element `(0, …, 0)`; empty if there
    /// are no elements.
    pub fn span(&self) -> std::ops::Range<i64> {
        match self.reach() {
            Some((low, end)) => low..end,
            None => 0..0,
        }
    }

    /// The first elements of a block of our own; strides in elements.
    ///
    /// # Errors
    /// `TA_ERR_INTERNAL` if they reach outside the block.
    #[inline(always)]
    pub fn of_block(
        block: &'a Block,
        dtype: DType,
        shape: &'a [i64],
        strides: &'a [i64],
        flags: u64,
    ) -> Result<View<'a>> {
        let it = Description {
            data: block.start(),
            byte_offset: 0,
            dtype,
            device: Device::CPU,
            shape,
            strides: Strides::Elements(strides),
            swapped: false,
            flags: flags & DLPACK_SUBBYTE_PADDED,
            stream: 0,
            lender: None,
        };
        let found = it.survey()?;
        let fits = match it.reach(found.low, found.high) {
            Some((low, end)) => low >= 0 && end as u64 <= block.size() as u64,
            None => false,
        };
        if found.numel != 0 && !fits {
            return Err(outside(block));
        }
        let Survey { numel, contiguous, .. } = found;
        Ok(View { it, numel, odd_strides: false, contiguous })
    }

    /// The view of one element; `None` if a position is outside its axis. Not for packed elements.
    pub fn element(&self, index: &[i64]) -> Option<View<'a>> {
        let mut strides = Dims::zeros(self.it.shape.len());
        self.byte_strides(&mut strides);
        let mut offset = 0i64;
        for ((&position, &extent), &step) in index.iter().zip(self.it.shape).zip(&*strides) {
            if position < 0 || position >= extent {
                return None;
            }
            // In range of `check_addresses`, which every element has passed.
            offset += position * step;
        }
        let it = Description { shape: &[], strides: Strides::Compact, ..self.it };
        let mut view = View { it, numel: 1, odd_strides: false, contiguous: true };
        view.shift(offset);
        Some(view)
    }
}

/// The bytes of a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a> {
    data: *mut u8,
    size: usize,
    flags: u64,
    memory: PhantomData<&'a [u8]>,
}

impl<'a> Bytes<'a> {
    /// `size` bytes from `data` on, with DLPack's `flags`.
    ///
    /// # Safety
    /// They may be read for `'a`, as in [`View::new`].
    ///
    /// # Errors
    /// `TA_ERR_NULL_ARGUMENT` for NULL with bytes; `TA_ERR_LAYOUT` for more than memory can hold.
    pub unsafe fn new(data: *mut u8, size: usize, flags: u64) -> Result<Bytes<'a>> {
        if data.is_null() && size != 0 {
            let message = format_args!("data is NULL, but the buffer has {size} bytes");
            return Err(Error::new(TA_ERR_NULL_ARGUMENT, message));
        }
        if size > isize::MAX as usize || data.addr().checked_add(size).is_none() {
            let message = format_args!("a buffer of {size} bytes is too large");
            return Err(Error::new(TA_ERR_LAYOUT, message));
        }
        Ok(Bytes { data, size, flags, memory: PhantomData })
    }

    /// What follows the first `offset` bytes.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_BOUNDS` if there are not so many.
    pub fn behind(self, offset: usize) -> Result<Bytes<'a>> {
        let size = self.size.checked_sub(offset).ok_or_else(|| {
            let message =
                format_args!("offset ({offset} bytes) is behind the buffer's {} bytes", self.size);
            Error::new(TA_ERR_OUT_OF_BOUNDS, message)
        })?;
        Ok(Bytes { data: self.data.wrapping_add(offset), size, ..self })
    }

    /// How many elements of `dtype` they are.
    ///
    /// # Errors
    /// `TA_ERR_INVALID_ARGUMENT` if bytes are left over; `TA_ERR_DTYPE`.
    pub fn count(self, dtype: DType) -> Result<i64> {
        dtype.check()?;
        let (bits, unit) = (8 * self.size as u128, u128::from(dtype.total_bits()));
        match bits % unit {
            0 => i64::try_from(bits / unit).map_err(|_| layout::overflow(&[i64::MAX])),
            _ => Err(Error::new(
                TA_ERR_INVALID_ARGUMENT,
                format_args!(
                    "buffer size ({} bytes) must be a multiple of the element size ({} bytes of {dtype})",
                    self.size,
                    dtype.itemsize()
                ),
            )),
        }
    }

    /// The first `shape` of them read as elements of `dtype`.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_BOUNDS` if there are not so many; `TA_ERR_DTYPE`, `TA_ERR_LAYOUT`.
    pub fn regroup<'b>(self, dtype: DType, shape: &'b [i64]) -> Result<View<'b>>
    where
        'a: 'b,
    {
        dtype.check()?;
        let count = layout::numel(shape)?;
        let bits = u128::from(count.unsigned_abs()) * u128::from(dtype.total_bits());
        if bits > 8 * self.size as u128 {
            let message = format_args!(
                "{count} elements of {dtype} are more than the buffer's {} bytes hold",
                self.size
            );
            return Err(Error::new(TA_ERR_OUT_OF_BOUNDS, message));
        }
        let it = Description {
            data: self.data,
            byte_offset: 0,
            dtype,
            device: Device::CPU,
            shape,
            strides: Strides::Compact,
            swapped: false,
            flags: self.flags,
            stream: 0,
            lender: None,
        };
        Ok(View { it, numel: count, odd_strides: false, contiguous: true })
    }
}
