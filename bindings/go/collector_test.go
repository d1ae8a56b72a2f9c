package tarray

import (
	"runtime"
	"testing"
	"time"
)

// nothingAlive runs the collector until it has let everything go.
func nothingAlive(t *testing.T) {
	t.Helper()
	for round := 0; round < 200 && LiveTensors()+LiveNodes() > 0; round++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if alive := LiveTensors(); alive != 0 {
		t.Fatalf("%d tensors are alive", alive)
	}
	if alive := LiveNodes(); alive != 0 {
		t.Fatalf("%d nodes are alive", alive)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(made T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
}
