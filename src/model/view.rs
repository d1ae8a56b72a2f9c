//! Borrowed memory with a layout: what a source says it is, checked, owning nothing.

use std::marker::PhantomData;

use crate::abi::*;
use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, MAX_NDIM};
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
    memory: PhantomData<&'a [u8]>,
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
    pub unsafe fn new(claimed: Description<'a>) -> Result<View<'a>> {
        claimed.dtype.check()?;
        if claimed.swapped {
            claimed.dtype.check_swappable()?;
        }
        let mut view = View {
            numel: layout::numel(claimed.shape)?,
            it: Description { device: claimed.device.located()?, ..claimed },
            odd_strides: false,
            contiguous: true,
            memory: PhantomData,
        };
        view.check_strides()?;
        view.check_addresses()?;
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
        };
        let (numel, contiguous) = (tensor.numel(), tensor.is_contiguous());
        View { it, numel, odd_strides: false, contiguous, memory: PhantomData }
    }

    fn check_strides(&mut self) -> Result<()> {
        let shape = self.it.shape;
        match self.it.strides {
            // Nobody steps through an empty tensor, but it must have strides to be exported with.
            Strides::Compact => {
                layout::compact_strides(shape, 1, &mut [0; MAX_NDIM][..shape.len()])?;
            }
            Strides::Elements(strides) => {
                self.contiguous = layout::is_contiguous(shape, strides.iter().copied(), 1);
            }
            Strides::Bytes(_) if self.is_packed() => {
                return Err(Error::new(
                    TA_ERR_LAYOUT,
                    format_args!("packed {} cannot have strides in bytes", self.it.dtype),
                ));
            }
            Strides::Bytes(strides) => {
                let unit = self.it.dtype.itemsize() as i64;
                self.contiguous = layout::is_contiguous(shape, strides.iter().copied(), unit);
                self.odd_strides = self.numel != 0
                    && shape.iter().zip(strides).any(|(&n, &step)| n > 1 && step % unit != 0);
            }
        }
        Ok(())
    }

    /// That every element has an address, and that all of them lie within one object's size.
    fn check_addresses(&self) -> Result<()> {
        let Some((low, end)) = self.reach_in_bits()? else { return Ok(()) };
        layout::check_size(self.it.shape, self.numel, self.element_bits())?;
        let addressed = self.it.device.has_addresses();
        if addressed && self.it.data.is_null() {
            return Err(Error::new(
                TA_ERR_NULL_ARGUMENT,
                format_args!(
                    "data is NULL, but shape {} has elements",
                    layout::List(self.it.shape)
                ),
            ));
        }
        let base = if addressed { self.it.data.addr() as i128 } else { 0 };
        let start = base + i128::from(self.it.byte_offset);
        let fits = end - low <= 8 * isize::MAX as i128
            && start + low.div_euclid(8) >= 0
            && start + (end + 7).div_euclid(8) <= usize::MAX as i128;
        if fits { Ok(()) } else { Err(layout::overflow(self.it.shape)) }
    }

    /// First bit of the lowest element and last bit of the highest, relative to the first bit
    /// of element `(0, …, 0)`; `None` if there are no elements.
    fn reach_in_bits(&self) -> Result<Option<(i128, i128)>> {
        let (unit, span) = match self.it.strides {
            _ if self.numel == 0 => return Ok(None),
            Strides::Compact => (self.element_bits(), Some((0, self.numel - 1))),
            Strides::Elements(strides) => {
                (self.element_bits(), layout::span(self.it.shape, strides.iter().copied())?)
            }
            Strides::Bytes(strides) => (8, layout::span(self.it.shape, strides.iter().copied())?),
        };
        Ok(span.map(|(low, high)| {
            (i128::from(low) * unit, i128::from(high) * unit + self.element_bits())
        }))
    }

    /// Where offsets can be added to `data`, there is no need to carry one.
    fn fold_offset(&mut self) {
        if self.it.device.has_addresses() && self.numel != 0 {
            self.it.data = self.it.data.wrapping_add(self.it.byte_offset as usize);
        }
        if self.it.device.has_addresses() {
            self.it.byte_offset = 0;
        }
    }

    /// Bits from one neighbour to the next where they are compact.
    pub fn element_bits(&self) -> i128 {
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
        self.it.dtype.is_subbyte() && self.it.flags & DLPACK_SUBBYTE_PADDED != 0
    }

    /// Bytes that the elements need when they stand one after another.
    pub fn compact_bytes(&self) -> u64 {
        ((i128::from(self.numel) * self.element_bits() + 7) / 8) as u64
    }

    /// Every element's address is known, and a multiple of its component's size.
    pub fn is_aligned(&self) -> bool {
        if !self.it.device.has_addresses() {
            return false;
        }
        let mut steps = [0; MAX_NDIM];
        let steps = &mut steps[..self.it.shape.len()];
        self.byte_strides(steps);
        let unit = self.it.dtype.component_size().max(1);
        let fits = |bytes: usize| bytes.is_multiple_of(unit);
        fits(self.it.data.addr()) && steps.iter().all(|step| fits(step.unsigned_abs() as usize))
    }

    /// Writes the strides in elements. A stride that is never stepped and has no whole number of
    /// elements becomes the compact one. Not for a view that [has odd strides](Self::has_odd_strides).
    ///
    /// # Errors
    /// `TA_ERR_LAYOUT` if a compact one does not fit `i64`.
    pub fn element_strides(&self, out: &mut [i64]) -> Result<()> {
        let unit = self.it.dtype.itemsize() as i64;
        match self.it.strides {
            Strides::Elements(strides) => {
                out.copy_from_slice(strides);
                return Ok(());
            }
            Strides::Compact => return layout::compact_strides(self.it.shape, 1, out),
            Strides::Bytes(strides) if strides.iter().all(|step| step % unit == 0) => {
                out.copy_from_slice(strides);
            }
            Strides::Bytes(strides) => {
                layout::compact_strides(self.it.shape, unit, out)?;
                for (out, &step) in
                    out.iter_mut().zip(strides).filter(|(_, step)| *step % unit == 0)
                {
                    *out = step;
                }
            }
        }
        out.iter_mut().for_each(|step| *step /= unit);
        Ok(())
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
        let mut own = [0; MAX_NDIM];
        let own = &mut own[..self.it.shape.len()];
        self.element_strides(own)?;
        layout::broadcast_strides(self.it.shape, own, shape, strides)?;
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
        View { it, numel, odd_strides: false, contiguous, memory: PhantomData }
    }

    /// That elements `low` to `high` lie within this view.
    fn check_window(&self, low: i128, high: i128) -> Result<()> {
        let spacing = self.element_bits();
        let (first, last) = match self.reach_in_bits()? {
            Some((low, end)) => (low.div_euclid(spacing), end.div_euclid(spacing) - 1),
            None => (0, -1),
        };
        if first <= low && high <= last {
            return Ok(());
        }
        let message = format_args!(
            "the view reaches elements {low} to {high}, but the tensor has {first} to {last}"
        );
        Err(Error::new(TA_ERR_OUT_OF_BOUNDS, message))
    }

    /// Moves element `(0, …, 0)` on by a number of elements that stays within the memory.
    fn advance(&mut self, elements: i128) -> Result<()> {
        let distance = elements * self.element_bits();
        if distance % 8 != 0 {
            let message = format_args!(
                "element {elements} of packed {} does not begin at a byte",
                self.it.dtype
            );
            return Err(Error::new(TA_ERR_DTYPE, message));
        }
        let bytes = (distance / 8) as i64;
        match self.it.device.has_addresses() {
            true => self.it.data = self.it.data.wrapping_offset(bytes as isize),
            false => self.it.byte_offset = self.it.byte_offset.wrapping_add_signed(bytes),
        }
        Ok(())
    }

    /// Whether the two share an address, as far as their lowest and highest elements tell.
    pub fn overlaps(&self, other: &View<'_>) -> bool {
        let (mine, theirs) = (self.addresses(), other.addresses());
        mine.start < theirs.end && theirs.start < mine.end
    }

    /// From the lowest byte to behind the highest; empty if there are no elements.
    fn addresses(&self) -> std::ops::Range<i128> {
        let start = self.it.data.addr() as i128;
        match self.reach_in_bits() {
            Ok(Some((low, end))) => start + low.div_euclid(8)..start + (end + 7).div_euclid(8),
            _ => start..start,
        }
    }

    /// The first elements of a block of our own; strides in elements.
    ///
    /// # Errors
    /// `TA_ERR_INTERNAL` if they reach outside the block.
    pub fn of_block(
        block: &'a Block,
        dtype: DType,
        shape: &'a [i64],
        strides: &'a [i64],
        flags: u64,
    ) -> Result<View<'a>> {
        let numel = layout::numel(shape)?;
        let it = Description {
            data: block.start(),
            byte_offset: 0,
            dtype,
            device: Device::CPU,
            shape,
            strides: Strides::Elements(strides),
            swapped: false,
            flags: flags & DLPACK_SUBBYTE_PADDED,
        };
        let contiguous = layout::is_contiguous(shape, strides.iter().copied(), 1);
        let view = View { it, numel, odd_strides: false, contiguous, memory: PhantomData };
        let room = 8 * block.size() as i128;
        match view.reach_in_bits()? {
            Some((low, end)) if low < 0 || end > room => Err(Error::new(
                TA_ERR_INTERNAL,
                format_args!("a tensor reaches outside its block of {} bytes", block.size()),
            )),
            _ => Ok(view),
        }
    }

    /// The view of one element; `None` if a position is outside its axis. Not for packed elements.
    pub fn element(&self, index: &[i64]) -> Option<View<'a>> {
        let mut strides = [0; MAX_NDIM];
        let strides = &mut strides[..self.it.shape.len()];
        self.byte_strides(strides);
        let mut offset = 0isize;
        for ((&position, &extent), &step) in index.iter().zip(self.it.shape).zip(&*strides) {
            if position < 0 || position >= extent {
                return None;
            }
            // In range of `check_addresses`, which every element has passed.
            offset += (position * step) as isize;
        }
        let data = self.it.data.wrapping_offset(offset);
        let it = Description { data, shape: &[], strides: Strides::Compact, ..self.it };
        let memory = PhantomData;
        Some(View { it, numel: 1, odd_strides: false, contiguous: true, memory })
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
        };
        Ok(View { it, numel: count, odd_strides: false, contiguous: true, memory: PhantomData })
    }
}
