package tarray

/*
#include "bridge.h"
*/
import "C"

import (
	"sync"
	"unsafe"
)

const maxNDim = C.TA_MAX_NDIM

// A frame is what C reads and writes during one call. It holds no pointer into Go's memory.
type frame struct {
	options C.ta_options
	export  C.ta_export_options
	err     C.ta_error
	out     *C.ta_tensor
	info    C.ta_info
	scalar  C.ta_scalar
	shape   [maxNDim]C.int64_t
	strides [maxNDim]C.int64_t
}

var frames = sync.Pool{New: func() any {
	f := new(frame)
	f.err.struct_size = C.sizeof_ta_error
	return f
}}

func takeFrame() *frame { return frames.Get().(*frame) }

// give lets others have the frame. It keeps no handle.
func (f *frame) give() {
	f.out = nil
	frames.Put(f)
}

// check makes an error of a call that failed.
func (f *frame) check(status C.ta_status) error {
	if status == C.TA_OK {
		return nil
	}
	return &Error{Status(status), C.GoString(&f.err.message[0])}
}

// list writes integers where C reads them; the address is nil if there are none.
func list(name string, to *[maxNDim]C.int64_t, numbers []int) (*C.int64_t, error) {
	if len(numbers) > maxNDim {
		return nil, failure(ErrLayout, "%s: %d axes, at most %d", name, len(numbers), maxNDim)
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	for axis, n := range numbers {
		to[axis] = C.int64_t(n)
	}
	return &to[0], nil
}

func integers(from *C.int64_t, count int) []int {
	out := make([]int, count)
	for axis, n := range unsafe.Slice(from, count) {
		out[axis] = int(n)
	}
	return out
}
