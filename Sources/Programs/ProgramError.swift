import Wording

/// Why a program could not be started.
package struct ProgramError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What could not be had: the program, a pipe.
  package let subject: String
  /// What is wrong.
  package let detail: String
  /// What to do about it.
  package let hint: String

  /// One line that a person can act on.
  package var description: String { Words.shown("\(subject): \(detail); \(hint)") }
}
