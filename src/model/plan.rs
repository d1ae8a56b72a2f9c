//! The heart: alias, copy or refuse, as one pure table.
//!
//! A decision is a function of facts about the source, set against the request, and of
//! nothing else; it touches no memory and cannot fail. `tests/plan.rs` enumerates it whole.

/// May the result share the source's memory?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyMode {
    /// Share if possible, else copy.
    #[default]
    IfNeeded,
    /// Always copy.
    Always,
    /// Share or refuse.
    Never,
}

/// Why a source cannot simply be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A scalar or a sequence has no memory to share.
    NotMemory,
    /// The caller asked for a copy.
    Requested,
    /// Another device was asked for.
    Device,
    /// Another dtype was asked for.
    Dtype,
    /// The bytes are in foreign order.
    ByteOrder,
    /// A stride is no multiple of the element size.
    StrideAlignment,
    /// Read-only, and a writable result was asked for.
    ReadOnly,
    /// Not C-contiguous, and a contiguous result was asked for.
    NotContiguous,
    /// Whoever was asked for the memory gave a copy of it.
    Producer,
}

/// What the source is, as far as the decision needs it. True means an obstacle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// It is a value, not memory.
    pub not_memory: bool,
    /// Its device is not the requested one.
    pub other_device: bool,
    /// Its dtype is not the requested one.
    pub other_dtype: bool,
    /// Its bytes are in foreign order.
    pub swapped: bool,
    /// Some stride is no multiple of the element size.
    pub odd_strides: bool,
    /// Nobody may write to it.
    pub read_only: bool,
    /// It is not C-contiguous.
    pub not_contiguous: bool,
    /// It is a copy already, made for this call because of this: nobody else has it.
    pub made: Option<Reason>,
}

/// What the caller demands of the result, as far as the decision needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// May memory be shared?
    pub copy: CopyMode,
    /// The result must be writable.
    pub writable: bool,
    /// The result must be C-contiguous.
    pub contiguous: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Share the memory.
    Alias,
    /// Take over the memory, which is a copy already, made because of this.
    Adopt(Reason),
    /// Copy, because of this.
    Copy(Reason),
    /// Neither: sharing was demanded, and this stands in the way.
    Refused(Reason),
}

/// Decides. The first obstacle, in this order, is the one that is named.
///
/// An explicit copy comes before the differences that it settles anyway, a copy that was made
/// before those that are left, and under [`CopyMode::Never`] the device before the dtype, as
/// PyTorch names them.
#[inline(always)]
pub fn decide(facts: Facts, demand: Demand) -> Plan {
    let reason = if facts.not_memory {
        Reason::NotMemory
    } else if demand.copy == CopyMode::Always {
        Reason::Requested
    } else if let Some(reason) = facts.made {
        reason
    } else if facts.other_device {
        Reason::Device
    } else if facts.other_dtype {
        Reason::Dtype
    } else if facts.swapped {
        Reason::ByteOrder
    } else if facts.odd_strides {
        Reason::StrideAlignment
    } else if facts.read_only && demand.writable {
        Reason::ReadOnly
    } else if facts.not_contiguous && demand.contiguous {
        Reason::NotContiguous
    } else {
        return Plan::Alias;
    };
    match demand.copy {
        CopyMode::Never => Plan::Refused(reason),
        _ if is_the_copy(facts, demand) => Plan::Adopt(reason),
        CopyMode::IfNeeded | CopyMode::Always => Plan::Copy(reason),
    }
}

/// Whether a copy was made already, and is all that is demanded. One that was asked for can be
/// written and lies in order, as those do that are made here.
fn is_the_copy(facts: Facts, demand: Demand) -> bool {
    let requested = demand.copy == CopyMode::Always;
    let differs = facts.not_memory
        || facts.other_device
        || facts.other_dtype
        || facts.swapped
        || facts.odd_strides
        || (facts.read_only && (demand.writable || requested))
        || (facts.not_contiguous && (demand.contiguous || requested));
    facts.made.is_some() && !differs
}
