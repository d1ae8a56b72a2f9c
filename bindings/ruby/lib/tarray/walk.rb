# frozen_string_literal: true

require_relative "source"

module Tarray
  # Nested arrays, read by the library through callbacks during one call.
  #
  # No exception may unwind through C: one of this gem is told to the library, which knows at which
  # item; any other is kept, and raised when the call is over.
  class Walk
    # By number, which is what the library hands to callbacks, beside the level.
    RUNNING = {}
    LEVEL_BITS = 8
    private_constant :RUNNING, :LEVEL_BITS

    # Yields a walk that callbacks find meanwhile.
    def self.during
      walk = new
      RUNNING[walk.number] = walk
      yield walk
    ensure
      RUNNING.delete(walk.number)
    end

    attr_reader :number

    def initialize
      @number = object_id
      # The arrays on the way to the one that is being read, and the sources of their items. The
      # library walks depth first, and an item need not live longer than until the next one of
      # its array: a level has one place.
      @arrays = []
      @items = []
      @level = 0
    end

    # Raises what a callback did, if one did.
    def check
      raise @raised if @raised
    end

    # Describes an array inside the one that is being read: a `ta_sequence`.
    def enter(array)
      @arrays[@level + 1] = array
      SEQUENCE.pack(vtable: VTABLE.to_i, user_data: (number << LEVEL_BITS) | (@level + 1))
    end

    def len(level, out)
      out[0, 8] = [@arrays[level].size].pack("Q")
    end

    def item(level, index, out)
      @level = level
      source = Source.new(@arrays[level].fetch(index), self, borrowed: true)
      @items[level] = source
      # The library may be older than this gem, and its struct shorter; the size in it stays.
      packed = source.pack[8, out[0, 8].unpack1("Q") - 8]
      out[8, packed.bytesize] = packed
    end

    def read(level, start, count, out, written)
      numbers = @arrays[level][start, count].map { |value| Source.scalar(value) }.take_while(&:itself)
      packed = numbers.join
      out[0, packed.bytesize] = packed
      written[0, 8] = [numbers.size].pack("Q")
    end

    # Tells the library what went wrong: the status, and for our own errors the message.
    def failed(exception, err)
      ours = exception.is_a?(Error)
      @raised = exception unless ours
      code = ours ? exception.code : C[:TA_ERR_CALLBACK]
      Error.write(err, code, exception.message)
    end

    # A callback: finds the walk and the level, and lets nothing out but a status.
    def self.callback(method, arguments)
      Fiddle::Closure::BlockCaller.new(C::STATUS, [C::POINTER, *arguments, C::POINTER]) do |user_data, *rest, err|
        walk = RUNNING.fetch(user_data.to_i >> LEVEL_BITS)
        begin
          Whole.except { walk.public_send(method, user_data.to_i & ((1 << LEVEL_BITS) - 1), *rest) }
          C[:TA_OK]
        rescue Exception => exception # rubocop:disable Lint/RescueException
          walk.failed(exception, err)
        end
      end
    end
    private_class_method :callback

    # Made once, for all arrays. A pointer to a closure keeps it where it is: C code knows its place.
    CALLBACKS = [
      callback(:len, [C::POINTER]),
      callback(:item, [C::SIZE, C::POINTER]),
      callback(:read, [C::SIZE, C::SIZE, C::POINTER, C::POINTER]),
    ].map { |closure| Fiddle::Pointer[closure] }.freeze
    VTABLE = Fiddle::Pointer[Layout.of("ta_sequence_vtable").pack(**%i[len item read].zip(CALLBACKS.map(&:to_i)).to_h).freeze]
    SEQUENCE = Layout.of("ta_sequence")
    private_constant :CALLBACKS, :VTABLE, :SEQUENCE
  end
  private_constant :Walk
end
