# frozen_string_literal: true

require_relative "c"

module Tarray
  # Where the fields of a struct are, read from the generated declarations: a struct is a String,
  # and a struct inside another one is that part of it.
  class Layout
    # Of a field; how it is packed, or nil for what is a struct or an array.
    Field = Struct.new(:offset, :size, :directive)
    # C type => [size, directive of Array#pack]. Each is aligned to its size.
    NUMBERS = {
      "size_t" => [8, "Q"], "uint64_t" => [8, "Q"], "int64_t" => [8, "q"], "double" => [8, "d"],
      "uint32_t" => [4, "L"], "int32_t" => [4, "l"], "ta_status" => [4, "l"],
      "uint16_t" => [2, "S"], "uint8_t" => [1, "C"], "char" => [1, "C"],
    }.freeze
    raise LoadError, "tarray needs pointers of 64 bits" unless Fiddle::SIZEOF_VOIDP == 8

    TEXT = File.read(C::CDEF).freeze
    private_constant :Field, :NUMBERS, :TEXT

    @known = {}

    # The layout of a struct or union, by its name.
    def self.of(name)
      @known[name] ||= new(name)
    end

    # Bytes of the whole struct, and what its address must be a multiple of.
    attr_reader :size, :alignment

    def initialize(name)
      keyword, body = TEXT.match(/^(struct|union) #{name} \{\n(.*?)^\};/m)&.captures
      raise LoadError, "#{C::CDEF} has no struct #{name}" unless body

      @union = keyword == "union"
      @fields = {}
      @size = 0
      @alignment = 1
      body.split(";").map { |line| line.split.join(" ") }.each { |line| add(line) unless line.empty? }
      @size = aligned(@size, @alignment)
    end

    # A struct with these fields; the others are zero, but for `struct_size`.
    def pack(**values)
      room = "\0".b * @size
      values[:struct_size] ||= @size if @fields.key?(:struct_size)
      values.each do |name, value|
        field = @fields.fetch(name)
        bytes = field.directive ? [value].pack(field.directive) : value
        room[field.offset, bytes.bytesize] = bytes
      end
      room
    end

    # How Array#pack writes these fields, which are named in their order; the others are zero.
    def template(*names)
      fields = names.map { |name| @fields.fetch(name) }
      fields.map { |field| "@#{field.offset}#{field.directive || "a#{field.size}"}" }.join << "@#{@size}"
    end

    # The value of a field: a number, or bytes.
    def read(struct, name)
      field = @fields.fetch(name)
      bytes = struct[field.offset, field.size]
      field.directive ? bytes.unpack1(field.directive) : bytes
    end

    # Where a field begins.
    def offset(name)
      @fields.fetch(name).offset
    end

    private

    def add(line)
      name, size, alignment, directive = line.include?("*") ? pointer(line) : plain(line)
      at = @union ? 0 : aligned(@size, alignment)
      @fields[name.to_sym] = Field.new(at, size, directive)
      @size = [@size, at + size].max
      @alignment = [@alignment, alignment].max
    end

    # `void (*release)(void *owner)` or `const int64_t *shape`.
    def pointer(line)
      [line[/\(\*(\w+)\)/, 1] || line[/(\w+)\z/, 1], 8, 8, "Q"]
    end

    # `int32_t ndim`, `uint64_t reserved[2]`, `ta_dtype dtype`.
    def plain(line)
      type, name, count = line.match(/\A(\w+) (\w+)(?:\[(\w+)\])?\z/).captures
      size, directive = NUMBERS[type]
      alignment = size || Layout.of(type).alignment
      size ||= Layout.of(type).size
      return [name, size, alignment, directive] unless count

      [name, size * (count[/\A\d+\z/] ? count.to_i : C[count.to_sym]), alignment, nil]
    end

    def aligned(offset, alignment)
      (offset + alignment - 1) / alignment * alignment
    end
  end
  private_constant :Layout
end
