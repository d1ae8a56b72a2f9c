# frozen_string_literal: true

# What each of the programs here prints, in Ruby: ruby show.rb LIBRARY FILE

require "fiddle/import"
require "tarray"

# The example's library.
module SafeTensors
  extend Fiddle::Importer
  dlload ARGV.fetch(0)
  extern "int st_open(const char *, void *, void *)"
  extern "void st_close(void *)"
  extern "size_t st_count(void *)"
  extern "char *st_name(void *, size_t)"
  extern "void *st_base(void *)"
  extern "int st_tensor(void *, const char *, void *, void *, void *)"

  # A file that is mapped.
  class Mapped
    def initialize(path)
      out = Tarray::C.room(8)
      Tarray::Error.check { |err| SafeTensors.st_open(path, out, err) }
      @file = Fiddle::Pointer.new(out.unpack1("Q"), 0, SafeTensors["st_close"])
    end

    def base
      SafeTensors.st_base(@file).to_i
    end

    def names
      Array.new(SafeTensors.st_count(@file)) { |index| SafeTensors.st_name(@file, index).to_s }
    end

    def tensor(name)
      Tarray::Tensor.made { |out, err| SafeTensors.st_tensor(@file, name, nil, out, err) }
    end
  end
end

file = SafeTensors::Mapped.new(ARGV.fetch(1))
file.names.each do |name|
  tensor, again = Array.new(2) { file.tensor(name) }
  shared = tensor.provenance.aliased && tensor.data_address == again.data_address
  puts "#{name}: #{tensor.dtype} at #{tensor.data_address - file.base}, #{shared ? "shared" : "copied"}, " \
       "#{tensor.read_only? ? "read-only" : "writable"}", tensor
end
