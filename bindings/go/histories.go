package tarray

/*
#include "bridge.h"
*/
import "C"

import (
	"runtime"
	"runtime/cgo"
)

// RequiresGrad says that gradients arrive at the tensor; not at one that has been released.
func (t *Tensor) RequiresGrad() bool {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	return err == nil && C.ta_requires_grad(handle) != 0
}

// SetRequiresGrad says of a leaf whether it requires a gradient.
func (t *Tensor) SetRequiresGrad(wanted bool) error {
	return t.do(func(handle *C.ta_tensor, f *frame) C.ta_status {
		return C.ta_set_requires_grad(handle, truth(wanted), &f.err)
	})
}

// IsLeaf says that no recorded operation made the tensor.
func (t *Tensor) IsLeaf() bool { return t.has(C.TA_TENSOR_LEAF) }

// GradFnName is the name of the recorded operation that made the tensor, like MulBackward0; empty
// for a leaf, and for one that has been released.
func (t *Tensor) GradFnName() string {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return ""
	}
	return C.GoString(C.ta_grad_fn_name(handle))
}

// Grad is the gradient that has arrived, a tensor to be released; nil if there is none.
func (t *Tensor) Grad() (*Tensor, error) {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return nil, err
	}
	if grad := C.ta_grad(handle); grad != nil {
		return newTensor(grad), nil
	}
	return nil, nil
}

// SetGrad replaces the gradient; nil clears it.
func (t *Tensor) SetGrad(grad *Tensor) error {
	defer runtime.KeepAlive(grad)
	given, err := grad.orNone()
	if err != nil {
		return err
	}
	return t.do(func(handle *C.ta_tensor, f *frame) C.ta_status {
		return C.ta_set_grad(handle, given, &f.err)
	})
}

// Detach is another tensor over the same memory, without a history.
func (t *Tensor) Detach() (*Tensor, error) {
	return t.apply(func(handle *C.ta_tensor, f *frame) C.ta_status {
		return C.ta_detach(handle, &f.out, &f.err)
	})
}

// Backward adds the gradients of this tensor to those of the leaves that it was computed from.
// The gradient is that of the final result: nil does for a tensor of one element. With retainGraph
// there may be another pass. An error of an [Operation] comes out as it is, and so does a panic.
func (t *Tensor) Backward(gradient *Tensor, retainGraph bool) error {
	defer runtime.KeepAlive(gradient)
	given, err := gradient.orNone()
	if err != nil {
		return err
	}
	p := new(pass)
	name := cgo.NewHandle(p)
	defer name.Delete()
	err = t.do(func(handle *C.ta_tensor, f *frame) C.ta_status {
		return C.bridge_backward(handle, given, truth(retainGraph), C.uintptr_t(name), &f.err)
	})
	if err != nil && p.panicked != nil {
		panic(p.panicked)
	}
	if err != nil && p.err != nil {
		return p.err
	}
	return err
}

// Add computes t + other, which is a tensor or whatever [AsArray] makes one of.
func (t *Tensor) Add(other any) (*Tensor, error) {
	return t.with(other, func(a, b *C.ta_tensor, f *frame) C.ta_status {
		return C.ta_add(a, b, &f.out, &f.err)
	})
}

// Sub computes t - other.
func (t *Tensor) Sub(other any) (*Tensor, error) {
	return t.with(other, func(a, b *C.ta_tensor, f *frame) C.ta_status {
		return C.ta_sub(a, b, &f.out, &f.err)
	})
}

// Mul computes t * other.
func (t *Tensor) Mul(other any) (*Tensor, error) {
	return t.with(other, func(a, b *C.ta_tensor, f *frame) C.ta_status {
		return C.ta_mul(a, b, &f.out, &f.err)
	})
}

// Neg computes -t.
func (t *Tensor) Neg() (*Tensor, error) {
	return t.apply(func(handle *C.ta_tensor, f *frame) C.ta_status {
		return C.ta_neg(handle, &f.out, &f.err)
	})
}

// Sum adds up along axes, or all elements without any; with keep, the axes stay with extent 1.
func (t *Tensor) Sum(keep bool, axes ...int) (*Tensor, error) {
	var wrong error
	sum, err := t.apply(func(handle *C.ta_tensor, f *frame) C.ta_status {
		var along *C.int64_t
		if along, wrong = list("axes", &f.shape, axes); wrong != nil {
			return C.TA_ERR_LAYOUT
		}
		return C.ta_sum(handle, along, C.size_t(len(axes)), truth(keep), &f.out, &f.err)
	})
	if wrong != nil {
		return nil, wrong
	}
	return sum, err
}

// with applies an operation to t and another operand.
func (t *Tensor) with(other any, call func(a, b *C.ta_tensor, f *frame) C.ta_status) (*Tensor, error) {
	right, ok := other.(*Tensor)
	if !ok {
		var err error
		if right, err = AsArray(other, &Options{RequiresGrad: GradAsSource}); err != nil {
			return nil, err
		}
		defer right.Release()
	}
	defer runtime.KeepAlive(right)
	operand, err := right.live()
	if err != nil {
		return nil, err
	}
	return t.apply(func(handle *C.ta_tensor, f *frame) C.ta_status {
		return call(handle, operand, f)
	})
}

// apply makes a call on a tensor that puts out another.
func (t *Tensor) apply(make func(*C.ta_tensor, *frame) C.ta_status) (*Tensor, error) {
	var out *Tensor
	f := takeFrame()
	defer f.give()
	err := t.on(f, make)
	if err == nil {
		out = newTensor(f.out)
	}
	return out, err
}

// do makes a call on a tensor that puts out nothing.
func (t *Tensor) do(make func(*C.ta_tensor, *frame) C.ta_status) error {
	f := takeFrame()
	defer f.give()
	return t.on(f, make)
}

func (t *Tensor) on(f *frame, make func(*C.ta_tensor, *frame) C.ta_status) error {
	defer runtime.KeepAlive(t)
	handle, err := t.live()
	if err != nil {
		return err
	}
	return f.check(make(handle, f))
}

// orNone is the handle, or nil for a nil tensor.
func (t *Tensor) orNone() (*C.ta_tensor, error) {
	if t == nil {
		return nil, nil
	}
	return t.live()
}

func truth(is bool) C.int32_t {
	if is {
		return 1
	}
	return 0
}

// NoGrad runs body while nothing is recorded. It holds for this goroutine, which stays on its
// thread meanwhile, and not for those that body starts.
func NoGrad(body func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := C.ta_set_grad_enabled(0)
	defer C.ta_set_grad_enabled(before)
	body()
}

// GradEnabled says that operations of this goroutine are recorded.
func GradEnabled() bool { return C.ta_grad_enabled() != 0 }

// LiveNodes is how many nodes of histories are alive in this process: zero when nothing leaks.
func LiveNodes() int { return int(C.ta_live_nodes()) }
