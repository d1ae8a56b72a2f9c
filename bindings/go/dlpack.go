package tarray

/*
#include "bridge.h"
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// ExportOptions are how a tensor is lent. The zero value, or nil: as it is, in the newest version.
type ExportOptions struct {
	MaxMajor, MaxMinor uint32 // the newest DLPack that the consumer knows; zero: any
	Copy               Copy
	ReadOnly           bool  // lend it read-only
	Stream             int64 // of the consumer, as in [Options]
}

func (o *ExportOptions) write(f *frame) *C.ta_export_options {
	if o == nil {
		return nil
	}
	f.export = C.ta_export_options{
		struct_size: C.sizeof_ta_export_options,
		max_major:   C.uint32_t(o.MaxMajor),
		max_minor:   C.uint32_t(o.MaxMinor),
		copy:        C.int32_t(o.Copy),
		stream:      C.int64_t(o.Stream),
	}
	if o.ReadOnly {
		f.export.flags = C.TA_EXPORT_READ_ONLY
	}
	return &f.export
}

// ToDLPack lends the tensor as a DLManagedTensorVersioned, which goes to one consumer, or to
// [DeleteDLPack].
func (t *Tensor) ToDLPack(options *ExportOptions) (unsafe.Pointer, error) {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return nil, err
	}
	f := takeFrame()
	defer f.give()
	var out *C.struct_DLManagedTensorVersioned
	err = f.check(C.ta_to_dlpack(handle, options.write(f), &out, &f.err))
	return unsafe.Pointer(out), err
}

// ToDLPackLegacy lends the tensor as a DLManagedTensor, for consumers that know no other. It goes
// to one of them, or to [DeleteDLPackLegacy].
func (t *Tensor) ToDLPackLegacy(options *ExportOptions) (unsafe.Pointer, error) {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return nil, err
	}
	f := takeFrame()
	defer f.give()
	var out *C.struct_DLManagedTensor
	err = f.check(C.ta_to_dlpack_legacy(handle, options.write(f), &out, &f.err))
	return unsafe.Pointer(out), err
}

// FromDLPack takes over a DLManagedTensorVersioned. If that fails, it is still the caller's.
func FromDLPack(managed unsafe.Pointer, options *Options) (*Tensor, error) {
	return call(options, func(f *frame, asked *C.ta_options) C.ta_status {
		from := (*C.struct_DLManagedTensorVersioned)(managed)
		return C.ta_from_dlpack(from, asked, &f.out, &f.err)
	})
}

// FromDLPackLegacy takes over a DLManagedTensor. If that fails, it is still the caller's.
func FromDLPackLegacy(managed unsafe.Pointer, options *Options) (*Tensor, error) {
	return call(options, func(f *frame, asked *C.ta_options) C.ta_status {
		from := (*C.struct_DLManagedTensor)(managed)
		return C.ta_from_dlpack_legacy(from, asked, &f.out, &f.err)
	})
}

// DeleteDLPack ends a loan of [Tensor.ToDLPack] that no consumer has taken; nil is none.
func DeleteDLPack(managed unsafe.Pointer) {
	if managed != nil {
		C.bridge_delete((*C.struct_DLManagedTensorVersioned)(managed))
	}
}

// DeleteDLPackLegacy ends a loan of [Tensor.ToDLPackLegacy] that no consumer has taken; nil is
// none.
func DeleteDLPackLegacy(managed unsafe.Pointer) {
	if managed != nil {
		C.bridge_delete_legacy((*C.struct_DLManagedTensor)(managed))
	}
}
