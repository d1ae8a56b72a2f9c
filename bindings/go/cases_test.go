package tarray

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"
)

// How many of the cases are known to run here.
const fewest = 269

// sliceOf makes a slice of Go of a block, and the memory that it has.
func sliceOf(t *testing.T, dtype DType, block []byte) (slice any, memory []byte) {
	switch dtype {
	case Bool:
		return read[bool](t, block)
	case Int8:
		return read[int8](t, block)
	case Int16:
		return read[int16](t, block)
	case Int32:
		return read[int32](t, block)
	case Int64:
		return read[int64](t, block)
	case Uint8:
		return read[uint8](t, block)
	case Uint16:
		return read[uint16](t, block)
	case Uint32:
		return read[uint32](t, block)
	case Uint64:
		return read[uint64](t, block)
	case Float32:
		return read[float32](t, block)
	case Float64:
		return read[float64](t, block)
	case Complex64:
		return read[complex64](t, block)
	case Complex128:
		return read[complex128](t, block)
	}
	return nil, nil
}

func read[T Element](t *testing.T, block []byte) (any, []byte) {
	var element T
	slice := make([]T, len(block)/int(unsafe.Sizeof(element)))
	if err := binary.Read(bytes.NewReader(block), binary.LittleEndian, slice); err != nil {
		t.Fatal(err)
	}
	return slice, BytesOf(slice)
}

// What a call is given: a value for AsArray or a loan of DLPack, and the block it is over.
type given struct {
	value any
	block []byte
	take  func(*Options) (*Tensor, error)
	drop  func()
}

// give makes what a case is about; false where Go has no such thing.
func give(t *testing.T, r row) (g given, ok bool) {
	g.take = func(o *Options) (*Tensor, error) { return AsArray(g.value, o) }
	g.drop = func() {}
	switch r["kind"] {
	case "scalar", "complex", "big":
		g.value = r.number(t, r["value"])
		return g, true
	case "list", "complex_list":
		g.value = r.list(t)
		return g, true
	}
	g.block = r.bytes(t, "value")
	readOnly := r["traits"] == "read_only"
	if r["kind"] == "buffer" {
		g.value = Buffer{g.block, readOnly}
		return g, true
	}
	dtype, shape := dtypeNamed(t, r["source_dtype"]), r.integers(t, "source_shape")
	start := must[int](t)(strconv.Atoi(r["start"]))
	memory := Memory{g.block, dtype, shape, r.integers(t, "strides"), start, readOnly, r["traits"] == "swapped"}
	switch r["kind"] {
	case "strided":
		g.value = memory
		return g, true
	case "typed_scalar":
		// A float64 or bool of Go is a number without a dtype.
		slice, _ := sliceOf(t, dtype, g.block)
		switch s := slice.(type) {
		case []int8:
			g.value = s[0]
		case []uint64:
			g.value = s[0]
		case []complex64:
			g.value = s[0]
		}
		return g, g.value != nil
	case "array":
		g.value, g.block = sliceOf(t, dtype, g.block)
		return g, g.value != nil && len(shape) == 1
	case "rows":
		var slices []any
		size := len(g.block) / shape[0]
		for k := range shape[0] {
			slice, _ := sliceOf(t, dtype, g.block[k*size:][:size])
			slices = append(slices, slice)
		}
		g.value = slices
		return g, true
	}
	lend(t, &g, r["kind"], must[*Tensor](t)(AsArray(memory, nil)))
	return g, true
}

// lend goes on with a tensor as itself or as DLPack of either version.
func lend(t *testing.T, g *given, kind string, tensor *Tensor) {
	g.value = tensor
	if kind == "tensor" {
		g.drop = tensor.Release
		return
	}
	export, take, drop := (*Tensor).ToDLPack, FromDLPack, DeleteDLPack
	if kind == "dlpack_legacy" {
		export, take, drop = (*Tensor).ToDLPackLegacy, FromDLPackLegacy, DeleteDLPackLegacy
	}
	g.take = func(o *Options) (*Tensor, error) {
		defer tensor.Release()
		managed, err := export(tensor, nil)
		if err != nil {
			return nil, err
		}
		taken, err := take(managed, o)
		if err != nil {
			drop(managed)
		}
		return taken, err
	}
}

func elements(t *testing.T, tensor *Tensor) []byte {
	detached := must[*Tensor](t)(AsArray(tensor, nil))
	defer detached.Release()
	copied := must[*Tensor](t)(AsArray(detached, &Options{Copy: CopyAlways, Contiguous: true}))
	defer copied.Release()
	managed := must[unsafe.Pointer](t)(copied.ToDLPack(nil))
	defer DeleteDLPack(managed)
	// DLManagedTensorVersioned: the pointer to the elements is behind version, context, deleter and flags.
	data := *(*unsafe.Pointer)(unsafe.Add(managed, 32))
	return bytes.Clone(unsafe.Slice((*byte)(data), copied.NumBytes()))
}

func right(t *testing.T, tensor *Tensor, g given, r row) {
	flags := strings.Fields(r["flags"])
	is := func(what string, got, want any) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, not %v", what, got, want)
		}
	}
	is("dtype", tensor.DType(), r["dtype"])
	is("shape", tensor.Shape(), r.integers(t, "shape"))
	is("data", elements(t, tensor), r.bytes(t, "data"))
	is("read_only", tensor.IsReadOnly(), slices.Contains(flags, "read_only"))
	is("contiguous", tensor.IsContiguous(), slices.Contains(flags, "contiguous"))
	is("requires_grad", tensor.RequiresGrad(), slices.Contains(flags, "requires_grad"))
	is("provenance", tensor.Provenance(), Provenance{r["origin"], r["aliased"] == "1", r["reason"], false})
	if g.block == nil || tensor.NumEl() == 0 {
		return
	}
	begin := uintptr(unsafe.Pointer(&g.block[0]))
	if r["aliased"] == "1" {
		is("address", fmt.Sprint(tensor.Data()-begin), r["start"])
	} else if data := tensor.Data(); data >= begin && data < begin+uintptr(len(g.block)) {
		t.Error("a copy is in the block")
	}
}

func TestTheTableOfCases(t *testing.T) {
	ran, table := 0, rows(t)
	for _, r := range table {
		g, ok := give(t, r)
		if !ok {
			continue
		}
		ran++
		t.Run(r["name"], func(t *testing.T) {
			tensor, err := g.take(r.options(t))
			var failed *Error
			switch {
			case r["status"] == "TA_OK" && err == nil:
				right(t, tensor, g, r)
				tensor.Release()
			case !errors.As(err, &failed) || failed.Status.Error() != r["status"]:
				t.Errorf("%v, not %s", err, r["status"])
			case !strings.Contains(failed.Message, r["says"]):
				t.Errorf("%q does not say %q", failed.Message, r["says"])
			}
			g.drop()
			if alive := LiveTensors(); alive != 0 {
				t.Errorf("%d tensors are alive", alive)
			}
		})
	}
	t.Logf("%d of %d cases ran", ran, len(table))
	if ran < fewest {
		t.Errorf("only %d cases ran", ran)
	}
}
