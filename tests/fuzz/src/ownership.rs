//! Random calls on a set of handles and loans, against a model of who holds what.
//!
//! The model knows, for every piece of foreign memory, how many handles and loans hold it: the
//! library must let it go exactly when the last of them is gone.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

use crate::Draw;
use crate::exercise::info;
use crate::host::{
    Arena, Foreign, Runs, Said, check_said, error, forget_owner, owner, release, source,
};

/// Foreign memory, by its number in [`Model::memories`]; none for tensors with memory of their own.
type Memory = Option<usize>;

struct Model {
    arena: Arena,
    memories: Vec<Runs>,
    /// Foreign memory that was offered and not taken.
    kept: Vec<Foreign>,
    handles: Vec<(*mut ta_tensor, Memory)>,
    loans: Vec<(Loan, Memory)>,
}

#[derive(Clone, Copy)]
enum Loan {
    Versioned(*mut DLManagedTensorVersioned),
    Legacy(*mut DLManagedTensor),
}

pub fn run(draw: &mut Draw<'_>) {
    let mut model = Model {
        arena: Arena::new(draw),
        memories: Vec::new(),
        kept: Vec::new(),
        handles: Vec::new(),
        loans: Vec::new(),
    };
    while !draw.is_empty() {
        model.step(draw);
        model.check();
    }
    while let Some((handle, _)) = model.handles.pop() {
        // SAFETY: a live handle.
        unsafe { ta_release(handle) };
        model.check();
    }
    while let Some((loan, _)) = model.loans.pop() {
        end(loan);
        model.check();
    }
    assert_eq!((ta_live_tensors(), ta_live_nodes()), (0, 0));
}

impl Model {
    fn step(&mut self, draw: &mut Draw<'_>) {
        match draw.byte() % 14 {
            0 => self.take_dlpack(draw),
            1 => self.take_memory(draw),
            2 => self.take_loan(draw),
            3 => self.retain(draw),
            4 | 5 => self.release(draw),
            6 => self.lend(draw),
            7 => self.end_loan(draw),
            8 => self.view(draw),
            9 | 10 => self.again(draw),
            11 => self.write(draw),
            _ => self.differentiate(draw),
        }
    }

    /// Memory is gone exactly when nobody holds it.
    fn check(&self) {
        let holders = |number| {
            let handles = self.handles.iter().map(|(_, memory)| memory);
            let loans = self.loans.iter().map(|(_, memory)| memory);
            handles.chain(loans).filter(|memory| **memory == Some(number)).count()
        };
        for (number, runs) in self.memories.iter().enumerate() {
            assert_eq!(runs.count(), u32::from(holders(number) == 0), "memory {number}");
        }
    }

    /// Which handle a step is about.
    fn drawn(&self, draw: &mut Draw<'_>) -> Option<(*mut ta_tensor, Memory)> {
        let count = self.handles.len();
        (count != 0).then(|| self.handles[draw.below(count)])
    }

    /// A result holds what it shares: `memory`, if it was not copied.
    fn made(&mut self, tensor: *mut ta_tensor, memory: Memory) {
        let aliased = info(tensor).provenance.aliased == 1;
        self.handles.push((tensor, memory.filter(|_| aliased)));
    }

    /// Foreign memory that changed hands: held by the tensor, or, if it was copied, let go already.
    fn taken(&mut self, tensor: *mut ta_tensor, runs: Runs) {
        let held = runs.count() == 0;
        assert!(held || info(tensor).provenance.aliased == 0, "shared, but let go");
        self.memories.push(runs);
        self.handles.push((tensor, held.then_some(self.memories.len() - 1)));
    }

    fn take_dlpack(&mut self, draw: &mut Draw<'_>) {
        let foreign = Foreign::new(Said {
            version: DLPackVersion { major: 1 + u32::from(draw.rarely()), minor: 3 },
            flags: u64::from(draw.byte() % 4),
            data: self.arena.start(),
            byte_offset: 8 * u64::from(draw.byte() % 8),
            dtype: DType::F32,
            device: ta_device { device_type: TA_DEVICE_CPU, index: 0 },
            ndim: 2,
            shape: Some(vec![3, i64::from(draw.byte() % 5)]),
            strides: None,
        });
        let options = draw.options();
        let (mut out, mut err) = (ptr::null_mut(), error());
        let status = match draw.byte() % 2 {
            // SAFETY: what it describes is there.
            0 => unsafe { ta_from_dlpack(foreign.managed, &options, &raw mut out, &raw mut err) },
            // SAFETY: as above.
            _ => unsafe {
                ta_from_dlpack_legacy(foreign.legacy, &options, &raw mut out, &raw mut err)
            },
        };
        check_said(status, &err);
        if status == TA_OK {
            self.taken(out, foreign.runs.clone());
        } else {
            assert_eq!(foreign.runs.count(), 0);
        }
        self.kept.push(foreign);
    }

    fn take_memory(&mut self, draw: &mut Draw<'_>) {
        let (runs, shape) = (Runs::default(), [i64::from(draw.byte() % 9)]);
        let owned = owner(&runs);
        let given = source(TA_SOURCE_MEMORY, |member| {
            member.memory.data = self.arena.start().cast();
            member.memory.shape = shape.as_ptr();
            member.memory.dtype = DType::I32;
            member.memory.ndim = 1;
            member.memory.flags = u64::from(draw.byte() % 4);
            member.memory.owner = owned;
            member.memory.release = Some(release);
        });
        let options = draw.options();
        let (mut out, mut err) = (ptr::null_mut(), error());
        // SAFETY: what it describes is there.
        let status = unsafe { ta_asarray(&given, &options, &raw mut out, &raw mut err) };
        check_said(status, &err);
        match status {
            TA_OK => self.taken(out, runs),
            _ => forget_owner(owned),
        }
    }

    /// A loan of ours comes back: the tensor holds what the loan held.
    fn take_loan(&mut self, draw: &mut Draw<'_>) {
        if self.loans.is_empty() {
            return;
        }
        let number = draw.below(self.loans.len());
        let (loan, memory) = self.loans[number];
        let options = draw.options();
        let (mut out, mut err) = (ptr::null_mut(), error());
        let status = match loan {
            // SAFETY: a loan that has not ended.
            Loan::Versioned(loan) => unsafe {
                ta_from_dlpack(loan, &options, &raw mut out, &raw mut err)
            },
            // SAFETY: as above.
            Loan::Legacy(loan) => unsafe {
                ta_from_dlpack_legacy(loan, &options, &raw mut out, &raw mut err)
            },
        };
        check_said(status, &err);
        if status == TA_OK {
            self.loans.swap_remove(number);
            self.made(out, memory);
        }
    }

    fn retain(&mut self, draw: &mut Draw<'_>) {
        let Some((handle, memory)) = self.drawn(draw) else { return };
        // SAFETY: a live handle.
        let share = unsafe { ta_retain(handle) };
        assert_eq!(share, handle);
        self.handles.push((share, memory));
    }

    fn release(&mut self, draw: &mut Draw<'_>) {
        if !self.handles.is_empty() {
            let (handle, _) = self.handles.swap_remove(draw.below(self.handles.len()));
            // SAFETY: a live handle whose share goes.
            unsafe { ta_release(handle) };
        }
    }

    fn lend(&mut self, draw: &mut Draw<'_>) {
        let Some((handle, memory)) = self.drawn(draw) else { return };
        let options = ta_export_options {
            struct_size: size_of::<ta_export_options>(),
            copy: i32::from(draw.byte() % 3),
            flags: u64::from(draw.byte() % 2),
            // SAFETY: plain numbers, for which zero is a value.
            ..unsafe { std::mem::zeroed() }
        };
        let mut err = error();
        let lent = match draw.byte() % 2 {
            0 => {
                let mut loan = ptr::null_mut();
                // SAFETY: a live handle.
                let status = unsafe { ta_to_dlpack(handle, &options, &raw mut loan, &raw mut err) };
                check_said(status, &err);
                (status == TA_OK).then_some(Loan::Versioned(loan))
            }
            _ => {
                let mut loan = ptr::null_mut();
                // SAFETY: a live handle.
                let status =
                    unsafe { ta_to_dlpack_legacy(handle, &options, &raw mut loan, &raw mut err) };
                check_said(status, &err);
                (status == TA_OK).then_some(Loan::Legacy(loan))
            }
        };
        let copied = options.copy == TA_COPY_ALWAYS;
        self.loans.extend(lent.map(|loan| (loan, memory.filter(|_| !copied))));
    }

    fn end_loan(&mut self, draw: &mut Draw<'_>) {
        if !self.loans.is_empty() {
            let (loan, _) = self.loans.swap_remove(draw.below(self.loans.len()));
            end(loan);
        }
    }

    fn view(&mut self, draw: &mut Draw<'_>) {
        let Some((handle, memory)) = self.drawn(draw) else { return };
        let shape = [draw.extent()];
        let (mut out, mut err) = (ptr::null_mut(), error());
        let offset = draw.stride();
        // SAFETY: a live handle.
        let status = unsafe {
            ta_view(handle, 1, shape.as_ptr(), ptr::null(), offset, &raw mut out, &raw mut err)
        };
        check_said(status, &err);
        if status == TA_OK {
            self.handles.push((out, memory));
        }
    }

    /// A tensor of a tensor: the same handle, an alias or a copy.
    fn again(&mut self, draw: &mut Draw<'_>) {
        let Some((handle, memory)) = self.drawn(draw) else { return };
        let given = source(TA_SOURCE_TENSOR, |member| member.tensor = handle);
        let options = draw.options();
        let (mut out, mut err) = (ptr::null_mut(), error());
        // SAFETY: a live handle.
        let status = unsafe { ta_asarray(&given, &options, &raw mut out, &raw mut err) };
        check_said(status, &err);
        if status == TA_OK {
            match out == handle {
                true => self.handles.push((out, memory)),
                false => self.made(out, memory),
            }
        }
    }

    /// A history that begins at a handle, run back and forgotten: it keeps memory no longer than that.
    fn differentiate(&mut self, draw: &mut Draw<'_>) {
        let (Some((a, _)), Some((b, _))) = (self.drawn(draw), self.drawn(draw)) else { return };
        if info(a).numel > 1 << 12 || info(b).numel > 1 << 12 {
            return;
        }
        let (mut product, mut sum, mut err) = (ptr::null_mut(), ptr::null_mut(), error());
        let before = ta_live_nodes();
        // SAFETY: live handles.
        let status = unsafe { ta_mul(a, b, &raw mut product, &raw mut err) };
        check_said(status, &err);
        if status != TA_OK {
            return;
        }
        // SAFETY: a live handle.
        let status = unsafe { ta_sum(product, ptr::null(), 0, 0, &raw mut sum, &raw mut err) };
        check_said(status, &err);
        if status == TA_OK {
            let retained = i32::from(draw.byte() % 2);
            // SAFETY: a live handle.
            let status = unsafe { ta_backward(sum, ptr::null(), retained, &raw mut err) };
            check_said(status, &err);
        }
        for result in [product, sum] {
            // SAFETY: NULL or a live handle.
            unsafe { ta_release(result) };
        }
        assert_eq!(ta_live_nodes(), before);
        for leaf in [a, b] {
            // SAFETY: a live handle; one with a history has no gradient to clear.
            let _ = unsafe { ta_set_grad(leaf, ptr::null(), ptr::null_mut()) };
        }
    }

    fn write(&mut self, draw: &mut Draw<'_>) {
        let (Some((target, _)), Some((other, _))) = (self.drawn(draw), self.drawn(draw)) else {
            return;
        };
        if info(target).numel > 1 << 12 {
            return;
        }
        let (value, mut err) = (draw.scalar(), error());
        let status = match draw.byte() % 2 {
            // SAFETY: a live handle, and nobody else has the elements.
            0 => unsafe { ta_fill(target, &value, &raw mut err) },
            // SAFETY: as above.
            _ => unsafe { ta_copy_into(target, other, &raw mut err) },
        };
        check_said(status, &err);
    }
}

/// Ends a loan, as a consumer does.
fn end(loan: Loan) {
    match loan {
        // SAFETY: once per loan.
        Loan::Versioned(loan) => unsafe { (*loan).deleter.expect("a deleter")(loan) },
        // SAFETY: once per loan.
        Loan::Legacy(loan) => unsafe { (*loan).deleter.expect("a deleter")(loan) },
    }
}
