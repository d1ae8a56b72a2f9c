//! Gradients of every operation: against finite differences, and by the rules of broadcasting,
//! conversion and aliasing.

#[path = "support/tensors.rs"]
mod tensors;

use tarray::abi::*;
use tarray::history::{
    add, backward, grad_fn, multiply, negate, set_enabled, set_grad, subtract, sum,
};
use tarray::hub::{self, Chunk, Grad, Request, Source, Values};
use tarray::model::dtype::DType;
use tarray::model::error::Result;
use tarray::model::plan::CopyMode;
use tarray::model::scalar::Scalar;
use tarray::model::tensor::Tensor;
use tensors::*;

/// Values without a pattern, away from zero.
fn some_values(count: i64, seed: u64) -> Vec<f64> {
    let next = |k: i64| ((k as f64 + 1.3) * (seed as f64 + 0.7) * 2.399).sin() * 2.0 + 0.1;
    (0..count).map(next).collect()
}

fn copy(tensor: &Tensor, request: Request) -> Result<Tensor> {
    let request = Request { grad: Grad::AsSource, ..request };
    hub::asarray(Source::Tensor(tensor, TA_ORIGIN_TENSOR), &request).map(hub::Outcome::settle)
}

fn cloned(tensor: &Tensor) -> Result<Tensor> {
    copy(tensor, Request { copy: CopyMode::Always, ..Request::default() })
}

fn contiguous(tensor: &Tensor) -> Result<Tensor> {
    copy(tensor, Request { contiguous: true, ..Request::default() })
}

fn view(tensor: &Tensor, shape: &[i64], strides: &[i64], offset: i64) -> Result<Tensor> {
    hub::view(tensor, shape, Some(strides), offset, None)
}

type Function = fn(&[Tensor]) -> Result<Tensor>;

struct Case {
    name: &'static str,
    node: &'static str,
    shapes: &'static [&'static [i64]],
    function: Function,
}

const fn case(
    name: &'static str,
    node: &'static str,
    shapes: &'static [&'static [i64]],
    function: Function,
) -> Case {
    Case { name, node, shapes, function }
}

/// Every operation, with the shapes of its inputs.
const CASES: &[Case] = &[
    case("add", "AddBackward0", &[&[2, 3], &[2, 3]], |x| add(&x[0], &x[1])),
    case("add, broadcast", "AddBackward0", &[&[2, 1, 3], &[4, 1]], |x| add(&x[0], &x[1])),
    case("add, no axes", "AddBackward0", &[&[], &[3]], |x| add(&x[0], &x[1])),
    case("add to itself", "AddBackward0", &[&[3]], |x| add(&x[0], &x[0])),
    case("sub", "SubBackward0", &[&[3], &[2, 3]], |x| subtract(&x[0], &x[1])),
    case("mul", "MulBackward0", &[&[2, 3], &[2, 3]], |x| multiply(&x[0], &x[1])),
    case("mul, broadcast", "MulBackward0", &[&[3, 1], &[1, 4]], |x| multiply(&x[0], &x[1])),
    case("square", "MulBackward0", &[&[4]], |x| multiply(&x[0], &x[0])),
    case("neg", "NegBackward0", &[&[2, 2]], |x| negate(&x[0])),
    case("sum", "SumBackward0", &[&[2, 3]], |x| sum(&x[0], &[], false)),
    case("sum, kept", "SumBackward0", &[&[2, 3]], |x| sum(&x[0], &[], true)),
    case("sum of no axes", "SumBackward1", &[&[]], |x| sum(&x[0], &[-1], false)),
    case("sum of one axis", "SumBackward1", &[&[2, 3, 4]], |x| sum(&x[0], &[1], false)),
    case("sum of the last, kept", "SumBackward1", &[&[2, 3, 4]], |x| sum(&x[0], &[-1], true)),
    case("sum of two axes", "SumBackward1", &[&[2, 3, 4]], |x| sum(&x[0], &[2, 0], false)),
    case("clone", "CloneBackward0", &[&[2, 3]], |x| cloned(&x[0])),
    case("contiguous", "CloneBackward0", &[&[2, 3]], |x| {
        contiguous(&view(&x[0], &[3, 2], &[1, 3], 0)?)
    }),
    case("transpose", "AsStridedBackward0", &[&[2, 3]], |x| view(&x[0], &[3, 2], &[1, 3], 0)),
    case("slice", "AsStridedBackward0", &[&[6]], |x| view(&x[0], &[2], &[2], 1)),
    case("flip", "AsStridedBackward0", &[&[4]], |x| view(&x[0], &[4], &[-1], 3)),
    case("diagonal", "AsStridedBackward0", &[&[3, 3]], |x| view(&x[0], &[3], &[4], 0)),
    case("expand", "AsStridedBackward0", &[&[3]], |x| view(&x[0], &[2, 3], &[0, 1], 0)),
    case("windows", "AsStridedBackward0", &[&[5]], |x| view(&x[0], &[3, 3], &[1, 1], 0)),
    case("repeated windows", "AsStridedBackward0", &[&[5]], |x| {
        view(&x[0], &[2, 3, 3], &[0, 1, 1], 0)
    }),
    case("a view of a flipped view", "AsStridedBackward0", &[&[6]], |x| {
        view(&view(&x[0], &[3], &[-2], 5)?, &[2], &[2], -4)
    }),
    case("a row of an expanded view", "AsStridedBackward0", &[&[3]], |x| {
        view(&view(&x[0], &[2, 3], &[0, 1], 0)?, &[3], &[1], 0)
    }),
    case("a view of windows", "AsStridedBackward0", &[&[5]], |x| {
        view(&view(&x[0], &[3, 3], &[1, 1], 0)?, &[2, 3], &[2, 1], 0)
    }),
    case("nothing of a view", "AsStridedBackward0", &[&[3]], |x| view(&x[0], &[0, 2], &[2, 1], 0)),
    case("a composition", "SubBackward0", &[&[2, 3], &[3], &[2, 1]], |x| {
        let product = multiply(&add(&x[0], &x[1])?, &negate(&x[2])?)?;
        subtract(&multiply(&product, &product)?, &sum(&x[0], &[1], true)?)
    }),
];

/// The sum of the result, each element with a weight of its own: one number that every gradient shows in.
fn loss(result: &Tensor) -> Tensor {
    let weights = doubles(result.shape(), &some_values(result.numel(), 11));
    sum(&multiply(result, &weights).unwrap(), &[], false).unwrap()
}

#[test]
fn every_gradient_is_what_finite_differences_say() {
    const STEP: f64 = 1e-5;
    for Case { name, node, shapes, function } in CASES {
        let starts: Vec<Vec<f64>> = shapes
            .iter()
            .enumerate()
            .map(|(seed, shape)| some_values(shape.iter().product(), seed as u64))
            .collect();
        let run = |starts: &[Vec<f64>], make: fn(&[i64], &[f64]) -> Tensor| {
            let inputs: Vec<_> = shapes.iter().zip(starts).map(|(s, v)| make(s, v)).collect();
            let result = function(&inputs).unwrap();
            (inputs, result)
        };

        let (inputs, result) = run(&starts, leaf);
        assert_eq!(grad_fn(&result).unwrap().name().to_str(), Ok(*node), "{name}");
        backward(&loss(&result), None, false).unwrap();

        for (input, values) in starts.iter().enumerate() {
            let got = grad(&inputs[input]);
            assert_eq!(got.len(), values.len(), "{name}");
            for element in 0..values.len() {
                let at = |shift: f64| {
                    let mut moved = starts.clone();
                    moved[input][element] += shift;
                    reals(&loss(&run(&moved, doubles).1))[0]
                };
                let want = (at(STEP) - at(-STEP)) / (2.0 * STEP);
                assert!(
                    (got[element] - want).abs() < 1e-6,
                    "{name}: element {element} of input {input} has {} instead of {want}",
                    got[element]
                );
            }
        }
    }
}

/// Only what somebody needs is computed, and only for who asked.
#[test]
fn inputs_that_require_no_grad_get_none() {
    for function in [add, subtract, multiply] {
        let (wanted, plain) = (leaf(&[2], &[1.0, 2.0]), doubles(&[2], &[3.0, 4.0]));
        for (a, b) in [(&wanted, &plain), (&plain, &wanted)] {
            backward(&sum(&function(a, b).unwrap(), &[], false).unwrap(), None, false).unwrap();
        }
        assert!(history_of(&plain).is_none() && tarray::history::grad(&plain).is_none());
        assert!(tarray::history::grad(&wanted).is_some());
        let result = function(&plain, &plain).unwrap();
        assert!(result.is_leaf() && !result.requires_grad() && result.gradient().is_none());
    }
}

fn history_of(tensor: &Tensor) -> Option<String> {
    grad_fn(tensor).map(|node| node.name().to_str().unwrap().to_owned())
}

/// A gradient arrives in the dtype of its leaf, whatever it was computed in.
#[test]
fn a_gradient_has_the_dtype_of_its_leaf() {
    let numbers = [Scalar::Float(0.5), Scalar::Float(-2.0)];
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64, DType::F8_E5M2] {
        let narrow = requiring(tensor(dtype, &[2], &numbers));
        let wide = copy(&narrow, Request { dtype: Some(DType::F64), ..Request::default() });
        let wide = wide.unwrap();
        let product = multiply(&wide, &doubles(&[2], &[3.0, 4.0])).unwrap();
        backward(&sum(&product, &[], false).unwrap(), None, false).unwrap();

        let grad = tarray::history::grad(&narrow).unwrap();
        assert_eq!(grad.dtype(), dtype);
        assert_eq!(reals(&grad), [3.0, 4.0], "{dtype}");
        let want = (dtype != DType::F64).then_some("ToCopyBackward0");
        assert_eq!(history_of(&wide).as_deref(), want, "{dtype}");
    }
}

/// PyTorch's convention: the gradient of a product is that of the result times the conjugate.
#[test]
fn complex_gradients_are_conjugate() {
    let one = |re, im| tensor(DType::C128, &[1], &[Scalar::Complex(re, im)]);
    let (a, b) = (requiring(one(1.0, 2.0)), requiring(one(3.0, -1.0)));
    let real = leaf(&[1], &[2.0]);
    let product = multiply(&multiply(&a, &b).unwrap(), &real).unwrap();

    backward(&product, Some(&one(1.0, 1.0)), false).unwrap();

    let value = |leaf: &Tensor| values(&tarray::history::grad(leaf).unwrap())[0];
    assert_eq!(value(&a), Scalar::Complex(4.0, 8.0), "(1+1j) * 2 * conj(3-1j)");
    assert_eq!(value(&b), Scalar::Complex(6.0, -2.0), "(1+1j) * 2 * conj(1+2j)");
    assert_eq!(value(&real), Scalar::Float(10.0), "the real part of (1+1j) * conj(5+5j)");
}

/// Tensors in a nested sequence stay in the history, one by one.
struct List<'t>(&'t [&'t Tensor]);

impl hub::Sequence for List<'_> {
    fn count(&self) -> Result<usize> {
        Ok(self.0.len())
    }

    fn item(&self, index: usize, visit: &mut dyn FnMut(Source<'_>)) -> Result<()> {
        visit(Source::Tensor(self.0[index], TA_ORIGIN_TENSOR));
        Ok(())
    }

    fn read(&self, _: usize, _: usize, _: &mut Chunk) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_stack_leads_to_each_tensor_that_requires_grad() {
    let (a, b) = (leaf(&[2], &[1.0, 2.0]), leaf(&[2], &[3.0, 4.0]));
    let (plain, narrow) = (
        doubles(&[2], &[5.0, 6.0]),
        requiring(tensor(DType::F16, &[2], &[Scalar::Float(7.0), Scalar::Float(8.0)])),
    );
    let parts = [&a, &plain, &narrow, &a, &b];
    let stack = |grad| {
        let request = Request { grad, ..Request::default() };
        let list = List(&parts);
        hub::asarray(Source::Values(Values::Sequence(&list), TA_ORIGIN_SEQUENCE), &request)
            .unwrap()
            .settle()
    };

    let cut = stack(Grad::No);
    assert!(cut.is_leaf() && !cut.requires_grad());
    for mode in [Grad::Yes, Grad::AsSource] {
        let whole = stack(mode);
        assert_eq!(history_of(&whole).as_deref(), Some("StackBackward0"));
        assert_eq!(grad_fn(&whole).unwrap().input_count(), 4, "plain tensors are no inputs");
        let weights = doubles(&[5, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
        let loss = sum(&multiply(&whole, &weights).unwrap(), &[], false).unwrap();

        backward(&loss, None, false).unwrap();

        assert_eq!(grad(&a), [1.0 + 7.0, 2.0 + 8.0]);
        assert_eq!(grad(&b), [9.0, 10.0]);
        assert_eq!(grad(&narrow), [5.0, 6.0]);
        for leaf in [&a, &b, &narrow] {
            set_grad(leaf, None).unwrap();
        }
    }
    let before = set_enabled(false);
    for (mode, want) in [(Grad::No, false), (Grad::Yes, true), (Grad::AsSource, true)] {
        let whole = stack(mode);
        assert!(whole.is_leaf(), "nothing is recorded");
        assert_eq!(whole.requires_grad(), want, "{mode:?}");
    }
    set_enabled(before);
}

/// Rows: what the source is, what is asked for, and what the result is: its handle, its node, its flag.
#[test]
fn asarray_keeps_cuts_and_continues_histories() {
    const ALIAS: CopyMode = CopyMode::IfNeeded;
    const COPY: CopyMode = CopyMode::Always;
    let (plain, wanted) = (doubles(&[2], &[1.0, 2.0]), leaf(&[2], &[1.0, 2.0]));
    let computed = negate(&wanted).unwrap();
    let rows = [
        ("plain", &plain, ALIAS, Grad::No, true, None, false),
        ("plain", &plain, ALIAS, Grad::AsSource, true, None, false),
        ("plain", &plain, ALIAS, Grad::Yes, false, None, true),
        ("plain", &plain, COPY, Grad::Yes, false, None, true),
        ("plain", &plain, COPY, Grad::AsSource, false, None, false),
        ("leaf", &wanted, ALIAS, Grad::No, false, None, false),
        ("leaf", &wanted, ALIAS, Grad::Yes, true, None, true),
        ("leaf", &wanted, ALIAS, Grad::AsSource, true, None, true),
        ("leaf", &wanted, COPY, Grad::No, false, None, false),
        ("leaf", &wanted, COPY, Grad::Yes, false, Some("CloneBackward0"), true),
        ("leaf", &wanted, COPY, Grad::AsSource, false, Some("CloneBackward0"), true),
        ("computed", &computed, ALIAS, Grad::No, false, None, false),
        ("computed", &computed, ALIAS, Grad::Yes, true, Some("NegBackward0"), true),
        ("computed", &computed, ALIAS, Grad::AsSource, true, Some("NegBackward0"), true),
        ("computed", &computed, COPY, Grad::No, false, None, false),
        ("computed", &computed, COPY, Grad::Yes, false, Some("CloneBackward0"), true),
    ];
    for enabled in [true, false] {
        for (name, source, copy, grad, same, node, requires_grad) in rows {
            let row = format!("{name}, {copy:?}, {grad:?}, recorded: {enabled}");
            let request = Request { copy, grad, ..Request::default() };
            let before = set_enabled(enabled);
            let result =
                hub::asarray(Source::Tensor(source, TA_ORIGIN_TENSOR), &request).unwrap().settle();
            set_enabled(before);

            assert_eq!(result.is(source), same, "{row}: the handle");
            // While nothing is recorded, copies are leaves; an alias has what there is.
            let node = node.filter(|_| enabled || copy == ALIAS);
            assert_eq!(history_of(&result).as_deref(), node, "{row}: the node");
            assert_eq!(result.requires_grad(), requires_grad, "{row}: the flag");
            assert_eq!(result.is_leaf(), node.is_none(), "{row}: a leaf");
            assert_eq!(result.data() == source.data(), copy == ALIAS, "{row}: the memory");
        }
    }
    assert!(plain.gradient().is_none() && wanted.requires_grad() && computed.requires_grad());
}

/// Another mark makes another handle, with the same history: gradients meet in one place.
#[test]
fn a_marked_alias_shares_the_history() {
    let x = leaf(&[2], &[1.0, 2.0]);
    let request = Request { grad: Grad::Yes, read_only: true, ..Request::default() };
    let marked = hub::asarray(Source::Tensor(&x, TA_ORIGIN_TENSOR), &request).unwrap().settle();
    assert!(!marked.is(&x) && marked.is_read_only() && marked.is_leaf());

    backward(&sum(&add(&x, &marked).unwrap(), &[], false).unwrap(), None, false).unwrap();

    assert_eq!(grad(&x), [2.0, 2.0]);
    assert_eq!(grad(&marked), [2.0, 2.0]);
}

#[test]
fn conversion_to_integers_cannot_keep_a_history() {
    let x = leaf(&[2], &[1.0, 2.0]);
    let to = |grad| {
        let request = Request { dtype: Some(DType::I64), grad, ..Request::default() };
        hub::asarray(Source::Tensor(&x, TA_ORIGIN_TENSOR), &request).map(hub::Outcome::settle)
    };
    for grad in [Grad::Yes, Grad::AsSource] {
        assert_eq!(to(grad).unwrap_err().status, TA_ERR_GRAD);
    }
    assert!(!to(Grad::No).unwrap().requires_grad());
}
