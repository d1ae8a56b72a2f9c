package tarray

import (
	"testing"
	"unsafe"
)

func BenchmarkTheCheapestCall(b *testing.B) {
	for b.Loop() {
		LiveTensors()
	}
}

func BenchmarkAsArrayOfASlice(b *testing.B) {
	slice := make([]float32, 16)
	for b.Loop() {
		tensor, _ := FromSlice(slice, nil)
		tensor.Release()
	}
}

func BenchmarkAsArrayOfATensor(b *testing.B) {
	whole, _ := AsArray(1.5, nil)
	defer whole.Release()
	for b.Loop() {
		tensor, _ := AsArray(whole, nil)
		tensor.Release()
	}
}

func BenchmarkDLPackOutAndBack(b *testing.B) {
	whole, _ := AsArray(1.5, nil)
	defer whole.Release()
	for b.Loop() {
		loan, _ := whole.ToDLPack(nil)
		tensor, _ := FromDLPack(unsafe.Pointer(loan), nil)
		tensor.Release()
	}
}

func BenchmarkOneElement(b *testing.B) {
	tensor, _ := FromSlice(make([]float32, 16), nil)
	defer tensor.Release()
	for b.Loop() {
		tensor.Item(3)
	}
}

func BenchmarkAListOf1000Numbers(b *testing.B) {
	list := make([]any, 1000)
	for k := range list {
		list[k] = float64(k)
	}
	for b.Loop() {
		tensor, _ := AsArray(list, nil)
		tensor.Release()
	}
}
