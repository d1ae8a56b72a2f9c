module github.com/tarray/tarray/bindings/go

go 1.25
