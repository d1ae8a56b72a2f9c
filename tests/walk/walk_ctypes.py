"""The walk of walk.h with nothing but ctypes."""

import ctypes
from collections.abc import Callable

import dlpack_ctypes as dlpack
import tarray_ctypes as ta
from step import REPR_SIZE, VALUE, Failed, check, target_of


class Walk:
    """One walk: what it holds, and its steps in order."""

    def __init__(self, library: ctypes.CDLL, lent: int, say: Callable[[str], None]) -> None:
        self.ta, self.lent, self.say = library, lent, say
        self.expected = dlpack.element_0(lent)
        self.writable = not dlpack.at(lent).flags & dlpack.READ_ONLY
        self.shared, self.converted = ctypes.c_void_p(), ctypes.c_void_p()

    def run(self) -> tuple[int, int]:
        """Both results as DLPack tensors of the caller's."""
        try:
            self.take()
            self.has_element = self.ta.ta_numel(self.shared) > 0
            self.origin = (ctypes.c_int64 * 64)()
            self.look()
            self.touch()
            self.convert()
            self.refuse()
            return self.lend()
        finally:
            self.ta.ta_release(self.converted)
            self.ta.ta_release(self.shared)

    def take(self) -> None:
        options = ta.sized(ta.Options, copy=ta.COPY_NEVER)
        check(1, self.ta.ta_from_dlpack(self.lent, options, self.shared, None) == ta.OK)

    def look(self) -> None:
        if self.has_element:
            check(2, self.ta.ta_data(self.shared) == self.expected)
        provenance = self._provenance(self.shared)
        check(2, provenance.key() == (ta.ORIGIN_DLPACK, 1, ta.REASON_NONE))
        check(2, self.ta.ta_is_read_only(self.shared) == (not self.writable))
        access = "writable" if self.writable else "read-only"
        self.say(f"shared: {self._name(self.shared)} from {self._origin(provenance)}, {access}")
        self.say(self._repr(2, self.shared))

    def touch(self) -> None:
        if self.has_element:
            self._item(3)
        if not self.writable:
            check(3, self.ta.ta_mutable_data(self.shared) is None)
            self.say("element 0: read-only")
        elif self.has_element:
            self._write()
            item = self._item(3)
            check(3, item is True or item == VALUE)
            self.say("element 0: written")
        else:
            self.say("element 0: there is none")

    def convert(self) -> None:
        check(4, self._as_target(ta.COPY_IF_NEEDED, self.converted, None) == ta.OK)
        check(4, self.ta.ta_dtype_of(self.converted).key() == self._target())
        if self.has_element:
            check(4, self.ta.ta_data(self.converted) != self.expected)
        provenance = self._provenance(self.converted)
        check(4, provenance.key() == (ta.ORIGIN_TENSOR, 0, ta.REASON_DTYPE))
        check(4, not self.ta.ta_is_read_only(self.converted))
        reason = self.ta.ta_reason_name(provenance.reason).decode()
        source = f"{self._name(self.converted)} from {self._origin(provenance)}"
        self.say(f"converted: {source}, copied because {reason}")
        self.say(self._repr(4, self.converted))

    def refuse(self) -> None:
        untouched, error = ctypes.c_void_p(), ta.sized(ta.Error)
        check(5, self._as_target(ta.COPY_NEVER, untouched, error) == ta.ERR_CANNOT_ALIAS)
        check(5, not untouched and error.status == ta.ERR_CANNOT_ALIAS)
        self.say(f"refused: {error.message.decode()}")

    def lend(self) -> tuple[int, int]:
        shared, converted = ctypes.c_void_p(), ctypes.c_void_p()
        try:
            check(6, self.ta.ta_to_dlpack(self.shared, None, shared, None) == ta.OK)
            if self.has_element:
                check(6, dlpack.element_0(shared.value) == self.expected)
            read_only = bool(dlpack.at(shared.value).flags & dlpack.READ_ONLY)
            check(6, read_only == (not self.writable))
            check(6, self.ta.ta_to_dlpack(self.converted, None, converted, None) == ta.OK)
        except Failed:
            if shared:
                dlpack.delete(shared.value)
            raise
        self.say("lent: both")
        return shared.value, converted.value

    def _write(self) -> None:
        dtype = self.ta.ta_dtype_of(self.shared)
        scalar = ta.Scalar(kind=ta.SCALAR_INT, value=ta.ScalarValue(i=VALUE))
        source = ta.sized(ta.Source, kind=ta.SOURCE_SCALAR, value=ta.SourceValue(scalar=scalar))
        value = ctypes.c_void_p()
        check(
            3, self.ta.ta_asarray(source, ta.sized(ta.Options, dtype=dtype), value, None) == ta.OK
        )
        size = (dtype.bits * dtype.lanes + 7) // 8
        ctypes.memmove(self.ta.ta_mutable_data(self.shared), self.ta.ta_data(value), size)
        self.ta.ta_release(value)

    def _item(self, step: int) -> bool | int | float | complex:
        item = ta.Scalar()
        check(step, self.ta.ta_item(self.shared, self.origin, item, None) == ta.OK)
        value = item.value
        return {
            ta.SCALAR_BOOL: bool(value.i),
            ta.SCALAR_INT: value.i,
            ta.SCALAR_UINT: value.u,
            ta.SCALAR_FLOAT: value.f,
            ta.SCALAR_COMPLEX: complex(*value.c),
        }[item.kind]

    def _as_target(self, copy: int, out: ctypes.c_void_p, error: ta.Error | None) -> int:
        source = ta.sized(
            ta.Source, kind=ta.SOURCE_TENSOR, value=ta.SourceValue(tensor=self.shared.value)
        )
        options = ta.sized(ta.Options, dtype=ta.Dtype(*self._target()), copy=copy)
        return self.ta.ta_asarray(source, options, out, error)

    def _target(self) -> tuple[int, int, int]:
        return target_of(self.ta.ta_dtype_of(self.shared).key())

    def _provenance(self, tensor: ctypes.c_void_p) -> ta.Provenance:
        info = ta.sized(ta.Info)
        self.ta.ta_describe(tensor, info, None)
        return info.provenance

    def _origin(self, provenance: ta.Provenance) -> str:
        return self.ta.ta_origin_name(provenance.origin).decode()

    def _name(self, tensor: ctypes.c_void_p) -> str:
        text = ctypes.create_string_buffer(32)
        self.ta.ta_dtype_name(self.ta.ta_dtype_of(tensor), text, len(text))
        return text.value.decode()

    def _repr(self, step: int, tensor: ctypes.c_void_p) -> str:
        text = ctypes.create_string_buffer(REPR_SIZE)
        check(step, self.ta.ta_repr(tensor, None, text, len(text), None, None) == ta.OK)
        return text.value.decode()


def walk(library: ctypes.CDLL, lent: int, say: Callable[[str], None]) -> tuple[int, int]:
    """Takes all steps, or raises `Failed` with the number of the one that failed."""
    return Walk(library, lent, say).run()
