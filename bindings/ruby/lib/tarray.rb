# frozen_string_literal: true

require_relative "tarray/histories"
require_relative "tarray/tensor"
require_relative "tarray/walk"

# Any array in, one handle, DLPack out. Nothing but the C ABI is used underneath.
module Tarray
  # Makes a tensor of anything: shares the memory if that is possible, else copies.
  #
  #   a Tensor                         itself, or what the options make of it
  #   a frozen String                  shared, read-only; bytes, grouped by dtype
  #   a String that may change         a copy: its bytes may move (reason: "producer")
  #   a Fiddle::Pointer with a size    shared; bytes, grouped by dtype
  #   a Memory                         shared: any layout of memory
  #   a Loan                           shared; taken if the call succeeds
  #   Integer, Float, Complex, true    0-d
  #   an Array of any of these         stacked, to any depth
  #
  # Options: dtype, default_dtype, device, copy (true, false), requires_grad (true, :as_source),
  # writable, contiguous, read_only, accept (origins).
  def self.asarray(object, **request)
    return asarray_of_changing(object, request) if object.is_a?(String) && !object.frozen?

    take(object, request)
  end

  # A string that is not frozen may be moved by its next change: what is shared is a copy of it.
  def self.asarray_of_changing(string, request)
    if request[:copy] == false
      Error.refuse(:TA_ERR_CANNOT_ALIAS, "can't alias a string that is not frozen")
    end
    copied = Fiddle::Pointer.malloc([string.bytesize, 1].max, Fiddle::RUBY_FREE)
    copied.size = string.bytesize
    copied[0, string.bytesize] = string
    take(copied, request.except(:copy), made: request[:copy] ? :TA_REASON_REQUESTED : :TA_REASON_PRODUCER)
  end
  private_class_method :asarray_of_changing

  def self.take(object, request, made: :TA_REASON_NONE)
    Whole.run do
      Walk.during(object) do |walk|
        source = Source.new(object, walk, made: made)
        begin
          tensor = Tensor.made(source.hold || (object.hold if object.is_a?(Tensor))) do |out, err|
            C::ASARRAY.call(source.pack, Options.pack(request), out, err).tap { walk&.check }
          end
          object.give if object.is_a?(Loan)
          tensor
        ensure
          # Of a call that failed, and of one that copied, nothing stays.
          HOLDS.drop(source.hold) if source.hold && (tensor.nil? || source.hold.released?)
        end
      end
    end
  end
  private_class_method :take

  # Makes a tensor of the DLPack tensor at an address: taken if the call succeeds, else still the
  # caller's.
  def self.from_dlpack(address, legacy: false, **request)
    take(Managed.new(address, legacy: legacy), request)
  end

  # How many tensors are alive in the library: zero when nothing leaks.
  def self.live_tensors
    C::LIVE_TENSORS.call
  end

  # How many nodes of histories are alive in the library: zero when nothing leaks.
  def self.live_nodes
    C::LIVE_NODES.call
  end

  # How many Ruby objects are kept because tensors use their memory.
  def self.held
    HOLDS.count
  end

  # The library's version.
  def self.version
    C::VERSION.call.to_s
  end
end
