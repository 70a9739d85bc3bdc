import Synchronization

/// The databases that an environment has open, by name.
///
/// A handle is published when the transaction that opened it has been committed. LMDB hands the
/// slot of a dropped database to the next one opened, so each opening has its own identity, and
/// a value of an earlier one is refused instead of reading the wrong database.
final class HandleTable: Sendable {
  private struct State {
    var byName: [String: Database] = [:]
    var nextIdentity: UInt64 = 1
  }

  private let state = Mutex(State())
  private let drops = Atomic<Int>(0)

  var dropCount: Int { drops.load(ordering: .acquiring) }

  func lookUp(_ name: String) -> Database? {
    state.withLock { $0.byName[name] }
  }

  func make(name: String, slot: UInt32) -> Database {
    state.withLock { state in
      defer { state.nextIdentity += 1 }
      return Database(
        name: name, slot: slot, identity: state.nextIdentity, dropCount: dropCount)
    }
  }

  func publish(_ databases: [Database]) {
    state.withLock {
      for database in databases { $0.byName[database.name] = database }
    }
  }

  func remove(_ database: Database) {
    state.withLock { _ = $0.byName.removeValue(forKey: database.name) }
    drops.add(1, ordering: .acquiringAndReleasing)
  }

  /// Whether a value still names what it named. No drop since it was made settles it without a
  /// lock, which is the case on every path that has to be fast.
  func isCurrent(_ database: Database) -> Bool {
    database.dropCount == dropCount
      || lookUp(database.name)?.identity == database.identity
  }
}
