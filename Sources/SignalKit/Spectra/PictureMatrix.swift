import Wording

/// A picture while it is made: rows of frames, sixteen columns at a time, each row filled up to
/// whole vectors.
struct PictureMatrix: ~Copyable {
  let rows: Int
  private(set) var frames = 0
  /// Floats from one row to the next.
  private(set) var stride = 0
  private var values = AlignedBuffer<Float>(count: 0)

  init(rows: Int) {
    self.rows = rows
  }

  var base: UnsafeMutablePointer<Float> { values.base }
  var byteCount: Int { values.byteCount }
  /// Floats of all rows, what fills them up too.
  var count: Int { rows * stride }

  mutating func begin(frames: Int) {
    self.frames = frames
    stride = (frames + 15) / 16 * 16
    values.reserve(rows * stride)
  }

  /// Where the columns of group `group` begin in the first row.
  func group(_ group: Int) -> UnsafeMutablePointer<Float> { values.base + group * 16 }

  /// Copies the rows of a block into the columns of group `group`.
  func put(_ block: UnsafePointer<Float>, group: Int) { put(block, rows: 0..<rows, group: group) }

  /// Copies the rows of a block into some rows of the columns of group `group`.
  func put(_ block: UnsafePointer<Float>, rows: Range<Int>, group: Int) {
    let target = self.group(group)
    for (index, row) in rows.enumerated() {
      (target + row * stride).update(from: block + index * 16, count: 16)
    }
  }

  func write(to output: inout MutableSpan<Float>) throws(SignalError) {
    try Self.check(output.count, rows: rows, frames: frames)
    output.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      for row in 0..<rows {
        (base + row * frames).update(from: values.base + row * stride, count: frames)
      }
    }
  }

  static func check(_ count: Int, rows: Int, frames: Int) throws(SignalError) {
    guard count == rows * frames else {
      throw SignalError(
        "output of \(Words.counted(count, "value"))",
        "should hold \(Words.counted(rows, "row")) × \(frames) frames",
        hint: "size it by rows and frames(samples:)")
    }
  }
}
