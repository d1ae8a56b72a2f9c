package tarray

/*
#include <tarray.h>
*/
import "C"

// Copy says whether memory is shared.
type Copy int32

// Share memory if possible, else copy; always copy; share it or fail with [ErrCannotAlias].
const (
	CopyIfNeeded Copy = C.TA_COPY_IF_NEEDED
	CopyAlways   Copy = C.TA_COPY_ALWAYS
	CopyNever    Copy = C.TA_COPY_NEVER
)

// Grad says whether the result requires a gradient.
type Grad int32

// No, yes, or as the source has it.
const (
	GradNo       Grad = C.TA_GRAD_NO
	GradYes      Grad = C.TA_GRAD_YES
	GradAsSource Grad = C.TA_GRAD_AS_SOURCE
)

// Accept is a set of kinds of sources.
type Accept uint64

// The kinds of sources that Go has.
const (
	AcceptTensor   Accept = C.TA_ACCEPT_TENSOR
	AcceptMemory   Accept = C.TA_ACCEPT_MEMORY
	AcceptDLPack   Accept = C.TA_ACCEPT_DLPACK
	AcceptBuffer   Accept = C.TA_ACCEPT_BUFFER
	AcceptScalar   Accept = C.TA_ACCEPT_SCALAR
	AcceptSequence Accept = C.TA_ACCEPT_SEQUENCE
)

// Options are what the result of a call must be. The zero value, or nil: like the source, sharing
// its memory where possible, without a gradient.
type Options struct {
	DType        DType  // else the source's, or what its values need
	DefaultDType DType  // of real numbers without a dtype, and of buffers; else float32
	Device       Device // else where the source is
	Copy         Copy
	RequiresGrad Grad
	Writable     bool   // read-only memory is copied, or refused
	Contiguous   bool   // what is not in C order is copied, or refused
	ReadOnly     bool   // the result is marked read-only
	Accept       Accept // the sources that are allowed, at any level; 0: all
	Stream       int64  // of the consumer, by the numbers of the array API
}

func (o *Options) write(f *frame) *C.ta_options {
	if o == nil {
		return nil
	}
	var flags C.uint64_t
	for _, want := range []struct {
		is  bool
		bit C.uint64_t
	}{
		{o.Writable, C.TA_WANT_WRITABLE},
		{o.Contiguous, C.TA_WANT_CONTIGUOUS},
		{o.ReadOnly, C.TA_MARK_READ_ONLY},
	} {
		if want.is {
			flags |= want.bit
		}
	}
	f.options = C.ta_options{
		struct_size:   C.sizeof_ta_options,
		dtype:         o.DType.c(),
		default_dtype: o.DefaultDType.c(),
		device:        o.Device.c(),
		copy:          C.int32_t(o.Copy),
		requires_grad: C.int32_t(o.RequiresGrad),
		flags:         flags,
		accept:        C.uint64_t(o.Accept),
		stream:        C.int64_t(o.Stream),
	}
	return &f.options
}

// copies says whether the call will copy whatever it finds.
func (o *Options) copies() bool { return o != nil && o.Copy == CopyAlways }
