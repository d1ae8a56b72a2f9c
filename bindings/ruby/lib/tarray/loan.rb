# frozen_string_literal: true

require_relative "integers"
require_relative "options"
require_relative "whole"

module Tarray
  # A DLPack tensor at an address, which is whoever's that gave the address.
  class Managed
    attr_reader :address

    def initialize(address, legacy: false)
      address = address.to_i if address.is_a?(Fiddle::Pointer)
      unless address.is_a?(Integer)
        Error.refuse(:TA_ERR_KIND, "a DLPack tensor is the address of one, not #{address.inspect}")
      end
      Error.refuse(:TA_ERR_INVALID_ARGUMENT, "no DLPack tensor is at #{address}") unless address.between?(1, 2**64 - 1)
      @address = address
      @legacy = legacy ? true : false
    end

    # Whether it is the struct without a version.
    def legacy?
      @legacy
    end
  end
  private_constant :Managed

  # A DLPack tensor that Ruby holds: the collector runs its deleter, unless somebody takes it first.
  class Loan < Managed
    # Where DLPack has the deleter in the struct with a version, and without.
    DELETER = { false => 16, true => 56 }.freeze
    LAYOUT = Layout.of("ta_export_options")
    private_constant :DELETER, :LAYOUT

    # Lends a tensor.
    def self.of(tensor, legacy: false, copy: nil, read_only: false, max_version: nil)
      flags = read_only ? C[:TA_EXPORT_READ_ONLY] : 0
      major, minor = max_version.nil? ? [0, 0] : version(max_version)
      request = LAYOUT.pack(max_major: major, max_minor: minor, copy: Options.copy(copy), flags: flags)
      lend = legacy ? C::TO_DLPACK_LEGACY : C::TO_DLPACK
      Whole.run { new(Error.check { |err, out| lend.call(tensor.address, request, out, err) }, legacy: legacy) }
    end

    # A major and a minor number.
    def self.version(numbers)
      major, minor = Integers.list("max_version", numbers)
      return [major, minor] if numbers.size == 2 && [major, minor].all?(0..2**32 - 1)

      Error.refuse(:TA_ERR_INVALID_ARGUMENT, "max_version: #{numbers} is not a major and a minor number")
    end
    private_class_method :version

    # Runs the deleter of what is still there; holds nothing of the loan.
    def self.finisher(place, legacy)
      proc do
        Whole.run do
          address = place.pop
          deleter = address ? Fiddle::Pointer.new(address)[DELETER[legacy], 8].unpack1("Q") : 0
          Fiddle::Function.new(deleter, [C::POINTER], C::NOTHING, need_gvl: true).call(address) unless deleter.zero?
        end
      end
    end
    private_class_method :finisher

    # Of a DLPack tensor at an address, which is this object's from now on.
    def initialize(address, legacy: false)
      super
      @place = [@address]
      @finish = Loan.send(:finisher, @place, @legacy)
      ObjectSpace.define_finalizer(self, @finish)
    end

    # Where it is; it stays this object's.
    def address
      @place.first or Error.refuse(:TA_ERR_NULL_ARGUMENT, "the loan was taken or finished")
    end

    # Hands it to somebody else, who will run its deleter; returns the address.
    def give
      address.tap { @place.clear }
    end

    # Runs the deleter now. Twice does nothing.
    def finish
      @finish.call
      nil
    end
  end
end
