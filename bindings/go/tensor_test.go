package tarray

import (
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
)

func fails(t *testing.T, err error, status Status, says string) {
	t.Helper()
	var failed *Error
	if !errors.Is(err, status) || !errors.As(err, &failed) {
		t.Errorf("%v, not %v", err, status)
	} else if !strings.Contains(err.Error(), says) {
		t.Errorf("%q does not say %q", err, says)
	}
}

func TestFacts(t *testing.T) {
	memory := Memory{Bytes: BytesOf(make([]int16, 6)), DType: Int16, Shape: []int{2, 3}, ReadOnly: true}
	tensor := must[*Tensor](t)(AsArray(memory, nil))
	defer tensor.Release()
	if !slices.Equal(tensor.Shape(), []int{2, 3}) || !slices.Equal(tensor.Strides(), []int{3, 1}) {
		t.Error(tensor.Shape(), tensor.Strides())
	}
	if tensor.NumEl() != 6 || tensor.NumBytes() != 12 || tensor.Device() != CPU || !tensor.IsReadOnly() {
		t.Errorf("%+v", tensor.info)
	}
	if want := "tensor([[0, 0, 0],\n        [0, 0, 0]], dtype=tarray.int16)"; tensor.String() != want {
		t.Error(tensor)
	}
	if Float32.String() != "float32" || CUDA(1).String() != "cuda:1" {
		t.Error(Float32, CUDA(1))
	}
}

func TestALongTextIsPrintedWhole(t *testing.T) {
	tensor := must[*Tensor](t)(FromSlice(make([]float64, 900), nil))
	defer tensor.Release()
	if text := tensor.String(); len(text) < 900 || !strings.HasSuffix(text, "dtype=tarray.float64)") {
		t.Error(text)
	}
}

func TestNumbersKeepTheTypeThatTheyHave(t *testing.T) {
	type celsius float32
	for _, c := range []struct {
		value any
		dtype DType
		item  any
	}{
		{true, Bool, true},
		{-5, Int64, int64(-5)},
		{1.5, Float32, 1.5},
		{complex(1, -2), Complex64, complex(1, -2)},
		{new(big.Int).SetUint64(1 << 63), Uint64, uint64(1 << 63)},
		{int8(-3), Int8, int64(-3)},
		{uint64(1<<64 - 1), Uint64, uint64(1<<64 - 1)},
		{celsius(2.5), Float32, 2.5},
		{complex64(complex(1, 2)), Complex64, complex(1, 2)},
	} {
		for _, value := range []any{c.value, []any{c.value}} {
			tensor := must[*Tensor](t)(AsArray(value, nil))
			item, err := tensor.Item(make([]int, len(tensor.Shape()))...)
			if err != nil || item != c.item || tensor.DType() != c.dtype {
				t.Errorf("%T %v is %v of %v: %v", value, value, item, tensor.DType(), err)
			}
			tensor.Release()
		}
	}
}

func TestNestedSlicesOfEveryKind(t *testing.T) {
	row := must[*Tensor](t)(AsArray([]int32{3, 4}, nil))
	defer row.Release()
	memory := Memory{Bytes: BytesOf([]int32{9, 3, 9, 4}), DType: Int32, Shape: []int{2}, StridesBytes: []int{8}, OffsetBytes: 4}
	for name, value := range map[string]any{
		"slices of slices":    [][]int32{{1, 2}, {3, 4}},
		"arrays":              [2][2]int32{{1, 2}, {3, 4}},
		"slices of arrays":    [][2]int32{{1, 2}, {3, 4}},
		"anything":            []any{[]int32{1, 2}, []any{int32(3), int32(4)}},
		"tensors":             []any{[]int32{1, 2}, row},
		"memory with strides": []any{[]int32{1, 2}, memory},
	} {
		tensor := must[*Tensor](t)(AsArray(value, nil))
		got := must[[]int32](t)(ToSlice[int32](tensor))
		if !slices.Equal(got, []int32{1, 2, 3, 4}) || !slices.Equal(tensor.Shape(), []int{2, 2}) || tensor.DType() != Int32 {
			t.Errorf("%s: %v", name, tensor)
		}
		tensor.Release()
	}
}

func TestWritesReachTheSlice(t *testing.T) {
	slice := make([]float32, 4)
	memory := Memory{Bytes: BytesOf(slice), DType: Float32, Shape: []int{2, 2}}
	tensor := must[*Tensor](t)(AsArray(memory, nil))
	defer tensor.Release()
	source := must[*Tensor](t)(AsArray([]any{8, 9}, nil))
	defer source.Release()
	view := must[*Tensor](t)(tensor.View([]int{2}, nil, 2))
	defer view.Release()

	for _, err := range []error{
		tensor.Fill(1),
		tensor.Set(7.5, 0, 1),
		view.CopyFrom(source),
		Borrow(tensor, func(elements []float32) { elements[0] = -1 }),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}

	if !slices.Equal(slice, []float32{-1, 7.5, 8, 9}) {
		t.Error(slice)
	}
}

func TestSlicesAreNotToldOfWhatTheyDoNotKnow(t *testing.T) {
	none := func([]float32) { t.Error("borrowed") }
	borrow := func(value any, o *Options) error {
		tensor := must[*Tensor](t)(AsArray(value, o))
		defer tensor.Release()
		return Borrow(tensor, none)
	}
	elements := BytesOf(make([]float32, 6))
	columns := Memory{Bytes: elements, DType: Float32, Shape: []int{3, 2}, StridesBytes: []int{4, 12}}
	unaligned := Memory{Bytes: elements, DType: Float32, Shape: []int{1}, OffsetBytes: 1}
	fails(t, borrow(columns, nil), ErrLayout, "not contiguous")
	fails(t, borrow(unaligned, nil), ErrLayout, "unaligned")
	fails(t, borrow(1.5, &Options{ReadOnly: true}), ErrNotWritable, "read-only")
	fails(t, borrow(1.5, &Options{RequiresGrad: GradYes}), ErrExport, "grad")
	fails(t, borrow(1, nil), ErrDType, "int64 as float32")
}

func TestWrongKindsAreRefusedByName(t *testing.T) {
	for says, value := range map[string]any{
		"string": "text", "nil": nil, "map": map[string]int{}, "chan": make(chan int), "func": func() {},
		"struct": struct{ X int }{},
	} {
		_, err := AsArray(value, nil)
		fails(t, err, ErrKind, says)
		_, err = AsArray([]any{1, value}, nil)
		fails(t, err, ErrKind, "item 1 of a list")
	}
	_, err := AsArray([]string{"a"}, nil)
	fails(t, err, ErrKind, "item 0 of a list")
}

func TestMemoryThatIsNotInTheSliceIsNotDescribed(t *testing.T) {
	elements := BytesOf(make([]float32, 4))
	for _, c := range []struct {
		memory Memory
		status Status
		says   string
	}{
		{Memory{Shape: []int{5}}, ErrOutOfBounds, "bytes 0 to 20 of a slice of 16"},
		{Memory{Shape: []int{2}, OffsetBytes: -4}, ErrOutOfBounds, "bytes -4"},
		{Memory{Shape: []int{2}, StridesBytes: []int{-4}}, ErrOutOfBounds, "bytes -4"},
		{Memory{Shape: []int{2}, StridesBytes: []int{4, 4}}, ErrInvalidArgument, "2 strides for 1 axes"},
		{Memory{Shape: []int{1 << 62, 1 << 62}}, ErrOutOfBounds, "of a slice"},
		{Memory{Shape: []int{-1}}, ErrLayout, "-1"},
		{Memory{Shape: slices.Repeat([]int{1}, 65)}, ErrLayout, "65"},
	} {
		c.memory.Bytes, c.memory.DType = elements, Float32
		_, err := AsArray(c.memory, nil)
		fails(t, err, c.status, c.says)
		_, err = AsArray([]any{c.memory}, nil)
		fails(t, err, c.status, c.says)
	}
	if alive := LiveTensors(); alive != 0 {
		t.Errorf("%d tensors are alive", alive)
	}
}

func TestIndicesAndViewsOutsideAreRefused(t *testing.T) {
	tensor := must[*Tensor](t)(AsArray([]any{1, 2}, nil))
	defer tensor.Release()
	_, err := tensor.Item(2)
	fails(t, err, ErrOutOfBounds, "2")
	_, err = tensor.Item()
	fails(t, err, ErrOutOfBounds, "0 numbers into 1 axes")
	fails(t, tensor.Set(1, -1), ErrOutOfBounds, "-1")
	fails(t, tensor.Fill("x"), ErrKind, "string")
	_, err = tensor.View([]int{5}, nil, 0)
	fails(t, err, ErrOutOfBounds, "")
	_, err = tensor.View([]int{1}, []int{1, 1}, 0)
	fails(t, err, ErrInvalidArgument, "2 strides")
}

func TestMoreElementsThanThereIsMemoryForAreRefused(t *testing.T) {
	one := must[*Tensor](t)(AsArray([]uint8{1}, nil))
	defer one.Release()
	for _, count := range []int{1 << 62, 1 << 50, 1 << 44} {
		many := must[*Tensor](t)(one.View([]int{count}, []int{0}, 0))
		_, err := ToSlice[uint8](many)
		fails(t, err, ErrOutOfMemory, "elements of uint8")
		_, err = ToSlice[float64](many)
		fails(t, err, ErrOutOfMemory, "elements of float64")
		many.Release()
	}
}

func TestALoanThatWasRefusedIsStillOurs(t *testing.T) {
	tensor := must[*Tensor](t)(AsArray(1.5, nil))
	loan, err := tensor.ToDLPack(&ExportOptions{MaxMajor: 1, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	tensor.Release()
	_, err = FromDLPack(loan, &Options{DType: Int8, Copy: CopyNever})
	fails(t, err, ErrCannotAlias, "int8")
	again := must[*Tensor](t)(FromDLPack(loan, nil))
	if !again.IsReadOnly() {
		t.Error("a read-only loan can be written")
	}
	again.Release()
	_, err = FromDLPack(nil, nil)
	fails(t, err, ErrNullArgument, "managed")
	nothingAlive(t)
}

func TestASliceThatContainsItselfIsRefused(t *testing.T) {
	endless := make([]any, 1)
	endless[0] = endless
	_, err := AsArray(endless, nil)
	fails(t, err, ErrLayout, "64")
}
