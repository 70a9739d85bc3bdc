/// The two directions along which rows differ most, and where each row lies on them: principal
/// components of standardised columns, as `sklearn.decomposition.PCA(2)` on
/// `StandardScaler().fit_transform(rows)`, with the sign that makes each direction's largest part
/// positive.
package struct PrincipalComponents {
  /// A position on the first and the second direction for each row.
  package let points: [(x: Double, y: Double)]
  /// The shares of the variance that the two directions have, from 0 to 1.
  package let explained: (Double, Double)

  /// Finds them.
  ///
  /// - Parameters:
  ///   - rows: the numbers row after row, all finite.
  ///   - columns: how many stand in a row, 1 or more.
  package init(rows: [Float], columns: Int) {
    let count = rows.count / columns
    let standard = Self.standardised(rows, columns: columns)
    let covariance = Self.covariance(of: standard, columns: columns)
    let total = (0..<columns).reduce(0.0) { $0 + covariance[$1 * columns + $1] }
    let (first, second) = Self.directions(of: covariance, size: columns)
    points = (0..<count).map { row in
      var (x, y) = (0.0, 0.0)
      for column in 0..<columns {
        let value = standard[row * columns + column]
        x += value * first.vector[column]
        y += value * second.vector[column]
      }
      return (x, y)
    }
    explained = total > 0 ? (first.value / total, second.value / total) : (0, 0)
  }

  /// Each column with mean 0 and deviation 1; one that is the same everywhere becomes 0.
  static func standardised(_ rows: [Float], columns: Int) -> [Double] {
    let count = rows.count / columns
    var standard = rows.map(Double.init)
    for column in 0..<columns {
      var sum = 0.0
      for row in 0..<count { sum += standard[row * columns + column] }
      let mean = sum / Double(max(1, count))
      var squares = 0.0
      for row in 0..<count {
        let distance = standard[row * columns + column] - mean
        squares += distance * distance
      }
      let deviation = (squares / Double(max(1, count))).squareRoot()
      for row in 0..<count {
        let index = row * columns + column
        standard[index] = deviation > 0 ? (standard[index] - mean) / deviation : 0
      }
    }
    return standard
  }

  private static func covariance(of rows: [Double], columns: Int) -> [Double] {
    let count = rows.count / columns
    var sums = [Double](repeating: 0, count: columns * columns)
    for row in 0..<count {
      let start = row * columns
      for first in 0..<columns {
        let value = rows[start + first]
        for second in first..<columns {
          sums[first * columns + second] += value * rows[start + second]
        }
      }
    }
    for first in 0..<columns {
      for second in first..<columns {
        sums[first * columns + second] /= Double(max(1, count))
        sums[second * columns + first] = sums[first * columns + second]
      }
    }
    return sums
  }

  private typealias Direction = (vector: [Double], value: Double)

  /// The two greatest eigenvectors of a symmetric matrix, by Jacobi's rotations: each sets one entry
  /// beside the diagonal to nothing, and all together they turn the matrix into its eigenvalues.
  private static func directions(of matrix: [Double], size: Int) -> (Direction, Direction) {
    var matrix = matrix
    var vectors = [Double](repeating: 0, count: size * size)
    for index in 0..<size { vectors[index * size + index] = 1 }
    func turn(_ values: inout [Double], _ one: Int, _ other: Int, _ cosine: Double, _ sine: Double)
    {
      let (first, second) = (values[one], values[other])
      values[one] = cosine * first - sine * second
      values[other] = sine * first + cosine * second
    }
    for _ in 0..<60 {
      var beside = 0.0
      for row in 0..<size {
        for column in (row + 1)..<max(row + 1, size) {
          beside += matrix[row * size + column] * matrix[row * size + column]
        }
      }
      if beside < 1e-22 { break }
      for row in 0..<size {
        for column in (row + 1)..<max(row + 1, size) {
          let entry = matrix[row * size + column]
          if abs(entry) < 1e-300 { continue }
          let slope = (matrix[column * size + column] - matrix[row * size + row]) / (2 * entry)
          let tangent =
            (slope >= 0 ? 1 : -1) / (abs(slope) + (slope * slope + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for index in 0..<size {
            turn(&matrix, row * size + index, column * size + index, cosine, sine)
          }
          for index in 0..<size {
            turn(&matrix, index * size + row, index * size + column, cosine, sine)
            turn(&vectors, index * size + row, index * size + column, cosine, sine)
          }
        }
      }
    }
    let order = (0..<size).sorted { matrix[$0 * size + $0] > matrix[$1 * size + $1] }
    func direction(_ index: Int) -> Direction {
      guard order.indices.contains(index) else { return ([Double](repeating: 0, count: size), 0) }
      let column = order[index]
      let vector = (0..<size).map { vectors[$0 * size + column] }
      let largest = vector.max { abs($0) < abs($1) } ?? 1
      return (largest < 0 ? vector.map { -$0 } : vector, max(0, matrix[column * size + column]))
    }
    return (direction(0), direction(1))
  }
}
