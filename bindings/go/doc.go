// Package tarray makes tensors of anything: it shares the memory of slices whenever that is
// possible, copies when it must, says which of the two happened and why, and hands tensors on as
// DLPack. It is a client of the C library libtarray.
//
// A [Tensor] that shares a slice keeps it pinned until the last share in the tensor is gone,
// wherever that is. [Tensor.Release] gives a share up at once; for those who forget, the garbage
// collector does it. The collector sees a small object whatever the size of the memory behind it,
// so release what is large.
//
// A tensor may be used by many goroutines at a time. What it says of itself never changes; who
// writes elements keeps others from them meanwhile.
package tarray
