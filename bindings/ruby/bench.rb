# frozen_string_literal: true

# What calls cost: rows for `cargo xtask bench runtimes`, a line of JSON each.

$LOAD_PATH.unshift File.expand_path("lib", __dir__)

require "json"
require "tarray"

IS_QUICK = ARGV.first == "--quick"
TURN_SECONDS = IS_QUICK ? 0.001 : 0.01
TURNS = IS_QUICK ? 3 : 9

def seconds(call, count)
  begin_at = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  count.times { call.call }
  (Process.clock_gettime(Process::CLOCK_MONOTONIC) - begin_at) / count
end

def loops(call)
  count = 1
  count *= 2 while seconds(call, count) * count < TURN_SECONDS
  count
end

def row(name, **calls)
  counts = calls.transform_values { |call| loops(call) }
  turns = Array.new(TURNS) { calls.to_h { |who, call| [who, seconds(call, counts[who])] } }
  figures = calls.to_h { |who, _| [who.to_s.tr("_", " "), turns.map { |turn| turn[who] }.sort.values_at(0, TURNS / 2)] }
  puts JSON.generate(row: "Ruby #{RUBY_VERSION}: #{name}", seconds: figures)
end

packed = ([1.0] * 12).pack("f*").freeze
matrix = Tarray::Memory.new(packed, dtype: "float32", shape: [3, 4])
list = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
tensor = Tarray.asarray(matrix)

row("a bare call", tarray: -> { Tarray::C::GRAD_ENABLED.call })
row("asarray of its array of 3 × 4, and release",
    tarray: -> { Tarray.asarray(matrix).release }, its_own: -> { packed + "" })
row("asarray of a number, and release", tarray: -> { Tarray.asarray(0.5).release })
row("asarray of a list of 2 × 3, and release",
    tarray: -> { Tarray.asarray(list).release }, its_own: -> { list.flatten.pack("f*") })
row("an element", tarray: -> { tensor.item(1, 2) }, its_own: -> { packed.unpack1("f", offset: 24) })
row("DLPack out and in, and release", tarray: -> { Tarray.asarray(tensor.to_dlpack).release })
