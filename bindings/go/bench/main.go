// What calls cost: rows for `cargo xtask bench runtimes`, a line of JSON each.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	tarray "github.com/tarray/tarray/bindings/go"
)

var (
	turn  = 10 * time.Millisecond
	turns = 9
)

// A contender is one way to do what a row is about.
type contender struct {
	who  string
	call func()
}

// What calls make is kept here: else the compiler need not make it.
var kept any

func took(call func(), count int) time.Duration {
	begin := time.Now()
	for range count {
		call()
	}
	return time.Since(begin)
}

func row(name string, contenders ...contender) {
	counts := make([]int, len(contenders))
	times := make([][]float64, len(contenders))
	for k, c := range contenders {
		counts[k] = 1
		for took(c.call, counts[k]) < turn {
			counts[k] *= 2
		}
	}
	for range turns {
		for k, c := range contenders {
			times[k] = append(times[k], took(c.call, counts[k]).Seconds()/float64(counts[k]))
		}
	}
	seconds := map[string][2]float64{}
	for k, c := range contenders {
		slices.Sort(times[k])
		seconds[c.who] = [2]float64{times[k][0], times[k][turns/2]}
	}
	version := strings.TrimPrefix(runtime.Version(), "go")
	line, err := json.Marshal(map[string]any{"row": "Go " + version + ": " + name, "seconds": seconds})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

func must(tensor *tarray.Tensor, err error) *tarray.Tensor {
	if err != nil {
		panic(err)
	}
	return tensor
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--quick" {
		turn, turns = time.Millisecond, 3
	}
	slice := make([]float32, 12)
	matrix := tarray.Memory{Bytes: tarray.BytesOf(slice), DType: tarray.Float32, Shape: []int{3, 4}}
	list := [][]float32{{1, 2, 3}, {4, 5, 6}}
	tensor := must(tarray.AsArray(matrix, nil))
	defer tensor.Release()

	row("a bare call", contender{"tarray", func() { tarray.GradEnabled() }})
	row("asarray of its array of 3 × 4, and release",
		contender{"tarray", func() { must(tarray.AsArray(matrix, nil)).Release() }},
		contender{"its own", func() { kept = slices.Clone(slice) }})
	row("asarray of a number, and release",
		contender{"tarray", func() { must(tarray.AsArray(0.5, nil)).Release() }})
	row("asarray of a list of 2 × 3, and release",
		contender{"tarray", func() { must(tarray.AsArray(list, nil)).Release() }},
		contender{"its own", func() { kept = slices.Concat(list...) }})
	row("an element",
		contender{"tarray", func() { kept, _ = tensor.Item(1, 2) }},
		contender{"its own", func() { kept = slice[6] }})
	row("DLPack out and in, and release",
		contender{"tarray", func() {
			loan, err := tensor.ToDLPack(nil)
			if err != nil {
				panic(err)
			}
			must(tarray.FromDLPack(loan, nil)).Release()
		}})
}
