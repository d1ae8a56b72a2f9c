# frozen_string_literal: true

require_relative "error"

module Tarray
  # Integers that a caller gives, as C reads them: none is rounded or cut.
  module Integers
    INT64 = (-2**63..2**63 - 1).freeze

    module_function

    # One of them, checked.
    def one(name, value)
      return value if value.is_a?(Integer) && INT64.cover?(value)

      Error.refuse(:TA_ERR_INVALID_ARGUMENT, "#{name}: #{value.inspect} is no integer of 64 bits")
    end

    # A list of them, checked.
    def list(name, values)
      unless values.is_a?(Array)
        Error.refuse(:TA_ERR_INVALID_ARGUMENT, "#{name} must be an Array of integers, not #{values.inspect}")
      end
      values.map { |value| one(name, value) }.freeze
    end

    # A list with as many as there are axes.
    def per_axis(name, values, axes)
      list(name, values).tap do |all|
        Error.refuse(:TA_ERR_INVALID_ARGUMENT, "#{all.size} #{name} for #{axes} axes") if all.size != axes
      end
    end
  end
  private_constant :Integers
end
