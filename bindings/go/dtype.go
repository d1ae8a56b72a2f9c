package tarray

/*
#include <tarray.h>
*/
import "C"

import (
	"fmt"
	"reflect"
)

// A DType is what one element is: the numbers of DLPack's DLDataType. Zero means "not given".
type DType struct {
	Code, Bits uint8
	Lanes      uint16
}

// The dtypes that have a name.
var (
	Bool          = DType{C.TA_BOOL, 8, 1}
	Int8          = DType{C.TA_INT, 8, 1}
	Int16         = DType{C.TA_INT, 16, 1}
	Int32         = DType{C.TA_INT, 32, 1}
	Int64         = DType{C.TA_INT, 64, 1}
	Uint8         = DType{C.TA_UINT, 8, 1}
	Uint16        = DType{C.TA_UINT, 16, 1}
	Uint32        = DType{C.TA_UINT, 32, 1}
	Uint64        = DType{C.TA_UINT, 64, 1}
	Float16       = DType{C.TA_FLOAT, 16, 1}
	Float32       = DType{C.TA_FLOAT, 32, 1}
	Float64       = DType{C.TA_FLOAT, 64, 1}
	BFloat16      = DType{C.TA_BFLOAT, 16, 1}
	Complex32     = DType{C.TA_COMPLEX, 32, 1}
	Complex64     = DType{C.TA_COMPLEX, 64, 1}
	Complex128    = DType{C.TA_COMPLEX, 128, 1}
	Float8E3M4    = DType{C.TA_FLOAT8_E3M4, 8, 1}
	Float8E4M3    = DType{C.TA_FLOAT8_E4M3, 8, 1}
	Float8E4M3B11 = DType{C.TA_FLOAT8_E4M3B11FNUZ, 8, 1}
	Float8E4M3FN  = DType{C.TA_FLOAT8_E4M3FN, 8, 1}
	Float8E4M3UZ  = DType{C.TA_FLOAT8_E4M3FNUZ, 8, 1}
	Float8E5M2    = DType{C.TA_FLOAT8_E5M2, 8, 1}
	Float8E5M2UZ  = DType{C.TA_FLOAT8_E5M2FNUZ, 8, 1}
	Float8E8M0    = DType{C.TA_FLOAT8_E8M0FNU, 8, 1}
	Float6E2M3    = DType{C.TA_FLOAT6_E2M3FN, 6, 1}
	Float6E3M2    = DType{C.TA_FLOAT6_E3M2FN, 6, 1}
	Float4E2M1    = DType{C.TA_FLOAT4_E2M1FN, 4, 1}
)

// String is the name that the library has for it, like float32.
func (d DType) String() string {
	var buffer [64]C.char
	C.ta_dtype_name(d.c(), &buffer[0], C.size_t(len(buffer)))
	return C.GoString(&buffer[0])
}

func (d DType) c() C.ta_dtype {
	return C.ta_dtype{code: C.uint8_t(d.Code), bits: C.uint8_t(d.Bits), lanes: C.uint16_t(d.Lanes)}
}

func dtypeOf(d C.ta_dtype) DType {
	return DType{uint8(d.code), uint8(d.bits), uint16(d.lanes)}
}

// bytes is how many an element takes; one that is packed, a whole one.
func (d DType) bytes() int {
	return (int(d.Bits)*int(max(d.Lanes, 1)) + 7) / 8
}

// An Element is a type of Go that elements of some dtype are.
type Element interface {
	~bool | ~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64 | ~complex64 | ~complex128
}

// DTypeOf is the dtype of Go's T.
func DTypeOf[T Element]() DType {
	dtype, _ := dtypeOfType(reflect.TypeFor[T]())
	return dtype
}

// dtypeOfType is the dtype of elements of a type, if it is one of [Element].
func dtypeOfType(t reflect.Type) (dtype DType, ok bool) {
	bits := uint8(8)
	switch t.Kind() {
	case reflect.Bool:
		return Bool, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return DType{C.TA_INT, bits * uint8(t.Size()), 1}, true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return DType{C.TA_UINT, bits * uint8(t.Size()), 1}, true
	case reflect.Float32, reflect.Float64:
		return DType{C.TA_FLOAT, bits * uint8(t.Size()), 1}, true
	case reflect.Complex64, reflect.Complex128:
		return DType{C.TA_COMPLEX, bits * uint8(t.Size()), 1}, true
	}
	return DType{}, false
}

// A Device is where memory is: the numbers of DLPack's DLDevice. Zero means "not given".
type Device struct {
	Type, Index int32
}

// CPU is ordinary memory.
var CPU = Device{C.TA_DEVICE_CPU, 0}

// CUDA is a device of that kind; index -1 is the current one.
func CUDA(index int) Device { return Device{C.TA_DEVICE_CUDA, int32(index)} }

func (d Device) String() string {
	switch {
	case d == CPU:
		return "cpu"
	case d.Type == C.TA_DEVICE_CUDA:
		return fmt.Sprintf("cuda:%d", d.Index)
	}
	return fmt.Sprintf("device%d:%d", d.Type, d.Index)
}

func (d Device) c() C.ta_device {
	return C.ta_device{device_type: C.int32_t(d.Type), index: C.int32_t(d.Index)}
}
