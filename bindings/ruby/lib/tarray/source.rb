# frozen_string_literal: true

require_relative "holds"
require_relative "loan"
require_relative "memory"

module Tarray
  # What a Ruby object says it is, as a `ta_source`.
  class Source
    SIZE = 176
    VALUE = 160
    # Of `ta_memory`: data, shape, strides_bytes, dtype, device, ndim, flags, byte_offset, stream,
    # reserved, owner, release.
    MEMORY = "QQQCCSlllQQqQQQQ"
    # Of `ta_buffer`: data, size_bytes, flags, reserved, owner, release.
    BUFFER = "QQQQQQQ"
    INT64 = (-2**63..2**63 - 1).freeze
    UINT64 = (0..2**64 - 1).freeze
    private_constant :SIZE, :VALUE, :MEMORY, :BUFFER, :INT64, :UINT64

    # A `ta_scalar`; nil if the object is no number.
    def self.scalar(object)
      case object
      when true, false then [C[:TA_SCALAR_BOOL], 0, object ? 1 : 0, 0].pack("llqq")
      when Integer then integer(object)
      when Float then [C[:TA_SCALAR_FLOAT], 0, object, 0.0].pack("lldd")
      when Complex then [C[:TA_SCALAR_COMPLEX], 0, object.real.to_f, object.imaginary.to_f].pack("lldd")
      when Rational then scalar(object.to_f)
      end
    end

    def self.integer(value)
      case value
      when INT64 then [C[:TA_SCALAR_INT], 0, value, 0].pack("llqq")
      when UINT64 then [C[:TA_SCALAR_UINT], 0, value, 0].pack("llQq")
      else Error.refuse(:TA_ERR_OVERFLOW, "integer #{value} fits no dtype")
      end
    end
    private_class_method :integer

    # What has to be let go after a call that did not take it.
    attr_reader :hold

    # Of an object; `walk` describes its arrays; what is borrowed only needs no hold.
    def initialize(object, walk, borrowed: false)
      @walk = walk
      @borrowed = borrowed
      @kind, @value = describe(object)
    end

    # The struct; what it points to lives as long as this object.
    def pack
      [SIZE, C[@kind], 0, @value.ljust(VALUE, "\0".b)].pack("Qlla#{VALUE}")
    end

    private

    def describe(object)
      number = Source.scalar(object)
      return [:TA_SOURCE_SCALAR, number] if number

      case object
      when Array then [:TA_SOURCE_SEQUENCE, @walk.enter(object)]
      when Tensor then [:TA_SOURCE_TENSOR, [object.address].pack("Q")]
      when Memory then [:TA_SOURCE_MEMORY, memory(object)]
      when String, Fiddle::Pointer then [:TA_SOURCE_BUFFER, buffer(object)]
      when Loan then [object.legacy? ? :TA_SOURCE_DLPACK_LEGACY : :TA_SOURCE_DLPACK, [object.address].pack("Q")]
      else Error.refuse(:TA_ERR_KIND, "no tensor is made of #{object.nil? ? "nil" : "a #{object.class}"}")
      end
    end

    def memory(object)
      pointer = pinned(object.data)
      @shape = object.shape.pack("q*")
      @strides = object.strides_bytes&.pack("q*")
      [pointer.to_i, address_of(@shape), address_of(@strides), *object.dtype, 0, 0, object.shape.size, object.flags,
       object.byte_offset, 0, 0, 0, *owner(pointer)].pack(MEMORY)
    end

    def buffer(object)
      pointer = pinned(object)
      size = object.is_a?(String) ? object.bytesize : object.size
      flags = object.is_a?(String) ? C[:TA_MEMORY_READ_ONLY] : 0
      [pointer.to_i, size, flags, 0, 0, *owner(pointer)].pack(BUFFER)
    end

    # Who lets the memory go: `owner` and `release`.
    def owner(pointer)
      return [0, 0] if @borrowed

      @hold = HOLDS.take(pointer)
      [@hold.flag.to_i, C::MARK_RELEASED]
    end

    def address_of(string)
      string ? pinned(string).to_i : 0
    end

    # A pointer to a string's bytes, which stay where they are as long as this object lives.
    def pinned(string)
      Fiddle::Pointer[string].tap { |pointer| (@pointers ||= []) << pointer }
    end
  end
  private_constant :Source
end
