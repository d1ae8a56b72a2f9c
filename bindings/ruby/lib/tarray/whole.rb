# frozen_string_literal: true

module Tarray
  # What another thread raises into this one (a timeout, an interrupt) must not come between a call
  # that gives something and the object that holds it.
  module Whole
    module_function

    NEVER, IMMEDIATE = %i[never immediate].map { |timing| { Exception => timing }.freeze }
    private_constant :NEVER, :IMMEDIATE

    # Runs a block to its end; what is raised meanwhile is raised then.
    def run
      Thread.handle_interrupt(NEVER) { yield }
    end

    # Inside of that: a block that may be interrupted, since it is the program's own.
    def except
      Thread.handle_interrupt(IMMEDIATE) { yield }
    end
  end
  private_constant :Whole
end
