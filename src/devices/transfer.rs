//! Copies from any device to any other, converted on the way.
//!
//! Work is queued on streams and the host waits only where it takes part itself: for bytes that
//! it is to read, for bytes of its own that are being read, and for memory of others that is being
//! read, since they cannot be told of our streams. What a device has no kernel for goes through the
//! host, and the result says so.

use crate::abi::*;
use crate::convert::memory::{self, Writable};
use crate::devices::DEFAULT_STREAM;
use crate::devices::backend::{Backend, Elements, Place};
use crate::devices::block::DeviceBlock;
use crate::devices::registry::{backend, find};
use crate::devices::runs::Runs;
use crate::devices::serve::{hold, order, serving, used_on, wait};
use crate::model::alloc::{self, Block};
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::gradient::Gradient;
use crate::model::layout::MAX_NDIM;
use crate::model::owner::{DeviceMemory, Owner};
use crate::model::shared::Shared;
use crate::model::tensor::{Draft, Marks, Tensor};
use crate::model::view::{Description, Strides, View};

/// What a copy is to be.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// Of these elements.
    pub dtype: DType,
    /// There.
    pub device: Device,
    /// In C order; else in the order of the source's axes.
    pub contiguous: bool,
    /// For work on this stream; below 1 none is named.
    pub stream: i64,
    /// Who has that device, if it need not be the one that is registered for it.
    pub to: Option<&'a Shared<dyn Backend>>,
}

impl Wish<'_> {
    fn backend(&self) -> Result<Shared<dyn Backend>> {
        self.to.map_or_else(|| find(self.device), |to| Ok(to.clone()))
    }
}

/// Memory of our own, anywhere.
pub enum Memory {
    /// The CPU's.
    Host(Block),
    /// A device's.
    Device(DeviceBlock),
}

/// A copy.
pub struct Moved {
    /// Its elements.
    pub memory: Memory,
    /// The stream on which they are ready; 0: on any.
    pub stream: i64,
    /// They were on a device, and went through memory of the host that is not the result's.
    pub staged: bool,
}

impl Moved {
    fn on_host(block: Block, staged: bool) -> Moved {
        Moved { memory: Memory::Host(block), stream: 0, staged }
    }

    /// Queued on the stream that the block is for.
    fn queued(block: DeviceBlock) -> Moved {
        Moved { stream: block.home(), memory: Memory::Device(block), staged: false }
    }

    /// Done.
    fn on_device(block: DeviceBlock) -> Moved {
        Moved { memory: Memory::Device(block), stream: 0, staged: false }
    }

    /// The first elements of it; strides in elements.
    ///
    /// # Errors
    /// `TA_ERR_INTERNAL` if they reach outside it.
    fn view<'a>(
        &'a self,
        dtype: DType,
        shape: &'a [i64],
        strides: &'a [i64],
        flags: u64,
    ) -> Result<View<'a>> {
        let block = match &self.memory {
            Memory::Host(block) => return View::of_block(block, dtype, shape, strides, flags),
            Memory::Device(block) => block,
        };
        let Place { device, data, byte_offset } = block.place();
        let (strides, flags) = (Strides::Elements(strides), flags & DLPACK_SUBBYTE_PADDED);
        let (swapped, stream, lender) = (false, self.stream, None);
        let description = Description {
            data,
            byte_offset,
            dtype,
            device,
            shape,
            strides,
            swapped,
            flags,
            stream,
            lender,
        };
        // SAFETY: checked below to lie within the block, and where the CPU reads it, it is the CPU's.
        let view = unsafe { View::new(description) }?;
        let reach = view.span();
        match reach.start < 0 || reach.end > block.bytes() as i64 {
            false => Ok(view),
            true => Err(Error::new(
                TA_ERR_INTERNAL,
                format_args!("a tensor reaches outside its block of {} bytes", block.bytes()),
            )),
        }
    }

    /// A tensor over it; strides in elements.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`; `TA_ERR_INTERNAL` if it would reach outside the copy.
    pub fn into_tensor(
        self,
        dtype: DType,
        shape: &[i64],
        strides: &[i64],
        marks: Marks,
        gradient: Option<Shared<dyn Gradient>>,
    ) -> Result<Tensor> {
        let provenance = marks.provenance.staged(self.staged);
        let view = self.view(dtype, shape, strides, marks.flags)?;
        let draft = Draft::new(&view, Marks { provenance, ..marks })?.with(gradient)?;
        Ok(draft.adopt(self.into_owner()?))
    }

    /// What keeps it.
    fn into_owner(self) -> Result<Owner> {
        match self.memory {
            Memory::Host(block) => Ok(Owner::Block(block)),
            Memory::Device(block) => {
                let block: Box<dyn DeviceMemory> = alloc::boxed(block, "a device block")?;
                Ok(Owner::Device(block))
            }
        }
    }
}

/// Shows a view's elements to `then` where the CPU reads them.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`; what `then` refuses.
pub fn read<T>(view: &View<'_>, then: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
    if view.device().is_host_readable() {
        wait(view)?;
        return then(view);
    }
    let from = serving(view)?;
    let reach = view.span();
    let block = Block::new((reach.end - reach.start) as usize)?;
    let (first, target) = (Place::of(view).moved(reach.start), Place::on_host(block.start()));
    fetch(&*from, target, first, block.size(), queue(view))?;
    let start = block.start().wrapping_offset(-reach.start as isize);
    // SAFETY: the block holds everything that the view reaches, and stays until `then` is done.
    then(&unsafe { view.relocated(start, 0, Device::CPU) }?)
}

/// The stream on which work with a view's elements is queued.
fn queue(view: &View<'_>) -> i64 {
    if view.stream() == 0 { DEFAULT_STREAM } else { view.stream() }
}

/// Fills fresh memory that the CPU reads from a device, and waits for it.
fn fetch(
    from: &dyn Backend,
    target: Place,
    source: Place,
    bytes: usize,
    stream: i64,
) -> Result<()> {
    if bytes == 0 {
        return Ok(());
    }
    // SAFETY: the callers' places have so many bytes, and the target's are fresh; the stream is
    // synchronised before anybody looks.
    unsafe { from.copy(target, source, bytes, stream) }?;
    from.synchronize(source.device, stream)
}

/// Copies a view's elements to where they are wished. Writes the strides of the copy, in elements.
///
/// # Errors
/// `TA_ERR_DTYPE`, `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`; what a backend says.
pub fn gather(view: &View<'_>, wish: &Wish<'_>, strides: &mut [i64]) -> Result<Moved> {
    memory::check_conversion(view, wish.dtype)?;
    memory::copy_strides(view, wish.contiguous, strides)?;
    let bytes = memory::copy_bytes(view, wish.dtype)?;
    let ready = is_ready(view, wish.dtype, strides)?;
    // What stays on its device stays with who serves it, whoever has the device by now.
    let stays = wish.device == view.device() && wish.device != Device::CPU && wish.to.is_none();
    let own = stays.then(|| serving(view)).transpose()?;
    let wish = &Wish { to: own.as_ref().or(wish.to), ..*wish };
    if view.device().is_host_readable() {
        return read(view, |view| match ready && wish.device != Device::CPU {
            true => send(Place::of(view), bytes, wish),
            false => rearrange(view, wish, strides),
        });
    }
    let source = Source { from: serving(view)?, view };
    let moved = match ready {
        true => Some(source.copied(bytes, wish)?),
        false => source.converted(bytes, wish, strides)?,
    };
    match moved {
        Some(moved) => Ok(moved),
        None => {
            let moved = read(view, |view| rearrange(view, wish, strides))?;
            Ok(Moved { staged: true, ..moved })
        }
    }
}

/// Whether the bytes of the copy are those of the view, one after another.
fn is_ready(view: &View<'_>, dtype: DType, strides: &[i64]) -> Result<bool> {
    if view.dtype() != dtype || view.is_swapped() || view.has_odd_strides() {
        return Ok(false);
    }
    let mut own = [0; MAX_NDIM];
    let own = &mut own[..strides.len()];
    view.element_strides(own);
    let steps = view.shape().iter().zip(own).zip(strides);
    Ok(view.numel() == 0 || steps.into_iter().all(|((&n, own), copied)| n == 1 || own == copied))
}

/// A copy of elements that the CPU reads, converted by it.
fn rearrange(view: &View<'_>, wish: &Wish<'_>, strides: &mut [i64]) -> Result<Moved> {
    let block = memory::gather(view, wish.dtype, wish.contiguous, strides)?;
    match wish.device == Device::CPU {
        true => Ok(Moved::on_host(block, false)),
        false => upload(block, wish),
    }
}

/// Moves elements of the CPU's to where they are wanted.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`; what a backend says.
pub fn upload(block: Block, wish: &Wish<'_>) -> Result<Moved> {
    match wish.device == Device::CPU {
        true => Ok(Moved::on_host(block, false)),
        false => send(Place::on_host(block.start()), block.size(), wish),
    }
}

/// Copies bytes that the CPU reads to fresh memory on another device. Waits, as they are only lent.
fn send(source: Place, bytes: usize, wish: &Wish<'_>) -> Result<Moved> {
    let (to, stream) = (wish.backend()?, wish.stream.max(DEFAULT_STREAM));
    let block = DeviceBlock::new(to.clone(), wish.device, bytes, stream)?;
    if bytes != 0 {
        let mover = if wish.device.is_host_readable() { backend(Device::CPU)? } else { to };
        // SAFETY: both have so many bytes, one of them fresh; the stream is synchronised before the
        // call gives the source back.
        unsafe { mover.copy(block.place(), source, bytes, stream) }?;
        mover.synchronize(wish.device, stream)?;
    }
    Ok(Moved::on_device(block))
}

/// Elements on a device.
struct Source<'a> {
    from: Shared<dyn Backend>,
    view: &'a View<'a>,
}

impl Source<'_> {
    fn device(&self) -> Device {
        self.view.device()
    }

    /// Whether a copy is made where the elements are.
    fn keeps(&self, wish: &Wish<'_>) -> bool {
        wish.device == self.device() && wish.to.is_none_or(|to| to.is(&self.from))
    }

    /// The stream of the source's device on which to work for `wish`: the consumer's, if the result
    /// stays on the device, where it now waits for the elements.
    fn queue(&self, wish: &Wish<'_>) -> Result<i64> {
        if !self.keeps(wish) || wish.stream < 1 {
            return Ok(queue(self.view));
        }
        order(self.view, wish.stream)?;
        Ok(wish.stream)
    }

    /// A copy of the bytes as they are.
    fn copied(&self, bytes: usize, wish: &Wish<'_>) -> Result<Moved> {
        let queue = self.queue(wish)?;
        let place = Place::of(self.view);
        if !self.keeps(wish) {
            let held = |device, stream| hold(self.view, device, stream);
            return self.passed_on(place, bytes, queue, wish, held);
        }
        let block = DeviceBlock::new(self.from.clone(), wish.device, bytes, queue)?;
        if bytes != 0 {
            let held = hold(self.view, wish.device, queue)?;
            // SAFETY: a whole view and a block of as many bytes; who holds the view waits for the
            // stream, as `hold` and `settle` see to.
            unsafe { self.from.copy(block.place(), place, bytes, queue) }?;
            self.settle(held, wish.device, queue)?;
        }
        Ok(Moved::queued(block))
    }

    /// A copy by a kernel of the device; `None` if it has none.
    fn converted(&self, bytes: usize, wish: &Wish<'_>, strides: &[i64]) -> Result<Option<Moved>> {
        if self.view.is_swapped() || self.view.has_odd_strides() || self.view.is_packed() {
            return Ok(None);
        }
        let queue = self.queue(wish)?;
        let block = DeviceBlock::new(self.from.clone(), self.device(), bytes, queue)?;
        let (mut read, mut written) = ([0; MAX_NDIM], [0; MAX_NDIM]);
        let (read, written) = (&mut read[..strides.len()], &mut written[..strides.len()]);
        self.view.byte_strides(read);
        let unit = wish.dtype.itemsize() as i64;
        written.iter_mut().zip(strides).for_each(|(bytes, step)| *bytes = step * unit);
        let source =
            Elements { place: Place::of(self.view), strides: read, dtype: self.view.dtype() };
        let target = Elements { place: block.place(), strides: written, dtype: wish.dtype };
        let held = hold(self.view, self.device(), queue)?;
        // SAFETY: a view, and a block with room for a copy of these strides; who holds the view waits
        // for the stream, as `hold` and `settle` see to.
        if !unsafe { self.from.convert(self.view.shape(), target, source, queue) }? {
            return Ok(None);
        }
        self.settle(held, self.device(), queue)?;
        if self.keeps(wish) {
            return Ok(Some(Moved::queued(block)));
        }
        let hold = |device, stream| block.used_on(device, stream).map(|()| true);
        self.passed_on(block.place(), bytes, queue, wish, hold).map(Some)
    }

    /// Bytes of the source's device, ready on its stream `queue`, copied to another device. `hold` makes
    /// their memory wait for a stream, if it can.
    fn passed_on(
        &self,
        place: Place,
        bytes: usize,
        queue: i64,
        wish: &Wish<'_>,
        hold: impl FnOnce(Device, i64) -> Result<bool>,
    ) -> Result<Moved> {
        if wish.device != Device::CPU && !wish.device.is_host_readable() {
            let to = wish.backend()?;
            if to.is(&self.from) {
                let stream = wish.stream.max(DEFAULT_STREAM);
                let block = DeviceBlock::new(to, wish.device, bytes, stream)?;
                if bytes != 0 {
                    self.from.order((self.device(), queue), (wish.device, stream))?;
                    let held = hold(wish.device, stream)?;
                    // SAFETY: both have so many bytes, one of them fresh; the source waits for the
                    // stream, as `hold` and `settle` see to.
                    unsafe { self.from.copy(block.place(), place, bytes, stream) }?;
                    self.settle(held, wish.device, stream)?;
                }
                return Ok(Moved::queued(block));
            }
        }
        if wish.device.is_host_readable() && wish.device != Device::CPU {
            return self.fetched(place, bytes, queue, wish);
        }
        let block = Block::new(bytes)?;
        fetch(&*self.from, Place::on_host(block.start()), place, bytes, queue)?;
        let moved = upload(block, wish)?;
        Ok(Moved { staged: wish.device != Device::CPU, ..moved })
    }

    /// Bytes of the source's device, ready on its stream `queue`, in a device's memory on the host.
    fn fetched(&self, place: Place, bytes: usize, queue: i64, wish: &Wish<'_>) -> Result<Moved> {
        let stream = wish.stream.max(DEFAULT_STREAM);
        let block = DeviceBlock::new(wish.backend()?, wish.device, bytes, stream)?;
        fetch(&*self.from, block.place(), place, bytes, queue)?;
        Ok(Moved::on_device(block))
    }

    /// Waits here for an owner that cannot wait itself.
    fn settle(&self, held: bool, device: Device, stream: i64) -> Result<()> {
        if held { Ok(()) } else { self.from.synchronize(device, stream) }
    }
}

/// Overwrites the elements of `target` with those of `source`, which has the same shape.
///
/// # Errors
/// `TA_ERR_DTYPE`, `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`; what a backend says.
pub fn overwrite(target: &Writable<'_>, source: &View<'_>) -> Result<()> {
    let view = target.view();
    if view.device().is_host_readable() {
        // Whatever is still queued on the target comes first.
        return read(&view, |_| read(source, |source| memory::overwrite(target, source)));
    }
    memory::check_overwrite(&view, source)?;
    let (to, stream) = (serving(&view)?, queue(&view));
    let (dtype, device) = (view.dtype(), view.device());
    let wish = Wish { dtype, device, contiguous: true, stream, to: Some(&to) };
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..view.shape().len()];
    let moved = gather(source, &wish, strides)?;
    let copy = moved.view(view.dtype(), view.shape(), strides, source.flags())?;
    used_on(&view, stream)?;
    write(&*to, &view, &copy, stream)?;
    // A tensor that said it is ready on any stream still is.
    if view.stream() == 0 { to.synchronize(view.device(), stream) } else { Ok(()) }
}

/// Writes a contiguous copy on the same device over the target's elements.
fn write(to: &dyn Backend, target: &View<'_>, copy: &View<'_>, stream: i64) -> Result<()> {
    if target.numel() == 0 {
        return Ok(());
    }
    if target.is_contiguous() {
        let bytes = target.compact_bytes() as usize;
        // SAFETY: both are contiguous and have so many bytes; the copy is freed on the same stream.
        return unsafe { to.copy(Place::of(target), Place::of(copy), bytes, stream) };
    }
    let (mut read, mut written) = ([0; MAX_NDIM], [0; MAX_NDIM]);
    let (read, written) = (&mut read[..target.shape().len()], &mut written[..target.shape().len()]);
    copy.byte_strides(read);
    target.byte_strides(written);
    let source = Elements { place: Place::of(copy), strides: read, dtype: copy.dtype() };
    let place = Place::of(target);
    let written = Elements { place, strides: written, dtype: target.dtype() };
    // SAFETY: views of one shape; the target may be written and does not overlap itself, as its
    // maker has checked, and the copy is freed on the same stream.
    if unsafe { to.convert(target.shape(), written, source, stream) }? {
        return Ok(());
    }
    let runs = Runs::of(target.shape(), written.strides, read, target.dtype().itemsize());
    // SAFETY: as above.
    runs.map_or(Ok(()), |runs| unsafe { runs.copy(to, place, Place::of(copy), stream) })
}
