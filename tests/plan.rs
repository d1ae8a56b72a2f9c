//! The decision table, whole: every combination of facts and demands.

use tarray::model::plan::{CopyMode, Demand, Facts, Plan, Reason, decide};

const MODES: [CopyMode; 3] = [CopyMode::IfNeeded, CopyMode::Always, CopyMode::Never];

/// Why memory may have been made: a reason of its own, and one that an obstacle has too.
const MADE: [Option<Reason>; 3] = [None, Some(Reason::Producer), Some(Reason::Device)];

/// All 384 sets of facts.
fn all_facts() -> impl Iterator<Item = Facts> {
    (0..384u32).map(|number| {
        let (bits, made) = (number % 128, MADE[(number / 128) as usize]);
        let bit = |place: u32| bits >> place & 1 == 1;
        Facts {
            not_memory: bit(0),
            other_device: bit(1),
            other_dtype: bit(2),
            swapped: bit(3),
            odd_strides: bit(4),
            read_only: bit(5),
            not_contiguous: bit(6),
            made,
        }
    })
}

/// All 12 demands.
fn all_demands() -> impl Iterator<Item = Demand> {
    MODES.into_iter().flat_map(|copy| {
        [(false, false), (false, true), (true, false), (true, true)]
            .map(|(writable, contiguous)| Demand { copy, writable, contiguous })
    })
}

/// What stands in the way of sharing, whatever the copy mode says.
fn obstacles(facts: Facts, demand: Demand) -> Vec<Reason> {
    let mut found = Vec::new();
    if facts.not_memory {
        found.push(Reason::NotMemory);
    }
    found.extend(facts.made);
    if facts.other_device {
        found.push(Reason::Device);
    }
    if facts.other_dtype {
        found.push(Reason::Dtype);
    }
    if facts.swapped {
        found.push(Reason::ByteOrder);
    }
    if facts.odd_strides {
        found.push(Reason::StrideAlignment);
    }
    if facts.read_only && demand.writable {
        found.push(Reason::ReadOnly);
    }
    if facts.not_contiguous && demand.contiguous {
        found.push(Reason::NotContiguous);
    }
    found
}

#[test]
fn every_row_of_the_table() {
    let mut rows = 0;
    for facts in all_facts() {
        for demand in all_demands() {
            let found = obstacles(facts, demand);
            let plan = decide(facts, demand);
            if let Plan::Adopt(reason) = plan {
                let first = found.first().copied().filter(|_| demand.copy != CopyMode::Always);
                assert_eq!(reason, first.unwrap_or(Reason::Requested), "{facts:?} {demand:?}");
                rows += 1;
                continue;
            }
            match (demand.copy, found.first()) {
                (CopyMode::Always, Some(Reason::NotMemory)) => {
                    assert_eq!(plan, Plan::Copy(Reason::NotMemory), "{facts:?} {demand:?}");
                }
                (CopyMode::Always, _) => {
                    assert_eq!(plan, Plan::Copy(Reason::Requested), "{facts:?} {demand:?}");
                }
                (_, None) => assert_eq!(plan, Plan::Alias, "{facts:?} {demand:?}"),
                (CopyMode::IfNeeded, Some(&first)) => {
                    assert_eq!(plan, Plan::Copy(first), "{facts:?} {demand:?}");
                }
                (CopyMode::Never, Some(&first)) => {
                    assert_eq!(plan, Plan::Refused(first), "{facts:?} {demand:?}");
                }
            }
            rows += 1;
        }
    }
    assert_eq!(rows, 384 * 12);
}

/// What the contract says of `copy`, as laws over the whole table.
#[test]
fn copy_is_never_ignored() {
    for facts in all_facts() {
        for demand in all_demands() {
            let plan = decide(facts, demand);
            match demand.copy {
                CopyMode::Always => {
                    assert!(matches!(plan, Plan::Copy(_) | Plan::Adopt(_)), "{facts:?} {demand:?}");
                }
                CopyMode::Never => {
                    assert!(matches!(plan, Plan::Alias | Plan::Refused(_)), "{facts:?} {demand:?}");
                }
                CopyMode::IfNeeded => {
                    assert!(!matches!(plan, Plan::Refused(_)), "{facts:?} {demand:?}");
                }
            }
        }
    }
}

/// Where one obstacle is removed that was not named, the answer stays.
#[test]
fn the_named_reason_alone_is_enough() {
    for facts in all_facts() {
        for demand in all_demands() {
            let (Plan::Copy(reason) | Plan::Refused(reason)) = decide(facts, demand) else {
                continue;
            };
            let alone = Facts {
                not_memory: reason == Reason::NotMemory,
                other_device: reason == Reason::Device,
                other_dtype: reason == Reason::Dtype,
                swapped: reason == Reason::ByteOrder,
                odd_strides: reason == Reason::StrideAlignment,
                read_only: reason == Reason::ReadOnly,
                not_contiguous: reason == Reason::NotContiguous,
                made: None,
            };
            // What was made is the one obstacle that is no obstacle to what is made of it.
            if facts.made.is_some() {
                continue;
            }
            assert_eq!(decide(alone, demand), decide(facts, demand), "{facts:?} {demand:?}");
        }
    }
}

/// A copy that was made already is made again only for what it lacks, and shared with nobody's
/// memory: never an alias.
#[test]
fn what_was_made_is_adopted_if_nothing_is_left_to_do() {
    for facts in all_facts() {
        for demand in all_demands() {
            let plan = decide(facts, demand);
            let requested = demand.copy == CopyMode::Always;
            let lacks = facts.not_memory
                || facts.other_device
                || facts.other_dtype
                || facts.swapped
                || facts.odd_strides
                || (facts.read_only && (demand.writable || requested))
                || (facts.not_contiguous && (demand.contiguous || requested));
            let adopts = facts.made.is_some() && !lacks && demand.copy != CopyMode::Never;
            assert_eq!(matches!(plan, Plan::Adopt(_)), adopts, "{facts:?} {demand:?}");
            assert!(facts.made.is_none() || plan != Plan::Alias, "{facts:?} {demand:?}");
        }
    }
}
