# frozen_string_literal: true

require "fiddle"

module Tarray
  # The C ABI: the library, its functions, the constants of the generated declarations.
  module C
    # They stand beside this file in the gem, and in include/ in a checkout.
    CDEF = [File.join(__dir__, "tarray.cdef"), File.expand_path("../../../../include/tarray.cdef", __dir__)]
           .find { |path| File.exist?(path) } or raise LoadError, "no tarray.cdef beside #{__FILE__}"

    # `C[:TA_OK]`, `C[:TA_ERR_DTYPE]`, …
    CONSTANTS = File.read(CDEF).scan(/^#define (\w+) (\d+)$/).to_h { |name, value| [name.to_sym, value.to_i] }.freeze

    def self.[](name)
      CONSTANTS.fetch(name)
    end

    LIBRARY = Fiddle.dlopen(ENV["TARRAY_LIBRARY"] || "libtarray.so.#{self[:TA_ABI_VERSION]}")

    POINTER = Fiddle::TYPE_VOIDP
    # What is an address, but a number here: a tensor's, or what callbacks pass on.
    HANDLE = Fiddle::TYPE_UINTPTR_T
    STATUS = INT = Fiddle::TYPE_INT32_T
    SIZE = Fiddle::TYPE_SIZE_T
    LONG = Fiddle::TYPE_INT64_T
    NOTHING = Fiddle::TYPE_VOID

    # What is called with Ruby's lock: so that callbacks may run, and no string changes meanwhile.
    def self.function(name, arguments, result)
      Fiddle::Function.new(LIBRARY[name], arguments, result, need_gvl: true)
    end
    private_class_method :function

    ABI_VERSION = function("ta_abi_version", [], INT)
    VERSION = function("ta_version", [], POINTER)
    LIVE_TENSORS = function("ta_live_tensors", [], SIZE)
    STATUS_NAME = function("ta_status_name", [INT], POINTER)
    ORIGIN_NAME = function("ta_origin_name", [INT], POINTER)
    REASON_NAME = function("ta_reason_name", [INT], POINTER)
    ASARRAY = function("ta_asarray", [POINTER] * 4, STATUS)
    COPY = function("ta_copy", [HANDLE, POINTER, POINTER, POINTER], STATUS)
    COPY_INTO = function("ta_copy_into", [HANDLE, HANDLE, POINTER], STATUS)
    FILL = function("ta_fill", [HANDLE, POINTER, POINTER], STATUS)
    VIEW = function("ta_view", [HANDLE, INT, POINTER, POINTER, LONG, POINTER, POINTER], STATUS)
    DESCRIBE = function("ta_describe", [HANDLE, POINTER, POINTER], STATUS)
    ITEM = function("ta_item", [HANDLE, POINTER, POINTER, POINTER], STATUS)
    REPR = function("ta_repr", [HANDLE, POINTER, POINTER, SIZE, POINTER, POINTER], STATUS)
    TO_DLPACK = function("ta_to_dlpack", [HANDLE, POINTER, POINTER, POINTER], STATUS)
    TO_DLPACK_LEGACY = function("ta_to_dlpack_legacy", [HANDLE, POINTER, POINTER, POINTER], STATUS)
    RELEASE = function("ta_release", [HANDLE], NOTHING)
    DEVICE_PARSE = function("ta_device_parse", [POINTER] * 3, STATUS)
    REQUIRES_GRAD = function("ta_requires_grad", [HANDLE], INT)
    SET_REQUIRES_GRAD = function("ta_set_requires_grad", [HANDLE, INT, POINTER], STATUS)
    IS_LEAF = function("ta_is_leaf", [HANDLE], INT)
    GRAD_FN_NAME = function("ta_grad_fn_name", [HANDLE], POINTER)
    GRAD = function("ta_grad", [HANDLE], POINTER)
    SET_GRAD = function("ta_set_grad", [HANDLE, POINTER, POINTER], STATUS)
    DETACH = function("ta_detach", [HANDLE, POINTER, POINTER], STATUS)
    BACKWARD = function("ta_backward", [HANDLE, POINTER, INT, POINTER], STATUS)
    ADD, SUB, MUL = %w[ta_add ta_sub ta_mul].map { |name| function(name, [HANDLE, HANDLE, POINTER, POINTER], STATUS) }
    NEG = function("ta_neg", [HANDLE, POINTER, POINTER], STATUS)
    SUM = function("ta_sum", [HANDLE, POINTER, SIZE, INT, POINTER, POINTER], STATUS)
    SET_GRAD_ENABLED = function("ta_set_grad_enabled", [INT], INT)
    GRAD_ENABLED = function("ta_grad_enabled", [], INT)
    LIVE_NODES = function("ta_live_nodes", [], SIZE)
    # Only its address is used: see Holds.
    MARK_RELEASED = LIBRARY["ta_mark_released"]

    unless ABI_VERSION.call == self[:TA_ABI_VERSION]
      raise LoadError, "the library has ABI #{ABI_VERSION.call}, this gem is for #{self[:TA_ABI_VERSION]}"
    end

    # Memory of its own with a string in it: unlike that, a call takes it as it is.
    def self.memory(string)
      Fiddle::Pointer.malloc(string.bytesize, Fiddle::RUBY_FREE).tap { |pointer| pointer[0, string.bytesize] = string }
    end

    # A string as a call fills it in: as many zeros.
    def self.room(size)
      "\0".b * size
    end
  end
end
