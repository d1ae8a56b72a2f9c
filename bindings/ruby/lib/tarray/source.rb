# frozen_string_literal: true

require_relative "holds"
require_relative "loan"
require_relative "memory"

module Tarray
  # What a Ruby object says it is, as a `ta_source`.
  class Source
    SOURCE, SCALAR, MEMORY, BUFFER = %w[ta_source ta_scalar ta_memory ta_buffer].map { |name| Layout.of(name) }
    INT64 = (-2**63..2**63 - 1).freeze
    UINT64 = (0..2**64 - 1).freeze
    private_constant :SOURCE, :SCALAR, :MEMORY, :BUFFER, :INT64, :UINT64

    # A `ta_scalar`; nil if the object is no number.
    def self.scalar(object)
      case object
      when true, false then number(:TA_SCALAR_BOOL, [object ? 1 : 0], "q")
      when Integer then integer(object)
      when Float then number(:TA_SCALAR_FLOAT, [object], "d")
      when Complex then number(:TA_SCALAR_COMPLEX, object.rect.map(&:to_f), "dd")
      when Rational then scalar(object.to_f)
      end
    end

    def self.integer(value)
      case value
      when INT64 then number(:TA_SCALAR_INT, [value], "q")
      when UINT64 then number(:TA_SCALAR_UINT, [value], "Q")
      else Error.refuse(:TA_ERR_OVERFLOW, "integer #{value} fits no dtype")
      end
    end

    def self.number(kind, value, directives)
      SCALAR.pack(kind: C[kind], value: value.pack(directives))
    end
    private_class_method :integer, :number

    # What has to be let go after a call that did not take it.
    attr_reader :hold

    # Of an object; `walk` describes its arrays; what is borrowed only needs no hold. `made` is why the
    # object has been copied for this call already, if it has.
    def initialize(object, walk, borrowed: false, made: :TA_REASON_NONE)
      @walk = walk
      @borrowed = borrowed
      @made = C[made]
      @kind, @value = describe(object)
    end

    # The struct; what it points to lives as long as this object.
    def pack
      SOURCE.pack(kind: C[@kind], value: @value, made: @made)
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
      MEMORY.pack(data: pointer.to_i, shape: address_of(@shape), strides_bytes: address_of(@strides), dtype: object.dtype,
                  ndim: object.shape.size, flags: object.flags, byte_offset: object.byte_offset, **owner(pointer))
    end

    def buffer(object)
      pointer = pinned(object)
      size = object.is_a?(String) ? object.bytesize : object.size
      flags = object.is_a?(String) ? C[:TA_MEMORY_READ_ONLY] : 0
      BUFFER.pack(data: pointer.to_i, size_bytes: size, flags: flags, **owner(pointer))
    end

    # Who lets the memory go: `owner` and `release`.
    def owner(pointer)
      return {} if @borrowed

      @hold = HOLDS.take(pointer)
      { owner: @hold.flag.to_i, release: C::MARK_RELEASED }
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
