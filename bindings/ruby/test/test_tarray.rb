# frozen_string_literal: true

$LOAD_PATH.unshift File.expand_path("../lib", __dir__), __dir__

require "minitest/autorun"
require "rbconfig"
require "tarray"
require "cases"
require "plugged_in"

Minitest.after_run do
  GC.start
  alive = [Tarray.live_tensors, Tarray.live_nodes, Tarray.held]
  abort "tensors, nodes and objects that are still alive: #{alive}" unless alive.all?(&:zero?)
end

class TestCases < Minitest::Test
  def test_the_table_of_cases
    GC.start
    all = Cases.read(File.expand_path("../../../tests/cases/cases.tsv", __dir__))
    possible = all.select { |row| Cases.possible?(row) }
    wrong = possible.to_h { |row| [row.name, Cases.run(row)] }.reject { |_, what| what.empty? }
    assert_empty wrong
    puts "#{possible.size} of #{all.size} cases ran"
    assert_operator possible.size, :>=, Cases::FEWEST
  end
end

class TestSources < Minitest::Test
  def test_a_frozen_string_is_shared_and_a_changing_one_copied
    frozen = [1.5, 2.5].pack("f*").freeze
    changing = frozen.dup
    shared = Tarray.asarray(frozen)
    copied = Tarray.asarray(changing)
    changing << "more" * 100
    assert shared.provenance.aliased && shared.read_only?
    assert_equal ["buffer", false, "producer", false], copied.provenance.to_a
    assert_equal "requested", Tarray.asarray(changing, copy: true).provenance.reason
    refute_predicate copied, :read_only?
    assert_equal [0, 0], copied.fill(0).to_a
    assert_equal [1.5, 2.5], frozen.unpack("f*")
    copied = Tarray.asarray(frozen.dup)
    assert_equal [1.5, 2.5], copied.to_a
    assert_raises(Tarray::CannotAliasError) { Tarray.asarray(changing, copy: false) }
    assert_raises(Tarray::NotWritableError) { shared.fill(0) }
  end

  def test_what_no_tensor_is_made_of_is_named_with_its_path
    { nil => "nil", Object.new => "Object", { a: 1 } => "Hash", [[1], [:x]] => "item [1][0]: no tensor is made of a Symbol" }
      .each { |object, says| assert_includes assert_raises(Tarray::KindError) { Tarray.asarray(object) }.message, says }
  end

  def test_exceptions_of_callbacks_come_out_as_they_are
    bad = Class.new(Array) do
      def size
        raise IOError, "lost"
      end
    end
    assert_equal "lost", assert_raises(IOError) { Tarray.asarray([bad.new([1])]) }.message
    mute = Class.new(StandardError) { def message = raise }
    worse = Class.new(Array) { define_method(:size) { raise mute } }
    assert_raises(mute) { Tarray.asarray([worse.new([1])]) }
    assert_raises(Tarray::LayoutError) { Tarray.asarray([].tap { |loop| loop << loop }) }
  end

  def test_an_arrays_own_code_may_make_tensors
    own = Class.new(Array) do
      def size = Tarray.asarray([[1, 2], [3, 4]]).to_a.flatten.sum - 8
      def [](...) = Tarray.asarray([super]).to_a.first
      def fetch(at) = assert_refused && super

      def assert_refused
        Tarray.asarray([[1], [2, 3]])
      rescue Tarray::RaggedError
        true
      end
    end
    assert_equal [[1, 2], [3, 4]], Tarray.asarray([own.new([1, 2]), own.new([3, 4])]).to_a
    assert_equal [[[1], [2]]], Tarray.asarray([own.new([[1], [2]])]).to_a
  end

  def test_an_array_that_gives_more_than_it_says_is_read_as_far_as_it_says
    more = Class.new(Array) { def [](start, count) = super + [9] * 1000 }
    assert_equal [1, 2], Tarray.asarray(more.new([1, 2])).to_a
  end

  def test_described_memory_stays_inside_its_data
    data = ([0.0] * 4).pack("f*").freeze
    of = ->(**rest) { Tarray.asarray(Tarray::Memory.new(data, dtype: "float32", **rest)) }
    assert_equal [-1], of.(shape: [4], strides_bytes: [-4], byte_offset: 12).strides
    [{ shape: [5] }, { shape: [4], strides_bytes: [-4] }, { shape: [4], byte_offset: 1 }].each do |wrong|
      assert_includes assert_raises(Tarray::OutOfBoundsError) { of.(**wrong) }.message, "which has 16"
    end
    assert_raises(Tarray::KindError) { Tarray::Memory.new(+"x", dtype: "uint8", shape: [1]) }
    [[1.5], [Float::NAN], ["x"], [2**63], 4].each do |shape|
      error = assert_raises(Tarray::InvalidArgumentError) { of.(shape: shape) }
      assert_includes error.message, Array(shape).first.inspect
    end
    shape = [4]
    memory = Tarray::Memory.new(data, dtype: "float32", shape: shape)
    shape[0] = 5
    assert_equal [4], Tarray.asarray(memory).shape
  end

  def test_a_wrong_option_is_named
    { dtype: "float33", copy: :maybe, device: "moon", accept: ["numbers"] }.each do |name, value|
      assert_includes assert_raises(Tarray::Error) { Tarray.asarray(1, name => value) }.message, Array(value).first.to_s
    end
    assert_raises(ArgumentError) { Tarray.asarray(1, colour: 1) }
    assert_includes assert_raises(Tarray::InvalidArgumentError) { Tarray.asarray(1, accept: []) }.message, "[]"
  end
end

class TestElements < Minitest::Test
  def test_elements_rows_and_outside
    matrix = Tarray.asarray([[1, 2, 3], [4, 5, 6]])
    assert_equal 6, matrix.item(1, 2)
    assert_equal 6, matrix[1, 2]
    assert_equal [4, 5, 6], matrix[1].to_a
    assert_equal [[1, 4], [2, 5], [3, 6]], matrix.view([3, 2], [1, 3]).to_a
    assert_raises(Tarray::OutOfBoundsError) { matrix[2] }
    assert_raises(Tarray::OutOfBoundsError) { matrix[-1] }
    assert_raises(Tarray::OutOfBoundsError) { matrix.item(0, 3) }
    assert_raises(Tarray::InvalidArgumentError) { matrix.item(0) }
    assert_raises(Tarray::InvalidArgumentError) { matrix.item(0, 0.5) }
    assert_raises(Tarray::InvalidArgumentError) { matrix.view([1.5]) }
  end

  def test_numbers_come_back_as_they_went
    [true, -5, 2**63, 2**64 - 1, 1.5, Complex(1.5, -2.0)].each { |value| assert_equal value, Tarray.asarray(value).item }
    assert_equal [0.5, -2.0], Tarray.asarray([0.5, -2], dtype: :bfloat16).to_a
    assert_equal 0.5, Tarray.asarray(Rational(1, 2)).item
  end

  def test_empty_tensors_have_their_shape
    assert_equal [[], []], Tarray.asarray([[], []]).to_a
    assert_equal [], Tarray.asarray([]).to_a
    assert_equal [], Tarray.asarray("", dtype: "float16").to_a
  end

  def test_more_elements_than_ruby_can_have_are_refused
    one = Tarray.asarray(true)
    [[2**62], [2**31, 2**31], [2**40, 0]].each do |shape|
      many = one.view(shape, shape.map { 0 })
      assert_includes assert_raises(Tarray::OutOfMemoryError) { many.to_a }.message, shape.to_s
    end
    assert_equal [], one.view([0, 2**40]).to_a
  end

  def test_copies_and_writes
    tensor = Tarray.asarray([1.0, 2.0, 3.0])
    copy = tensor.copy(dtype: "int32")
    assert_equal [0, 0, 0], tensor.fill(0).to_a
    assert_equal [1, 2, 3], tensor.copy_from(copy).to_a
    assert_equal "tensor([1., 2., 3.])", tensor.to_s
    assert_raises(Tarray::KindError) { tensor.fill("x") }
    assert_raises(Tarray::KindError) { tensor.copy_from([1]) }
  end
end

# For tests that count what is alive: what others left goes first, not in the middle of a count.
module Counting
  def setup
    collect
  end

  def collect
    # What is still on the machine's stack is not collected: overwrite it.
    deep = ->(left) { left.zero? ? nil : deep.(left - 1) }
    3.times { deep.(50) && GC.start }
    GC.start
  end
end

class TestDevices < Minitest::Test
  def test_elements_of_another_device_come_to_the_host_to_be_read
    PluggedIn.device do |name|
      tensor = Tarray.asarray([[1.5, 2.5], [3.5, 4.5]], device: name)
      assert_equal [[1.5, 2.5], [3.5, 4.5]], tensor.to_a
      column = tensor.view([2], [2])
      assert_equal [1.5, 3.5].pack("f*"), column.bytes
      assert_equal 4.5, tensor[1, 1]
      assert_includes tensor.to_s, name
      [column, tensor].each(&:release)
    end
  end
end

class TestLifetimes < Minitest::Test
  include Counting

  def test_a_tensor_keeps_its_string
    tensor = Tarray.asarray(([7] * 10_000).pack("C*").freeze, dtype: "uint8")
    100.times { ([9] * 10_000).pack("C*").freeze }
    collect
    assert_equal 7, tensor.item(9_999)
    view = tensor.view([1], nil, 5_000)
    tensor.release
    assert_equal 1, Tarray.held
    assert_equal [7], view.to_a
    view.release
    assert_equal [0, 0], [Tarray.held, Tarray.live_tensors]
  end

  def test_an_address_stays_the_callers_whatever_a_call_fails_with
    collect
    wrong = { ArgumentError => { colour: 1 }, Tarray::DtypeError => { dtype: "float33" },
              Tarray::CannotAliasError => { copy: false, dtype: "float64" } }
    addresses = 20.times.map { Tarray.asarray([3]).to_dlpack.give }
    wrong.each { |error, request| addresses.each { |at| assert_raises(error) { Tarray.from_dlpack(at, **request) } } }
    collect
    assert_operator Tarray.live_tensors, :>=, addresses.size
    addresses.each { |at| Tarray::Loan.new(at).finish }
    assert_operator Tarray.live_tensors, :<, addresses.size
  end

  def test_released_twice_is_released_once
    tensor = Tarray.asarray([1])
    2.times { tensor.release }
    assert tensor.released?
    %i[shape item to_dlpack copy bytes to_s].each { |use| assert_raises(Tarray::NullArgumentError) { tensor.public_send(use) } }
    assert_raises(Tarray::NullArgumentError) { Tarray.asarray(tensor) }
  end

  # Moves objects in the middle of a call.
  class Restless < Array
    def size
      GC.compact
      super
    end
  end

  def test_the_collector_may_run_and_move_objects_at_any_time
    kept = []
    40.times do |round|
      # Short enough to live inside its object, which compaction moves.
      tensor = Tarray.asarray([round, round + 1].pack("s*").freeze, dtype: "int16")
      nested = Tarray.asarray(Restless.new([Restless.new([round, 1]), [2, round]]))
      kept[round % 5] = Tarray.asarray(tensor.to_dlpack)
      assert_equal [[round, 1], [2, round]], nested.to_a
      kept.each { |old| assert_equal 1, old.item(1) - old.item(0) }
    end
  end

  def test_a_call_may_be_interrupted_by_the_collector_anywhere
    GC.stress = true
    tensor = Tarray.asarray([1, 2])
    back = Tarray.asarray(tensor.to_dlpack)
    GC.stress = false
    assert_equal [1, 2], back.to_a
  ensure
    GC.stress = false
  end

  # An exception from another thread comes anywhere, but nothing is lost or let go twice.
  def test_a_timeout_loses_nothing
    require "timeout"
    before = Tarray.live_tensors
    frozen = ([1] * 64).pack("l*").freeze
    20.times do |round|
      kept = nil
      Timeout.timeout(0.0005 + round * 1e-5) do
        loop { kept = Tarray.asarray(Tarray.asarray(frozen, dtype: "int32").to_dlpack) }
      end
    rescue Timeout::Error
      kept&.release
    end
    slow = Class.new(Array) { def size = sleep }
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { Tarray.asarray([slow.new([1])]) } }
    long = 20.times.reduce([1]) { |deep, _| [deep, deep] }
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { Tarray.asarray(long) } }
    collect
    assert_operator Tarray.live_tensors, :<=, before + 2
  end

  def test_a_fork_has_tensors_of_its_own
    tensor = Tarray.asarray([1, 2])
    child = fork do
      sum = Tarray.asarray([tensor, tensor]).sum.item
      tensor.release
      exit!(sum == 6 ? 0 : 1)
    end
    assert_predicate Process.wait2(child).last, :success?
    assert_equal [1, 2], tensor.to_a
  end

  def test_many_threads_at_once
    lists = Array.new(8) { |k| Array.new(200) { |row| [k, row] } }
    sums = lists.map { |list| Thread.new { 5.times.map { Tarray.asarray(list).to_a.sum(&:first) } } }.map(&:value)
    assert_equal lists.each_index.map { |k| [200 * k] * 5 }, sums
  end

  # Every tensor of a process is given up when it ends, and in a program that makes garbage long before.
  def test_the_collector_gives_up_what_nobody_holds
    script = <<~RUBY
      require "tarray"
      2000.times { |k| Tarray.asarray([k].pack("q").freeze, dtype: "int64").to_dlpack }
      GC.start
      abort "\#{Tarray.live_tensors} alive" if Tarray.live_tensors > 100
      at_exit { print "ended" }
    RUBY
    said = IO.popen([RbConfig.ruby, "-I", File.expand_path("../lib", __dir__), "-e", script, err: %i[child out]], &:read)
    assert_equal "ended", said
  end
end

class TestExchange < Minitest::Test
  include Counting

  def test_a_loan_keeps_the_tensor_alive_until_it_is_finished
    tensor = Tarray.asarray([1, 2])
    before = Tarray.live_tensors
    loan = tensor.to_dlpack
    tensor.release
    assert_equal before, Tarray.live_tensors
    2.times { loan.finish }
    assert_equal before - 1, Tarray.live_tensors
    assert_raises(Tarray::NullArgumentError) { Tarray.asarray(loan) }
  end

  def test_a_loan_is_taken_only_on_success
    [false, true].each do |legacy|
      loan = Tarray.asarray([1, 2]).to_dlpack(legacy: legacy)
      assert_raises(Tarray::CannotAliasError) { Tarray.asarray(loan, copy: false, dtype: "float64") }
      assert_equal [1, 2], Tarray.asarray(loan, copy: false).to_a
      assert_raises(Tarray::NullArgumentError) { loan.address }
    end
  end

  def test_a_loan_passes_as_an_address
    address = Tarray.asarray([3]).to_dlpack.give
    assert_raises(Tarray::CannotAliasError) { Tarray.from_dlpack(address, copy: false, dtype: "float64") }
    assert_equal [3], Tarray.from_dlpack(address).to_a
    loan = Tarray.asarray([4]).to_dlpack(legacy: true)
    assert_equal [4], Tarray.from_dlpack(Fiddle::Pointer.new(loan.give), legacy: true).to_a
  end

  def test_what_is_no_address_is_refused
    [Tarray::Loan.method(:new), Tarray.method(:from_dlpack)].each do |taker|
      [1.5, nil, "1", loan = Tarray.asarray(1).to_dlpack].each do |wrong|
        assert_includes assert_raises(Tarray::KindError) { taker.(wrong) }.message, wrong.inspect
      end
      [0, -1, 2**64].each do |wrong|
        assert_includes assert_raises(Tarray::InvalidArgumentError) { taker.(wrong) }.message, wrong.to_s
      end
      loan.finish
    end
  end

  def test_what_goes_out_is_marked_when_asked
    tensor = Tarray.asarray([1.0])
    assert_predicate Tarray.asarray(tensor.to_dlpack(read_only: true)), :read_only?
    assert_raises(Tarray::ExportError) { Tarray.asarray([1.0], requires_grad: true).to_dlpack }
    assert_raises(Tarray::ExportError) { Tarray.asarray(tensor, read_only: true).to_dlpack(legacy: true) }
    assert_raises(ArgumentError) { tensor.to_dlpack(readonly: true) }
    [{ copy: :always }, { max_version: 1 }, { max_version: ["a", 0] }, { max_version: [-1, 0] }, { max_version: [1] },
     { max_version: [1, 2**32] }].each do |wrong|
      says = Array(wrong.values.first).map(&:inspect).max_by(&:size)
      assert_includes assert_raises(Tarray::InvalidArgumentError) { tensor.to_dlpack(**wrong) }.message, says
    end
    assert_equal [1], Tarray.asarray(tensor.to_dlpack(max_version: [1, 0])).to_a
    refute_equal tensor.data_address, Tarray.asarray(tensor.to_dlpack(copy: true)).data_address
  end
end

class TestHistories < Minitest::Test
  def leaf(values)
    Tarray.asarray(values, requires_grad: true)
  end

  def test_operations_are_those_of_pytorch
    x = Tarray.asarray([[1.0, 2.0], [3.0, 4.0]])
    assert_equal [[2, 5], [8, 11]], (x + x * 2 - [1, 1]).to_a
    assert_equal [[0, -1], [-2, -3]], (1 - x).to_a
    assert_equal [-4, -6], (-x).sum(0).to_a
    assert_equal [[10]], x.sum(0, -1, keep: true).to_a
    assert_equal 10, x.sum.item
    assert_equal %w[int64 float32], [Tarray.asarray([1]) * 2, Tarray.asarray([1]) * 0.5].map(&:dtype)
    assert_raises(Tarray::InvalidArgumentError) { x + [1, 2, 3] }
    assert_raises(Tarray::OutOfBoundsError) { x.sum(2) }
    assert_includes assert_raises(Tarray::InvalidArgumentError) { x.sum(0.5) }.message, "0.5"
    assert_raises(Tarray::KindError) { x + :y }
  end

  def test_gradients_arrive_at_the_leaves
    x = leaf([1.0, 2.0, 3.0].pack("f*").freeze)
    y = x * x * 2
    assert x.leaf? && !y.leaf? && y.requires_grad?
    assert_equal [nil, "MulBackward0", nil], [x.grad_fn_name, y.grad_fn_name, x.grad]
    y.sum.backward
    assert_equal [4, 8, 12], x.grad.to_a
    x.grad = nil
    assert_nil x.grad
    x.grad = Tarray.asarray([1.0, 1.0, 1.0])
    (x + x).backward(Tarray.asarray([1.0, 2.0, 3.0]))
    assert_equal [3, 5, 7], x.grad.to_a
    x.grad = nil
    (leaf([1.0, 2.0, 3.0]) * [x, x]).sum.backward
    assert_equal [2, 4, 6], x.grad.to_a
  end

  def test_a_graph_serves_one_pass_or_more_if_it_is_retained
    x = leaf([1.0, 2.0])
    y = (x * x).sum
    y.backward(retain_graph: true)
    y.backward
    assert_equal [4, 8], x.grad.to_a
    assert_raises(Tarray::GradError) { y.backward }
    assert_includes assert_raises(Tarray::KindError) { x.backward(1) }.message, "gradient"
    assert_equal [4, 8], x.grad.to_a
  end

  def test_nothing_is_recorded_where_nobody_wants_it
    x = leaf([1.0, 2.0])
    refute(Tarray.no_grad { (x * x).requires_grad? || Tarray.grad_enabled? })
    assert_raises(IOError) { Tarray.no_grad { raise IOError } }
    assert_predicate Tarray, :grad_enabled?
    refute_predicate (x * x).detach, :requires_grad?
    x.requires_grad = false
    refute_predicate x, :requires_grad?
    x.requires_grad = true
    assert_raises(Tarray::GradError) { x.fill(0) }
    Tarray.no_grad { x.fill(7) }
    assert_equal [7, 7], x.to_a
  end

  def test_the_collector_gives_graphs_up_in_any_order
    60.times do |round|
      x = leaf(([1.0] * 8).pack("f*").freeze)
      y = (round % 12).times.reduce(x) { |last, _| last * x + 1 }
      y.sum.backward if round % 3 == 0
      GC.compact if round % 20 == 0
    end
  end
end
