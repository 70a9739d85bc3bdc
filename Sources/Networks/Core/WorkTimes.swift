import Glibc
import Synchronization

/// What a team's threads spend their time with, layer by layer: products of matrices, everything
/// else, and waiting for one another.
///
/// A team without one measures nothing. With one, each product and each part of a team's work costs
/// two looks at the clock, which is little beside the stretches that these are.
///
/// `@unchecked Sendable`: which section it is in changes only between the pieces of a team's work,
/// by the thread that hands them out; all else is atomic.
package final class WorkTimes: @unchecked Sendable {
  /// What a section came to. Seconds of a thread are of all threads together.
  package struct Section: Sendable {
    /// The layer by the name of its tensors, or by its kind where it has none; `loss`, `optimiser`.
    package let name: String
    /// Whether it is the layer's backward pass.
    package let isBackward: Bool
    /// From its beginning to its end.
    package let seconds: Double
    /// While the team was at work.
    package let teamSeconds: Double
    /// That threads were at work in the team.
    package let threadSeconds: Double
    /// That they were in products of matrices.
    package let productSeconds: Double
    /// Floating-point operations of these as they were carried out: fewer than a plain sum's with
    /// Winograd's filtering, more where channels are filled up to sixteen.
    package let productOperations: Int
  }

  private final class Entry {
    let name: String
    let isBackward: Bool
    let nanoseconds = Atomic(0)
    let teamNanoseconds = Atomic(0)
    let threadNanoseconds = Atomic(0)
    let productNanoseconds = Atomic(0)
    let productOperations = Atomic(0)

    init(_ name: String, isBackward: Bool) {
      self.name = name
      self.isBackward = isBackward
    }
  }

  private struct Key: Hashable {
    let name: String
    let isBackward: Bool
  }

  private var entries: [Entry] = []
  private var known: [Key: Int] = [:]
  /// The section that is measured; nil outside of any.
  private var current: Entry?

  /// Nothing measured so far.
  package init() {}

  /// The sections in the order in which they first came.
  package var sections: [Section] {
    entries.map { entry in
      func seconds(_ count: borrowing Atomic<Int>) -> Double {
        Double(count.load(ordering: .relaxed)) / 1e9
      }
      return Section(
        name: entry.name, isBackward: entry.isBackward, seconds: seconds(entry.nanoseconds),
        teamSeconds: seconds(entry.teamNanoseconds),
        threadSeconds: seconds(entry.threadNanoseconds),
        productSeconds: seconds(entry.productNanoseconds),
        productOperations: entry.productOperations.load(ordering: .relaxed))
    }
  }

  /// A section within another counts as that other's.
  fileprivate func section<Output>(
    _ name: String, isBackward: Bool, _ body: () -> Output
  ) -> Output {
    guard current == nil else { return body() }
    let key = Key(name: name, isBackward: isBackward)
    let index = known[key] ?? entries.count
    if index == entries.count {
      entries.append(Entry(name, isBackward: isBackward))
      known[key] = index
    }
    let entry = entries[index]
    current = entry
    defer { current = nil }
    let start = Self.now()
    defer { entry.nanoseconds.add(Self.now() - start, ordering: .relaxed) }
    return body()
  }

  /// A piece of the team's work, from the side of the thread that hands it out.
  func piece(_ body: () -> Void) {
    guard let entry = current else { return body() }
    let start = Self.now()
    body()
    entry.teamNanoseconds.add(Self.now() - start, ordering: .relaxed)
  }

  /// A part of such a piece, in whichever thread.
  func part(_ body: () -> Void) {
    guard let entry = current else { return body() }
    let start = Self.now()
    body()
    entry.threadNanoseconds.add(Self.now() - start, ordering: .relaxed)
  }

  fileprivate func product(_ operations: Int, _ body: () -> Void) {
    guard let entry = current else { return body() }
    let start = Self.now()
    body()
    entry.productNanoseconds.add(Self.now() - start, ordering: .relaxed)
    entry.productOperations.add(operations, ordering: .relaxed)
  }

  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

extension WorkTimes? {
  /// Calls `body` as a section of its own, where anything is measured.
  @inline(__always)
  func section<Output>(
    _ name: @autoclosure () -> String, isBackward: Bool = false, _ body: () -> Output
  ) -> Output {
    guard let self else { return body() }
    return self.section(name(), isBackward: isBackward, body)
  }

  /// Calls `body`, which is a product of so many floating-point operations.
  @inline(__always)
  func product(_ operations: @autoclosure () -> Int, _ body: () -> Void) {
    guard let self else { return body() }
    self.product(operations(), body)
  }
}

extension Layer {
  /// What a person calls it: what the names of its tensors have in common, or its kind.
  var title: String {
    let paths = parameters.map { $0.name.split(separator: ".").dropLast() }
    guard let first = paths.first else { return "\(Self.self)" }
    let common = paths.dropFirst().reduce(first) { common, path in
      common.prefix(zip(common, path).prefix { $0 == $1 }.count)
    }
    return (common.isEmpty ? first : common).joined(separator: ".")
  }
}
