package tarray

/*
#include <tarray.h>
*/
import "C"

import "fmt"

// A Status is what a call came to. Each is an error of its own, so that
// errors.Is(err, tarray.ErrDType) tells what an [Error] is about.
type Status int32

// The statuses of the library. New ones may appear.
const (
	ErrNullArgument    Status = C.TA_ERR_NULL_ARGUMENT
	ErrInvalidArgument Status = C.TA_ERR_INVALID_ARGUMENT
	ErrLayout          Status = C.TA_ERR_LAYOUT
	ErrDType           Status = C.TA_ERR_DTYPE
	ErrOutOfBounds     Status = C.TA_ERR_OUT_OF_BOUNDS
	ErrOverflow        Status = C.TA_ERR_OVERFLOW
	ErrRagged          Status = C.TA_ERR_RAGGED
	ErrKind            Status = C.TA_ERR_KIND
	ErrNotWritable     Status = C.TA_ERR_NOT_WRITABLE
	ErrCallback        Status = C.TA_ERR_CALLBACK
	ErrGrad            Status = C.TA_ERR_GRAD
	ErrCannotAlias     Status = C.TA_ERR_CANNOT_ALIAS
	ErrUnsupported     Status = C.TA_ERR_UNSUPPORTED
	ErrDevice          Status = C.TA_ERR_DEVICE
	ErrExport          Status = C.TA_ERR_EXPORT
	ErrOutOfMemory     Status = C.TA_ERR_OUT_OF_MEMORY
	ErrInternal        Status = C.TA_ERR_INTERNAL
)

// Error is the name of the status, like TA_ERR_DTYPE.
func (s Status) Error() string {
	return C.GoString(C.ta_status_name(C.ta_status(s)))
}

// An Error is a call that failed: its status, and what the library said of it.
type Error struct {
	Status  Status
	Message string
}

func (e *Error) Error() string { return "tarray: " + e.Message }

// Unwrap gives the status to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Status }

func failure(status Status, format string, arguments ...any) error {
	return &Error{status, fmt.Sprintf(format, arguments...)}
}
