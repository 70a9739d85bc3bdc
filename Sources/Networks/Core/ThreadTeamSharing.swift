import Synchronization

extension ThreadTeam {
  /// Calls `body` with every item of 0 ..< items, each taken by whichever part is free, of at most
  /// as many as there are threads.
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
