import Dispatch
import Synchronization

/// Rows divided among threads, in pieces whose number depends on nothing: sums that are taken piece
/// by piece are the same whatever the number of threads.
enum RowChunks {
  static let count = 64

  /// The rows of a piece.
  static func rows(_ chunk: Int, of total: Int) -> Range<Int> {
    total * chunk / count..<total * (chunk + 1) / count
  }

  /// Calls `body` with each piece and its rows, on so many threads at once.
  static func perform(
    _ total: Int, threads: Int, _ body: @Sendable (_ chunk: Int, _ rows: Range<Int>) -> Void
  ) {
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      while true {
        let chunk = next.add(1, ordering: .relaxed).oldValue
        if chunk >= count { return }
        body(chunk, rows(chunk, of: total))
      }
    }
  }
}

/// Numbers that several threads fill, each thread other elements.
///
/// `@unchecked Sendable`: an element is read only after the ``RowChunks/perform(_:threads:_:)`` that
/// wrote it has returned.
final class SharedNumbers<Number: BitwiseCopyable>: @unchecked Sendable {
  let count: Int
  private let base: UnsafeMutablePointer<Number>

  init(repeating number: Number, count: Int) {
    self.count = count
    base = .allocate(capacity: max(1, count))
    base.initialize(repeating: number, count: count)
  }

  convenience init(_ numbers: [Number], orEmpty none: Number) {
    self.init(repeating: none, count: numbers.count)
    for (index, number) in numbers.enumerated() { base[index] = number }
  }

  deinit { base.deallocate() }

  subscript(index: Int) -> Number {
    @inline(__always) get { base[index] }
    @inline(__always) set { base[index] = newValue }
  }

  var array: [Number] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
