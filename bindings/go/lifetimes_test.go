package tarray

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"unsafe"
)

// watched is a slice, and whether the collector has found it.
func watched(t *testing.T, size int) (slice []float64, gone chan bool) {
	slice = make([]float64, size)
	gone = make(chan bool, 1)
	runtime.AddCleanup(&slice[0], func(gone chan bool) { gone <- true }, gone)
	return slice, gone
}

func isGone(gone chan bool) bool {
	for range 5 {
		runtime.GC()
		select {
		case <-gone:
			return true
		default:
		}
	}
	return false
}

func TestASliceLivesAsLongAsATensorSharesIt(t *testing.T) {
	slice, gone := watched(t, 1000)
	slice[999] = 7
	tensor := must[*Tensor](t)(FromSlice(slice, nil))
	slice = nil

	if isGone(gone) {
		t.Fatal("the slice is gone")
	}
	if got := must[any](t)(tensor.Item(999)); got != 7.0 {
		t.Fatalf("the last element is %v", got)
	}

	tensor.Release()
	waitFor(t, func() bool { return isGone(gone) })
}

func TestASliceLivesAsLongAsALoanDoes(t *testing.T) {
	slice, gone := watched(t, 10)
	tensor := must[*Tensor](t)(FromSlice(slice, nil))
	view := must[*Tensor](t)(tensor.View([]int{2}, nil, 3))
	loan := must[unsafe.Pointer](t)(view.ToDLPack(nil))
	tensor.Release()
	view.Release()
	slice = nil
	if isGone(gone) {
		t.Fatal("the slice is gone")
	}

	DeleteDLPack(loan)
	waitFor(t, func() bool { return isGone(gone) })
}

func TestACallThatFailsOrCopiesHoldsNothing(t *testing.T) {
	slice, gone := watched(t, 10)
	if _, err := FromSlice(slice, &Options{DType: Int8, Copy: CopyNever}); err == nil {
		t.Fatal("a slice of float64 is shared as int8")
	}
	copied := must[*Tensor](t)(FromSlice(slice, &Options{DType: Float32}))
	slice = nil
	waitFor(t, func() bool { return isGone(gone) })
	copied.Release()
}

func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	for range 100 {
		if is() {
			return
		}
	}
	t.Fatal("the slice is still held")
}

func TestASliceInsideAStructOfPointersIsShared(t *testing.T) {
	type holder struct {
		name     *string
		elements [4]int32
	}
	name := "x"
	h := &holder{&name, [4]int32{1, 2, 3, 4}}
	tensor := must[*Tensor](t)(FromSlice(h.elements[1:], nil))
	defer tensor.Release()
	h.elements[1] = 9
	if got := must[[]int32](t)(ToSlice[int32](tensor)); !slices.Equal(got, []int32{9, 3, 4}) {
		t.Fatal(got)
	}
}

func TestReleaseIsForOnce(t *testing.T) {
	tensor := must[*Tensor](t)(AsArray(1.5, nil))
	var all sync.WaitGroup
	for range 8 {
		all.Go(tensor.Release)
	}
	all.Wait()
	if alive := LiveTensors(); alive != 0 {
		t.Fatalf("%d tensors are alive", alive)
	}
	_, err := tensor.Item()
	fails(t, err, ErrInvalidArgument, "released")
	_, err = AsArray(tensor, nil)
	fails(t, err, ErrInvalidArgument, "released")
	_, err = AsArray((*Tensor)(nil), nil)
	fails(t, err, ErrNullArgument, "nil")
}

func TestAHandlePassesToWhoeverAdoptsIt(t *testing.T) {
	tensor := must[*Tensor](t)(AsArray([]int32{1, 2}, nil))
	again := must[*Tensor](t)(Adopt(must[unsafe.Pointer](t)(tensor.RetainHandle())))
	tensor.Release()
	if got := must[[]int32](t)(ToSlice[int32](again)); !slices.Equal(got, []int32{1, 2}) {
		t.Error(got)
	}
	again.Release()
	nothingAlive(t)
	_, err := Adopt(nil)
	fails(t, err, ErrNullArgument, "nil")
}

func TestOtherThreadsMayDropTheLastShare(t *testing.T) {
	tensor := must[*Tensor](t)(FromSlice([]float32{1, 2, 3}, nil))
	loan := must[unsafe.Pointer](t)(tensor.ToDLPack(nil))
	tensor.Release()
	done := make(chan bool)
	go func() {
		runtime.LockOSThread()
		DeleteDLPack(loan)
		close(done)
	}()
	<-done
	if alive := LiveTensors(); alive != 0 {
		t.Fatalf("%d tensors are alive", alive)
	}
}

func TestBorrowedElementsOutliveTheirTensor(t *testing.T) {
	tensor := must[*Tensor](t)(AsArray([]any{1.5, 2.5}, nil))
	err := Borrow(tensor, func(elements []float32) {
		tensor.Release()
		elements[0] = 4
		if !slices.Equal(elements, []float32{4, 2.5}) {
			t.Error(elements)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	nothingAlive(t)
}

// What nobody releases the collector does, while goroutines go on making more.
func TestTheCollectorLetsGo(t *testing.T) {
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for k := range 3000 {
				strew(t, k)
				if k%500 == 0 {
					runtime.GC()
				}
			}
		})
	}
	all.Wait()
	nothingAlive(t)
}

func strew(t *testing.T, k int) {
	slice := make([]float32, 64)
	tensor := must[*Tensor](t)(FromSlice(slice, nil))
	if k%3 == 0 {
		must[*Tensor](t)(tensor.View([]int{8}, nil, 8))
	}
	if k%5 == 0 {
		must[*Tensor](t)(AsArray([]any{tensor, slice}, nil))
	}
	if k%7 == 0 {
		loan := must[unsafe.Pointer](t)(tensor.ToDLPack(nil))
		must[*Tensor](t)(FromDLPack(loan, nil))
	}
	if k%2 == 0 {
		tensor.Release()
	}
}
