import Glibc
import Training

/// Floats that a layer owns: activations, weights, gradients.
///
/// Begins at a multiple of 64 bytes and ends at one, so that whole vectors may be read and written
/// up to ``capacity``; what lies past ``count`` is zero unless a kernel wrote there.
///
/// `@unchecked Sendable`: the address changes in ``exchange(with:)`` only, between two passes; who
/// may touch which part is for the layer to say, whose threads divide the rows among them.
final class FloatStorage: @unchecked Sendable {
  /// How many floats were asked for.
  let count: Int
  /// How many there is room for, a multiple of 16.
  let capacity: Int
  /// The first.
  private(set) var base: UnsafeMutablePointer<Float>

  /// Zeroes. Large pages are asked for where it is large, since a pass over small ones is bounded
  /// by faults and translations.
  /// - Throws: ``TrainingError/Kind/system`` where there is not so much memory.
  init(count: Int) throws(TrainingError) {
    self.count = count
    capacity = (max(1, count) + 15) / 16 * 16
    let bytes = capacity * MemoryLayout<Float>.stride
    let isLarge = bytes >= 2 * Self.largePage
    func refused(_ detail: String) -> TrainingError {
      TrainingError(
        kind: .system, subject: "memory", detail: detail,
        hint: "give a smaller batch size or a smaller network")
    }
    if isLarge, let free = FreeMemory.bytes, bytes > free {
      throw refused("\(bytes >> 20) MB are needed at once and \(max(0, free) >> 20) MB are free")
    }
    var address: UnsafeMutableRawPointer?
    guard posix_memalign(&address, isLarge ? Self.largePage : 64, bytes) == 0, let address else {
      throw refused("\(bytes) bytes cannot be had")
    }
    if isLarge { madvise(address, bytes, MADV_HUGEPAGE) }
    base = address.initializeMemory(as: Float.self, repeating: 0, count: capacity)
  }

  deinit { free(base) }

  private static let largePage = 2 << 20

  /// The numbers.
  var span: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// Trades numbers with another storage of the same size, without a copy; not while a pass runs.
  func exchange(with other: FloatStorage) {
    precondition(count == other.count, "storages of different sizes cannot be exchanged")
    swap(&base, &other.base)
  }

  /// The numbers as an array of its own.
  var array: [Float] { Array(span) }

  /// Takes over as many numbers as there are.
  func fill(from values: [Float]) {
    values.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return }
      base.update(from: start, count: min(count, values.count))
    }
  }
}
