//! Every kernel, run by a machine of our own against the CPU's conversion, and read by NVIDIA's
//! assembler where there is one.

mod machine;

use std::io::Write;
use std::process::{Command, Stdio};

use super::kernels::Work;
use super::ptx::{self, Kind};
use crate::abi::TA_DEVICE_CUDA;
use crate::convert::memory;
use crate::devices::backend::{Elements, Place};
use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::view::View;

const DTYPES: [DType; 13] = [
    DType::BOOL,
    DType::U8,
    DType::U16,
    DType::U32,
    DType::U64,
    DType::I8,
    DType::I16,
    DType::I32,
    DType::I64,
    DType::F16,
    DType::BF16,
    DType::F32,
    DType::F64,
];

/// Where conversions go wrong, if they do.
const VALUES: [f64; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.9,
    1.5,
    2.5,
    127.0,
    128.0,
    255.5,
    300.7,
    -300.7,
    65519.0,
    65520.0,
    2_147_483_647.5,
    2_147_483_648.0,
    -2_147_483_649.0,
    9.3e18,
    1.9e19,
    -1e300,
    1e-42,
    f64::INFINITY,
    f64::NAN,
];

/// A block of `VALUES` as elements of `dtype`.
fn values(dtype: DType) -> Block {
    let block = Block::new(VALUES.len() * 8).expect("memory");
    // SAFETY: as many bytes as the block has.
    unsafe { VALUES.as_ptr().cast::<u8>().copy_to(block.start(), block.size()) };
    let shape = [VALUES.len() as i64];
    let wide = View::of_block(&block, DType::F64, &shape, &[1], 0).expect("a view");
    memory::gather(&wide, dtype, true, &mut [0]).expect("a conversion")
}

fn bytes(block: &Block) -> &[u8] {
    // SAFETY: a block of ours, written by whoever made it.
    unsafe { std::slice::from_raw_parts(block.start(), block.size()) }
}

/// Whether the bytes of an element are a NaN's; the bits of one are nobody's promise.
fn is_nan(dtype: DType, element: &[u8]) -> bool {
    match (dtype, element) {
        (DType::F16, &[a, b]) => half::f16::from_le_bytes([a, b]).is_nan(),
        (DType::BF16, &[a, b]) => half::bf16::from_le_bytes([a, b]).is_nan(),
        (DType::F32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]).is_nan(),
        (DType::F64, element) => f64::from_le_bytes(element.try_into().expect("8 bytes")).is_nan(),
        _ => false,
    }
}

/// Copies a view by its kernel, run by the machine, and by the CPU.
fn both_ways(view: &View<'_>, dtype: DType) -> (Block, Block) {
    let mut strides = [0; 8];
    let strides = &mut strides[..view.shape().len()];
    let want = memory::gather(view, dtype, true, strides).expect("a conversion");
    let got = Block::new(want.size()).expect("memory");
    let steps: Vec<i64> = strides.iter().map(|step| step * dtype.itemsize() as i64).collect();
    let mut read = [0; 8];
    view.byte_strides(&mut read[..view.shape().len()]);
    let device = Device { device_type: TA_DEVICE_CUDA, index: 0 };
    let place = |data| Place { device, data, byte_offset: 0 };
    let source = Elements {
        place: place(view.data()),
        strides: &read[..view.shape().len()],
        dtype: view.dtype(),
    };
    let target = Elements { place: place(got.start()), strides: &steps, dtype };
    let work = Work::of(view.shape(), &target, &source).expect("a kernel");
    got.start().expose_provenance();
    view.data().expose_provenance();
    // SAFETY: the work is about the view, which is there, and a block of the right size.
    unsafe { machine::run(&work.text(), work.arguments(), 2, 3) };
    (want, got)
}

fn assert_same(want: &Block, got: &Block, dtype: DType, row: &str) {
    let size = dtype.itemsize();
    let pairs = bytes(want).chunks(size).zip(bytes(got).chunks(size));
    for (number, (want, got)) in pairs.enumerate() {
        let same = want == got || is_nan(dtype, want) && is_nan(dtype, got);
        assert!(same, "{row}, element {number}: {got:?} instead of {want:?}");
    }
}

#[test]
fn kernels_convert_as_the_cpu_does() {
    for from in DTYPES {
        let block = values(from);
        let shape = [VALUES.len() as i64];
        let view = View::of_block(&block, from, &shape, &[1], 0).expect("a view");
        for to in DTYPES {
            let (want, got) = both_ways(&view, to);
            assert_same(&want, &got, to, &format!("{from} to {to}"));
        }
    }
}

/// Integers beyond what doubles hold.
#[test]
fn kernels_convert_large_integers_as_the_cpu_does() {
    let numbers = [i64::MIN, i64::MIN + 1, -(1 << 53) - 1, (1 << 53) + 1, i64::MAX, -1];
    let block = Block::new(48).expect("memory");
    // SAFETY: as many bytes as the block has.
    unsafe { numbers.as_ptr().cast::<u8>().copy_to(block.start(), 48) };
    for from in [DType::I64, DType::U64] {
        let view = View::of_block(&block, from, &[6], &[1], 0).expect("a view");
        for to in DTYPES {
            let (want, got) = both_ways(&view, to);
            assert_same(&want, &got, to, &format!("{from} to {to}"));
        }
    }
}

#[test]
fn kernels_follow_strides() {
    let block = values(DType::F32);
    let whole = View::of_block(&block, DType::F32, &[24], &[1], 0).expect("a view");
    let layouts: [(&[i64], &[i64], i64); 6] = [
        (&[2, 3, 4], &[1, 2, 6], 0),
        (&[4, 6], &[-1, -4], 23),
        (&[3, 5], &[0, 2], 1),
        (&[2, 2, 2, 2], &[1, 2, 5, 9], 0),
        (&[], &[], 7),
        (&[4], &[6], 2),
    ];
    for (shape, strides, offset) in layouts {
        let view = whole.window(shape, strides, offset).expect("a window");
        let (want, got) = both_ways(&view, DType::F64);
        assert_same(&want, &got, DType::F64, &format!("{shape:?} {strides:?}"));
    }
    let wide = View::of_block(&block, DType::C64, &[3, 2], &[1, 3], 0).expect("a view");
    let (want, got) = both_ways(&wide, DType::C64);
    assert_same(&want, &got, DType::C64, "complex64");
}

/// What no kernel does is refused before anything is queued.
#[test]
fn what_has_no_kernel_is_not_taken() {
    let device = Device { device_type: TA_DEVICE_CUDA, index: 0 };
    let at = |address: usize| Place {
        device,
        data: std::ptr::without_provenance_mut(address),
        byte_offset: 0,
    };
    let elements = |address, dtype| Elements { place: at(address), strides: &[16], dtype };
    let taken = |from, to| Work::of(&[2], &to, &from).is_some();
    assert!(taken(elements(64, DType::F32), elements(64, DType::F64)));
    assert!(!taken(elements(66, DType::F32), elements(64, DType::F64)), "not aligned");
    assert!(!taken(elements(64, DType::F32), elements(68, DType::F64)), "not aligned");
    assert!(!taken(elements(64, DType::F32), elements(64, DType::C64)), "to complex");
    assert!(!taken(elements(64, DType::F8_E5M2), elements(64, DType::F32)), "from float8");
}

/// Every kernel passes the assembler: `PTXAS=/path/to/ptxas cargo test -- --ignored`.
#[test]
#[ignore = "needs NVIDIA's ptxas, whose path is in PTXAS"]
fn every_kernel_assembles() {
    let ptxas = std::env::var_os("PTXAS").expect("PTXAS is the path of ptxas");
    let output = std::env::temp_dir().join(format!("tarray-{}.cubin", std::process::id()));
    for from in DTYPES {
        for to in DTYPES {
            let (from, to) = Kind::pair(from, to).expect("a kernel");
            for rank in 1..=ptx::MOST_AXES {
                let mut assembler = Command::new(&ptxas)
                    .args(["--gpu-name=sm_75", "-", "--output-file"])
                    .arg(&output)
                    .stdin(Stdio::piped())
                    .spawn()
                    .expect("ptxas starts");
                let text = ptx::text(from, to, rank);
                let mut input = assembler.stdin.take().expect("a pipe");
                input.write_all(text.as_bytes()).expect("ptxas reads");
                drop(input);
                let status = assembler.wait().expect("ptxas ends");
                assert!(status.success(), "{}:\n{text}", ptx::name(from, to, rank));
            }
        }
    }
    std::fs::remove_file(output).expect("the assembler's output");
}
