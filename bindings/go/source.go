package tarray

/*
#include "bridge.h"
*/
import "C"

import (
	"math/big"
	"reflect"
	"unsafe"
)

// Memory is a part of a slice seen with axes. What it reaches must lie in the slice.
type Memory struct {
	Bytes        []byte // see [BytesOf]
	DType        DType
	Shape        []int
	StridesBytes []int // between neighbours on each axis, of either sign; nil: C order
	OffsetBytes  int   // where element (0, …, 0) is
	ReadOnly     bool
	ByteSwapped  bool // in the byte order of another kind of machine
}

// A Buffer is bytes that are read as the dtype that is asked for, or as float32.
type Buffer struct {
	Bytes    []byte
	ReadOnly bool
}

// BytesOf is the memory of a slice.
func BytesOf[T Element](slice []T) []byte {
	var element T
	start := (*byte)(unsafe.Pointer(unsafe.SliceData(slice)))
	return unsafe.Slice(start, len(slice)*int(unsafe.Sizeof(element)))
}

// region is memory of Go as the library is told of it, but for its addresses, which must be
// pinned before they are.
type region struct {
	data    unsafe.Pointer
	memory  C.ta_memory
	shape   []int
	strides []int
}

// regionOf is a slice of elements.
func regionOf(value reflect.Value, dtype DType) region {
	r := region{data: value.UnsafePointer(), shape: []int{value.Len()}}
	r.memory.dtype = dtype.c()
	r.memory.ndim = 1
	return r
}

func (m Memory) region() (region, error) {
	if m.StridesBytes != nil && len(m.StridesBytes) != len(m.Shape) {
		return region{}, failure(ErrInvalidArgument,
			"%d strides for %d axes", len(m.StridesBytes), len(m.Shape))
	}
	if err := m.staysInside(); err != nil {
		return region{}, err
	}
	r := region{
		data:    unsafe.Pointer(unsafe.SliceData(m.Bytes)),
		shape:   m.Shape,
		strides: m.StridesBytes,
	}
	r.memory.dtype = m.DType.c()
	r.memory.ndim = C.int32_t(len(m.Shape))
	r.memory.byte_offset = C.uint64_t(m.OffsetBytes)
	r.memory.flags = memoryFlags(m.ReadOnly, m.ByteSwapped)
	return r, nil
}

func memoryFlags(readOnly, byteSwapped bool) (flags C.uint64_t) {
	if readOnly {
		flags |= C.TA_MEMORY_READ_ONLY
	}
	if byteSwapped {
		flags |= C.TA_MEMORY_BYTE_SWAPPED
	}
	return flags
}

// staysInside holds a description to its slice: the library trusts it. What no memory can have
// the library refuses itself.
func (m Memory) staysInside() error {
	low, high := big.NewInt(int64(m.OffsetBytes)), big.NewInt(int64(m.OffsetBytes))
	size := big.NewInt(int64(m.DType.bytes()))
	high.Add(high, size)
	step := new(big.Int).Set(size)
	for axis := len(m.Shape) - 1; axis >= 0; axis-- {
		extent := big.NewInt(int64(m.Shape[axis]))
		if extent.Sign() <= 0 {
			return nil
		}
		if m.StridesBytes != nil {
			step.SetInt64(int64(m.StridesBytes[axis]))
		}
		reach := new(big.Int).Mul(step, new(big.Int).Sub(extent, big.NewInt(1)))
		if reach.Sign() < 0 {
			low.Add(low, reach)
		} else {
			high.Add(high, reach)
		}
		step.Mul(step, extent)
	}
	if low.Sign() >= 0 && high.Cmp(big.NewInt(int64(len(m.Bytes)))) <= 0 {
		return nil
	}
	return failure(ErrOutOfBounds, "bytes %v to %v of a slice of %d bytes", low, high, len(m.Bytes))
}

// scalarOf is a number of Go before it has a dtype: the types of its constants, and big integers.
func scalarOf(value any) (scalar C.ta_scalar, ok bool, err error) {
	switch v := value.(type) {
	case bool:
		scalar = C.ta_scalar{kind: C.TA_SCALAR_BOOL}
		*(*bool)(unsafe.Pointer(&scalar.value)) = v
	case int:
		scalar = integer(int64(v))
	case float64:
		scalar = C.ta_scalar{kind: C.TA_SCALAR_FLOAT}
		*(*float64)(unsafe.Pointer(&scalar.value)) = v
	case complex128:
		scalar = C.ta_scalar{kind: C.TA_SCALAR_COMPLEX}
		*(*complex128)(unsafe.Pointer(&scalar.value)) = v
	case *big.Int:
		scalar, err = bigInteger(v)
	default:
		return scalar, false, nil
	}
	return scalar, err == nil, err
}

func integer(v int64) C.ta_scalar {
	scalar := C.ta_scalar{kind: C.TA_SCALAR_INT}
	*(*int64)(unsafe.Pointer(&scalar.value)) = v
	return scalar
}

func bigInteger(v *big.Int) (C.ta_scalar, error) {
	switch {
	case v == nil:
		return C.ta_scalar{}, failure(ErrKind, "can't make a tensor of a nil *big.Int")
	case v.IsInt64():
		return integer(v.Int64()), nil
	case v.IsUint64():
		scalar := C.ta_scalar{kind: C.TA_SCALAR_UINT}
		*(*uint64)(unsafe.Pointer(&scalar.value)) = v.Uint64()
		return scalar, nil
	}
	return C.ta_scalar{}, failure(ErrOverflow, "%v does not fit into 64 bits", v)
}

// number is what a scalar of the library is in Go: bool, int64, uint64, float64 or complex128.
func number(scalar *C.ta_scalar) any {
	value := unsafe.Pointer(&scalar.value)
	switch scalar.kind {
	case C.TA_SCALAR_BOOL:
		return *(*int64)(value) != 0
	case C.TA_SCALAR_INT:
		return *(*int64)(value)
	case C.TA_SCALAR_UINT:
		return *(*uint64)(value)
	case C.TA_SCALAR_FLOAT:
		return *(*float64)(value)
	}
	return *(*complex128)(value)
}

// element is a number that has a dtype of its own, like a float32, in memory.
func element(value reflect.Value, to *[16]byte) (dtype DType, ok bool) {
	dtype, ok = dtypeOfType(value.Type())
	if ok {
		reflect.NewAt(value.Type(), unsafe.Pointer(to)).Elem().Set(value)
	}
	return dtype, ok
}
