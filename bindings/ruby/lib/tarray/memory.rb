# frozen_string_literal: true

require_relative "dtype"
require_relative "integers"

module Tarray
  # Strided memory, described by hand: bytes with a dtype, a shape, strides.
  #
  # `data` is a frozen String, whose memory is shared read-only, or a Fiddle::Pointer with a size.
  # A String that may change cannot be shared: its bytes may move.
  class Memory
    attr_reader :data, :dtype, :shape, :strides_bytes, :byte_offset

    def initialize(data, dtype:, shape:, strides_bytes: nil, byte_offset: 0, read_only: false, byte_swapped: false)
      @data = data
      @dtype = Dtype.parse(dtype)
      @shape = Integers.list("shape", shape)
      @strides_bytes = strides_bytes && Integers.per_axis("strides", strides_bytes, @shape.size)
      @byte_offset = Integers.one("byte_offset", byte_offset)
      @read_only = read_only
      @byte_swapped = byte_swapped
      check
    end

    # Combination of TA_MEMORY_….
    def flags
      [[@read_only || @data.is_a?(String), :TA_MEMORY_READ_ONLY], [@byte_swapped, :TA_MEMORY_BYTE_SWAPPED]]
        .sum { |holds, flag| holds ? C[flag] : 0 }
    end

    private

    def check
      unless @data.is_a?(Fiddle::Pointer) || (@data.is_a?(String) && @data.frozen?)
        Error.refuse(:TA_ERR_KIND, "data must be a frozen String or a Fiddle::Pointer, not #{@data.class}")
      end
      low, high = reach
      size = @data.is_a?(String) ? @data.bytesize : @data.size
      return if low == high || (low >= 0 && high <= size)

      Error.refuse(:TA_ERR_OUT_OF_BOUNDS, "elements from byte #{low} to #{high} are outside of data, which has #{size}")
    end

    # The first byte that elements use, and the one behind the last.
    def reach
      return [0, 0] unless @shape.all?(&:positive?)

      itemsize = Dtype.itemsize(@dtype)
      steps = @strides_bytes || @shape.each_index.map { |axis| itemsize * @shape[axis + 1..].reduce(1, :*) }
      far = @shape.zip(steps).map { |extent, step| (extent - 1) * step }
      [@byte_offset + far.select(&:negative?).sum, @byte_offset + far.select(&:positive?).sum + itemsize]
    end
  end
end
