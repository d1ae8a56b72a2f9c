package tarray

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A row is a case of the table: its fields by column, "" where the table has "-".
type row map[string]string

func rows(t *testing.T) []row {
	text := string(must[[]byte](t)(os.ReadFile("../../tests/cases/cases.tsv")))
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	columns := strings.Split(lines[0], "\t")
	var table []row
	for _, line := range lines[1:] {
		fields := strings.Split(line, "\t")
		if len(fields) != len(columns) {
			t.Fatalf("other columns than named: %s", line)
		}
		r := row{}
		for k, field := range fields {
			if field != "-" {
				r[columns[k]] = field
			}
		}
		table = append(table, r)
	}
	return table
}

func (r row) integers(t *testing.T, column string) []int {
	if r[column] == "" {
		return nil
	}
	numbers := []int{}
	for _, word := range strings.FieldsFunc(r[column], func(c rune) bool { return strings.ContainsRune("[],", c) }) {
		numbers = append(numbers, must[int](t)(strconv.Atoi(word)))
	}
	return numbers
}

func (r row) bytes(t *testing.T, column string) []byte {
	return must[[]byte](t)(hex.DecodeString(r[column]))
}

// number is what Go has for it; integers beyond int are big.
func (r row) number(t *testing.T, text string) any {
	if value, err := strconv.ParseBool(text); err == nil && len(text) > 1 {
		return value
	}
	if strings.HasPrefix(text, "(") {
		var re, im float64
		must[int](t)(fmt.Sscanf(text, "(%g,%g)", &re, &im))
		return complex(re, im)
	}
	if strings.ContainsAny(text, ".en") {
		return must[float64](t)(strconv.ParseFloat(text, 64))
	}
	if value, err := strconv.Atoi(text); err == nil {
		return value
	}
	value, ok := new(big.Int).SetString(text, 10)
	if !ok {
		t.Fatalf("no number: %s", text)
	}
	return value
}

func (r row) list(t *testing.T) []any {
	var read func(text string) ([]any, string)
	read = func(text string) ([]any, string) {
		items := []any{}
		for {
			text = strings.TrimLeft(text, ", ")
			switch {
			case text[0] == ']':
				return items, text[1:]
			case text[0] == '[':
				var inner []any
				inner, text = read(text[1:])
				items = append(items, inner)
			default:
				end := strings.IndexAny(text, ",]")
				if text[0] == '(' {
					end = strings.IndexByte(text, ')') + 1
				}
				items = append(items, r.number(t, text[:end]))
				text = text[end:]
			}
		}
	}
	items, _ := read(r["value"][1:])
	return items
}

var dtypes = []DType{
	Bool, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64, Float16, Float32, Float64,
	BFloat16, Complex32, Complex64, Complex128, Float8E3M4, Float8E4M3, Float8E4M3B11,
	Float8E4M3FN, Float8E4M3UZ, Float8E5M2, Float8E5M2UZ, Float8E8M0, Float6E2M3, Float6E3M2,
	Float4E2M1,
}

func dtypeNamed(t *testing.T, name string) DType {
	for _, dtype := range dtypes {
		if dtype.String() == name {
			return dtype
		}
	}
	t.Fatalf("no dtype %s", name)
	return DType{}
}

var accepts = map[string]Accept{
	"tensor": AcceptTensor, "memory": AcceptMemory, "dlpack": AcceptDLPack,
	"buffer": AcceptBuffer, "scalar": AcceptScalar, "sequence": AcceptSequence,
}

func (r row) options(t *testing.T) *Options {
	if r["request"] == "" {
		return nil
	}
	o := new(Options)
	for _, word := range strings.Fields(r["request"]) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "dtype":
			o.DType = dtypeNamed(t, value)
		case "default_dtype":
			o.DefaultDType = dtypeNamed(t, value)
		case "device":
			o.Device = map[string]Device{"cpu": CPU, "cuda:77": CUDA(77)}[value]
		case "copy":
			o.Copy = map[string]Copy{"always": CopyAlways, "never": CopyNever}[value]
		case "requires_grad":
			o.RequiresGrad = map[string]Grad{"yes": GradYes, "as_source": GradAsSource}[value]
		case "accept":
			for _, kind := range strings.Split(value, ",") {
				o.Accept |= accepts[kind]
			}
		case "writable":
			o.Writable = true
		case "contiguous":
			o.Contiguous = true
		default:
			t.Fatalf("no option %s", word)
		}
	}
	return o
}
