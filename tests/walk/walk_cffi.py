"""The walk of walk.h with cffi in ABI mode, from the declarations that the dist folder ships."""

from collections.abc import Callable
from pathlib import Path

import cffi

from step import REPR_SIZE, VALUE, Failed, check, target_of


class Library:
    """libtarray, by its `cdef` file."""

    def __init__(self, prefix: Path) -> None:
        self.ffi = cffi.FFI()
        self.ffi.cdef((prefix / "share" / "tarray" / "tarray.cdef").read_text(encoding="utf-8"))
        self.lib = self.ffi.dlopen(str(prefix / "lib" / "libtarray.so.0"))

    def sized(self, kind: str):
        """A zeroed struct that says its size."""
        made = self.ffi.new(f"{kind} *")
        made.struct_size = self.ffi.sizeof(kind)
        return made


class Walk:
    """One walk: what it holds, and its steps in order."""

    def __init__(self, library: Library, lent: int, say: Callable[[str], None]) -> None:
        self.library, self.say = library, say
        self.ffi, self.lib = library.ffi, library.lib
        self.lent = self.ffi.cast("struct DLManagedTensorVersioned *", lent)
        self.expected = self._element_0(self.lent)
        self.writable = not self._is_read_only(self.lent)
        self.shared = self.converted = self.ffi.NULL

    def run(self) -> tuple[int, int]:
        """Both results as DLPack tensors of the caller's."""
        try:
            self.take()
            self.has_element = self.lib.ta_numel(self.shared) > 0
            self.look()
            self.touch()
            self.convert()
            self.refuse()
            return self.lend()
        finally:
            self.lib.ta_release(self.converted)
            self.lib.ta_release(self.shared)

    def take(self) -> None:
        options, out = self.library.sized("ta_options"), self.ffi.new("ta_tensor **")
        options.copy = self.lib.TA_COPY_NEVER
        check(1, self.lib.ta_from_dlpack(self.lent, options, out, self.ffi.NULL) == self.lib.TA_OK)
        self.shared = out[0]

    def look(self) -> None:
        if self.has_element:
            check(2, self._address(self.lib.ta_data(self.shared)) == self.expected)
        came_about = self._provenance(self.shared)
        check(2, came_about == (self.lib.TA_ORIGIN_DLPACK, 1, self.lib.TA_REASON_NONE))
        check(2, self.lib.ta_is_read_only(self.shared) == (not self.writable))
        access = "writable" if self.writable else "read-only"
        self.say(f"shared: {self._name(self.shared)} from {self._origin(came_about)}, {access}")
        self.say(self._repr(2, self.shared))

    def touch(self) -> None:
        if self.has_element:
            self._item()
        if not self.writable:
            check(3, self.lib.ta_mutable_data(self.shared) == self.ffi.NULL)
            self.say("element 0: read-only")
        elif self.has_element:
            self._write()
            item = self._item()
            check(3, item is True or item == VALUE)
            self.say("element 0: written")
        else:
            self.say("element 0: there is none")

    def convert(self) -> None:
        out = self.ffi.new("ta_tensor **")
        status = self._as_target(self.lib.TA_COPY_IF_NEEDED, out, self.ffi.NULL)
        check(4, status == self.lib.TA_OK)
        self.converted = out[0]
        check(4, self._dtype(self.converted) == self._target())
        if self.has_element:
            check(4, self._address(self.lib.ta_data(self.converted)) != self.expected)
        came_about = self._provenance(self.converted)
        check(4, came_about == (self.lib.TA_ORIGIN_TENSOR, 0, self.lib.TA_REASON_DTYPE))
        check(4, not self.lib.ta_is_read_only(self.converted))
        reason = self._text(self.lib.ta_reason_name(came_about[2]))
        source = f"{self._name(self.converted)} from {self._origin(came_about)}"
        self.say(f"converted: {source}, copied because {reason}")
        self.say(self._repr(4, self.converted))

    def refuse(self) -> None:
        out, error = self.ffi.new("ta_tensor **"), self.library.sized("ta_error")
        status = self._as_target(self.lib.TA_COPY_NEVER, out, error)
        check(5, status == self.lib.TA_ERR_CANNOT_ALIAS)
        check(5, out[0] == self.ffi.NULL and error.status == status)
        self.say(f"refused: {self._text(error.message)}")

    def lend(self) -> tuple[int, int]:
        shared = self._lend(self.shared)
        try:
            if self.has_element:
                check(6, self._element_0(shared) == self.expected)
            check(6, self._is_read_only(shared) == (not self.writable))
            converted = self._lend(self.converted)
        except Failed:
            shared.deleter(shared)
            raise
        self.say("lent: both")
        return self._address(shared), self._address(converted)

    def _lend(self, tensor):
        out = self.ffi.new("struct DLManagedTensorVersioned **")
        check(6, self.lib.ta_to_dlpack(tensor, self.ffi.NULL, out, self.ffi.NULL) == self.lib.TA_OK)
        return out[0]

    def _write(self) -> None:
        source, out = self.library.sized("ta_source"), self.ffi.new("ta_tensor **")
        source.kind = self.lib.TA_SOURCE_SCALAR
        # The C member is called `as`, a keyword of Python.
        scalar = source.value.scalar
        scalar.kind = self.lib.TA_SCALAR_INT
        scalar.value.i = VALUE
        options = self.library.sized("ta_options")
        options.dtype = dtype = self.lib.ta_dtype_of(self.shared)
        check(3, self.lib.ta_asarray(source, options, out, self.ffi.NULL) == self.lib.TA_OK)
        size = (dtype.bits * dtype.lanes + 7) // 8
        self.ffi.memmove(self.lib.ta_mutable_data(self.shared), self.lib.ta_data(out[0]), size)
        self.lib.ta_release(out[0])

    def _item(self) -> bool | int | float | complex:
        item, origin = self.ffi.new("ta_scalar *"), self.ffi.new("int64_t[64]")
        check(3, self.lib.ta_item(self.shared, origin, item, self.ffi.NULL) == self.lib.TA_OK)
        value = item.value
        return {
            self.lib.TA_SCALAR_BOOL: bool(value.i),
            self.lib.TA_SCALAR_INT: value.i,
            self.lib.TA_SCALAR_UINT: value.u,
            self.lib.TA_SCALAR_FLOAT: value.f,
            self.lib.TA_SCALAR_COMPLEX: complex(*value.c),
        }[item.kind]

    def _as_target(self, copy: int, out, error) -> int:
        source, options = self.library.sized("ta_source"), self.library.sized("ta_options")
        source.kind = self.lib.TA_SOURCE_TENSOR
        source.value.tensor = self.shared
        options.dtype.code, options.dtype.bits, options.dtype.lanes = self._target()
        options.copy = copy
        return self.lib.ta_asarray(source, options, out, error)

    def _dtype(self, tensor) -> tuple[int, int, int]:
        dtype = self.lib.ta_dtype_of(tensor)
        return (dtype.code, dtype.bits, dtype.lanes)

    def _target(self) -> tuple[int, int, int]:
        return target_of(self._dtype(self.shared))

    def _provenance(self, tensor) -> tuple[int, int, int]:
        info = self.library.sized("ta_info")
        check(2, self.lib.ta_describe(tensor, info, self.ffi.NULL) == self.lib.TA_OK)
        return (info.provenance.origin, info.provenance.aliased, info.provenance.reason)

    def _origin(self, came_about: tuple[int, int, int]) -> str:
        return self._text(self.lib.ta_origin_name(came_about[0]))

    def _name(self, tensor) -> str:
        text = self.ffi.new("char[32]")
        self.lib.ta_dtype_name(self.lib.ta_dtype_of(tensor), text, 32)
        return self._text(text)

    def _repr(self, step: int, tensor) -> str:
        text, null = self.ffi.new(f"char[{REPR_SIZE}]"), self.ffi.NULL
        check(step, self.lib.ta_repr(tensor, null, text, REPR_SIZE, null, null) == self.lib.TA_OK)
        return self._text(text)

    def _text(self, characters) -> str:
        return self.ffi.string(characters).decode()

    def _address(self, pointer) -> int:
        return int(self.ffi.cast("uintptr_t", pointer))

    def _element_0(self, managed) -> int:
        return self._address(managed.dl_tensor.data) + managed.dl_tensor.byte_offset

    def _is_read_only(self, managed) -> bool:
        return bool(managed.flags & self.lib.DLPACK_FLAG_BITMASK_READ_ONLY)


def walk(library: Library, lent: int, say: Callable[[str], None]) -> tuple[int, int]:
    """Takes all steps, or raises `Failed` with the number of the one that failed."""
    return Walk(library, lent, say).run()
