module show

go 1.25

require github.com/tarray/tarray/bindings/go v0.0.0

replace github.com/tarray/tarray/bindings/go => ../../../bindings/go
