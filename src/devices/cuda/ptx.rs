//! The text of a kernel that copies strided elements and converts them, in PTX, which every driver
//! compiles for its own GPU.
//!
//! One thread takes an element at a time: from its number follow its position on each axis, its two
//! addresses, and then load → convert → store, by the rules of `convert` (what a NaN's bits are is the
//! GPU's choice). Only instructions that every GPU since Maxwell has; bfloat16 is done by hand.

use std::fmt::Write;

use crate::model::dtype::DType;

/// The most axes that a kernel walks; merged ones count once.
pub(super) const MOST_AXES: usize = 6;

/// What a kernel loads or stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// So many bytes, of whatever.
    Bits(usize),
    /// 0 or 1.
    Bool,
    /// So many bytes, in two's complement.
    Int(usize),
    /// So many bytes.
    UInt(usize),
    /// IEEE, of two bytes.
    Half,
    /// The upper half of a [`Kind::Single`].
    Brain,
    /// IEEE, of four bytes.
    Single,
    /// IEEE, of eight bytes.
    Double,
}

/// What an element is between load and store, and the register it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wide {
    /// `%rd0`.
    Signed,
    /// `%rd0`.
    Unsigned,
    /// `%f0`.
    Single,
    /// `%d0`.
    Double,
}

impl Kind {
    /// How elements of these dtypes are loaded and stored; `None` if no kernel does it.
    pub(super) fn pair(from: DType, to: DType) -> Option<(Kind, Kind)> {
        if from == to {
            let size = from.itemsize();
            let unit = [8, 4, 2, 1].into_iter().find(|&unit| size.is_multiple_of(unit))?;
            // Parts of a complex number are aligned, the whole need not be.
            let unit = unit.min(from.component_size().max(1));
            return Some((Kind::Bits(unit), Kind::Bits(unit)));
        }
        Some((Kind::of(from)?, Kind::of(to)?))
    }

    fn of(dtype: DType) -> Option<Kind> {
        Some(match dtype {
            DType::BOOL => Kind::Bool,
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => Kind::UInt(dtype.itemsize()),
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => Kind::Int(dtype.itemsize()),
            DType::F16 => Kind::Half,
            DType::BF16 => Kind::Brain,
            DType::F32 => Kind::Single,
            DType::F64 => Kind::Double,
            _ => return None,
        })
    }

    /// Bytes of an element.
    pub(super) fn size(self) -> usize {
        match self {
            Kind::Bits(size) | Kind::Int(size) | Kind::UInt(size) => size,
            Kind::Bool => 1,
            Kind::Half | Kind::Brain => 2,
            Kind::Single => 4,
            Kind::Double => 8,
        }
    }

    fn name(self) -> String {
        match self {
            Kind::Bits(size) => format!("b{}", 8 * size),
            Kind::Bool => "bool".to_owned(),
            Kind::Int(size) => format!("s{}", 8 * size),
            Kind::UInt(size) => format!("u{}", 8 * size),
            Kind::Half => "f16".to_owned(),
            Kind::Brain => "bf16".to_owned(),
            Kind::Single => "f32".to_owned(),
            Kind::Double => "f64".to_owned(),
        }
    }
}

/// What the kernel is called in its module.
pub(super) fn name(from: Kind, to: Kind, rank: usize) -> String {
    format!("tarray_{}_{}_{rank}", from.name(), to.name())
}

/// The module with the kernel. Its parameters are eight bytes each: target, source, count, and of each
/// axis, the outermost first, the extents, then the source steps, then the target steps, in bytes.
pub(super) fn text(from: Kind, to: Kind, rank: usize) -> String {
    let mut ptx = Text(String::with_capacity(4096));
    ptx.line(".version 6.0");
    ptx.line(".target sm_50");
    ptx.line(".address_size 64");
    let parameters: Vec<String> =
        (0..3 + 3 * rank).map(|number| format!(".param .u64 p{number}")).collect();
    ptx.line(&format!(".visible .entry {}({})", name(from, to, rank), parameters.join(", ")));
    ptx.line("{");
    ptx.line(".reg .pred %p<4>;");
    ptx.line(".reg .b16 %h<4>;");
    ptx.line(".reg .b32 %r<8>;");
    ptx.line(".reg .b64 %rd<4>;");
    ptx.line(".reg .f32 %f<2>;");
    ptx.line(".reg .f64 %d<2>;");
    // The element's number, how far the next one of this thread is, and how many there are.
    ptx.line(".reg .u64 %number, %next, %count, %rest, %index, %extent;");
    ptx.line(".reg .s64 %step, %to, %from, %to0, %from0;");
    ptx.line("ld.param.u64 %to0, [p0];");
    ptx.line("ld.param.u64 %from0, [p1];");
    ptx.line("ld.param.u64 %count, [p2];");
    ptx.line("cvta.to.global.u64 %to0, %to0;");
    ptx.line("cvta.to.global.u64 %from0, %from0;");
    ptx.line("mov.u32 %r0, %ctaid.x;");
    ptx.line("mov.u32 %r1, %ntid.x;");
    ptx.line("mov.u32 %r2, %tid.x;");
    ptx.line("mov.u32 %r3, %nctaid.x;");
    ptx.line("cvt.u64.u32 %number, %r2;");
    ptx.line("mul.wide.u32 %rest, %r0, %r1;");
    ptx.line("add.u64 %number, %number, %rest;");
    ptx.line("mul.wide.u32 %next, %r1, %r3;");
    ptx.line("again:");
    ptx.line("setp.ge.u64 %p0, %number, %count;");
    ptx.line("@%p0 bra done;");
    ptx.addresses(rank);
    let wide = ptx.load(from);
    ptx.store(wide, to);
    ptx.line("add.u64 %number, %number, %next;");
    ptx.line("bra again;");
    ptx.line("done:");
    ptx.line("ret;");
    ptx.line("}");
    ptx.0
}

/// Instructions, one a line.
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// Where the element is on both sides: the innermost axis takes the remainder first.
    fn addresses(&mut self, rank: usize) {
        self.line("mov.u64 %rest, %number;");
        self.line("mov.s64 %to, %to0;");
        self.line("mov.s64 %from, %from0;");
        for axis in (0..rank).rev() {
            if axis == 0 {
                self.line("mov.u64 %index, %rest;");
            } else {
                let _ = writeln!(self.0, "ld.param.u64 %extent, [p{}];", 3 + axis);
                self.line("rem.u64 %index, %rest, %extent;");
                self.line("div.u64 %rest, %rest, %extent;");
            }
            let _ = writeln!(self.0, "ld.param.u64 %step, [p{}];", 3 + rank + axis);
            self.line("mad.lo.s64 %from, %index, %step, %from;");
            let _ = writeln!(self.0, "ld.param.u64 %step, [p{}];", 3 + 2 * rank + axis);
            self.line("mad.lo.s64 %to, %index, %step, %to;");
        }
    }

    fn load(&mut self, kind: Kind) -> Wide {
        match kind {
            Kind::Bits(size) | Kind::UInt(size) => {
                // A register may be wider than what is loaded into it.
                let _ = writeln!(self.0, "ld.global.u{} %rd0, [%from];", 8 * size);
                Wide::Unsigned
            }
            Kind::Bool => {
                self.line("ld.global.u8 %rd0, [%from];");
                self.line("setp.ne.u64 %p1, %rd0, 0;");
                self.line("selp.u64 %rd0, 1, 0, %p1;");
                Wide::Unsigned
            }
            Kind::Int(size) => {
                let _ = writeln!(self.0, "ld.global.s{} %rd0, [%from];", 8 * size);
                Wide::Signed
            }
            Kind::Half => {
                self.line("ld.global.b16 %h0, [%from];");
                self.line("cvt.f32.f16 %f0, %h0;");
                Wide::Single
            }
            Kind::Brain => {
                self.line("ld.global.u16 %r4, [%from];");
                self.line("shl.b32 %r4, %r4, 16;");
                self.line("mov.b32 %f0, %r4;");
                Wide::Single
            }
            Kind::Single => {
                self.line("ld.global.f32 %f0, [%from];");
                Wide::Single
            }
            Kind::Double => {
                self.line("ld.global.f64 %d0, [%from];");
                Wide::Double
            }
        }
    }

    fn store(&mut self, wide: Wide, kind: Kind) {
        match kind {
            Kind::Bits(size) => self.store_low(size),
            Kind::Bool => {
                self.truth(wide);
                self.store_low(1);
            }
            Kind::Int(size) | Kind::UInt(size) => {
                self.integer(wide, kind);
                self.store_low(size);
            }
            Kind::Half => {
                self.single(wide);
                self.line("cvt.rn.f16.f32 %h0, %f0;");
                self.line("st.global.b16 [%to], %h0;");
            }
            Kind::Brain => {
                self.single(wide);
                self.brain();
            }
            Kind::Single => {
                self.single(wide);
                self.line("st.global.f32 [%to], %f0;");
            }
            Kind::Double => {
                self.double(wide);
                self.line("st.global.f64 [%to], %d0;");
            }
        }
    }

    /// Stores the low bytes of `%rd0`.
    fn store_low(&mut self, size: usize) {
        let _ = writeln!(self.0, "st.global.u{} [%to], %rd0;", 8 * size);
    }

    /// 1 where the value is not zero, a NaN included.
    fn truth(&mut self, wide: Wide) {
        self.line(match wide {
            Wide::Signed | Wide::Unsigned => "setp.ne.u64 %p1, %rd0, 0;",
            Wide::Single => "setp.neu.f32 %p1, %f0, 0f00000000;",
            Wide::Double => "setp.neu.f64 %p1, %d0, 0d0000000000000000;",
        });
        self.line("selp.u64 %rd0, 1, 0, %p1;");
    }

    /// The bits of an integer of this kind, in the low part of `%rd0`: by the table in `convert`.
    fn integer(&mut self, wide: Wide, kind: Kind) {
        if matches!(wide, Wide::Signed | Wide::Unsigned) {
            return;
        }
        self.double(wide);
        if matches!(kind, Kind::Int(1 | 2 | 4) | Kind::UInt(1 | 2)) {
            // Below 2**31, or else (and for a NaN) -2**31; below -2**31 it saturates at the same.
            self.line("cvt.rzi.s32.f64 %r4, %d0;");
            self.line("setp.lt.f64 %p1, %d0, 0d41E0000000000000;");
            self.line("selp.b32 %r4, %r4, 0x80000000, %p1;");
            self.line("cvt.s64.s32 %rd0, %r4;");
            return;
        }
        // The same with 2**63.
        self.line("cvt.rzi.s64.f64 %rd0, %d0;");
        self.line("setp.lt.f64 %p1, %d0, 0d43E0000000000000;");
        self.line("selp.b64 %rd0, %rd0, 0x8000000000000000, %p1;");
        if kind == Kind::UInt(8) {
            // From 2**63 to 2**64 the value is exact.
            self.line("cvt.rzi.u64.f64 %rd1, %d0;");
            self.line("setp.ge.f64 %p1, %d0, 0d43E0000000000000;");
            self.line("setp.lt.and.f64 %p1, %d0, 0d43F0000000000000, %p1;");
            self.line("selp.b64 %rd0, %rd1, %rd0, %p1;");
        }
    }

    fn single(&mut self, wide: Wide) {
        match wide {
            Wide::Signed => self.line("cvt.rn.f32.s64 %f0, %rd0;"),
            Wide::Unsigned => self.line("cvt.rn.f32.u64 %f0, %rd0;"),
            Wide::Single => {}
            Wide::Double => self.line("cvt.rn.f32.f64 %f0, %d0;"),
        }
    }

    fn double(&mut self, wide: Wide) {
        match wide {
            Wide::Signed => self.line("cvt.rn.f64.s64 %d0, %rd0;"),
            Wide::Unsigned => self.line("cvt.rn.f64.u64 %d0, %rd0;"),
            Wide::Single => self.line("cvt.f64.f32 %d0, %f0;"),
            Wide::Double => {}
        }
    }

    /// Rounds `%f0` to nearest even, and stores its upper half; a NaN stays one, and becomes quiet.
    fn brain(&mut self) {
        self.line("mov.b32 %r4, %f0;");
        self.line("shr.u32 %r5, %r4, 16;");
        self.line("and.b32 %r6, %r5, 1;");
        self.line("add.u32 %r6, %r6, 0x7fff;");
        self.line("add.u32 %r6, %r6, %r4;");
        self.line("shr.u32 %r6, %r6, 16;");
        self.line("or.b32 %r5, %r5, 0x40;");
        self.line("setp.nan.f32 %p1, %f0, %f0;");
        self.line("selp.b32 %r6, %r5, %r6, %p1;");
        self.line("st.global.u16 [%to], %r6;");
    }
}
