"""What each of the programs here prints, in Python: python show.py LIBRARY FILE"""

import ctypes
import sys

import tarray


class Error(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("status", ctypes.c_int32), ("reserved", ctypes.c_int32),
                ("message", ctypes.c_char * 512)]


class File:
    """A file that is mapped."""

    def __init__(self, library, path):
        self.st = ctypes.CDLL(library)
        self.st.st_count.restype = ctypes.c_size_t
        self.st.st_base.restype = ctypes.c_void_p
        self.st.st_name.restype = ctypes.c_char_p
        self.handle = ctypes.c_void_p()
        self.check(self.st.st_open, path.encode(), ctypes.byref(self.handle))

    def check(self, call, *arguments):
        error = Error(ctypes.sizeof(Error))
        if call(*arguments, ctypes.byref(error)):
            raise ValueError(error.message.decode())

    def names(self):
        return [self.st.st_name(self.handle, ctypes.c_size_t(k)).decode() for k in range(self.st.st_count(self.handle))]

    def base(self):
        return self.st.st_base(self.handle)

    def tensor(self, name):
        out = ctypes.c_void_p()
        self.check(self.st.st_tensor, self.handle, name.encode(), None, ctypes.byref(out))
        return tarray.Tensor._from_ta_handle(out.value)

    def __del__(self):
        if self.handle:
            self.st.st_close(self.handle)


if __name__ == "__main__":
    file = File(*sys.argv[1:])
    for name in file.names():
        tensor, again = file.tensor(name), file.tensor(name)
        shared = tensor.provenance.aliased and tensor.data_ptr() == again.data_ptr()
        print(f"{name}: {str(tensor.dtype).removeprefix('tarray.')} at {tensor.data_ptr() - file.base()}, "
              f"{'shared' if shared else 'copied'}, {'read-only' if tensor.read_only else 'writable'}")
        print(tensor)
