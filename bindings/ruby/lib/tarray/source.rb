# frozen_string_literal: true

require_relative "holds"
require_relative "loan"
require_relative "memory"

module Tarray
  # What a Ruby object says it is, as a `ta_source`.
  class Source
    SCALAR = Layout.of("ta_scalar")
    BOOL, INT, UINT, FLOAT, COMPLEX = %i[BOOL INT UINT FLOAT COMPLEX].map { |kind| C[:"TA_SCALAR_#{kind}"] }
    # How Array#pack writes a kind and a value: `i`, `u`, `f` and `c`.
    I, U, F, Z = %w[q Q d dd].map { |value| "l@#{SCALAR.offset(:value)}#{value}@#{SCALAR.size}" }
    INT64 = (-2**63..2**63 - 1).freeze
    UINT64 = (0..2**64 - 1).freeze
    LAYOUT = Layout.of("ta_source")
    WHOLE = LAYOUT.template(:struct_size, :kind, :value, :made)
    MEMORY = Layout.of("ta_memory").template(:data, :shape, :strides_bytes, :dtype, :ndim, :flags, :byte_offset, :owner, :release)
    BUFFER = Layout.of("ta_buffer").template(:data, :size_bytes, :flags, :owner, :release)
    private_constant :BOOL, :INT, :UINT, :FLOAT, :COMPLEX, :I, :U, :F, :Z, :INT64, :UINT64, :LAYOUT, :WHOLE, :MEMORY, :BUFFER

    # A `ta_scalar`; nil if the object is no number.
    def self.scalar(object)
      case object
      when Float then [FLOAT, object].pack(F)
      when Integer then integer(object)
      when true, false then [BOOL, object ? 1 : 0].pack(I)
      when Complex then [COMPLEX, *object.rect.map(&:to_f)].pack(Z)
      when Rational then scalar(object.to_f)
      end
    end

    def self.integer(value)
      case value
      when INT64 then [INT, value].pack(I)
      when UINT64 then [UINT, value].pack(U)
      else Error.refuse(:TA_ERR_OVERFLOW, "integer #{value} fits no dtype")
      end
    end
    private_class_method :integer

    # The number that a `ta_scalar` is.
    def self.number(scalar)
      at = SCALAR.offset(:value)
      case scalar.unpack1("l")
      when BOOL then scalar.unpack1("q", offset: at) != 0
      when INT then scalar.unpack1("q", offset: at)
      when UINT then scalar.unpack1("Q", offset: at)
      when FLOAT then scalar.unpack1("d", offset: at)
      else Complex(*scalar.unpack("@#{at}dd"))
      end
    end

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
      [LAYOUT.size, C[@kind], @value, @made].pack(WHOLE)
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
      when Managed then [object.legacy? ? :TA_SOURCE_DLPACK_LEGACY : :TA_SOURCE_DLPACK, [object.address].pack("Q")]
      else Error.refuse(:TA_ERR_KIND, "no tensor is made of #{object.nil? ? "nil" : "a #{object.class}"}")
      end
    end

    def memory(object)
      pointer = pinned(object.data)
      @shape = object.shape.pack("q*")
      @strides = object.strides_bytes&.pack("q*")
      [pointer.to_i, address_of(@shape), address_of(@strides), object.dtype, object.shape.size, object.flags, object.byte_offset,
       *owner(pointer)].pack(MEMORY)
    end

    def buffer(object)
      pointer = pinned(object)
      size = object.is_a?(String) ? object.bytesize : object.size
      flags = object.is_a?(String) ? C[:TA_MEMORY_READ_ONLY] : 0
      [pointer.to_i, size, flags, *owner(pointer)].pack(BUFFER)
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
