# frozen_string_literal: true

require_relative "integers"
require_relative "loan"
require_relative "options"
require_relative "source"

module Tarray
  # How a tensor came about: `origin` like "memory", `aliased`, `reason` if it was copied, and `staged` if that went
  # through the host although neither side is there.
  Provenance = Struct.new(:origin, :aliased, :reason, :staged)

  # A tensor: facts, and a share in the memory they describe.
  #
  # The collector gives the share up, or #release at once. Positions count from 0.
  class Tensor
    INFO, PROVENANCE = %w[ta_info ta_provenance].map { |name| Layout.of(name) }
    private_constant :INFO, :PROVENANCE

    # Gives the share up if it is still there; holds nothing of the tensor.
    def self.releaser(place, hold)
      proc do
        Whole.run do
          address = place.pop
          if address
            C::RELEASE.call(address)
            HOLDS.drop(hold) if hold&.released?
          end
        end
      end
    end
    private_class_method :releaser

    # Calls a function that gets the room for a handle and a `ta_error`.
    def self.made(hold = nil)
      Whole.run { new(Error.check { |err, out| yield out, err }, hold) }
    end

    # Takes over a share; `hold` keeps the memory of a Ruby object.
    def initialize(address, hold)
      @place = [address]
      @hold = hold
      @release = Tensor.send(:releaser, @place, hold)
      ObjectSpace.define_finalizer(self, @release)
    end

    # The handle of what must be a tensor.
    def self.address_of(name, value)
      return value.address if value.is_a?(Tensor)

      Error.refuse(:TA_ERR_KIND, "#{name} must be a Tarray::Tensor, not a #{value.class}")
    end

    # What keeps the memory of a Ruby object that this tensor may use, or nil.
    attr_reader :hold

    # Gives the share up now. Twice does nothing.
    def release
      @release.call
      nil
    end

    def released?
      @place.empty?
    end

    # The handle, for calls of the C ABI; stays this object's.
    def address
      @place.first or Error.refuse(:TA_ERR_NULL_ARGUMENT, "the tensor was released")
    end

    # The name of the element type, like "float32".
    def dtype
      Dtype.name(fact(:dtype))
    end

    def ndim
      fact(:ndim)
    end

    # Number of elements.
    def size
      fact(:numel)
    end

    # Extents, in elements.
    def shape
      @shape ||= integers(fact(:shape)).freeze
    end

    # Distance between neighbours on each axis, in elements.
    def strides
      @strides ||= integers(fact(:strides)).freeze
    end

    def read_only?
      flag?(:TA_TENSOR_READ_ONLY)
    end

    def contiguous?
      flag?(:TA_TENSOR_CONTIGUOUS)
    end

    def provenance
      origin, aliased, reason, staged = %i[origin aliased reason staged].map { |field| PROVENANCE.read(fact(:provenance), field) }
      why = C::REASON_NAME.call(reason).to_s
      Provenance.new(C::ORIGIN_NAME.call(origin).to_s, aliased != 0, why.empty? ? nil : why, staged != 0)
    end

    # The address of element (0, …, 0).
    def data_address
      fact(:data)
    end

    # One element: a position for each axis.
    def item(*index)
      Error.refuse(:TA_ERR_INVALID_ARGUMENT, "#{index.size} positions for #{ndim} axes") if index.size != shape.size
      out = C.room(Source::SCALAR.size)
      Error.check { |err| C::ITEM.call(address, Integers.list("index", index).pack("q*"), out, err) }
      Source.number(out)
    end

    # t[i] is an element of a vector, a row of anything else; t[i, j] goes on with what that is.
    def [](position, *rest)
      if ndim.zero? || !position.is_a?(Integer) || !position.between?(0, shape.first - 1)
        Error.refuse(:TA_ERR_OUT_OF_BOUNDS, "position #{position.inspect} is outside of shape #{shape}")
      end
      return item(position, *rest) if ndim == 1 + rest.size

      row = view(shape.drop(1), strides.drop(1), strides.first * position)
      rest.empty? ? row : row[*rest]
    end

    # All elements in nested arrays; a 0-d tensor is its element.
    def to_a
      return item if ndim.zero?

      must_not_be_endless
      return empty(shape) if size.zero?

      shape.drop(1).reverse.reduce(flat) { |items, extent| items.each_slice(extent).to_a }
    end

    # The bytes of the elements in C order.
    def bytes
      dense = copy(contiguous: true, device: "cpu")
      dense.size.zero? ? "".b : Fiddle::Pointer.new(dense.data_address)[0, dense.nbytes]
    ensure
      dense&.release
    end

    # Bytes of the elements when they stand one after another.
    def nbytes
      fact(:nbytes)
    end

    # A tensor over part of this one's memory; strides and offset in elements.
    def view(shape, strides = nil, offset = 0)
      extents = Integers.list("shape", shape)
      steps = strides && Integers.per_axis("strides", strides, extents.size)
      start = Integers.one("offset", offset)
      Tensor.made(@hold) do |out, err|
        C::VIEW.call(address, extents.size, extents.pack("q*"), steps&.pack("q*"), start, out, err)
      end
    end

    # A copy in memory of its own; options as of Tarray.asarray.
    def copy(**request)
      Tensor.made { |out, err| C::COPY.call(address, Options.pack(request), out, err) }
    end

    # Writes one number to every element.
    def fill(value)
      scalar = Source.scalar(value) or Error.refuse(:TA_ERR_KIND, "a tensor is not filled with a #{value.class}")
      Error.check { |err| C::FILL.call(address, scalar, err) }
      self
    end

    # Overwrites the elements with those of another tensor, converting and broadcasting.
    def copy_from(source)
      Error.check { |err| C::COPY_INTO.call(address, Tensor.address_of("source", source), err) }
      self
    end

    # Lends the memory as DLPack: a Loan. Takes legacy:, copy:, read_only:, max_version: [1, 0].
    def to_dlpack(**request)
      Loan.of(self, **request)
    end

    # As PyTorch prints one.
    def to_s
      length = Error.check { |err, out| C::REPR.call(address, nil, nil, 0, out, err) }
      room = C.room(length + 1)
      Error.check { |err, out| C::REPR.call(address, nil, room, room.bytesize, out, err) }
      room.unpack1("Z*").force_encoding("UTF-8")
    end
    alias inspect to_s

    private

    # A field of the `ta_info`, which never changes.
    def fact(name)
      address
      @info ||= INFO.pack.tap { |room| Error.check { |err| C::DESCRIBE.call(address, room, err) } }
      INFO.read(@info, name)
    end

    def flag?(name)
      fact(:flags) & C[name] != 0
    end

    def integers(address)
      ndim.zero? ? [] : Fiddle::Pointer.new(address)[0, 8 * ndim].unpack("q*")
    end

    # More arrays and elements in an array than MOST no machine has memory for; Ruby would try.
    MOST = 2**32
    private_constant :MOST

    def must_not_be_endless
      many = 1
      return if shape.all? { |extent| (many *= extent) <= MOST }

      Error.refuse(:TA_ERR_OUT_OF_MEMORY, "an Array of shape #{shape} would have more than #{MOST} items")
    end

    # The elements in C order.
    def flat
      template = Dtype.template(dtype)
      return bytes.unpack(template) if template

      shape.map { |extent| (0...extent).to_a }.then { |first, *rest| first.product(*rest) }.map { |index| item(*index) }
    end

    # The nested arrays of a shape without elements.
    def empty(shape)
      extent, *rest = shape
      Array.new(extent) { empty(rest) }
    end
  end
end
