import Synchronization

/// A value that the first caller computes and all other callers wait for.
final class Once<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  /// The value; if it could not be computed, the next caller tries again.
  func get(_ make: () throws -> Value) rethrows -> Value {
    try value.withLock { value in
      if let value { return value }
      let made = try make()
      value = made
      return made
    }
  }
}
