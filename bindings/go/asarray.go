package tarray

/*
#cgo pkg-config: tarray
#include "bridge.h"
*/
import "C"

import (
	"reflect"
	"runtime"
	"unsafe"
)

// AsArray makes a tensor of anything: it shares memory if that is possible, else it copies. It
// takes
//
//   - a slice of numbers or bools, which is shared and pinned;
//   - [Memory], a slice seen with axes, and [Buffer], bytes to be read as some dtype;
//   - a *[Tensor];
//   - a number: bool, int, float64, complex128 and *[math/big.Int] have no dtype yet, as constants
//     have none; those of other types, like float32, have theirs;
//   - slices and arrays of all these, nested: a copy.
//
// A nil options is all defaults.
func AsArray(value any, options *Options) (*Tensor, error) {
	switch v := value.(type) {
	case *Tensor:
		return asTensor(v, options)
	case Memory:
		r, err := v.region()
		if err != nil {
			return nil, err
		}
		return asMemory(r, options)
	case Buffer:
		return asBuffer(v, options)
	}
	scalar, ok, err := scalarOf(value)
	if err != nil {
		return nil, err
	}
	if ok {
		return call(options, func(f *frame, asked *C.ta_options) C.ta_status {
			return C.bridge_asarray_scalar(scalar, asked, &f.out, &f.err)
		})
	}
	return asType(reflect.ValueOf(value), options)
}

// FromSlice makes a tensor of a slice: [AsArray] where the type is known.
func FromSlice[T Element](slice []T, options *Options) (*Tensor, error) {
	return asMemory(regionOf(reflect.ValueOf(slice), DTypeOf[T]()), options)
}

func asType(value reflect.Value, options *Options) (*Tensor, error) {
	switch value.Kind() {
	case reflect.Invalid:
		return nil, wrongKind(nil)
	case reflect.Slice:
		if dtype, ok := dtypeOfType(value.Type().Elem()); ok {
			return asMemory(regionOf(value, dtype), options)
		}
		return asSequence(value, options)
	case reflect.Array:
		return asSequence(value, options)
	}
	room := new([16]byte)
	dtype, ok := element(value, room)
	if !ok {
		return nil, wrongKind(value.Interface())
	}
	return call(options, func(f *frame, asked *C.ta_options) C.ta_status {
		data := unsafe.Pointer(room)
		return C.bridge_asarray_typed_scalar(data, dtype.c(), asked, &f.out, &f.err)
	})
}

func asTensor(tensor *Tensor, options *Options) (*Tensor, error) {
	defer runtime.KeepAlive(tensor)
	handle, err := tensor.live()
	if err != nil {
		return nil, err
	}
	return call(options, func(f *frame, asked *C.ta_options) C.ta_status {
		return C.bridge_asarray_tensor(handle, asked, &f.out, &f.err)
	})
}

func asMemory(r region, options *Options) (*Tensor, error) {
	var wrong error
	owner := hold(r.data)
	tensor, err := call(options, func(f *frame, asked *C.ta_options) C.ta_status {
		var shape, strides *C.int64_t
		if shape, wrong = list("shape", &f.shape, r.shape); wrong != nil {
			return C.TA_ERR_LAYOUT
		}
		if strides, wrong = list("strides", &f.strides, r.strides); wrong != nil {
			return C.TA_ERR_LAYOUT
		}
		return C.bridge_asarray_memory(
			r.memory, address(r.data), shape, strides, C.uintptr_t(owner), asked, &f.out, &f.err)
	})
	if err != nil {
		letGo(owner)
	}
	if wrong != nil {
		return nil, wrong
	}
	return tensor, err
}

func asBuffer(buffer Buffer, options *Options) (*Tensor, error) {
	start := unsafe.Pointer(unsafe.SliceData(buffer.Bytes))
	owner := hold(start)
	tensor, err := call(options, func(f *frame, asked *C.ta_options) C.ta_status {
		flags := memoryFlags(buffer.ReadOnly, false)
		size := C.size_t(len(buffer.Bytes))
		return C.bridge_asarray_buffer(
			address(start), size, flags, C.uintptr_t(owner), asked, &f.out, &f.err)
	})
	if err != nil {
		letGo(owner)
	}
	return tensor, err
}

func asSequence(items reflect.Value, options *Options) (*Tensor, error) {
	w := new(walk)
	defer w.end()
	tensor, err := call(options, func(f *frame, asked *C.ta_options) C.ta_status {
		return C.bridge_asarray_sequence(w.name(items), asked, &f.out, &f.err)
	})
	runtime.KeepAlive(items)
	if err != nil && w.err != nil {
		return nil, w.err
	}
	return tensor, err
}

// call makes a call that puts out a tensor.
func call(options *Options, make func(*frame, *C.ta_options) C.ta_status) (*Tensor, error) {
	f := takeFrame()
	defer f.give()
	if err := f.check(make(f, options.write(f))); err != nil {
		return nil, err
	}
	return newTensor(f.out), nil
}

// Version is that of the library.
func Version() string { return C.GoString(C.ta_version()) }

// LiveTensors is how many tensors are alive in this process: zero when nothing leaks.
func LiveTensors() int { return int(C.ta_live_tensors()) }

func init() {
	if abi := C.ta_abi_version(); abi != C.TA_ABI_VERSION {
		panic("tarray: the library is of another ABI than the header this package was built with")
	}
}
