"""PyTorch's row of the table of round trips."""

import pytest
import torch

from round_trip import FLOAT8, ITSELF, LEGACY, NUMPY, VERSIONED, Peer, check, check_lacking, lacking, rows

TORCH = Peer(torch.from_dlpack, torch.Tensor.data_ptr,
             [*NUMPY, "bfloat16", "complex32", *FLOAT8, "float4_e2m1fn_x2"],
             (VERSIONED, LEGACY, ITSELF), (VERSIONED, LEGACY, ITSELF))


@pytest.mark.parametrize("dtype, takes, lends", rows(TORCH))
def test_memory_goes_there_and_back(dtype, takes, lends):
    check(TORCH, dtype, takes, lends)


@pytest.mark.parametrize("dtype", lacking(TORCH))
def test_what_torch_lacks_it_refuses(dtype):
    check_lacking(TORCH, dtype, Exception)
