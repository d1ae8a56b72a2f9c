# frozen_string_literal: true

require "json"

# The table of cases that every binding runs (tests/cases).
module Cases
  FEWEST = 271

  COLUMNS = %i[name kind value source_dtype source_shape strides start traits request status dtype shape data flags origin
               aliased reason says].freeze
  Row = Struct.new(*COLUMNS) do
    def memory?
      !%w[scalar complex big list complex_list].include?(kind)
    end

    def bytes
      memory? ? [value].pack("H*") : "".b
    end
  end

  module_function

  def read(path)
    header, *lines = File.readlines(path, chomp: true, encoding: "UTF-8")
    raise "other columns" unless header.split("\t").map(&:to_sym) == COLUMNS

    lines.map { |line| Row.new(*line.split("\t").map { |field| field == "-" ? "" : field }) }
  end

  # Ruby has no scalars that have a dtype.
  def possible?(row)
    row.kind != "typed_scalar"
  end

  # The number or nested array at the beginning of a text, which is consumed.
  def value!(text)
    return number(text.slice!(/\A(\([^)]*\)|[^,\]]*)/)) unless text.delete_prefix!("[")

    items = []
    until text.delete_prefix!("]")
      text.delete_prefix!(", ")
      items << value!(text)
    end
    items
  end

  REAL = { "inf" => Float::INFINITY, "-inf" => -Float::INFINITY, "nan" => Float::NAN }.freeze

  def number(word)
    case word
    when "true", "false" then word == "true"
    when /\A\((.*),(.*)\)/ then Complex(Float(Regexp.last_match(1)), Float(Regexp.last_match(2)))
    when /\A-?\d+\z/ then Integer(word)
    else REAL[word] || Float(word)
    end
  end

  def request(row)
    row.request.split.to_h do |word|
      key, value = word.split("=")
      value = case key
              when "copy" then value == "always"
              when "requires_grad" then value == "yes" || :as_source
              when "accept" then value.split(",")
              else value || true
              end
      [key.to_sym, value]
    end
  end

  # The block as memory of C's, and the bytes in it.
  def block(bytes)
    pointer = Fiddle::Pointer.malloc([bytes.bytesize, 1].max, Fiddle::RUBY_FREE)
    pointer.size = bytes.bytesize
    pointer[0, bytes.bytesize] = bytes
    pointer
  end

  def memory(row, block)
    Tarray::Memory.new(block, dtype: row.source_dtype, shape: JSON.parse(row.source_shape),
                              strides_bytes: row.strides.empty? ? nil : JSON.parse(row.strides),
                              byte_offset: row.start.to_i,
                              read_only: row.traits == "read_only", byte_swapped: row.traits == "swapped")
  end

  # A list of the block's rows.
  def rows(row)
    count, length = JSON.parse(row.source_shape)
    row.bytes.unpack("a#{row.bytes.bytesize / count}" * count).map do |bytes|
      Tarray::Memory.new(bytes.freeze, dtype: row.source_dtype, shape: [length])
    end
  end

  def given(row, block)
    case row.kind
    when "array", "strided" then memory(row, block)
    when "buffer" then row.traits == "read_only" ? row.bytes.freeze : block
    when "rows" then rows(row)
    when "tensor" then Tarray.asarray(memory(row, block))
    when "dlpack", "dlpack_legacy" then lent(row, block)
    else value!(row.value.dup)
    end
  end

  def lent(row, block)
    tensor = Tarray.asarray(memory(row, block))
    tensor.to_dlpack(legacy: row.kind == "dlpack_legacy")
  ensure
    tensor&.release
  end

  # What does not hold of a result, in words.
  def wrong(row, tensor, block)
    holds = { read_only: tensor.read_only?, contiguous: tensor.contiguous?, requires_grad: tensor.requires_grad? }
    provenance = tensor.provenance
    have = {
      dtype: tensor.dtype, shape: JSON.generate(tensor.shape), data: tensor.bytes.unpack1("H*"),
      flags: holds.select { |_, held| held }.keys.join(" "),
      origin: provenance.origin, aliased: provenance.aliased ? "1" : "0", reason: provenance.reason.to_s
    }
    different = have.reject { |column, value| row[column] == value }.map { |column, value| "#{column} is #{value}" }
    different << "elsewhere" unless in_place?(row, tensor, block)
    different
  end

  # A frozen string is shared in place, too, but Ruby does not say where it is.
  def in_place?(row, tensor, block)
    return true if block.nil? || tensor.size.zero? || (row.kind == "buffer" && row.traits == "read_only")

    at = tensor.data_address - block.to_i
    row.aliased == "1" ? at == row.start.to_i : !at.between?(0, block.size - 1)
  end

  def outcome(row, block)
    value = given(row, block)
    tensor = Tarray.asarray(value, **request(row))
    row.status == "TA_OK" ? wrong(row, tensor, block) : ["succeeded"]
  rescue Tarray::Error => error
    error.status == row.status && error.message.include?(row.says) ? [] : ["#{error.status}: #{error.message}"]
  ensure
    tensor&.release
    value.release if value.is_a?(Tarray::Tensor)
    value.finish if value.is_a?(Tarray::Loan)
  end

  def alive
    [Tarray.live_tensors, Tarray.held]
  end

  # Runs a case; returns what is wrong. Nothing of it is left to the collector, which may meanwhile find
  # what others left.
  def run(row)
    before = alive
    wrong = outcome(row, row.memory? ? block(row.bytes) : nil)
    after = alive
    after.zip(before).all? { |is, was| is <= was } ? wrong : wrong.push("alive are #{after}, not #{before}")
  end
end
