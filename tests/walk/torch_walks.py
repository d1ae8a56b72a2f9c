"""PyTorch on the far side: as the consumer of what walked, and as the producer of what walks.

What PyTorch 2.15 does differently, and is not asked here: it refuses negative strides, and it takes
read-only memory as if it were writable, without a word.
"""

import ctypes

import numpy as np
import torch

import arrays
from checks import Checks
from exchange import Exporter, lent_by
from step import VALUE
from walkers import Walker


def _consumed(
    library: ctypes.CDLL, checks: Checks, row: str, array: np.ndarray, walker: Walker
) -> None:
    walked = walker(lent_by(library, array))
    shared = torch.from_dlpack(Exporter(library, walked.shared))
    converted = torch.from_dlpack(Exporter(library, walked.converted))
    address = array.__array_interface__["data"][0]
    checks.that(shared.data_ptr() == address or not array.size, f"{row}: the same memory")
    checks.that(tuple(shared.shape) == array.shape, f"{row}: the same shape")
    checks.that(np.array_equal(shared.numpy(), array, equal_nan=True), f"{row}: the values")
    checks.that(
        np.array_equal(converted.numpy(), array.astype(converted.numpy().dtype)),
        f"{row}: the conversion",
    )
    if array.size:
        shared.fill_(1)
        checks.that(bool((array == 1).all()), f"{row}: NumPy sees what PyTorch writes")


def _produced(
    library: ctypes.CDLL, checks: Checks, row: str, tensor: torch.Tensor, walker: Walker
) -> None:
    walked = walker(lent_by(library, tensor))
    if not checks.that(walked.step == 0, f"{row}: step {walked.step}"):
        return
    shared = torch.from_dlpack(Exporter(library, walked.shared))
    converted = torch.from_dlpack(Exporter(library, walked.converted))
    checks.that(
        shared.data_ptr() == tensor.data_ptr() or not tensor.numel(), f"{row}: the same memory"
    )
    checks.that(shared.dtype == tensor.dtype and shared.shape == tensor.shape, f"{row}: its facts")
    checks.that(shared.stride() == tensor.stride() or not tensor.numel(), f"{row}: its strides")
    if tensor.numel():
        element = tensor[(0,) * tensor.dim()].to(torch.float64)
        checks.that(
            element.item() == (1 if tensor.dtype is torch.bool else VALUE),
            f"{row}: PyTorch sees the write",
        )
    same = torch.equal(converted, tensor.to(converted.dtype))
    checks.that(
        same and converted.data_ptr() != tensor.data_ptr() or not tensor.numel(),
        f"{row}: the conversion",
    )


def _tensors() -> dict[str, torch.Tensor]:
    dtypes = [
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.uint16,
        torch.uint32,
        torch.uint64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.float8_e4m3fn,
        torch.float8_e4m3fnuz,
        torch.float8_e5m2,
        torch.float8_e5m2fnuz,
        torch.float8_e8m0fnu,
    ]
    made = {str(dtype): torch.ones(2, 3).to(dtype) for dtype in dtypes}
    made |= {
        "complex64": torch.ones(3, dtype=torch.complex64).real,
        "transposed": torch.arange(6.0).view(2, 3).t(),
        "every second": torch.arange(10)[::2],
        "expanded": torch.ones(1, 3).expand(4, 3),
        "no axes": torch.tensor(2.5),
        "no elements": torch.zeros(3, 0),
    }
    return made


def _refuses_a_gradient(library: ctypes.CDLL, checks: Checks) -> None:
    try:
        lent_by(library, torch.ones(3, requires_grad=True))
        checks.that(False, "a tensor with a gradient is not lent")
    except BufferError:
        checks.that(True, "a tensor with a gradient is not lent")


def run(library: ctypes.CDLL, walkers: dict[str, Walker], checks: Checks) -> None:
    """Both directions, through every walker."""
    _refuses_a_gradient(library, checks)
    for language, walker in walkers.items():
        for dtype in ("float32", "float64", "int8", "uint64", "bool", "complex64", "float16"):
            row = f"NumPy {dtype} to PyTorch by {language}"
            _consumed(library, checks, row, arrays.counted(2, 3, dtype=dtype).T, walker)
        _consumed(
            library, checks, f"no elements to PyTorch by {language}", np.zeros((3, 0)), walker
        )
        for name, tensor in _tensors().items():
            _produced(library, checks, f"PyTorch {name} by {language}", tensor, walker)
