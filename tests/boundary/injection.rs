//! Each scenario again and again, with another fault each time.

use std::panic;

use tarray::abi::*;
use tarray::model::fault;

use crate::allocator::{self, Failing};
use crate::scenarios::{SCENARIOS, Scenario, usually};

/// Runs `call` of a scenario with what is planned, and returns its status.
pub struct Plan {
    failing: Failing,
    panicking: Option<usize>,
    /// Allocations and places that the call came by.
    seen: (usize, usize),
}

impl Plan {
    const NONE: Plan = Plan { failing: Failing::None, panicking: None, seen: (0, 0) };

    /// Makes the call that the scenario is about.
    pub fn call(&mut self, call: impl FnOnce() -> ta_status) -> ta_status {
        allocator::fail(self.failing);
        fault::after(self.panicking);
        let status = call();
        self.seen = (allocator::asked(), fault::reached());
        fault::after(None);
        allocator::fail(Failing::None);
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

/// How many faults of one kind a scenario was given.
fn each(scenario: &Scenario, count: usize, plan: impl Fn(usize) -> Plan, want: ta_status) -> usize {
    for fault in 0..count {
        let status = run(scenario, &mut plan(fault));
        // A message that there is no memory for is left out: what was wrong stays the same.
        let fine = status == want || want == TA_ERR_OUT_OF_MEMORY && status == usually(scenario);
        assert!(fine, "{}: fault {fault} of {count} gives {status}", scenario.name);
    }
    count
}

#[test]
fn running_out_of_memory_is_an_error_and_nothing_else() {
    let mut injected = 0;
    for scenario in SCENARIOS {
        let mut plan = Plan::NONE;
        assert_eq!(run(scenario, &mut plan), usually(scenario), "{}", scenario.name);
        let (allocations, _) = plan.seen;
        for failing in [Failing::Only as fn(usize) -> Failing, Failing::From] {
            let plan = |number| Plan { failing: failing(number), ..Plan::NONE };
            injected += each(scenario, allocations, plan, TA_ERR_OUT_OF_MEMORY);
        }
    }
    println!("{injected} failed allocations in {} scenarios", SCENARIOS.len());
    assert!(injected > SCENARIOS.len(), "only {injected}: the injection is off");
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
    let mut injected = 0;
    for scenario in SCENARIOS {
        let mut plan = Plan::NONE;
        run(scenario, &mut plan);
        let (_, places) = plan.seen;
        assert!(places > 0, "{}: no place for a panic", scenario.name);
        let plan = |place| Plan { panicking: Some(place), ..Plan::NONE };
        injected += each(scenario, places, plan, TA_ERR_INTERNAL);
    }
    println!("{injected} panics in {} scenarios", SCENARIOS.len());
    assert!(injected > SCENARIOS.len(), "only {injected}: the injection is off");
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
        let is_tested = SCENARIOS.iter().any(|scenario| scenario.function == function);
        assert!(is_tested, "{function}: no scenario");
    }
}
