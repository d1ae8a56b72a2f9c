"""Writes into a file that others have mapped: python poke.py FILE NAME VALUE, at the first float32."""

import json
import mmap
import struct
import sys

path, name, value = sys.argv[1:]
with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
    (length,) = struct.unpack_from("<Q", memory)
    entry = json.loads(memory[8 : 8 + length])[name]
    struct.pack_into("<f", memory, 8 + length + entry["data_offsets"][0], float(value))
