# frozen_string_literal: true

require_relative "tensor"

module Tarray
  # Histories: operations that are recorded, and gradients back through them.
  #
  # No operations of Ruby's own: a backward pass may run on any thread, where no Ruby may.
  class Tensor
    # Whether gradients arrive here: it may change, unlike other facts.
    def requires_grad?
      C::REQUIRES_GRAD.call(address) != 0
    end

    # Says of a leaf whether it requires a gradient.
    def requires_grad=(wanted)
      Error.check { |err| C::SET_REQUIRES_GRAD.call(address, wanted ? 1 : 0, err) }
    end

    # Whether no recorded operation made it.
    def leaf?
      C::IS_LEAF.call(address) != 0
    end

    # The name of the recorded operation that made it, like "MulBackward0"; nil for a leaf.
    def grad_fn_name
      name = C::GRAD_FN_NAME.call(address)
      name.null? ? nil : name.to_s
    end

    # The gradient that has arrived, or nil.
    def grad
      Whole.run do
        handle = C::GRAD.call(address)
        handle.null? ? nil : Tensor.new(handle.to_i, nil)
      end
    end

    # Replaces the gradient; nil clears it.
    def grad=(grad)
      given = grad && Tensor.address_of("grad", grad)
      Error.check { |err| C::SET_GRAD.call(address, given, err) }
    end

    # Another tensor over the same memory, without a history.
    def detach
      Tensor.made(@hold) { |out, err| C::DETACH.call(address, out, err) }
    end

    # Adds the gradients of this tensor to those of the leaves that it was computed from. `gradient` is
    # that of the final result, needed if this has more than one element.
    def backward(gradient = nil, retain_graph: false)
      given = gradient && Tensor.address_of("gradient", gradient)
      Error.check { |err| C::BACKWARD.call(address, given, retain_graph ? 1 : 0, err) }
    end

    # The sum of all elements, or along axes, which stay with extent 1 if `keep`.
    def sum(*axes, keep: false)
      list = Integers.list("axes", axes.flatten)
      Tensor.made { |out, err| C::SUM.call(address, list.pack("q*"), list.size, keep ? 1 : 0, out, err) }
    end

    def -@
      Tensor.made { |out, err| C::NEG.call(address, out, err) }
    end

    { :+ => C::ADD, :- => C::SUB, :* => C::MUL }.each do |operator, call|
      # The other operand may be anything that makes a tensor.
      define_method(operator) do |other|
        right = other.is_a?(Tensor) ? other : Tarray.asarray(other, requires_grad: :as_source)
        Tensor.made { |out, err| call.call(address, right.address, out, err) }
      ensure
        right.release unless right.nil? || right.equal?(other)
      end
    end

    # What Ruby's numbers ask, as in `2 * tensor`.
    def coerce(number)
      [Tarray.asarray(number), self]
    end
  end

  # Runs a block while nothing is recorded on this thread; do not switch fibers in it.
  def self.no_grad
    before = C::SET_GRAD_ENABLED.call(0)
    yield
  ensure
    C::SET_GRAD_ENABLED.call(before) if before
  end

  # Whether operations are recorded on this thread.
  def self.grad_enabled?
    C::GRAD_ENABLED.call != 0
  end
end
