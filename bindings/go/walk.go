package tarray

/*
#include "bridge.h"
*/
import "C"

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// A walk is one call's way through nested slices. The library asks for items while the call runs.
type walk struct {
	pinner runtime.Pinner
	lists  []cgo.Handle
	// What the callbacks failed with: an error, or what was panicked with.
	err      error
	panicked any
}

// A sequence is one slice or array on the way.
type sequence struct {
	walk  *walk
	items reflect.Value
	// The items again, if they can be anything: what numbers without a dtype stand in.
	mixed []any
	// The item that was asked for last, if it is an element with a dtype of its own.
	element *[16]byte
}

// name is what the library calls a sequence by.
func (w *walk) name(items reflect.Value) C.uintptr_t {
	mixed, _ := items.Interface().([]any)
	handle := cgo.NewHandle(&sequence{walk: w, items: items, mixed: mixed})
	w.lists = append(w.lists, handle)
	return C.uintptr_t(handle)
}

// end lets go what was lent during the call, and goes on with a panic.
func (w *walk) end() {
	for _, list := range w.lists {
		list.Delete()
	}
	w.pinner.Unpin()
	if w.panicked != nil {
		panic(w.panicked)
	}
}

// answer runs a callback: neither an error nor a panic goes into the library.
func answer(name C.uintptr_t, tell func(*sequence) error) (status C.ta_status) {
	s := cgo.Handle(name).Value().(*sequence)
	defer func() {
		if panicked := recover(); panicked != nil {
			s.walk.panicked = panicked
			status = C.TA_ERR_CALLBACK
		}
	}()
	if err := tell(s); err != nil {
		s.walk.err = err
		return C.TA_ERR_CALLBACK
	}
	return C.TA_OK
}

//export tarrayLen
func tarrayLen(name C.uintptr_t, out *C.size_t) C.ta_status {
	return answer(name, func(s *sequence) error {
		*out = C.size_t(s.items.Len())
		return nil
	})
}

//export tarrayItem
func tarrayItem(name C.uintptr_t, index C.size_t, out *C.ta_source) C.ta_status {
	return answer(name, func(s *sequence) error {
		source, err := s.describe(s.items.Index(int(index)))
		if err != nil {
			return fmt.Errorf("item %d of a list: %w", index, err)
		}
		// The library may be older than the header, and its struct shorter.
		size := min(out.struct_size, C.sizeof_ta_source)
		copy(bytesAt(unsafe.Pointer(out), size), bytesAt(unsafe.Pointer(&source), size))
		return nil
	})
}

func bytesAt(start unsafe.Pointer, size C.size_t) []byte {
	return unsafe.Slice((*byte)(start), size)
}

//export tarrayRead
func tarrayRead(name C.uintptr_t, start, count C.size_t, out *C.ta_scalar, written *C.size_t) C.ta_status {
	return answer(name, func(s *sequence) error {
		room := unsafe.Slice(out, count)
		*written = 0
		for k := range room {
			at := int(start) + k
			if at >= len(s.mixed) {
				return nil
			}
			scalar, ok, err := scalarOf(s.mixed[at])
			if err != nil {
				return fmt.Errorf("item %d of a list: %w", at, err)
			}
			if !ok {
				return nil
			}
			room[k] = scalar
			*written++
		}
		return nil
	})
}

// describe says what an item is. What it points to is pinned until the walk ends.
func (s *sequence) describe(value reflect.Value) (C.ta_source, error) {
	if value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	if !value.IsValid() {
		return C.ta_source{}, wrongKind(nil)
	}
	item := value.Interface()
	scalar, ok, err := scalarOf(item)
	if err != nil {
		return C.ta_source{}, err
	}
	if ok {
		return C.ta_source_scalar(scalar), nil
	}
	switch v := item.(type) {
	case *Tensor:
		handle, err := v.live()
		return C.ta_source_tensor(handle), err
	case Memory:
		r, err := v.region()
		if err != nil {
			return C.ta_source{}, err
		}
		return s.lend(r)
	case Buffer:
		start := unsafe.SliceData(v.Bytes)
		s.walk.pin(unsafe.Pointer(start))
		flags := memoryFlags(v.ReadOnly, false)
		return C.bridge_buffer(address(unsafe.Pointer(start)), C.size_t(len(v.Bytes)), flags, 0), nil
	}
	return s.describeByType(value)
}

func (s *sequence) describeByType(value reflect.Value) (C.ta_source, error) {
	switch value.Kind() {
	case reflect.Slice:
		if dtype, ok := dtypeOfType(value.Type().Elem()); ok {
			return s.lend(regionOf(value, dtype))
		}
		return C.bridge_sequence(s.walk.name(value)), nil
	case reflect.Array:
		return C.bridge_sequence(s.walk.name(value)), nil
	}
	if s.element == nil {
		s.element = new([16]byte)
		s.walk.pinner.Pin(s.element)
	}
	dtype, ok := element(value, s.element)
	if !ok {
		return C.ta_source{}, wrongKind(value.Interface())
	}
	return C.ta_source_typed_scalar(unsafe.Pointer(s.element), dtype.c()), nil
}

func (s *sequence) lend(r region) (C.ta_source, error) {
	lists := new(struct{ shape, strides [maxNDim]C.int64_t })
	shape, err := list("shape", &lists.shape, r.shape)
	if err != nil {
		return C.ta_source{}, err
	}
	strides, err := list("strides", &lists.strides, r.strides)
	if err != nil {
		return C.ta_source{}, err
	}
	s.walk.pinner.Pin(lists)
	s.walk.pin(r.data)
	return C.bridge_memory(r.memory, address(r.data), shape, strides, 0), nil
}

func (w *walk) pin(data unsafe.Pointer) {
	if data != nil {
		w.pinner.Pin(data)
	}
}

// address is that of pinned memory.
func address(data unsafe.Pointer) C.uintptr_t { return C.uintptr_t(uintptr(data)) }

func wrongKind(value any) error {
	return failure(ErrKind, "can't make a tensor of %T", value)
}
