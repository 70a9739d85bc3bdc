import Synchronization

/// A value that the first who asks computes, and all others wait for.
final class Once<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  /// The value; where it could not be computed, the next who asks tries again.
  func get(_ make: () throws -> Value) rethrows -> Value {
    try value.withLock { value in
      if let value { return value }
      let made = try make()
      value = made
      return made
    }
  }
}
