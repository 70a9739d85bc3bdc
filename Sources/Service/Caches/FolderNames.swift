import Synchronization

/// The names of all folders of some kind under the root, looked for at most once a second: a root
/// may hold as many folders of music as it likes.
final class FolderNames: Sendable {
  private struct Found {
    let names: [String]
    let changes: Int
    let time: ContinuousClock.Instant
  }

  let search: FolderSearch
  private let found = Mutex<Found?>(nil)
  private static let age = Duration.seconds(1)

  init(_ search: FolderSearch) { self.search = search }

  /// The names.
  /// - Parameter changes: how often this process itself has changed what lies there: what was found
  ///   before the last change is not given.
  func names(after changes: Int) -> [String] {
    // A caller during the search waits for its result.
    found.withLock { found in
      let now = ContinuousClock.now
      if let found, found.changes == changes, now - found.time < Self.age { return found.names }
      let names = search.names()
      found = Found(names: names, changes: changes, time: now)
      return names
    }
  }
}
