internal import Foundation

/// A queue between threads that holds at most so many elements: `push` waits while it is full,
/// `pop` while it is empty. Once it is unbounded no one waits for a place any more.
///
/// `@unchecked Sendable`: every access to the elements happens with `condition` locked.
final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var elements: [Element] = []
  private var isUnbounded = false

  init(capacity: Int) {
    self.capacity = capacity
  }

  func push(_ element: Element) {
    condition.lock()
    defer { condition.unlock() }
    while elements.count >= capacity, !isUnbounded { condition.wait() }
    elements.append(element)
    condition.broadcast()
  }

  /// The oldest element; nil where there is none until `deadline`, if there is one.
  func pop(before deadline: Date?) -> Element? {
    condition.lock()
    defer { condition.unlock() }
    while elements.isEmpty {
      if let deadline {
        guard condition.wait(until: deadline) else { return nil }
      } else {
        condition.wait()
      }
    }
    let element = elements.removeFirst()
    condition.broadcast()
    return element
  }

  /// Lets every waiting `push` go on.
  func removeBound() {
    condition.lock()
    isUnbounded = true
    condition.broadcast()
    condition.unlock()
  }
}
