"""The collector at work nearly always: what is kept by nobody while C holds it goes at once, in every run."""

import gc


def pytest_configure(config):
    gc.set_threshold(5, 1, 1)
