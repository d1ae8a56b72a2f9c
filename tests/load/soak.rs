//! Eight threads, with no interpreter between them and the library, make tensors, loans and histories for
//! so many seconds. Nothing may be left in the end, and memory must not grow after a warm-up: prints
//! what it counted.
// Calls go through the C ABI, with arguments that each step has just made.
#![allow(clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]

use std::ffi::c_void;
use std::ptr;
use std::thread;
use std::time::{Duration, Instant};

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

const THREADS: usize = 8;

/// Of growth after the warm-up: what allocators keep for themselves.
const MOST_GROWTH_MIB: f64 = 16.0;

/// Operations of a long history.
const CHAIN: usize = 100;

/// A share in a tensor; how many there were is what is counted.
struct Share(*mut ta_tensor);

impl Share {
    fn made(call: impl FnOnce(*mut *mut ta_tensor) -> ta_status) -> Share {
        let mut tensor = ptr::null_mut();
        assert_eq!(call(&raw mut tensor), TA_OK);
        Share(tensor)
    }

    fn sum(&self) -> Share {
        Share::made(|out| unsafe { ta_sum(self.0, ptr::null(), 0, 0, out, ptr::null_mut()) })
    }

    fn times(&self, other: &Share) -> Share {
        Share::made(|out| unsafe { ta_mul(self.0, other.0, out, ptr::null_mut()) })
    }

    fn backward(&self) {
        assert_eq!(unsafe { ta_backward(self.0, ptr::null(), 0, ptr::null_mut()) }, TA_OK);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        unsafe { ta_release(self.0) };
    }
}

/// Sixteen numbers of the host's, which outlive everything, that require grad.
fn leaf() -> Share {
    static NUMBERS: [f64; 16] = [0.5; 16];
    let (shape, mut source) = ([16i64], unsafe { std::mem::zeroed::<ta_source>() });
    (source.struct_size, source.kind) = (size_of::<ta_source>(), TA_SOURCE_MEMORY);
    source.value.memory = ta_memory {
        data: NUMBERS.as_ptr().cast_mut().cast::<c_void>(),
        shape: shape.as_ptr(),
        dtype: DType::F64,
        ndim: 1,
        ..unsafe { std::mem::zeroed() }
    };
    let leaf = Share::made(|out| unsafe { ta_asarray(&source, ptr::null(), out, ptr::null_mut()) });
    assert_eq!(unsafe { ta_set_requires_grad(leaf.0, 1, ptr::null_mut()) }, TA_OK);
    leaf
}

/// Loans in both directions, a view and a converted copy.
fn shares(leaf: &Share) -> usize {
    let plain = Share::made(|out| unsafe { ta_detach(leaf.0, out, ptr::null_mut()) });
    let mut loan = ptr::null_mut();
    let lent = unsafe { ta_to_dlpack(plain.0, ptr::null(), &raw mut loan, ptr::null_mut()) };
    assert_eq!(lent, TA_OK);
    let _back =
        Share::made(|out| unsafe { ta_from_dlpack(loan, ptr::null(), out, ptr::null_mut()) });
    let (shape, strides) = ([8i64], [2i64]);
    let view = Share::made(|out| unsafe {
        ta_view(plain.0, 1, shape.as_ptr(), strides.as_ptr(), 1, out, ptr::null_mut())
    });
    let mut narrow: ta_options = unsafe { std::mem::zeroed() };
    (narrow.struct_size, narrow.dtype) = (size_of::<ta_options>(), DType::F32);
    let _copy = Share::made(|out| unsafe { ta_copy(view.0, &narrow, out, ptr::null_mut()) });
    4
}

/// A small graph towards a leaf.
fn graph(leaf: &Share) -> usize {
    let square = leaf.times(leaf);
    let sum = square.sum();
    sum.backward();
    let _grad = Share(unsafe { ta_grad(leaf.0) });
    3
}

/// A long one, which goes without having been run.
fn chain(leaf: &Share) -> usize {
    let mut last = leaf.times(leaf);
    for _ in 0..CHAIN {
        last = Share::made(|out| unsafe { ta_neg(last.0, out, ptr::null_mut()) });
    }
    1 + CHAIN
}

fn work(everybodys: &Share, until: Instant) -> usize {
    let (own, mut handles) = (leaf(), 1);
    while Instant::now() < until {
        for step in 0..100 {
            handles += shares(&own) + graph(&own) + graph(everybodys);
            if step == 0 {
                handles += chain(&own);
            }
        }
        assert_eq!(unsafe { ta_set_grad(own.0, ptr::null(), ptr::null_mut()) }, TA_OK);
    }
    handles
}

/// As many handles as the threads made meanwhile.
fn run(everybodys: &Share, time: Duration) -> usize {
    let (until, address) = (Instant::now() + time, everybodys.0.expose_provenance());
    thread::scope(|scope| {
        let one = move || {
            let shared = unsafe { ta_retain(ptr::with_exposed_provenance(address)) };
            work(&Share(shared), until)
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread fails")).sum()
    })
}

fn resident_mib() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok());
    pages.expect("a number of pages") * 4096.0 / f64::from(1 << 20)
}

fn main() {
    let seconds: u64 = std::env::args().nth(1).and_then(|s| s.parse().ok()).expect("seconds");
    let everybodys = leaf();
    let warm_up = run(&everybodys, Duration::from_secs(seconds.min(2)));
    let resident = resident_mib();
    let handles = warm_up + run(&everybodys, Duration::from_secs(seconds));
    let growth = resident_mib() - resident;
    drop(everybodys);
    let left = ta_live_tensors() + ta_live_nodes();
    println!(
        "{handles} handles, {THREADS} threads, {seconds} s: {left} left, memory grew by {growth:.1} MiB"
    );
    assert_eq!(left, 0, "tensors or nodes are left");
    assert!(growth < MOST_GROWTH_MIB, "memory grows");
}
