//! Tensors for tests of the floors below the C ABI: made of values, and read back.
#![allow(dead_code, unreachable_pub)]

use tarray::convert::memory;
use tarray::history;
use tarray::hub;
use tarray::model::dtype::DType;
use tarray::model::make;
use tarray::model::scalar::Scalar;
use tarray::model::tensor::Tensor;

/// A tensor of numbers, given in C order.
pub fn tensor(dtype: DType, shape: &[i64], values: &[Scalar]) -> Tensor {
    let mut block = memory::room(values.len() as i64, dtype).unwrap();
    for (index, &value) in values.iter().enumerate() {
        memory::put(value, &mut block, index as i64, dtype).unwrap();
    }
    make::computed(block, dtype, shape, None).unwrap()
}

/// A `float64` tensor.
pub fn doubles(shape: &[i64], values: &[f64]) -> Tensor {
    let values: Vec<_> = values.iter().map(|&value| Scalar::Float(value)).collect();
    tensor(DType::F64, shape, &values)
}

/// A `float64` leaf that requires grad.
pub fn leaf(shape: &[i64], values: &[f64]) -> Tensor {
    requiring(doubles(shape, values))
}

/// The same tensor, requiring grad.
pub fn requiring(tensor: Tensor) -> Tensor {
    history::set_requires_grad(&tensor, true).unwrap();
    tensor
}

/// All elements, in C order.
pub fn values(tensor: &Tensor) -> Vec<Scalar> {
    let shape = tensor.shape();
    let mut index = vec![0; shape.len()];
    let mut values = Vec::new();
    for _ in 0..tensor.numel() {
        values.push(hub::item(tensor, &index).unwrap());
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    values
}

/// All elements of a real tensor, in C order.
pub fn reals(tensor: &Tensor) -> Vec<f64> {
    let real = |value| match value {
        Scalar::Bool(v) => f64::from(u8::from(v)),
        Scalar::Int(v) => v as f64,
        Scalar::UInt(v) => v as f64,
        Scalar::Float(v) => v,
        Scalar::Complex(..) => panic!("{value} is not real"),
    };
    values(tensor).into_iter().map(real).collect()
}

/// The gradient of a leaf, in C order.
pub fn grad(leaf: &Tensor) -> Vec<f64> {
    reals(&history::grad(leaf).expect("a gradient has arrived"))
}
