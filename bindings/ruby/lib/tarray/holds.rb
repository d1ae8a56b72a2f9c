# frozen_string_literal: true

require_relative "c"

module Tarray
  # Ruby objects that must stay alive, and where they are, as long as a tensor uses their memory.
  #
  # The last share in it may be dropped on a thread that is none of Ruby's, where no Ruby may run. So
  # the library raises a flag instead of calling back (ta_mark_released), and what was let go is
  # found when somebody looks: at the release of a tensor, and now and then.
  class Holds
    # A flag, and a Fiddle::Pointer to the memory: it keeps its object from moving, too.
    Hold = Struct.new(:flag, :pointer) do
      def released?
        flag.nil? || flag[0, 4].unpack1("l") != 0
      end
    end

    def initialize
      @held = {}.compare_by_identity
      @sweep_at = 64
    end

    # Keeps it from now on.
    def take(pointer)
      if @held.size >= @sweep_at
        sweep
        @sweep_at = [64, 2 * @held.size].max
      end
      flag = Fiddle::Pointer.new(Fiddle.malloc(4))
      flag[0, 4] = "\0\0\0\0"
      Hold.new(flag, pointer).tap { |hold| @held[hold] = true }
    end

    # Forgets a hold that the library did not take, or has let go.
    def drop(hold)
      return unless @held.delete(hold)

      Fiddle.free(hold.flag.to_i)
      hold.flag = hold.pointer = nil
    end

    # Forgets what the library has let go. Finalisers may do so at the same time.
    def sweep
      @held.keys.each { |hold| drop(hold) if hold.released? }
    end

    # How many objects are kept.
    def count
      sweep
      @held.size
    end
  end
  private_constant :Holds

  HOLDS = Holds.new
  private_constant :HOLDS
end
