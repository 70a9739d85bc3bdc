import Glibc

/// The memory of a ring of batches: inputs on pages of their own, and what belongs to them.
///
/// `@unchecked Sendable`: the addresses never change; who may touch which slot is the ring's to
/// say.
@safe final class BatchMemory: @unchecked Sendable {
  /// Where the parts of one slot lie.
  @unsafe struct Slot {
    let inputs: UnsafeMutableRawPointer
    /// The row that lies first in `inputs`; in all else the first row is 0.
    var firstRow = 0
    let labels: UnsafeMutablePointer<Int64>
    let tracks: UnsafeMutablePointer<Int64>
    let slices: UnsafeMutablePointer<Int64>
    let distributions: UnsafeMutablePointer<Float>
  }

  /// Bytes of all slots.
  let byteCount: Int
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int
  private let base: UnsafeMutableRawPointer
  private let inputStride: Int
  private let otherBase: UnsafeMutableRawPointer
  private let otherStride: Int
  private let rows: Int

  static let page = 4_096
  /// Inputs of at least this size start at a multiple of it, so that the system may back them by
  /// huge pages.
  static let hugePage = 2 << 20

  /// Memory for `slots` batches of `rows` samples, or of the inputs of fewer, `inputRows`.
  init(
    slots: Int, rows: Int, inputRows: Int? = nil, rowBytes: Int, distributionCount: Int
  ) throws(LoadingError) {
    func refused() -> LoadingError {
      LoadingError(
        kind: .system, subject: "memory",
        detail: "\(slots) batches of \(rows) samples of \(rowBytes) bytes cannot be had",
        hint: "give a smaller batch, or fill fewer ahead")
    }
    let (inputBytes, overflows) = (inputRows ?? rows).multipliedReportingOverflow(by: rowBytes)
    let perRow = Self.bytesBeside(distributionCount)
    let (otherBytes, otherOverflows) = rows.multipliedReportingOverflow(by: perRow)
    let most = 1 << 46
    guard !overflows, !otherOverflows, inputBytes < most / slots, otherBytes < most / slots else {
      throw refused()
    }
    let alignment = inputBytes >= Self.hugePage ? Self.hugePage : Self.page
    inputStride = Self.rounded(inputBytes, to: alignment)
    otherStride = Self.rounded(otherBytes, to: 64)
    byteCount = slots * (inputStride + otherStride)
    mappedBytes = byteCount + alignment
    let mapping = unsafe mmap(
      nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { throw refused() }
    unsafe self.mapping = mapping
    let address = Int(bitPattern: mapping)
    unsafe base = mapping + (Self.rounded(address, to: alignment) - address)
    unsafe otherBase = base + slots * inputStride
    self.rows = rows
    if alignment == Self.hugePage {
      // Advice: where the system has no huge pages, small ones do. Batches of 22 MB came equally
      // fast with either, but the first one 8 ms earlier with huge ones, since it takes fewer
      // faults.
      unsafe madvise(base, slots * inputStride, MADV_HUGEPAGE)
    }
  }

  /// Bytes of one slot, of sizes that can be had.
  static func byteCount(
    rows: Int, inputRows: Int, rowBytes: Int, distributionCount: Int
  ) -> Int {
    let inputs = inputRows * rowBytes
    return rounded(inputs, to: inputs >= hugePage ? hugePage : page)
      + rounded(rows * bytesBeside(distributionCount), to: 64)
  }

  /// Bytes of what belongs to a row besides its inputs.
  private static func bytesBeside(_ distributionCount: Int) -> Int {
    3 * MemoryLayout<Int64>.stride + distributionCount * MemoryLayout<Float>.stride
  }

  deinit { unsafe munmap(mapping, mappedBytes) }

  private static func rounded(_ bytes: Int, to multiple: Int) -> Int {
    (bytes + multiple - 1) / multiple * multiple
  }

  @unsafe subscript(slot: Int) -> Slot {
    let other = unsafe otherBase + slot * otherStride
    let labels = unsafe other.assumingMemoryBound(to: Int64.self)
    return unsafe Slot(
      inputs: base + slot * inputStride, labels: labels, tracks: labels + rows,
      slices: labels + 2 * rows,
      distributions: UnsafeMutableRawPointer(labels + 3 * rows)
        .assumingMemoryBound(to: Float.self))
  }
}
