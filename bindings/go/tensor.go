package tarray

/*
#include "bridge.h"
*/
import "C"

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// A Tensor is a share in elements somewhere in memory, and what is known of them.
type Tensor struct {
	handle   *C.ta_tensor
	released atomic.Bool
	cleanup  runtime.Cleanup
	info     info
}

// info is what never changes of a tensor.
type info struct {
	data       uintptr
	shape      []int
	strides    []int
	numel      int
	nbytes     int
	flags      uint64
	dtype      DType
	device     Device
	provenance Provenance
}

// Provenance is how a tensor came about.
type Provenance struct {
	Source  string // what it was made from: memory, buffer, dlpack, scalar, sequence, tensor
	Aliased bool   // whether it shares that memory
	Reason  string // why not, if it was copied
	Staged  bool   // whether the copy went through the host although neither side is there
}

// newTensor takes over a handle.
func newTensor(handle *C.ta_tensor) *Tensor {
	t := &Tensor{handle: handle, info: describe(handle)}
	t.cleanup = runtime.AddCleanup(t, func(handle *C.ta_tensor) { C.ta_release(handle) }, handle)
	return t
}

// Adopt takes over a ta_tensor, a share that C or another binding has in a tensor.
func Adopt(handle unsafe.Pointer) (*Tensor, error) {
	if handle == nil {
		return nil, failure(ErrNullArgument, "a nil ta_tensor")
	}
	return newTensor((*C.ta_tensor)(handle)), nil
}

// RetainHandle is a ta_tensor, one share more, for whoever takes it over.
func (t *Tensor) RetainHandle() (unsafe.Pointer, error) {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return nil, err
	}
	return unsafe.Pointer(C.ta_retain(handle)), nil
}

func describe(handle *C.ta_tensor) info {
	f := takeFrame()
	defer f.give()
	f.info = C.ta_info{struct_size: C.sizeof_ta_info}
	if err := f.check(C.ta_describe(handle, &f.info, &f.err)); err != nil {
		panic(err) // The handle is live and the struct is the library's own.
	}
	ndim := int(f.info.ndim)
	known := info{
		data:    uintptr(f.info.data),
		shape:   integers(f.info.shape, ndim),
		strides: integers(f.info.strides, ndim),
		numel:   int(f.info.numel),
		nbytes:  int(f.info.nbytes),
		flags:   uint64(f.info.flags),
		dtype:   dtypeOf(f.info.dtype),
		device:  Device{int32(f.info.device.device_type), int32(f.info.device.index)},
		provenance: Provenance{
			Source:  C.GoString(C.ta_origin_name(f.info.provenance.origin)),
			Aliased: f.info.provenance.aliased != 0,
			Reason:  C.GoString(C.ta_reason_name(f.info.provenance.reason)),
			Staged:  f.info.provenance.staged != 0,
		},
	}
	f.info = C.ta_info{}
	return known
}

// live is the handle; the caller keeps the tensor alive while it is used.
func (t *Tensor) live() (*C.ta_tensor, error) {
	if t == nil {
		return nil, failure(ErrNullArgument, "a nil *Tensor")
	}
	if t.released.Load() {
		return nil, failure(ErrInvalidArgument, "the tensor has been released")
	}
	return t.handle, nil
}

// Release gives up this share in the tensor; the last one lets its memory go. Nobody may be using
// this *Tensor at the time. Again, it does nothing.
func (t *Tensor) Release() {
	if t.released.CompareAndSwap(false, true) {
		t.cleanup.Stop()
		C.ta_release(t.handle)
	}
}

// DType is what the elements are.
func (t *Tensor) DType() DType { return t.info.dtype }

// Device is where the memory is.
func (t *Tensor) Device() Device { return t.info.device }

// Shape is the extent of each axis. Do not write to it.
func (t *Tensor) Shape() []int { return t.info.shape }

// Strides are between neighbours on each axis, in elements. Do not write to it.
func (t *Tensor) Strides() []int { return t.info.strides }

// NumEl is the number of elements.
func (t *Tensor) NumEl() int { return t.info.numel }

// NumBytes is what the elements need one behind the other.
func (t *Tensor) NumBytes() int { return t.info.nbytes }

// Data is the address of element (0, …, 0), for as long as the tensor lives.
func (t *Tensor) Data() uintptr { return t.info.data }

// Provenance is how the tensor came about.
func (t *Tensor) Provenance() Provenance { return t.info.provenance }

// IsReadOnly says that nobody may write through this tensor.
func (t *Tensor) IsReadOnly() bool { return t.has(C.TA_TENSOR_READ_ONLY) }

// IsContiguous says that the elements stand one behind the other in C order.
func (t *Tensor) IsContiguous() bool { return t.has(C.TA_TENSOR_CONTIGUOUS) }

func (t *Tensor) has(flag uint64) bool { return t.info.flags&flag != 0 }

// String prints the tensor as PyTorch would.
func (t *Tensor) String() string {
	text := make([]byte, 256)
	length, err := t.print(text)
	if err == nil && length >= len(text) {
		text = make([]byte, length+1)
		length, err = t.print(text)
	}
	if err != nil {
		return "Tensor(" + err.Error() + ")"
	}
	return string(text[:length])
}

func (t *Tensor) print(text []byte) (int, error) {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return 0, err
	}
	f := takeFrame()
	defer f.give()
	var length C.size_t
	room := (*C.char)(unsafe.Pointer(&text[0]))
	err = f.check(C.ta_repr(handle, nil, room, C.size_t(len(text)), &length, &f.err))
	return int(length), err
}
