/// What overlap-add divides by: the sum of the squared windows over each sample.
///
/// `librosa.filters.window_sumsquare`. Four windows of 2,048 lie over each hop of 512; at the ends
/// some are missing, so there is one table for each number missing before and behind.
struct WindowSum: ~Copyable {
  private let overlap: Int
  private let hop: Int
  private let tables: AlignedBuffer<Float>

  init(window: [Double], hop: Int) {
    let overlap = window.count / hop
    self.overlap = overlap
    self.hop = hop
    tables = AlignedBuffer(count: (overlap + 1) * (overlap + 1) * hop)
    for before in 0...overlap {
      for behind in 0...overlap {
        let table = tables.base + (before * (overlap + 1) + behind) * hop
        for offset in 0..<hop {
          var sum = 0.0
          // Frame h - j covers hop h with the j-th part of its window; j = overlap - 1 is the
          // earliest.
          for j in 0..<overlap where j < overlap - before && j >= behind {
            let value = window[j * hop + offset]
            sum += value * value
          }
          table[offset] = sum > Double(Float.leastNormalMagnitude) ? Float(1 / sum) : 1
        }
      }
    }
  }

  var byteCount: Int { tables.byteCount }

  /// One over the sum for each sample of hop `hop` (in hops from the start of the padded signal) of
  /// a signal of `frames` frames.
  func reciprocal(hop index: Int, frames: Int) -> UnsafePointer<Float> {
    let before = min(overlap, max(0, overlap - 1 - index))
    let behind = min(overlap, max(0, index - (frames - 1)))
    return UnsafePointer(tables.base + (before * (overlap + 1) + behind) * hop)
  }
}
