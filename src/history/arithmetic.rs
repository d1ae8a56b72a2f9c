//! Addition, subtraction, multiplication, negation: with broadcasting, promotion and history.

use crate::abi::TA_ERR_DTYPE;
use crate::convert::arithmetic::{self, Binary, Unary};
use crate::history::node::{Backward, Due, Name, Node};
use crate::history::saved::Saved;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::gradient::Gradient;
use crate::model::layout::{self, MAX_NDIM};
use crate::model::make;
use crate::model::promote;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// The sum of two tensors.
///
/// # Errors
/// As `ta_add` lists them.
#[doc(alias = "ta_add")]
pub fn add(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary(Binary::Add, a, b, || {
        Node::record(Name::Known(c"AddBackward0"), [a, b].into_iter(), || Ok(Signs::SUM))
    })
}

/// The difference of two tensors.
///
/// # Errors
/// As `ta_sub` lists them.
#[doc(alias = "ta_sub")]
pub fn subtract(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    check_signed("subtraction", [a, b])?;
    let record =
        || Node::record(Name::Known(c"SubBackward0"), [a, b].into_iter(), || Ok(Signs::DIFFERENCE));
    binary(Binary::Subtract, a, b, record)
}

/// The product of two tensors.
///
/// # Errors
/// As `ta_mul` lists them.
#[doc(alias = "ta_mul")]
pub fn multiply(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let record =
        || Node::record(Name::Known(c"MulBackward0"), [a, b].into_iter(), || Ok(Product::of(a, b)));
    binary(Binary::Multiply, a, b, record)
}

/// A tensor with the other sign.
///
/// # Errors
/// As `ta_neg` lists them.
#[doc(alias = "ta_neg")]
pub fn negate(tensor: &Tensor) -> Result<Tensor> {
    check_signed("negation", [tensor])?;
    let block = arithmetic::unary(Unary::Negate, &tensor.view())?;
    let gradient =
        Node::record(Name::Known(c"NegBackward0"), [tensor].into_iter(), || Ok(Signs::OPPOSITE))?;
    make::computed(block, tensor.dtype(), tensor.shape(), gradient)
}

/// Truth values have no sign: PyTorch refuses them too, so that nobody expects a logical "not".
fn check_signed<const N: usize>(operation: &str, operands: [&Tensor; N]) -> Result<()> {
    match operands.iter().any(|operand| operand.dtype() == DType::BOOL) {
        false => Ok(()),
        true => Err(Error::new(
            TA_ERR_DTYPE,
            format_args!("{operation} is not defined for tensors of dtype bool"),
        )),
    }
}

fn binary(
    operation: Binary,
    a: &Tensor,
    b: &Tensor,
    record: impl FnOnce() -> Result<Option<Shared<dyn Gradient>>>,
) -> Result<Tensor> {
    let dtype = promote::result(a, b)?;
    let mut shape = [0; MAX_NDIM];
    let shape = layout::broadcast_shape(a.shape(), b.shape(), &mut shape)?;
    let (mut of_a, mut of_b) = ([0; MAX_NDIM], [0; MAX_NDIM]);
    let (of_a, of_b) = (&mut of_a[..shape.len()], &mut of_b[..shape.len()]);
    let (left, right) = (a.view().broadcast(shape, of_a)?, b.view().broadcast(shape, of_b)?);
    let block = arithmetic::binary(operation, &left, &right, dtype)?;
    make::computed(block, dtype, shape, record()?)
}

/// Inputs whose gradient is that of the result, for some with the other sign.
struct Signs(&'static [bool]);

impl Signs {
    const OPPOSITE: Signs = Signs(&[true]);
    const SUM: Signs = Signs(&[false, false]);
    const DIFFERENCE: Signs = Signs(&[false, true]);
}

impl Backward for Signs {
    fn is_spent(&self) -> bool {
        false
    }

    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()> {
        let one = |other| if other { negate(gradient) } else { Ok(gradient.clone()) };
        self.0.iter().zip(inputs).try_for_each(|(&other, input)| input.give(|| one(other)))
    }
}

/// The factors of a product, each kept only for the gradient of the other.
struct Product {
    a: Option<Saved>,
    b: Option<Saved>,
}

impl Product {
    fn of(a: &Tensor, b: &Tensor) -> Product {
        Product {
            a: b.requires_grad().then(|| Saved::new(a)),
            b: a.requires_grad().then(|| Saved::new(b)),
        }
    }
}

impl Backward for Product {
    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()> {
        let times = |other: &Saved| multiply(gradient, &conjugate(other.get()?)?);
        // A factor that was not kept is that of an input that wants no gradient.
        let others = [&self.b, &self.a].into_iter().zip(inputs);
        others
            .filter_map(|(other, input)| Some((other.as_ref()?, input)))
            .try_for_each(|(other, input)| input.give(|| times(other)))
    }
}

/// The conjugate, which of real numbers is what they are.
fn conjugate(tensor: &Tensor) -> Result<Tensor> {
    if !tensor.dtype().is_complex() {
        return Ok(tensor.clone());
    }
    let block = arithmetic::unary(Unary::Conjugate, &tensor.view())?;
    make::computed(block, tensor.dtype(), tensor.shape(), None)
}
