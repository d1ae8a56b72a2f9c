# frozen_string_literal: true

require "fileutils"

# The gem carries the declarations that the library was built with.
declarations = File.expand_path("../../include/tarray.cdef", __dir__)
FileUtils.cp(declarations, File.join(__dir__, "lib/tarray")) if File.exist?(declarations)

Gem::Specification.new do |gem|
  gem.name = "tarray"
  gem.version = "0.1.0"
  gem.summary = "Any array in, one handle, DLPack out"
  gem.description = "asarray for Ruby over libtarray: shares memory where possible, and says what it did and why."
  gem.authors = ["the tarray developers"]
  gem.homepage = "https://github.com/tarray/tarray"
  gem.licenses = ["MIT", "Apache-2.0"]
  gem.required_ruby_version = ">= 3.1"
  gem.files = Dir.chdir(__dir__) { Dir["lib/**/*.{rb,cdef}"] + ["README.md"] }
end
