//! The graph: its order, its ends, and what a failing or repeated pass leaves behind.

#[path = "support/tensors.rs"]
mod tensors;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tarray::abi::*;
use tarray::history::{
    self, Backward, Due, add, backward, check_writable, detach, grad_fn, is_enabled, multiply,
    negate, set_enabled, set_grad, set_requires_grad, sum,
};
use tarray::hub::{self, Request, Source};
use tarray::model::dtype::DType;
use tarray::model::error::{Error, Result};
use tarray::model::scalar::Scalar;
use tarray::model::shared::{Counted, Room};
use tarray::model::tensor::{self, Tensor};
use tensors::*;

static TURN: Mutex<()> = Mutex::new(());

/// One test at a time, and nothing is left of it at its end.
struct Alone(#[allow(dead_code)] MutexGuard<'static, ()>);

fn alone() -> Alone {
    Alone(TURN.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Drop for Alone {
    fn drop(&mut self) {
        if !thread::panicking() {
            assert_eq!((tensor::live(), history::live()), (0, 0), "tensors and nodes alive");
        }
    }
}

/// What a callback of a test does.
type Callback = Box<dyn Fn(&Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync>;

/// An operation of a host; counts its drops.
struct Host {
    callback: Callback,
    drops: Arc<AtomicUsize>,
}

impl Backward for Host {
    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()> {
        for (input, gradient) in inputs.iter_mut().zip((self.callback)(gradient)?) {
            input.gradient = gradient;
        }
        Ok(())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::SeqCst);
    }
}

fn host(
    inputs: &[&Tensor],
    output: &Tensor,
    drops: &Arc<AtomicUsize>,
    callback: impl Fn(&Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync + 'static,
) -> Tensor {
    let saved = || {
        let (callback, drops) = (Box::new(callback), drops.clone());
        let saved: Box<Counted<dyn Backward>> =
            Room::new("a host").unwrap().fill(Host { callback, drops });
        saved.into()
    };
    let inputs = inputs.iter().copied();
    let request = Request::default();
    hub::record(c"HostBackward0", inputs, Source::Tensor(output, TA_ORIGIN_TENSOR), &request, saved)
        .unwrap()
        .settle()
}

fn total(tensor: &Tensor) -> Tensor {
    sum(tensor, &[], false).unwrap()
}

fn passed(gradient: &Tensor) -> Result<Vec<Option<Tensor>>> {
    Ok(vec![Some(gradient.clone())])
}

/// As many links as a chain needs to break a program that recurses.
const LONG: usize = if cfg!(miri) { 40 } else { 1_000_000 };

/// Runs on a stack that is small enough for a recursion of a few thousand calls to overflow it.
fn on_a_small_stack(work: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let small = thread::Builder::new().stack_size(256 << 10);
        small.spawn_scoped(scope, work).unwrap().join().unwrap();
    });
}

#[test]
fn a_chain_of_a_million_nodes_is_run_and_dropped_on_a_small_stack() {
    let _alone = alone();
    on_a_small_stack(|| {
        let x = leaf(&[], &[1.0]);
        let mut chain = x.clone();
        for _ in 0..LONG {
            chain = negate(&chain).unwrap();
        }
        backward(&chain, None, true).unwrap();
        assert_eq!(grad(&x), [if LONG.is_multiple_of(2) { 1.0 } else { -1.0 }]);
        drop(chain);
        assert_eq!(history::live(), 0);
    });
}

/// Every product keeps the product before it, so the nodes also hang together through what they saved.
#[test]
fn a_long_chain_of_saved_tensors_is_dropped_on_a_small_stack() {
    let _alone = alone();
    on_a_small_stack(|| {
        let (x, one) = (leaf(&[], &[1.0]), leaf(&[], &[1.0]));
        let mut chain = x.clone();
        for _ in 0..LONG / 4 {
            chain = multiply(&chain, &one).unwrap();
        }
        drop((x, one));
        assert!(history::live() >= LONG / 4);
        drop(chain);
        assert_eq!(history::live(), 0);
    });
}

/// Hosts may keep whatever they like, such as the end of another chain.
#[test]
fn a_long_chain_of_host_data_is_dropped_on_a_small_stack() {
    let _alone = alone();
    let drops = Arc::new(AtomicUsize::new(0));
    on_a_small_stack(|| {
        let x = leaf(&[], &[1.0]);
        let mut kept = x.clone();
        for _ in 0..LONG / 10 {
            let held = kept.clone();
            let keep = move |gradient: &Tensor| add(gradient, &held).and_then(|g| passed(&g));
            kept = host(&[&x], &detach(&x).unwrap(), &drops, keep);
        }
        drop(kept);
        assert_eq!(history::live(), 0);
    });
    assert_eq!(drops.load(Ordering::SeqCst), LONG / 10);
}

/// A node runs once, when all that used its result have: 2**n paths, n steps.
#[test]
fn each_node_runs_once_with_its_whole_gradient() {
    let _alone = alone();
    let (runs, drops) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let x = leaf(&[], &[1.0]);
    let mut diamond = x.clone();
    for _ in 0..20 {
        let counted = runs.clone();
        let once = host(&[&diamond], &detach(&diamond).unwrap(), &drops, move |gradient| {
            counted.fetch_add(1, Ordering::SeqCst);
            passed(gradient)
        });
        diamond = add(&once, &once).unwrap();
    }

    backward(&diamond, None, false).unwrap();

    assert_eq!(grad(&x), [f64::from(1 << 20)]);
    assert_eq!(runs.load(Ordering::SeqCst), 20);
    assert_eq!(drops.load(Ordering::SeqCst), 20, "released by the pass");
}

#[test]
fn a_second_pass_needs_a_retained_graph_and_is_refused_before_anything_runs() {
    let _alone = alone();
    let (runs, drops) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let x = leaf(&[2], &[1.0, 2.0]);
    let square = multiply(&x, &x).unwrap();
    let counted = runs.clone();
    // Newer than the product, so it would run first.
    let end = host(&[&square], &detach(&square).unwrap(), &drops, move |gradient| {
        counted.fetch_add(1, Ordering::SeqCst);
        passed(gradient)
    });
    let loss = total(&end);

    backward(&loss, None, true).unwrap();
    backward(&loss, None, true).unwrap();
    assert_eq!(grad(&x), [4.0, 8.0]);
    backward(&total(&square), None, false).unwrap();
    assert_eq!(grad(&x), [6.0, 12.0]);
    let error = backward(&loss, None, false).unwrap_err();

    assert_eq!(error.status, TA_ERR_GRAD);
    assert!(error.message().contains("a second time") && error.message().contains("MulBackward0"));
    assert_eq!(runs.load(Ordering::SeqCst), 2, "refused before a callback ran");
    assert_eq!(grad(&x), [6.0, 12.0]);
    assert_eq!(drops.load(Ordering::SeqCst), 0, "a failing pass releases nothing");
}

/// Callbacks that make a pass fail in every way it can, after another leaf's gradient has been computed.
#[test]
fn a_failing_pass_changes_nothing() {
    let _alone = alone();
    let refuse = |_: &Tensor| Err(Error::new(TA_ERR_CALLBACK, format_args!("no such luck")));
    type Rows = Vec<(&'static str, Callback, i32, &'static str)>;
    let rows: Rows = vec![
        ("it fails", Box::new(refuse), TA_ERR_CALLBACK, "HostBackward0: no such luck"),
        (
            "another shape",
            Box::new(|_| Ok(vec![Some(doubles(&[3], &[0.0; 3]))])),
            TA_ERR_GRAD,
            "HostBackward0: the gradient of input 0 is invalid: it has shape (3,)",
        ),
    ];
    for (name, callback, status, text) in rows {
        let drops = Arc::new(AtomicUsize::new(0));
        let (x, y) = (leaf(&[2], &[1.0, 2.0]), leaf(&[2], &[3.0, 4.0]));
        let first = host(&[&x], &detach(&x).unwrap(), &drops, callback);
        let loss = total(&add(&first, &y).unwrap());
        let before = doubles(&[2], &[7.0, 8.0]);
        set_grad(&y, Some(&before)).unwrap();

        let error = backward(&loss, None, false).unwrap_err();

        assert_eq!(error.status, status, "{name}");
        assert!(error.message().starts_with(text), "{name}: {}", error.message());
        assert!(history::grad(&x).is_none(), "{name}");
        assert!(history::grad(&y).unwrap().is(&before), "{name}");
        assert_eq!(drops.load(Ordering::SeqCst), 0, "{name}: nothing is released");
        assert!(is_enabled(), "{name}: operations are recorded again");
    }
}

#[test]
fn a_pass_says_what_it_lacks() {
    let _alone = alone();
    let x = leaf(&[2], &[1.0, 2.0]);
    let complex = requiring(tensor(DType::C128, &[], &[Scalar::Complex(1.0, 2.0)]));
    let plain = doubles(&[], &[1.0]);
    let (three, one) = (doubles(&[3], &[1.0; 3]), doubles(&[1], &[1.0]));
    let rows = [
        (&plain, None, "does not require grad and does not have a grad_fn"),
        (&x, None, "only for a tensor of one element, not of shape (2,)"),
        (&complex, None, "only for real tensors, not complex128"),
        (&x, Some(&three), "gradient has shape (3,), but the tensor has (2,)"),
        (&x, Some(&one), "gradient has shape (1,), but the tensor has (2,)"),
        (&complex, Some(&plain), "gradient has dtype float64, but the tensor has complex128"),
    ];
    for (root, gradient, text) in rows {
        let error = backward(root, gradient, false).unwrap_err();
        assert_eq!(error.status, TA_ERR_GRAD, "{text}");
        assert!(error.message().contains(text), "{}", error.message());
    }
    assert!(history::grad(&x).is_none() && history::grad(&complex).is_none());
}

/// What is kept in a leaf is the leaf's alone: not the caller's tensor, nor another leaf's.
#[test]
fn gradients_share_no_memory_with_anything() {
    let _alone = alone();
    let (x, y) = (leaf(&[2], &[1.0, 2.0]), leaf(&[2], &[3.0, 4.0]));
    let given = doubles(&[2], &[5.0, 6.0]);
    backward(&add(&x, &y).unwrap(), Some(&given), false).unwrap();
    let (of_x, of_y) = (history::grad(&x).unwrap(), history::grad(&y).unwrap());
    assert_eq!((reals(&of_x), reals(&of_y)), (vec![5.0, 6.0], vec![5.0, 6.0]));
    assert!(of_x.data() != given.data() && of_x.data() != of_y.data());
    assert!(of_x.is_contiguous() && !of_x.requires_grad());

    // And who holds one keeps what it is.
    backward(&x, Some(&given), false).unwrap();
    assert_eq!(reals(&of_x), [5.0, 6.0]);
    assert_eq!(grad(&x), [10.0, 12.0]);
}

#[test]
fn a_leaf_that_has_changed_its_mind_gets_nothing() {
    let _alone = alone();
    let (x, y) = (leaf(&[], &[1.0]), leaf(&[], &[2.0]));
    let product = multiply(&x, &y).unwrap();
    set_requires_grad(&x, false).unwrap();

    backward(&product, None, false).unwrap();

    assert!(history::grad(&x).is_none());
    assert_eq!(grad(&y), [1.0]);
}

#[test]
fn memory_that_was_written_since_gives_no_silently_wrong_gradient() {
    let _alone = alone();
    let x = leaf(&[2], &[1.0, 2.0]);
    let factor = doubles(&[2, 2], &[3.0, 4.0, 5.0, 6.0]);
    let row = |offset| hub::view(&factor, &[2], None, offset, None).unwrap();
    let (first, second) = (row(0), row(2));
    let product = multiply(&x, &first).unwrap();
    backward(&total(&product), None, true).unwrap();

    // Through another view of the same memory: what was saved may have changed.
    hub::fill(&second, Scalar::Float(0.0)).unwrap();

    let error = backward(&total(&product), None, false).unwrap_err();
    assert_eq!(error.status, TA_ERR_GRAD);
    assert!(error.message().contains("modified by an in-place operation"), "{}", error.message());
    assert_eq!(grad(&x), [3.0, 4.0]);

    // What needs no values does not mind.
    let sum = add(&x, &first).unwrap();
    hub::fill(&first, Scalar::Float(9.0)).unwrap();
    backward(&total(&sum), None, false).unwrap();
    assert_eq!(grad(&x), [4.0, 5.0]);
}

#[test]
fn a_failing_write_is_not_counted() {
    let _alone = alone();
    let bytes = tensor(DType::U8, &[2], &[Scalar::Int(1), Scalar::Int(2)]);
    let before = bytes.writes();
    assert!(hub::fill(&bytes, Scalar::Int(300)).is_err());
    assert_eq!(bytes.writes(), before);
    hub::fill(&bytes, Scalar::Int(3)).unwrap();
    assert_eq!(bytes.writes(), before + 1);
    assert!(check_writable(&bytes).is_ok());
}

/// A callback may run a pass of its own, through the same leaves.
#[test]
fn a_pass_may_begin_inside_another() {
    let _alone = alone();
    let drops = Arc::new(AtomicUsize::new(0));
    let (x, y) = (leaf(&[], &[2.0]), leaf(&[], &[3.0]));
    let inner = {
        let (x, y) = (x.clone(), y.clone());
        move |gradient: &Tensor| {
            assert!(!is_enabled(), "nothing is recorded while a pass runs");
            assert!(multiply(&x, &y)?.is_leaf());
            set_enabled(true);
            let product = multiply(&x, &y)?;
            set_enabled(false);
            backward(&product, None, false)?;
            passed(gradient)
        }
    };
    let outer = host(&[&x], &detach(&x).unwrap(), &drops, inner);

    backward(&outer, None, false).unwrap();

    assert!(is_enabled());
    assert_eq!((grad(&x), grad(&y)), (vec![3.0 + 1.0], vec![2.0]));
}

/// The gradients of a host are brought into the shape and dtype of its inputs.
#[test]
fn a_hosts_gradients_are_added_up_and_converted() {
    let _alone = alone();
    let drops = Arc::new(AtomicUsize::new(0));
    let x = requiring(tensor(DType::F32, &[2], &[Scalar::Float(1.0), Scalar::Float(2.0)]));
    let plain = doubles(&[2], &[0.0; 2]);
    let output = doubles(&[3, 2], &[0.0; 6]);
    let end = host(&[&plain, &x, &x], &output, &drops, |gradient| {
        let unasked = doubles(&[7], &[0.0; 7]);
        Ok(vec![Some(unasked), Some(gradient.clone()), None])
    });
    assert!(!end.is(&output) && end.data() == output.data());

    let given = doubles(&[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    backward(&end, Some(&given), false).unwrap();

    let got = history::grad(&x).unwrap();
    assert_eq!((got.dtype(), reals(&got)), (DType::F32, vec![9.0, 12.0]));
}

/// Without inputs an operation is a door: the gradient leaves through it.
#[test]
fn a_door_requires_grad_and_is_told() {
    let _alone = alone();
    let (told, drops) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let heard = told.clone();
    let door = host(&[], &doubles(&[2], &[1.0, 2.0]), &drops, move |gradient| {
        heard.lock().unwrap().extend(reals(gradient));
        Ok(Vec::new())
    });
    assert!(door.requires_grad() && !door.is_leaf());
    assert_eq!(grad_fn(&door).unwrap().input_count(), 0);

    backward(&total(&multiply(&door, &door).unwrap()), None, false).unwrap();

    assert_eq!(*told.lock().unwrap(), [2.0, 4.0]);
    assert_eq!(drops.load(Ordering::SeqCst), 1);
}

/// Where nothing is to be recorded the result is a plain leaf, and the operation is let go at once.
#[test]
fn an_operation_that_is_not_recorded_is_dropped_inside_the_call() {
    let _alone = alone();
    let drops = Arc::new(AtomicUsize::new(0));
    let (plain, wanted) = (doubles(&[], &[1.0]), leaf(&[], &[1.0]));
    let output = negate(&wanted).unwrap();

    let result = host(&[&plain], &output, &drops, passed);
    assert!(result.is_leaf() && !result.requires_grad() && !result.is(&output));
    assert_eq!(drops.load(Ordering::SeqCst), 1);
    set_enabled(false);
    for inputs in [&[&wanted][..], &[]] {
        let result = host(inputs, &plain, &drops, passed);
        assert!(result.is_leaf() && !result.requires_grad() && !result.is(&plain));
    }
    set_enabled(true);
    assert_eq!(drops.load(Ordering::SeqCst), 3);
}

/// A callback that keeps the result makes a cycle, which only a pass that releases it breaks.
#[test]
fn a_callback_that_keeps_its_result_lives_until_a_pass_releases_it() {
    let _alone = alone();
    let drops = Arc::new(AtomicUsize::new(0));
    let kept: Arc<Mutex<Option<Tensor>>> = Arc::default();
    let x = leaf(&[], &[1.0]);
    let own = kept.clone();
    let result = host(&[&x], &detach(&x).unwrap(), &drops, move |gradient| {
        assert!(own.lock().unwrap().is_some());
        passed(gradient)
    });
    *kept.lock().unwrap() = Some(result.clone());
    drop(result);
    assert_eq!(drops.load(Ordering::SeqCst), 0);
    assert_eq!(history::live(), 1, "what it takes to see such a cycle");

    let result = kept.lock().unwrap().clone().unwrap();
    backward(&result, None, false).unwrap();

    assert_eq!(drops.load(Ordering::SeqCst), 1);
    drop((result, kept));
    assert_eq!(history::live(), 0);
}

/// Leaves that are each other's gradients keep one another alive, until one of them is cleared.
#[test]
fn a_ring_of_gradients_lasts_until_it_is_opened() {
    let _alone = alone();
    let (a, b) = (doubles(&[], &[1.0]), doubles(&[], &[2.0]));
    assert_eq!(set_grad(&a, Some(&a)).unwrap_err().status, TA_ERR_GRAD);
    set_grad(&a, Some(&b)).unwrap();
    set_grad(&b, Some(&a)).unwrap();
    drop(b);
    assert_eq!(tensor::live(), 2);

    set_grad(&a, None).unwrap();

    assert_eq!(tensor::live(), 1);
}

const THREADS: usize = 4;
const ROUNDS: usize = if cfg!(miri) { 3 } else { 200 };

#[test]
fn threads_that_share_leaves_lose_no_gradient() {
    let _alone = alone();
    let (x, y) = (leaf(&[2], &[1.0, 2.0]), leaf(&[2], &[3.0, 4.0]));
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (x, y) = (&x, &y);
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    // In either order, so that locks in order of use would meet crosswise.
                    let (a, b) = if number % 2 == 0 { (x, y) } else { (y, x) };
                    let loss = total(&add(&multiply(a, b).unwrap(), b).unwrap());
                    backward(&loss, None, false).unwrap();
                }
            });
        }
    });
    let half = (THREADS / 2 * ROUNDS) as f64;
    assert_eq!(grad(&x), [half * 7.0, half * 9.0]);
    assert_eq!(grad(&y), [half * 3.0, half * 5.0]);
}

#[test]
fn threads_that_share_a_graph_lose_no_gradient() {
    let _alone = alone();
    let x = leaf(&[2], &[1.0, 2.0]);
    let loss = total(&multiply(&x, &x).unwrap());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    backward(&loss, None, true).unwrap();
                    assert!(history::grad(&x).is_some());
                }
            });
        }
    });
    let passes = (THREADS * ROUNDS) as f64;
    assert_eq!(grad(&x), [passes * 2.0, passes * 4.0]);
}

/// The setting is the thread's own.
#[test]
fn a_thread_begins_with_operations_recorded() {
    let _alone = alone();
    assert!(set_enabled(false));
    thread::scope(|scope| {
        scope.spawn(|| assert!(is_enabled())).join().unwrap();
    });
    assert!(!set_enabled(true));
}
