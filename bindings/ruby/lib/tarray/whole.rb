# frozen_string_literal: true

module Tarray
  # What another thread raises into this one (a timeout, an interrupt) must not come between a call
  # that gives something and the object that holds it.
  module Whole
    module_function

    # Runs a block to its end; what is raised meanwhile is raised then.
    def run(&block)
      Thread.handle_interrupt(Exception => :never, &block)
    end

    # Inside of that: a block that may be interrupted, since it is the program's own.
    def except(&block)
      Thread.handle_interrupt(Exception => :immediate, &block)
    end
  end
  private_constant :Whole
end
