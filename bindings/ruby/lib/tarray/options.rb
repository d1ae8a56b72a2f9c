# frozen_string_literal: true

require_relative "dtype"

module Tarray
  # What a caller asks for: keywords as a `ta_options`.
  class Options
    LAYOUT = Layout.of("ta_options")
    COPY = { nil => :TA_COPY_IF_NEEDED, true => :TA_COPY_ALWAYS, false => :TA_COPY_NEVER }.freeze
    GRAD = { false => :TA_GRAD_NO, true => :TA_GRAD_YES, as_source: :TA_GRAD_AS_SOURCE }.freeze
    DEVICES = { "cpu" => :TA_DEVICE_CPU, "cuda" => :TA_DEVICE_CUDA, "rocm" => :TA_DEVICE_ROCM }.freeze
    private_constant :LAYOUT, :COPY, :GRAD, :DEVICES

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
                   contiguous: false, read_only: false, accept: [])
      flags = [[writable, :TA_WANT_WRITABLE], [contiguous, :TA_WANT_CONTIGUOUS], [read_only, :TA_MARK_READ_ONLY]]
              .sum { |wanted, flag| wanted ? C[flag] : 0 }
      @pack = LAYOUT.pack(
        dtype: dtype ? Dtype.parse(dtype) : "", default_dtype: default_dtype ? Dtype.parse(default_dtype) : "",
        device: device ? parse_device(device.to_s) : "", copy: Options.copy(copy),
        requires_grad: Options.one_of(GRAD, "requires_grad", requires_grad), flags: flags,
        accept: accept.map { |origin| bit(origin) }.reduce(0, :|)
      )
    end

    # The struct.
    attr_reader :pack

    private

    # "cpu", "cuda" (the current one) or "cuda:1".
    def parse_device(name)
      kind, index = name.match(/\A(\w+)(?::(\d+))?\z/)&.captures
      Layout.of("ta_device").pack(device_type: Options.one_of(DEVICES, "device", kind || name),
                                  index: (index || (kind == "cpu" ? 0 : -1)).to_i)
    end

    def bit(origin)
      C::CONSTANTS.fetch(:"TA_ACCEPT_#{origin.to_s.upcase}") do
        Error.refuse(:TA_ERR_INVALID_ARGUMENT, "accept: there is no source called #{origin}")
      end
    end
  end
  private_constant :Options
end
