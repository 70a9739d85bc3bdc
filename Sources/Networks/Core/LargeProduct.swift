package import Training

/// A product of large matrices by OpenBLAS: what this machine's `sgemm` reaches, as a measure for
/// networks.
package final class LargeProduct {
  private let team: ThreadTeam
  private let left, right, product: FloatStorage

  /// Rows of each thread, and the length of the other axes: a second or less of work is a few tens
  /// of these.
  private static let side = 1_024

  /// Matrices for as many threads, each of which multiplies rows of its own.
  /// - Throws: ``TrainingError`` where memory or threads cannot be had, or OpenBLAS is broken.
  package init(threads: Int) throws(TrainingError) {
    try LinearAlgebra.prepare()
    team = try ThreadTeam(count: threads)
    let square = Self.side * Self.side
    left = try FloatStorage(count: team.count * square)
    right = try FloatStorage(count: square)
    product = try FloatStorage(count: team.count * square)
    for index in 0..<left.count { left.base[index] = Float(index % 31) / 31 }
    for index in 0..<right.count { right.base[index] = Float(index % 29) / 29 }
  }

  /// Floating-point operations of a product.
  package var operations: Int { 2 * team.count * Self.side * Self.side * Self.side }

  /// Multiplies once.
  package func multiply() {
    let side = Self.side
    team.run(team.count) { part in
      LinearAlgebra.multiply(
        rows: side, columns: side, inner: side, left.base + part * side * side, strideA: side,
        right.base, strideB: side, into: product.base + part * side * side, strideC: side)
    }
  }
}
