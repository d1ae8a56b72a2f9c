# frozen_string_literal: true

require_relative "error"

module Tarray
  # Element types: by name, and how a string of them is unpacked.
  module Dtype
    # name => [code, bits, template of String#unpack or nil]
    NAMED = {
      "bool" => [:TA_BOOL, 8, nil],
      "int8" => [:TA_INT, 8, "c*"], "int16" => [:TA_INT, 16, "s*"],
      "int32" => [:TA_INT, 32, "l*"], "int64" => [:TA_INT, 64, "q*"],
      "uint8" => [:TA_UINT, 8, "C*"], "uint16" => [:TA_UINT, 16, "S*"],
      "uint32" => [:TA_UINT, 32, "L*"], "uint64" => [:TA_UINT, 64, "Q*"],
      "float16" => [:TA_FLOAT, 16, nil], "float32" => [:TA_FLOAT, 32, "f*"], "float64" => [:TA_FLOAT, 64, "d*"],
      "bfloat16" => [:TA_BFLOAT, 16, nil],
      "complex32" => [:TA_COMPLEX, 32, nil], "complex64" => [:TA_COMPLEX, 64, nil],
      "complex128" => [:TA_COMPLEX, 128, nil],
      "float8_e3m4" => [:TA_FLOAT8_E3M4, 8, nil], "float8_e4m3" => [:TA_FLOAT8_E4M3, 8, nil],
      "float8_e4m3b11fnuz" => [:TA_FLOAT8_E4M3B11FNUZ, 8, nil], "float8_e4m3fn" => [:TA_FLOAT8_E4M3FN, 8, nil],
      "float8_e4m3fnuz" => [:TA_FLOAT8_E4M3FNUZ, 8, nil], "float8_e5m2" => [:TA_FLOAT8_E5M2, 8, nil],
      "float8_e5m2fnuz" => [:TA_FLOAT8_E5M2FNUZ, 8, nil], "float8_e8m0fnu" => [:TA_FLOAT8_E8M0FNU, 8, nil],
      "float6_e2m3fn" => [:TA_FLOAT6_E2M3FN, 6, nil], "float6_e3m2fn" => [:TA_FLOAT6_E3M2FN, 6, nil],
      "float4_e2m1fn" => [:TA_FLOAT4_E2M1FN, 4, nil],
    }.freeze
    LAYOUT = Layout.of("ta_dtype")
    BY_CODE = NAMED.to_h { |name, (code, bits)| [[C[code], bits], name] }.freeze
    private_constant :NAMED, :LAYOUT, :BY_CODE

    module_function

    # The `ta_dtype` of that name.
    def parse(name)
      code, bits = NAMED.fetch(name.to_s) { Error.refuse(:TA_ERR_DTYPE, "there is no dtype called #{name}") }
      LAYOUT.pack(code: C[code], bits: bits, lanes: 1)
    end

    # Bytes of one element.
    def itemsize(dtype)
      (LAYOUT.read(dtype, :bits) * LAYOUT.read(dtype, :lanes) + 7) / 8
    end

    # The name of what has one; else code, bits and lanes.
    def name(dtype)
      code, bits, lanes = %i[code bits lanes].map { |field| LAYOUT.read(dtype, field) }
      (BY_CODE[[code, bits]] if lanes == 1) || "dtype(#{code}, #{bits}, #{lanes})"
    end

    # How String#unpack reads elements, where it can.
    def template(name)
      NAMED.dig(name, 2)
    end
  end
end
