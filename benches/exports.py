"""What it costs to hand a tensor on: the same consumer, with a producer each."""

from contenders import ARRAY, FOREIGN, NANOBIND, OTHERS, TENSOR, calls

# Of a row that a `from_dlpack` has with each producer.
CONSUMERS = (
    "what is ours of it is the call of `__dlpack__`, which has a row of its own, and `__dlpack_device__` for "
    "torch; the rest is the consumer's, and moves by some hundredths from run to run, with any producer."
)
PRODUCERS = {"ours": TENSOR, "theirs": OTHERS, "array": ARRAY, "foreign": FOREIGN, "made": NANOBIND.make()}


def each(name, marks, text):
    names = {"tvm_ffi's": "theirs", "numpy's": "array", "torch's": "foreign", "nanobind's": "made"}
    others = {who: text.format(producer) for who, producer in names.items()}
    calls(name, marks, PRODUCERS, limit=CONSUMERS, tarray=text.format("ours"), **others)


each("t.__dlpack__(max_version=(1, 0))", [], "{}.__dlpack__(max_version=(1, 0))")
FASTEST = [(1.0, [f"{producer}'s" for producer in ("numpy", "torch", "tvm_ffi")])]
for consumer in ("np", "torch", "tvm_ffi"):
    each(f"{consumer}.from_dlpack(t)", FASTEST, consumer + ".from_dlpack({})")
