"""Between Python's array libraries and bare DLPack structs, with libtarray in the middle.

Some of them speak only the struct without a version, which no walker takes: libtarray shares
such memory and lends it in the other struct.
"""

import ctypes

import dlpack_ctypes as dlpack
import tarray_ctypes as ta


class Refused(BufferError):
    """What libtarray said instead of doing it."""


def _done(status: int, error: ta.Error) -> None:
    if status != ta.OK:
        raise Refused(error.message.decode())


def lent_by(library: ctypes.CDLL, producer: object, read_only: bool = False) -> int:
    """What `producer` lends, as a versioned struct of the caller's; read-only on demand."""
    try:
        capsule = producer.__dlpack__(max_version=(1, 3))
    except TypeError:
        capsule = producer.__dlpack__()
    if dlpack.kind_of(capsule) is dlpack.Managed and not read_only:
        return dlpack.claim(capsule)
    tensor = shared(library, capsule)
    try:
        flags = ta.EXPORT_READ_ONLY if read_only else 0
        return _lend(library.ta_to_dlpack, tensor, ta.sized(ta.ExportOptions, flags=flags))
    finally:
        library.ta_release(tensor)


def shared(library: ctypes.CDLL, capsule: object) -> ctypes.c_void_p:
    """The tensor in a capsule, claimed before the call and given back to it on failure."""
    legacy = dlpack.kind_of(capsule) is dlpack.Legacy
    take = library.ta_from_dlpack_legacy if legacy else library.ta_from_dlpack
    tensor, error = ctypes.c_void_p(), ta.sized(ta.Error)
    status = take(dlpack.claim(capsule), None, tensor, error)
    if status != ta.OK:
        dlpack.unclaim(capsule)
    _done(status, error)
    return tensor


def _lend(export, tensor: ctypes.c_void_p, options: ta.ExportOptions) -> int:
    loan, error = ctypes.c_void_p(), ta.sized(ta.Error)
    _done(export(tensor, options, loan, error), error)
    return loan.value


_COPY = {None: ta.COPY_IF_NEEDED, True: ta.COPY_ALWAYS, False: ta.COPY_NEVER}


class Exporter:
    """What `from_dlpack` of any library wants: an object with a device that lends its memory."""

    def __init__(self, library: ctypes.CDLL, address: int) -> None:
        device = dlpack.at(address).dl_tensor.device
        self._device = (device.device_type, device.device_id)
        self._library = library
        self._tensor = shared(library, dlpack.wrap(address))

    def __del__(self) -> None:
        if hasattr(self, "_tensor"):
            self._library.ta_release(self._tensor)

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None) -> object:
        device = ta.Device(*dl_device or (0, 0))
        options = ta.sized(ta.ExportOptions, device=device, copy=_COPY[copy])
        if max_version is None or max_version[0] < 1:
            loan = _lend(self._library.ta_to_dlpack_legacy, self._tensor, options)
            return dlpack.wrap(loan, dlpack.Legacy)
        return dlpack.wrap(_lend(self._library.ta_to_dlpack, self._tensor, options))

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._device
