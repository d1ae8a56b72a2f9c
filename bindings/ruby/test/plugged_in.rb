# frozen_string_literal: true

require "fiddle"

# A device of the tests' own: its memory is the host's, at addresses that nobody can read.
module PluggedIn
  TYPE = 60
  FAR = 1 << 60
  LAYOUT = Tarray.const_get(:Layout)
  API, PLACE = %w[ta_device_api ta_place].map { |name| LAYOUT.of(name) }
  INT, LONG, ADDRESS, NOTHING = Fiddle::TYPE_INT32_T, Fiddle::TYPE_INT64_T, Fiddle::TYPE_UINTPTR_T, Fiddle::TYPE_VOID
  C_FUNCTION = ->(name, *arguments) { Fiddle::Function.new(Tarray::C::LIBRARY[name], arguments, INT, need_gvl: true) }
  REGISTER = C_FUNCTION.("ta_device_register", INT, ADDRESS, ADDRESS, ADDRESS)
  UNREGISTER = C_FUNCTION.("ta_device_unregister", INT, ADDRESS)

  module_function

  # Yields the device's name, as long as it is there.
  def device
    raise "not registered" unless REGISTER.call(TYPE, TABLE.to_i, 0, 0).zero?

    yield "device#{TYPE}:0"
  ensure
    raise "not unregistered" unless UNREGISTER.call(TYPE, 0).zero?
  end

  def callback(result, *arguments, &body)
    Fiddle::Pointer[Fiddle::Closure::BlockCaller.new(result, arguments, &body)]
  end

  def write(address, bytes)
    Fiddle::Pointer.new(address)[0, bytes.bytesize] = bytes
    0
  end

  # Where a `ta_place` is for the host.
  def host(place)
    fields = Fiddle::Pointer.new(place)[0, PLACE.size]
    device, data, offset = %i[device data byte_offset].map { |field| PLACE.read(fields, field) }
    data + offset - (device.unpack1("l") == TYPE ? FAR : 0)
  end

  # Pointers to closures, which keep them where they are: for ever, as a tensor may outlive its device.
  CALLBACKS = {
    count: callback(INT, ADDRESS, ADDRESS, ADDRESS) { |_, out, _| write(out, [1].pack("l")) },
    allocate: callback(INT, ADDRESS, INT, ADDRESS, LONG, ADDRESS, ADDRESS) do |_, _, size, _, out, _|
      write(out, [Fiddle.malloc(size) + FAR].pack("Q"))
    end,
    free: callback(NOTHING, ADDRESS, INT, ADDRESS, ADDRESS, LONG) { |_, _, data, *| Fiddle.free(data - FAR) },
    copy: callback(INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, LONG, ADDRESS) do |_, target, source, size, *|
      write(host(target), Fiddle::Pointer.new(host(source))[0, size])
    end,
    synchronize: callback(INT, ADDRESS, INT, LONG, ADDRESS) { 0 },
  }.freeze
  TABLE = Tarray::C.memory(API.pack(**CALLBACKS.transform_values(&:to_i)))
end
