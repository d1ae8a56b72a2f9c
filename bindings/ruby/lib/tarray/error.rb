# frozen_string_literal: true

require_relative "layout"

module Tarray
  # A call that failed, and so changed nothing. There is a subclass for each status: DtypeError for
  # TA_ERR_DTYPE, CannotAliasError for TA_ERR_CANNOT_ALIAS, and so on.
  class Error < StandardError
    # The status as a number, and its name.
    attr_reader :code, :status

    def initialize(message, code)
      super(message)
      @code = code
      @status = C::STATUS_NAME.call(code).to_s
    end

    CLASSES = C::CONSTANTS.filter_map do |name, code|
      words = name.to_s[/\ATA_ERR_(\w+)\z/, 1] or next
      [code, Tarray.const_set("#{words.split("_").map(&:capitalize).join}Error", Class.new(self))]
    end.to_h.freeze
    private_constant :CLASSES

    LAYOUT = Layout.of("ta_error")
    # Memory for a `ta_error` and for a number, which calls borrow: as often as they nest, in an array's own code.
    ROOMS = []
    private_constant :LAYOUT, :ROOMS

    # Runs a call that gets the addresses of a `ta_error`, and of a number to put out, which is returned.
    # Raises what the error says.
    def self.check
      err, out = room = ROOMS.pop || [C.memory(LAYOUT.pack), C.memory(C.room(8))]
      code = yield err, out
      raise of(code, message(err)) unless code.zero?

      out[0, 8].unpack1("Q")
    ensure
      ROOMS.push(room) if room
    end

    def self.message(err)
      err[0, LAYOUT.size].unpack1("@#{LAYOUT.offset(:message)}Z*").force_encoding("UTF-8")
    end
    private_class_method :message

    # Writes a status and a message to the `ta_error` at a pointer; returns the status.
    def self.write(err, code, message)
      unless err.null?
        text = "#{message.b[0, C[:TA_MESSAGE_SIZE] - 1]}\0"
        err[LAYOUT.offset(:status), 4] = [code].pack("l")
        err[LAYOUT.offset(:message), text.bytesize] = text
      end
      code
    end

    # The exception for a status.
    def self.of(code, message)
      CLASSES.fetch(code, self).new(message, code)
    end

    # Raises an error of this binding's own: `refuse(:TA_ERR_KIND, "…")`.
    def self.refuse(name, message)
      raise of(C[name], message)
    end
  end
end
