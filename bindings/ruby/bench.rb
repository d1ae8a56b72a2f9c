# frozen_string_literal: true

# What a call costs: nanoseconds, one line each.

$LOAD_PATH.unshift File.expand_path("lib", __dir__)

require "tarray"

packed = [1, 2, 3, 4, 5, 6].pack("f*").freeze
list = [[1, 2, 3], [4, 5, 6]]
tensor = Tarray.asarray(list)

calls = {
  "asarray of a packed string, and release" => -> { Tarray.asarray(packed).release },
  "asarray of a tensor, and release" => -> { Tarray.asarray(tensor).release },
  "asarray of an array of six, and release" => -> { Tarray.asarray(list).release },
  "DLPack out and back, and release" => -> { Tarray.asarray(tensor.to_dlpack).release },
  "item" => -> { tensor.item(1, 2) },
  "to_a of six" => -> { tensor.to_a },
}

rounds = Integer(ARGV.fetch(0, 20_000))
now = -> { Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) }

calls.each do |name, call|
  best = Array.new(3) do
    begin_at = now.call
    rounds.times { call.call }
    now.call - begin_at
  end.min
  puts format("%-40s %6.0f ns", name, best / rounds * 1e9)
end
