//! The example plug-in over OpenCL, on an OpenCL that runs on the CPU.

use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::run::quietly;
use crate::test::Workplace;
use crate::{Result, files};

const C11: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };

/// What the example prints, behind the device's name.
const PRINTED: &str = "\
tensor([[ 2.,  8.],
        [ 4., 10.],
        [ 6., 12.]], device='opencl:0', dtype=tarray.float64)
tensor([3., 4., 5., 6.], device='opencl:0')
";

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "opencl")? };
    let source = workplace.root.join("examples/opencl/main.c");
    let program = programs.build(&C11, &source, &["-Wl,--no-as-needed,-lOpenCL"])?;
    let said = quietly(&mut Command::new(program))?;
    match said.split_once('\n') {
        Some((device, PRINTED)) => {
            println!("on {device}");
            Ok(())
        }
        _ => Err(format!("the example prints {said}").into()),
    }
}
