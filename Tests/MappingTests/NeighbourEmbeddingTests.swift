import Corpus
import Glibc
import Testing

@testable import Mapping

/// Maps by neighbours, by what must hold of them.
@Suite struct NeighbourEmbeddingTests {
  /// Clusters of rows far from each other, each row with its cluster's number.
  private static func clusters(
    _ count: Int, of size: Int, columns: Int = 6
  ) -> (rows: [Float], clusters: [Int]) {
    var generator = CounterGenerator(seed: 5)
    func normal() -> Float {
      let (one, other) = (
        Double.random(in: 1e-9..<1, using: &generator), Double.random(in: 0..<1, using: &generator)
      )
      return Float((-2 * log(one)).squareRoot() * cos(2 * .pi * other))
    }
    let centres = (0..<count).map { _ in (0..<columns).map { _ in 8 * normal() } }
    var rows: [Float] = []
    var numbers: [Int] = []
    for row in 0..<count * size {
      rows += centres[row % count].map { $0 + normal() }
      numbers.append(row % count)
    }
    return (rows, numbers)
  }

  @Test(arguments: [3.0, 10, 20]) func perplexitiesAreReached(_ perplexity: Double) {
    let (rows, _) = Self.clusters(3, of: 30)
    let found = Affinities(of: rows, columns: 6, perplexity: perplexity, threads: 2)
    for reached in found.reached.array { #expect(abs(reached - perplexity) < 0.001) }
    #expect(abs(found.chances.array.reduce(0, +) - 1) < 1e-9)
  }

  @Test func affinitiesAreTheSameBothWays() {
    let (rows, _) = Self.clusters(2, of: 12)
    let found = Affinities(of: rows, columns: 6, perplexity: 4, threads: 1)
    var chances: [[Int32]: Double] = [:]
    for row in 0..<24 {
      for index in found.starts[row]..<found.starts[row + 1] {
        chances[[Int32(row), found.rows[index]]] = found.chances[index]
      }
    }
    for (pair, chance) in chances { #expect(chances[[pair[1], pair[0]]] == chance) }
  }

  @Test func nearestRowsAreThoseOfAllPairs() {
    let (rows, _) = Self.clusters(3, of: 8, columns: 11)
    let found = NearestRows(of: rows, columns: 11, each: 5, threads: 2)
    for row in 0..<24 {
      func distance(_ other: Int) -> Float {
        (0..<11).reduce(0) {
          let difference = rows[row * 11 + $1] - rows[other * 11 + $1]
          return $0 + difference * difference
        }
      }
      let wanted = (0..<24).filter { $0 != row }.map(distance).sorted().prefix(5)
      for (rank, distance) in wanted.enumerated() {
        #expect(abs(found.distances[row * 5 + rank] - distance) <= 1e-4 * distance)
      }
    }
  }

  @Test func squaresPushNearlyAsSinglePointsDo() {
    var generator = CounterGenerator(seed: 9)
    let numbers = (0..<400).map { _ in Double.random(in: -20..<20, using: &generator) }
    // Some points lie at the very same position.
    let xs = SharedNumbers(Array(numbers[..<200]) + [1, 1, 1], orEmpty: 0)
    let ys = SharedNumbers(Array(numbers[200...]) + [2, 2, 2], orEmpty: 0)
    let tree = RepulsionTree(xs, ys)
    for row in stride(from: 0, to: 203, by: 17) {
      var (x, y, sum) = (0.0, 0.0, 0.0)
      for other in 0..<203 {
        let (wayX, wayY) = (xs[row] - xs[other], ys[row] - ys[other])
        let q = 1 / (1 + wayX * wayX + wayY * wayY)
        (x, y, sum) = (x + q * q * wayX, y + q * q * wayY, sum + q)
      }
      let exact = tree.push(x: xs[row], y: ys[row], angle: 0)
      #expect(abs(exact.sum - sum) < 1e-6 && abs(exact.x - x) < 1e-6 && abs(exact.y - y) < 1e-6)
      let near = tree.push(x: xs[row], y: ys[row], angle: 0.5)
      #expect(abs(near.sum - sum) < 0.05 * sum)
    }
  }

  @Test func clustersStayTogether() throws {
    let (rows, clusters) = Self.clusters(4, of: 16)
    var options = NeighbourEmbedding.Options()
    options.perplexity = 6
    options.steps = 450
    var divergences: [Double] = []
    let found = try NeighbourEmbedding(of: rows, columns: 6, options) { divergences.append($1) }
    // While affinities are exaggerated it need not fall; after that it does.
    #expect(divergences.count == 9)
    let last = divergences[5...]
    #expect(zip(last, last.dropFirst()).allSatisfy { $1 <= $0 + 1e-3 })
    #expect(found.divergence < 0.5 && found.divergence > 0)
    for (row, point) in found.points.enumerated() {
      let nearest = found.points.indices.filter { $0 != row }.min { one, other in
        func distance(_ index: Int) -> Double {
          let (x, y) = (found.points[index].x - point.x, found.points[index].y - point.y)
          return x * x + y * y
        }
        return distance(one) < distance(other)
      }
      #expect(nearest.map { clusters[$0] } == clusters[row])
    }
  }

  @Test func threadsChangeNothing() throws {
    let (rows, _) = Self.clusters(3, of: 15)
    var options = NeighbourEmbedding.Options()
    options.steps = 60
    let one = try NeighbourEmbedding(of: rows, columns: 6, options)
    options.threads = 3
    let three = try NeighbourEmbedding(of: rows, columns: 6, options)
    #expect(one.points.map { $0.x } == three.points.map { $0.x })
    #expect(one.points.map { $0.y } == three.points.map { $0.y })
    #expect(one.divergence == three.divergence)
    // A third of the others, where there are fewer than perplexity wants.
    #expect(one.perplexity == 44.0 / 3)
  }

  @Test func whatCannotBePlacedIsRefused() {
    var options = NeighbourEmbedding.Options()
    #expect(throws: MapError.self) { try NeighbourEmbedding(of: [1, 2, 3], columns: 1, options) }
    options.perplexity = 0.5
    #expect(throws: MapError.self) {
      try NeighbourEmbedding(of: [1, 2, 3, 4, 5], columns: 1, options)
    }
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: MapError.self) {
      try NeighbourEmbedding(of: [1, 2, 3, 4, 5], columns: 1, cancellation: cancellation)
    }
  }

  @Test func equalRowsLieInOnePlace() throws {
    let found = try NeighbourEmbedding(of: [Float](repeating: 2, count: 20), columns: 2)
    #expect(found.points.allSatisfy { $0.x.isFinite && $0.y.isFinite })
    #expect(found.divergence.isFinite)
  }
}
