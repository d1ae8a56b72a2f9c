# frozen_string_literal: true

require_relative "c"

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

    # A `ta_error`: its size, status, nothing, message.
    LAYOUT = "QllZ512"

    # Runs a call that gets the address of a `ta_error`, and raises what it says.
    def self.check
      room = [528, 0, 0, ""].pack(LAYOUT)
      code = yield room
      raise of(code, room.unpack(LAYOUT)[3].force_encoding("UTF-8")) unless code.zero?
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
