// What each of the programs here prints, in Go: go run . LIBRARY FILE
package main

/*
#cgo pkg-config: tarray
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>
#include "../safetensors.h"

// The functions of the example's library, which is opened at run time.
struct st {
	ta_status (*open)(const char *, st_file **, ta_error *);
	void (*close)(st_file *);
	size_t (*count)(const st_file *);
	const char *(*name)(const st_file *, size_t);
	const void *(*base)(const st_file *);
	ta_status (*tensor)(st_file *, const char *, const ta_options *, ta_tensor **, ta_error *);
};

static int st_load(const char *path, struct st *st)
{
	void *library = dlopen(path, RTLD_NOW);
	if (library == NULL)
		return 0;
	*(void **)&st->open = dlsym(library, "st_open");
	*(void **)&st->close = dlsym(library, "st_close");
	*(void **)&st->count = dlsym(library, "st_count");
	*(void **)&st->name = dlsym(library, "st_name");
	*(void **)&st->base = dlsym(library, "st_base");
	*(void **)&st->tensor = dlsym(library, "st_tensor");
	return st->open && st->close && st->count && st->name && st->base && st->tensor;
}

static st_file *call_open(struct st *st, const char *path)
{
	st_file *file = NULL;
	return st->open(path, &file, NULL) == TA_OK ? file : NULL;
}

static ta_tensor *call_tensor(struct st *st, st_file *file, const char *name)
{
	ta_tensor *tensor = NULL;
	return st->tensor(file, name, NULL, &tensor, NULL) == TA_OK ? tensor : NULL;
}

static size_t call_count(struct st *st, st_file *file) { return st->count(file); }
static const char *call_name(struct st *st, st_file *file, size_t k) { return st->name(file, k); }
static uintptr_t call_base(struct st *st, st_file *file) { return (uintptr_t)st->base(file); }
static void call_close(struct st *st, st_file *file) { st->close(file); }
*/
import "C"

import (
	"fmt"
	"log"
	"os"
	"unsafe"

	tarray "github.com/tarray/tarray/bindings/go"
)

func main() {
	library, path := C.CString(os.Args[1]), C.CString(os.Args[2])
	defer C.free(unsafe.Pointer(library))
	defer C.free(unsafe.Pointer(path))
	var st C.struct_st
	if C.st_load(library, &st) == 0 {
		log.Fatalf("%s cannot be loaded", os.Args[1])
	}
	file := C.call_open(&st, path)
	if file == nil {
		log.Fatalf("%s cannot be opened", os.Args[2])
	}
	defer C.call_close(&st, file)
	for k := range C.call_count(&st, file) {
		show(&st, file, C.call_name(&st, file, k))
	}
}

func open(st *C.struct_st, file *C.st_file, name *C.char) *tarray.Tensor {
	tensor, err := tarray.Adopt(unsafe.Pointer(C.call_tensor(st, file, name)))
	if err != nil {
		log.Fatal(err)
	}
	return tensor
}

func show(st *C.struct_st, file *C.st_file, name *C.char) {
	tensor, again := open(st, file, name), open(st, file, name)
	defer tensor.Release()
	defer again.Release()
	shared, written := "copied", "writable"
	if tensor.Provenance().Aliased && tensor.Data() == again.Data() {
		shared = "shared"
	}
	if tensor.IsReadOnly() {
		written = "read-only"
	}
	at := tensor.Data() - uintptr(C.call_base(st, file))
	fmt.Printf("%s: %v at %d, %s, %s\n%v\n", C.GoString(name), tensor.DType(), at, shared, written, tensor)
}
