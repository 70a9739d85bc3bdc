/// Why a map cannot be made or read.
package struct MapError: Error, CustomStringConvertible {
  /// What kind it is.
  package enum Kind: Sendable, Hashable {
    /// The view has no rows of numbers.
    case view
    /// A parameter is out of its range.
    case parameter
    /// What was kept is not what was written, or of another version.
    case damaged
    /// Somebody ended it.
    case cancelled
  }

  package let kind: Kind
  package let detail: String
  package let hint: String

  init(_ kind: Kind, _ detail: String, hint: String) {
    self.kind = kind
    self.detail = detail
    self.hint = hint
  }

  package var description: String { "\(detail); \(hint)" }
}
