"""Writes the file that the others show: float32 and bfloat16, with the `safetensors` package."""

import sys

import ml_dtypes
import numpy as np
from safetensors.numpy import save

values = {
    "bias": np.array([0.5, -1.25, 3.0], np.float32),
    "empty": np.zeros((0, 2), np.float32),
    "weight": np.arange(6).reshape(2, 3).astype(ml_dtypes.bfloat16) / 4,
}
with open(sys.argv[1], "wb") as file:
    file.write(save(values, metadata={"note": 'braces } and "quotes" do not end it'}))
