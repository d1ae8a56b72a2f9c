package tarray

/*
#include "bridge.h"
*/
import "C"

import (
	"math"
	"runtime"
	"unsafe"
)

// Item reads one element: a bool, int64, float64 or complex128, or a uint64 beyond int64.
func (t *Tensor) Item(index ...int) (any, error) {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return nil, err
	}
	if err := t.takes(index); err != nil {
		return nil, err
	}
	f := takeFrame()
	defer f.give()
	at, err := list("index", &f.shape, index)
	if err != nil {
		return nil, err
	}
	if err := f.check(C.ta_item(handle, at, &f.scalar, &f.err)); err != nil {
		return nil, err
	}
	return number(&f.scalar), nil
}

func (t *Tensor) takes(index []int) error {
	if len(index) == len(t.info.shape) {
		return nil
	}
	return failure(ErrOutOfBounds,
		"an index of %d numbers into %d axes", len(index), len(t.info.shape))
}

// Set writes one element.
func (t *Tensor) Set(value any, index ...int) error {
	if err := t.takes(index); err != nil {
		return err
	}
	offset := 0
	for axis, at := range index {
		if extent := t.info.shape[axis]; at < 0 || at >= extent {
			return failure(ErrOutOfBounds, "index %d on axis %d of %d", at, axis, extent)
		}
		offset += at * t.info.strides[axis]
	}
	element, err := t.View([]int{}, nil, offset)
	if err != nil {
		return err
	}
	defer element.Release()
	return element.Fill(value)
}

// Fill writes one value to every element: a bool, int, float64, complex128 or *[math/big.Int].
func (t *Tensor) Fill(value any) error {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return err
	}
	scalar, ok, err := scalarOf(value)
	if err != nil {
		return err
	}
	if !ok {
		return failure(ErrKind, "can't fill with %T", value)
	}
	f := takeFrame()
	defer f.give()
	f.scalar = scalar
	return f.check(C.ta_fill(handle, &f.scalar, &f.err))
}

// CopyFrom writes the elements of another tensor, converted and broadcast.
func (t *Tensor) CopyFrom(source *Tensor) error {
	defer runtime.KeepAlive(t)
	defer runtime.KeepAlive(source)
	to, err := t.live()
	if err != nil {
		return err
	}
	from, err := source.live()
	if err != nil {
		return err
	}
	f := takeFrame()
	defer f.give()
	return f.check(C.ta_copy_into(to, from, &f.err))
}

// View is a tensor over a part of this one's memory. Strides and the offset count elements;
// without strides it is in C order.
func (t *Tensor) View(shape, strides []int, offset int) (*Tensor, error) {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return nil, err
	}
	if strides != nil && len(strides) != len(shape) {
		return nil, failure(ErrInvalidArgument, "%d strides for %d axes", len(strides), len(shape))
	}
	f := takeFrame()
	defer f.give()
	extents, err := list("shape", &f.shape, shape)
	if err != nil {
		return nil, err
	}
	steps, err := list("strides", &f.strides, strides)
	if err != nil {
		return nil, err
	}
	ndim, start := C.int32_t(len(shape)), C.int64_t(offset)
	if err := f.check(C.ta_view(handle, ndim, extents, steps, start, &f.out, &f.err)); err != nil {
		return nil, err
	}
	return newTensor(f.out), nil
}

// room is a slice of so many elements, or an error: where there is no memory for them, make ends the process.
func room[T Element](count int) ([]T, error) {
	var element T
	size := int(unsafe.Sizeof(element))
	if count > math.MaxInt/size || C.bridge_has_room(C.size_t(count*size)) == 0 {
		return nil, failure(ErrOutOfMemory, "no memory for a slice of %d elements of %v", count, DTypeOf[T]())
	}
	return make([]T, count), nil
}

// ToSlice copies the elements in C order, converted to T.
func ToSlice[T Element](t *Tensor) ([]T, error) {
	out, err := room[T](t.NumEl())
	if err != nil {
		return nil, err
	}
	memory := Memory{Bytes: BytesOf(out), DType: DTypeOf[T](), Shape: t.Shape()}
	target, err := AsArray(memory, &Options{Copy: CopyNever})
	if err != nil {
		return nil, err
	}
	defer target.Release()
	if err := target.CopyFrom(t); err != nil {
		return nil, err
	}
	return out, nil
}

// Borrow runs use with the tensor's own elements, which must be contiguous, aligned and of T's
// dtype. The slice is gone when use returns: only then may the tensor's memory go.
func Borrow[T Element](t *Tensor, use func(elements []T)) error {
	handle, err := t.live()
	if err != nil {
		return err
	}
	if err := t.mayBeBorrowed(DTypeOf[T]()); err != nil {
		return err
	}
	share := C.ta_retain(handle)
	defer C.ta_release(share)
	runtime.KeepAlive(t)
	use(unsafe.Slice((*T)(C.ta_data(share)), t.info.numel))
	return nil
}

// mayBeBorrowed: Go cannot be told of strides, of read-only memory, or of other devices.
func (t *Tensor) mayBeBorrowed(dtype DType) error {
	refused := func(status Status, why string) error {
		return failure(status, "a slice can't share %s: use ToSlice or AsArray", why)
	}
	switch {
	case t.info.device != CPU:
		return refused(ErrDevice, "memory of "+t.info.device.String())
	case t.info.dtype != dtype:
		return refused(ErrDType, t.info.dtype.String()+" as "+dtype.String())
	case t.IsReadOnly():
		return refused(ErrNotWritable, "a read-only tensor")
	case t.RequiresGrad():
		return refused(ErrExport, "a tensor that requires grad")
	case !t.IsContiguous():
		return refused(ErrLayout, "a tensor that is not contiguous")
	case !t.has(C.TA_TENSOR_ALIGNED):
		return refused(ErrLayout, "unaligned elements")
	}
	return nil
}
