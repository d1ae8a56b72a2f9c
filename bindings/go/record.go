package tarray

/*
#include <stdlib.h>

#include "bridge.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// An Operation is one that Go has computed, and can differentiate.
type Operation struct {
	// Name is what its node is called, like ExpBackward0.
	Name string
	// Inputs are what it was computed from; none make a door, through which gradients leave.
	Inputs []*Tensor
	// Backward makes the gradients of the inputs of that of the result. Those that are not needed
	// may be nil, and nil stands for zero. They are released afterwards, and so is grad: keep what
	// you need by [Tensor.Detach]. It may run on any thread, and on several at once.
	Backward func(grad *Tensor, needed []bool) ([]*Tensor, error)
}

// Record makes a tensor of the result of an operation, and records how to differentiate it. The
// output is whatever [AsArray] takes. Backward is let go after the last pass, or with the last tensor
// that leads to it: one that keeps its own result alive makes a cycle that only a pass ends.
func Record(operation Operation, output any, options *Options) (*Tensor, error) {
	if operation.Backward == nil {
		return nil, failure(ErrNullArgument, "an Operation without Backward")
	}
	if options != nil && options.RequiresGrad != GradNo {
		return nil, failure(ErrInvalidArgument, "RequiresGrad %d: the inputs say that", options.RequiresGrad)
	}
	result, err := AsArray(output, options)
	if err != nil {
		return nil, err
	}
	defer result.Release()
	inputs := make([]*C.ta_tensor, len(operation.Inputs))
	for k, input := range operation.Inputs {
		if inputs[k], err = input.live(); err != nil {
			return nil, fmt.Errorf("input %d: %w", k, err)
		}
	}
	defer runtime.KeepAlive(operation.Inputs)
	name := C.CString(operation.Name)
	defer C.free(unsafe.Pointer(name))
	recorded := cgo.NewHandle(operation.Backward)
	out, err := result.apply(func(handle *C.ta_tensor, f *frame) C.ta_status {
		return C.bridge_record(name, unsafe.SliceData(inputs), C.size_t(len(inputs)),
			C.uintptr_t(recorded), handle, &f.out, &f.err)
	})
	if err != nil {
		recorded.Delete()
	}
	return out, err
}

// A pass is one call of Backward, and what an operation of Go's failed with in it.
type pass struct {
	err      error
	panicked any
}

//export tarrayBackward
func tarrayBackward(
	recorded, name C.uintptr_t, gradOutput *C.ta_tensor, needed *C.int32_t, gradInputs **C.ta_tensor,
	count C.size_t, out *C.ta_error,
) (status C.ta_status) {
	p := new(pass)
	if name != 0 {
		p = cgo.Handle(name).Value().(*pass)
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			p.panicked = panicked
			status = fail(out, ErrCallback, fmt.Sprint(panicked))
		}
	}()
	backward := cgo.Handle(recorded).Value().(func(*Tensor, []bool) ([]*Tensor, error))
	err := differentiate(backward, gradOutput, unsafe.Slice(needed, count), unsafe.Slice(gradInputs, count))
	if err != nil {
		p.err = err
		code := ErrCallback
		errors.As(err, &code)
		return fail(out, code, err.Error())
	}
	return C.TA_OK
}

func differentiate(
	backward func(*Tensor, []bool) ([]*Tensor, error), gradOutput *C.ta_tensor, needed []C.int32_t,
	gradInputs []*C.ta_tensor,
) error {
	grad := newTensor(C.ta_retain(gradOutput))
	defer grad.Release()
	wanted := make([]bool, len(needed))
	for k, is := range needed {
		wanted[k] = is != 0
	}
	made, err := backward(grad, wanted)
	defer func() {
		for _, gradient := range made {
			if gradient != nil {
				gradient.Release()
			}
		}
	}()
	if err != nil {
		return err
	}
	if len(made) != len(gradInputs) {
		return failure(ErrInvalidArgument, "%d gradients for %d inputs", len(made), len(gradInputs))
	}
	for k, gradient := range made {
		if gradient == nil {
			continue
		}
		handle, err := gradient.live()
		if err != nil {
			return fmt.Errorf("gradient %d: %w", k, err)
		}
		gradInputs[k] = C.ta_retain(handle)
	}
	return nil
}

// fail tells the library what went wrong.
func fail(out *C.ta_error, status Status, message string) C.ta_status {
	text := unsafe.StringData(message)
	return C.bridge_fail(out, C.ta_status(status), (*C.char)(unsafe.Pointer(text)), C.size_t(len(message)))
}

//export tarrayDrop
func tarrayDrop(recorded C.uintptr_t) { cgo.Handle(recorded).Delete() }
