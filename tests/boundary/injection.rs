//! Each scenario again and again, with another fault each time.

use std::panic;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::fault::{Fault, PANIC};

use crate::allocator::{self, Failing};
use crate::devices::DEVICES;
use crate::histories::{HISTORIES, chain};
use crate::scenarios::{SCENARIOS, Scenario};

fn all() -> impl Iterator<Item = &'static Scenario> {
    SCENARIOS.iter().chain(HISTORIES).chain(DEVICES)
}

/// Runs `call` of a scenario with what is planned, and returns its status.
pub struct Plan {
    failing: Failing,
    panicking: Option<usize>,
    seen: Seen,
}

/// What a call came by.
#[derive(Clone, Copy)]
struct Seen {
    /// Allocations of any kind.
    allocations: usize,
    /// Places where a panic may be planned.
    places: usize,
}

impl Plan {
    const NONE: Plan =
        Plan { failing: Failing::None, panicking: None, seen: Seen { allocations: 0, places: 0 } };

    /// Makes the call that the scenario is about.
    pub fn call(&mut self, call: impl FnOnce() -> ta_status) -> ta_status {
        Fault::plan(&PANIC, self.panicking);
        allocator::fail(self.failing);
        let status = call();
        let allocations = allocator::asked();
        allocator::fail(Failing::None);
        self.seen = Seen { allocations, places: Fault::seen(&PANIC) };
        Fault::plan(&PANIC, None);
        status
    }
}

/// Runs a scenario: it checks by itself that failure changes nothing; here, that nothing is left.
fn run(scenario: &Scenario, plan: &mut Plan) -> ta_status {
    let blocks = allocator::blocks();
    let status = (scenario.run)(plan);
    assert_eq!(allocator::blocks(), blocks, "{}: blocks are left", scenario.name);
    status
}

/// Of so many faults one is tried: all, but where every step is interpreted.
const ONE_IN: usize = if cfg!(miri) { 5 } else { 1 };

/// Gives a scenario `count` faults of one kind, one at a time; returns how many were tried.
fn each(scenario: &Scenario, count: usize, plan: impl Fn(usize) -> Plan, want: ta_status) -> usize {
    let faults = (0..count).step_by(ONE_IN);
    for fault in faults.clone() {
        let status = run(scenario, &mut plan(fault));
        // A message that there is no memory for is left out: what was wrong stays the same.
        let fine = status == want || want == TA_ERR_OUT_OF_MEMORY && status == scenario.usually;
        assert!(fine, "{}: fault {fault} of {count} gives {status}", scenario.name);
    }
    faults.len()
}

/// The registry of devices is one for all tests: they count its blocks one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the scenario comes by without a fault.
fn seen(scenario: &Scenario) -> Seen {
    let mut plan = Plan::NONE;
    // The first time, the library may make what it keeps: its registry of devices.
    (scenario.run)(&mut plan);
    assert_eq!(run(scenario, &mut plan), scenario.usually, "{}", scenario.name);
    plan.seen
}

#[test]
fn running_out_of_memory_is_an_error_and_nothing_else() {
    let _turn = alone();
    let mut injected = 0;
    for scenario in all() {
        let count = seen(scenario).allocations;
        for failing in [Failing::Only as fn(usize) -> Failing, Failing::From] {
            let plan = |number| Plan { failing: failing(number), ..Plan::NONE };
            injected += each(scenario, count, plan, TA_ERR_OUT_OF_MEMORY);
        }
    }
    println!("{injected} failed allocations in {} scenarios", all().count());
    assert!(injected > all().count(), "only {injected}: the injection is off");
}

/// What waits its turn to be let go finds no place in a list, and goes all the same.
#[test]
fn letting_go_needs_no_memory() {
    let _turn = alone();
    let (blocks, nodes) = (allocator::blocks(), ta_live_nodes());
    let last = chain(40);
    assert_eq!(ta_live_nodes(), nodes + 40);

    allocator::fail(Failing::From(0));
    unsafe { ta_release(last) };
    let asked = allocator::asked();
    allocator::fail(Failing::None);

    assert!(asked > 0, "no list was asked for: this shows nothing");
    assert_eq!((allocator::blocks(), ta_live_nodes()), (blocks, nodes));
}

#[test]
fn a_panic_is_an_internal_error_and_nothing_else() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let injected = panic.payload_as_str().is_some_and(|text| text.contains("injected fault"));
        if !injected {
            hook(panic);
        }
    }));
    let _turn = alone();
    let mut injected = 0;
    for scenario in all() {
        let places = seen(scenario).places;
        assert!(places > 0, "{}: no place for a panic", scenario.name);
        let plan = |place| Plan { panicking: Some(place), ..Plan::NONE };
        injected += each(scenario, places, plan, TA_ERR_INTERNAL);
    }
    println!("{injected} panics in {} scenarios", all().count());
    assert!(injected > all().count(), "only {injected}: the injection is off");
}

/// Every function that can fail is in a scenario.
#[test]
fn every_function_with_a_status_is_put_to_the_test() {
    let header = include_str!("../../include/tarray.h");
    let declared = header.split("\nta_status ta_").skip(1);
    let functions: Vec<String> =
        declared.map(|rest| format!("ta_{}", rest.split('(').next().unwrap_or_default())).collect();
    assert!(functions.len() > 10, "only {functions:?}: the search is broken");
    for function in functions {
        let is_tested = all().any(|scenario| scenario.function == function);
        assert!(is_tested, "{function}: no scenario");
    }
}
