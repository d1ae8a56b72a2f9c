//! Which vector instructions the loops may use.

/// A set of instructions that loops are compiled for, the least first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Isa {
    /// What every processor of this architecture has.
    Portable,
    /// 256-bit vectors, and half floats in hardware.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512-bit vectors.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Isa {
    /// Every set, whether this processor has it or not.
    #[cfg(target_arch = "x86_64")]
    const ALL: [Isa; 3] = [Isa::Portable, Isa::Avx2, Isa::Avx512];
    #[cfg(not(target_arch = "x86_64"))]
    const ALL: [Isa; 1] = [Isa::Portable];

    /// Whether this processor and the system under it have the instructions.
    fn is_present(self) -> bool {
        match self {
            Isa::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("f16c"),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => {
                Isa::Avx2.is_present()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
        }
    }

    /// The sets that can be used here.
    pub(super) fn present() -> impl DoubleEndedIterator<Item = Isa> {
        Isa::ALL.into_iter().filter(|isa| isa.is_present())
    }

    /// The set to use here. The standard library asks the processor once and remembers.
    pub(super) fn best() -> Isa {
        Isa::present().next_back().unwrap_or(Isa::Portable)
    }
}
