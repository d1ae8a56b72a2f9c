package tarray

/*
#include "bridge.h"
*/
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// A pin holds memory of Go where it is, for as long as the library has it.
type pin struct {
	pinner runtime.Pinner
}

// hold pins memory and names the pin for the library; 0 if there is nothing to hold.
func hold(data unsafe.Pointer) (owner cgo.Handle) {
	if data == nil {
		return 0
	}
	p := new(pin)
	p.pinner.Pin(data)
	return cgo.NewHandle(p)
}

// letGo ends a hold.
func letGo(owner cgo.Handle) {
	if owner == 0 {
		return
	}
	p := owner.Value().(*pin)
	owner.Delete()
	p.pinner.Unpin()
}

// The library lets memory go, on any thread.
//
//export tarrayRelease
func tarrayRelease(owner C.uintptr_t) {
	letGo(cgo.Handle(owner))
}
