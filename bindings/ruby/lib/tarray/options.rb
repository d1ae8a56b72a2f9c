# frozen_string_literal: true

require_relative "dtype"

module Tarray
  # What a caller asks for: keywords as a `ta_options`.
  class Options
    LAYOUT = Layout.of("ta_options")
    COPY = { nil => :TA_COPY_IF_NEEDED, true => :TA_COPY_ALWAYS, false => :TA_COPY_NEVER }.freeze
    GRAD = { false => :TA_GRAD_NO, true => :TA_GRAD_YES, as_source: :TA_GRAD_AS_SOURCE }.freeze
    DEVICE = Layout.of("ta_device")
    private_constant :LAYOUT, :COPY, :GRAD, :DEVICE

    # The struct as a string; nil if nothing is asked for.
    def self.pack(request)
      request.empty? ? nil : new(**request).pack
    end

    # The number of a mode of copying.
    def self.copy(mode)
      one_of(COPY, "copy", mode)
    end

    def self.one_of(choices, name, value)
      C[choices.fetch(value) { Error.refuse(:TA_ERR_INVALID_ARGUMENT, "#{name}: #{value.inspect} is not among what it can be") }]
    end

    def initialize(dtype: nil, default_dtype: nil, device: nil, copy: nil, requires_grad: false, writable: false,
                   contiguous: false, read_only: false, accept: nil)
      flags = [[writable, :TA_WANT_WRITABLE], [contiguous, :TA_WANT_CONTIGUOUS], [read_only, :TA_MARK_READ_ONLY]]
              .sum { |wanted, flag| wanted ? C[flag] : 0 }
      @pack = LAYOUT.pack(
        dtype: dtype ? Dtype.parse(dtype) : "", default_dtype: default_dtype ? Dtype.parse(default_dtype) : "",
        device: device ? parse_device(device.to_s) : "", copy: Options.copy(copy),
        requires_grad: Options.one_of(GRAD, "requires_grad", requires_grad), flags: flags,
        accept: accept.nil? ? 0 : bits(Array(accept))
      )
    end

    # The struct.
    attr_reader :pack

    private

    # "cpu", "cuda" (the current one), "cuda:1" and whatever else the library knows.
    def parse_device(name)
      DEVICE.pack.tap { |out| Error.check { |err| C::DEVICE_PARSE.call(name, out, err) } }
    end

    def bits(origins)
      Error.refuse(:TA_ERR_INVALID_ARGUMENT, "accept: [] names no source") if origins.empty?
      origins.map { |origin| bit(origin) }.reduce(:|)
    end

    def bit(origin)
      C::CONSTANTS.fetch(:"TA_ACCEPT_#{origin.to_s.upcase}") do
        Error.refuse(:TA_ERR_INVALID_ARGUMENT, "accept: there is no source called #{origin}")
      end
    end
  end
  private_constant :Options
end
