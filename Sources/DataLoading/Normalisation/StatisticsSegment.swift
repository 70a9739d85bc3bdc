internal import CKernels
internal import Corpus

/// The statistics of some samples in sequence, taken by one thread.
struct StatisticsSegment: Sendable {
  /// Samples whose numbers are added up at once, around one pivot.
  static let blockLength = 64

  private let source: any SampleSource
  private let rows: Int
  private let columns: Int
  private(set) var moments: StatisticsMoments
  private var integers = 0
  private var integerSum: Int128 = 0
  private var integerSquares: Int128 = 0

  init(of source: any SampleSource, axis: SampleStatistics.Axis) {
    self.source = source
    let elements = source.shape.reduce(1, *)
    rows = axis == .overall ? 1 : source.shape.first ?? 1
    columns = elements / max(rows, 1)
    moments = StatisticsMoments(rows: rows)
  }

  /// Takes in samples; whole blocks, so that where threads begin makes no difference.
  mutating func add(_ samples: Range<Int>) throws(SampleError) {
    var first = samples.lowerBound
    while first < samples.upperBound {
      let end = min(first + Self.blockLength, samples.upperBound)
      if rows * columns >= 1_024 {
        for sample in end..<min(end + Self.blockLength, source.count) { source.prefetch(sample) }
      }
      try addBlock(first..<end)
      first = end
    }
  }

  private mutating func addBlock(_ samples: Range<Int>) throws(SampleError) {
    var pivots: [Double] = []
    var sums = [Double](repeating: 0, count: rows)
    var squares = sums
    var floats = 0
    var (integers, integerSum, integerSquares) = (0, Int128(0), Int128(0))
    var converted: [Float] = []
    let (rows, columns) = (rows, columns)
    for sample in samples {
      var fits = true
      try source.read(sample) { track, window in
        unsafe track.withUnsafeBytes { bytes in
          guard window.elements.count == rows * columns, window.holds(bytes.count),
            let base = bytes.baseAddress
          else {
            fits = false
            return
          }
          var input = unsafe base + window.elements.lowerBound * window.type.size
          if window.type == .int16 {
            let numbers = unsafe input.assumingMemoryBound(to: Int16.self)
            if rows == 1 {
              var exact: [Int64] = [0, 0]
              unsafe lathe_int16_moments(numbers, columns, &exact)
              integers += columns
              integerSum += Int128(exact[0])
              integerSquares += Int128(exact[1])
              return
            }
          }
          if window.type != .float32 {
            if converted.isEmpty { converted = Array(repeating: 0, count: rows * columns) }
            unsafe SampleWriter.convert(input, window.type, rows * columns, to: &converted)
          }
          unsafe converted.withUnsafeBytes { copy in
            if window.type != .float32, let start = copy.baseAddress { unsafe input = start }
            if pivots.isEmpty {
              pivots = (0..<rows).map { row in
                let offset = row * columns * 4
                return Double(unsafe input.loadUnaligned(fromByteOffset: offset, as: Float.self))
              }
            }
            floats += 1
            if columns == 1 {
              return unsafe lathe_float_moments_each(input, pivots, &sums, &squares, rows)
            }
            for row in 0..<rows {
              unsafe lathe_float_moments(
                input + row * columns * 4, pivots[row], columns, &sums[row], &squares[row])
            }
          }
        }
      }
      guard fits else { throw error(sample, "does not lie within its track") }
      if !sums.allSatisfy(\.isFinite) {
        throw error(sample, "holds a number that is not finite")
      }
    }
    if floats > 0 {
      moments.add(count: floats * columns, pivots: pivots, sums: sums, squares: squares)
    }
    self.integers += integers
    self.integerSum += integerSum
    self.integerSquares += integerSquares
  }

  /// Takes in another segment.
  mutating func add(_ other: StatisticsSegment) {
    moments.add(other.moments)
    integers += other.integers
    integerSum += other.integerSum
    integerSquares += other.integerSquares
  }

  /// What all that was taken in comes to.
  var total: StatisticsMoments {
    var total = moments
    if integers > 0 {
      total.add(
        StatisticsMoments(count: integers, sum: integerSum, squares: integerSquares))
    }
    return total
  }

  private func error(_ sample: Int, _ detail: String) -> SampleError {
    let location = source.location(of: sample)
    return SampleError(
      kind: .damaged, subject: "slice \(location.slice) of \(source.trackID(location.track))",
      detail: "it \(detail)", hint: "verify \(source.name), or leave that track out")
  }
}
