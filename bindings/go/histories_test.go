package tarray

import (
	"errors"
	"slices"
	"sync"
	"testing"
)

func leaf(t *testing.T, values ...float32) *Tensor {
	return must[*Tensor](t)(FromSlice(values, &Options{RequiresGrad: GradYes}))
}

func is(t *testing.T, tensor *Tensor, want ...float32) {
	t.Helper()
	if got := must[[]float32](t)(ToSlice[float32](tensor)); !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOperationsAreThoseOfPyTorch(t *testing.T) {
	x := must[*Tensor](t)(AsArray([][]float32{{1, 2}, {3, 4}}, nil))
	twice := must[*Tensor](t)(x.Mul(2.0))
	is(t, must[*Tensor](t)(must[*Tensor](t)(x.Add(twice)).Sub([]float32{1, 1})), 2, 5, 8, 11)
	is(t, must[*Tensor](t)(must[*Tensor](t)(x.Neg()).Sum(false, 0)), -4, -6)
	kept := must[*Tensor](t)(x.Sum(true, 0, -1))
	if is(t, kept, 10); !slices.Equal(kept.Shape(), []int{1, 1}) {
		t.Error(kept.Shape())
	}
	is(t, must[*Tensor](t)(x.Sum(false)), 10)
	_, err := x.Add([]float32{1, 2, 3})
	fails(t, err, ErrInvalidArgument, "")
	_, err = x.Sum(false, 2)
	fails(t, err, ErrOutOfBounds, "2")
	_, err = x.Sum(false, make([]int, 65)...)
	fails(t, err, ErrLayout, "65")
	_, err = x.Mul("x")
	fails(t, err, ErrKind, "string")
	_, err = x.Mul((*Tensor)(nil))
	fails(t, err, ErrNullArgument, "nil")
	x = nil
	nothingAlive(t)
}

func TestGradientsArriveAtTheLeaves(t *testing.T) {
	x := leaf(t, 1, 2, 3)
	y := must[*Tensor](t)(must[*Tensor](t)(x.Mul(x)).Mul(2.0))
	if !x.IsLeaf() || y.IsLeaf() || !y.RequiresGrad() || y.GradFnName() != "MulBackward0" || x.GradFnName() != "" {
		t.Error(x.IsLeaf(), y.IsLeaf(), y.RequiresGrad(), y.GradFnName())
	}
	if grad := must[*Tensor](t)(x.Grad()); grad != nil {
		t.Error(grad)
	}
	sum := must[*Tensor](t)(y.Sum(false))
	done(t, sum.Backward(nil, true))
	is(t, must[*Tensor](t)(x.Grad()), 4, 8, 12)
	done(t, sum.Backward(nil, false))
	is(t, must[*Tensor](t)(x.Grad()), 8, 16, 24)
	fails(t, sum.Backward(nil, false), ErrGrad, "")
	done(t, x.SetGrad(nil))
	double := must[*Tensor](t)(x.Add([]any{x}))
	done(t, double.Backward(must[*Tensor](t)(AsArray([][]float32{{1, 2, 3}}, nil)), false))
	is(t, must[*Tensor](t)(x.Grad()), 2, 4, 6)
	fails(t, x.SetGrad(must[*Tensor](t)(AsArray(1.5, nil))), ErrGrad, "")
	if detached := must[*Tensor](t)(y.Detach()); detached.RequiresGrad() {
		t.Error("a detached tensor requires grad")
	}
	x.Release()
	fails(t, x.SetRequiresGrad(true), ErrInvalidArgument, "released")
	if x.RequiresGrad() || x.GradFnName() != "" {
		t.Error("a released tensor has a history")
	}
	nothingAlive(t)
}

func TestNothingIsRecordedWhereNobodyWantsIt(t *testing.T) {
	x := leaf(t, 1, 2)
	defer x.Release()
	NoGrad(func() {
		y := must[*Tensor](t)(x.Mul(x))
		defer y.Release()
		if y.RequiresGrad() || GradEnabled() {
			t.Error("recorded")
		}
		done(t, x.Fill(7.0))
	})
	if !GradEnabled() {
		t.Error("NoGrad has no end")
	}
	is(t, x, 7, 7)
	fails(t, x.Fill(1.0), ErrGrad, "")
	done(t, x.SetRequiresGrad(false))
	if x.RequiresGrad() {
		t.Error("requires grad")
	}
}

// squared is x * x, computed by Go.
func squared(t *testing.T, x *Tensor, wrong error) *Tensor {
	elements := must[[]float32](t)(ToSlice[float32](x))
	kept := slices.Clone(elements)
	for k, e := range elements {
		elements[k] = e * e
	}
	return must[*Tensor](t)(Record(Operation{
		Name:   "SquareBackward0",
		Inputs: []*Tensor{x},
		Backward: func(grad *Tensor, needed []bool) ([]*Tensor, error) {
			if wrong != nil || !needed[0] {
				return []*Tensor{grad}, wrong
			}
			half, err := grad.Mul(kept)
			if err != nil {
				return nil, err
			}
			defer half.Release()
			whole, err := half.Add(half)
			return []*Tensor{whole}, err
		},
	}, elements, nil))
}

func TestOperationsOfGoAreRecorded(t *testing.T) {
	x := leaf(t, 1, 2, 3)
	y := squared(t, x, nil)
	if y.GradFnName() != "SquareBackward0" {
		t.Error(y.GradFnName())
	}
	is(t, y, 1, 4, 9)
	done(t, must[*Tensor](t)(y.Sum(false)).Backward(nil, false))
	is(t, must[*Tensor](t)(x.Grad()), 2, 4, 6)

	lost := errors.New("lost")
	failing := squared(t, x, lost)
	if err := failing.Backward(x, true); err != lost {
		t.Errorf("%v, not %v", err, lost)
	}
	is(t, must[*Tensor](t)(x.Grad()), 2, 4, 6)

	_, err := Record(Operation{Name: "None"}, 1.5, nil)
	fails(t, err, ErrNullArgument, "Backward")
	identity := func(grad *Tensor, _ []bool) ([]*Tensor, error) { return []*Tensor{grad}, nil }
	_, err = Record(Operation{"None", nil, identity}, 1.5, &Options{RequiresGrad: GradYes})
	fails(t, err, ErrInvalidArgument, "RequiresGrad")
	_, err = Record(Operation{"None", []*Tensor{nil}, identity}, 1.5, nil)
	fails(t, err, ErrNullArgument, "input 0")
	nothingAlive(t)
}

func TestAPanicOfAnOperationComesOut(t *testing.T) {
	x := leaf(t, 1)
	y := must[*Tensor](t)(Record(Operation{"Panics", []*Tensor{x}, func(*Tensor, []bool) ([]*Tensor, error) {
		panic("lost")
	}}, []float32{1}, nil))
	defer func() {
		if panicked := recover(); panicked != "lost" {
			t.Error(panicked)
		}
		nothingAlive(t)
	}()
	t.Error(y.Backward(nil, false))
}

func TestWrongGradientsAreRefused(t *testing.T) {
	x := leaf(t, 1)
	two := must[*Tensor](t)(Record(Operation{"Two", []*Tensor{x}, func(grad *Tensor, _ []bool) ([]*Tensor, error) {
		return []*Tensor{grad, grad}, nil
	}}, []float32{1}, nil))
	fails(t, two.Backward(nil, true), ErrInvalidArgument, "2 gradients for 1 inputs")
	gone := must[*Tensor](t)(Record(Operation{"Gone", []*Tensor{x}, func(grad *Tensor, _ []bool) ([]*Tensor, error) {
		grad.Release()
		return []*Tensor{grad}, nil
	}}, []float32{1}, nil))
	fails(t, gone.Backward(nil, false), ErrInvalidArgument, "gradient 0")
	nothingAlive(t)
}

// What nobody releases the collector does, while goroutines go on making more.
func TestTheCollectorGivesGraphsUp(t *testing.T) {
	x := leaf(t, 1, 2)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for k := range 200 {
				y := x
				for range k % 10 {
					y = must[*Tensor](t)(squared(t, y, nil).Mul(0.5))
				}
				if k%3 == 0 {
					done(t, must[*Tensor](t)(y.Sum(false)).Backward(nil, false))
				}
			}
		})
	}
	all.Wait()
	x = nil
	nothingAlive(t)
}
