import Synchronization
import Training

/// Memory that layers use one after the other while they work, so that it stays in the caches.
final class Workspace {
  /// Seen by all threads.
  private(set) var shared: FloatStorage?
  private var parts: [FloatStorage?] = []

  /// Room for `shared` floats that all threads see and `part` for each of `parts` parts of a work.
  func reserve(shared: Int, part: Int, parts count: Int) throws(TrainingError) {
    try self.shared.reserve(shared)
    while parts.count < count { parts.append(nil) }
    for index in 0..<count { try parts[index].reserve(part) }
  }

  /// What part `index` has to itself.
  func part(_ index: Int) -> UnsafeMutablePointer<Float> { parts[index].start }
}

extension ThreadTeam {
  /// Calls `body` with every item of 0 ..< items, each taken by whichever part is free, of at most as many
  /// as there are threads.
  ///
  /// Which part takes an item is chance: `part` may only choose scratch memory.
  func share(_ items: Int, _ body: (_ part: Int, _ item: Int) -> Void) {
    let queue = Queue()
    run(min(count, items)) { part in
      while true {
        let item = queue.next.add(1, ordering: .relaxed).oldValue
        guard item < items else { return }
        body(part, item)
      }
    }
  }

  private final class Queue: Sendable {
    let next = Atomic(0)
  }
}
