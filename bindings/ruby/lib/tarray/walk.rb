# frozen_string_literal: true

require_relative "source"

module Tarray
  # Nested arrays, read by the library through callbacks during one call.
  #
  # No exception may unwind through C: one of this gem is told to the library, which knows at which
  # item; any other is kept, and raised when the call is over.
  class Walk
    # Where a fiber keeps the walk that it is on.
    CURRENT = :tarray_walk
    SOURCE = Layout.of("ta_source")
    LIST_AT = SOURCE.offset(:kind)
    LIST_SIZE = SOURCE.offset(:value) + Layout.of("ta_sequence").size - LIST_AT
    LIST = "l@#{SOURCE.offset(:value) - LIST_AT}a*"
    private_constant :CURRENT, :SOURCE, :LIST_AT, :LIST_SIZE, :LIST

    # Yields a walk that callbacks find meanwhile; nil for what is no array.
    def self.during(object)
      return yield(nil) unless object.is_a?(Array)

      before = Thread.current[CURRENT]
      begin
        yield Thread.current[CURRENT] = new
      ensure
        Thread.current[CURRENT] = before
      end
    end

    def initialize
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
      [VTABLE.to_i, @level + 1].pack("Q2")
    end

    # Whether no code of the program's runs when an array is asked, and nobody waits to interrupt.
    def calm?(level)
      @arrays[level].instance_of?(Array) && !Thread.pending_interrupt?
    end

    def len(level, out)
      out[0, 8] = [@arrays[level].size].pack("Q")
    end

    def item(level, index, out)
      @level = level
      object = @arrays[level].fetch(index)
      if object.is_a?(Array)
        # The commonest, and the least of a `ta_source`, which arrives zeroed.
        out[LIST_AT, LIST_SIZE] = [C[:TA_SOURCE_SEQUENCE], enter(object)].pack(LIST)
        return
      end
      @items[level] = source = Source.new(object, self, borrowed: true)
      # The library may be older than this gem, and its struct shorter; the size in it stays.
      packed = source.pack[8, out[0, 8].unpack1("Q") - 8]
      out[8, packed.bytesize] = packed
    end

    def read(level, start, count, out, written)
      packed = "".b
      @arrays[level][start, count].each { |value| packed << (Source.scalar(value) or break) }
      # An array's own code may give more than it was asked for.
      packed = packed.byteslice(0, count * Source::SCALAR.size)
      out[0, packed.bytesize] = packed
      written[0, 8] = [packed.bytesize / Source::SCALAR.size].pack("Q")
    end

    # Tells the library what went wrong: the status, and for our own errors the message. Other exceptions are not
    # asked for theirs, which may be code of the program's that raises.
    def failed(exception, err)
      return Error.write(err, exception.code, exception.message) if exception.is_a?(Error)

      @raised = exception
      C[:TA_ERR_CALLBACK]
    end

    # Answers a callback, and lets nothing out but a status.
    def self.answer(level, err)
      walk = Thread.current[CURRENT]
      walk.calm?(level) ? yield(walk) : Whole.except { yield walk }
      OK
    rescue Exception => exception # rubocop:disable Lint/RescueException
      walk.failed(exception, Fiddle::Pointer.new(err))
    end

    def self.callback(arguments, &body)
      Fiddle::Closure::BlockCaller.new(C::STATUS, [C::HANDLE, *arguments, C::HANDLE], &body)
    end
    private_class_method :callback

    OK = C[:TA_OK]
    # Made once, for all arrays. A pointer to a closure keeps it where it is: C code knows its place.
    CALLBACKS = [
      callback([C::POINTER]) { |level, out, err| answer(level, err) { |walk| walk.len(level, out) } },
      callback([C::SIZE, C::POINTER]) { |level, index, out, err| answer(level, err) { |walk| walk.item(level, index, out) } },
      callback([C::SIZE, C::SIZE, C::POINTER, C::POINTER]) do |level, start, count, out, written, err|
        answer(level, err) { |walk| walk.read(level, start, count, out, written) }
      end,
    ].map { |closure| Fiddle::Pointer[closure] }.freeze
    VTABLE = C.memory(Layout.of("ta_sequence_vtable").pack(**%i[len item read].zip(CALLBACKS.map(&:to_i)).to_h))
    private_constant :OK, :CALLBACKS, :VTABLE
  end
  private_constant :Walk
end
