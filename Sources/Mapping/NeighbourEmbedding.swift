package import Corpus
import Glibc

/// Rows as points on a plane, near each other where the rows are: t-SNE (L. van der Maaten and
/// G. Hinton, JMLR 9, 2008) with Barnes and Hut's approximation (JMLR 15, 2014).
///
/// Columns are standardised first. As `sklearn.manifold.TSNE(init="pca", learning_rate="auto")`: 250
/// of 1,000 steps with affinities twelve times as strong and a momentum of 0.5, then, from rest, 0.8,
/// with gains of single coordinates. It begins at the principal components, so nothing in it is random: the same rows
/// give the same points, whatever the number of threads.
package struct NeighbourEmbedding {
  /// How it is made.
  package struct Options: Sendable {
    /// How many neighbours count, roughly; a third of the other rows where that is less.
    package var perplexity = 30.0
    /// How many steps are taken.
    package var steps = 1_000
    package var threads = 1
    /// How wide a square may be beside its distance to count as one point; 0 for exact sums.
    package var angle = 0.5

    package init() {}
  }

  /// A point for each row.
  package let points: [(x: Double, y: Double)]
  /// How much the points tell less than the affinities, the Kullback-Leibler divergence in nats.
  package let divergence: Double
  /// The perplexity that was taken.
  package let perplexity: Double

  private static let exaggeration = 12.0
  private static let exaggeratedSteps = 250
  /// How often progress is reported.
  package static let stepsBetweenReports = 50

  /// Finds the points.
  /// - Parameters:
  ///   - rows: the numbers row after row, all finite.
  ///   - columns: how many stand in a row, 1 or more.
  ///   - progress: is given the number of steps taken and the divergence.
  /// - Throws: ``MapError`` for fewer than four rows or options out of their ranges; where it was
  ///   cancelled.
  package init(
    of rows: [Float], columns: Int, _ options: Options = Options(),
    cancellation: Cancellation = Cancellation(),
    progress: (_ step: Int, _ divergence: Double) -> Void = { _, _ in }
  ) throws(MapError) {
    let count = rows.count / columns
    guard count >= 4 else {
      throw MapError(
        .parameter, "there are \(count) tracks", hint: "a map by neighbours wants 4 or more")
    }
    guard options.perplexity >= 1, options.perplexity.isFinite, options.steps >= 0,
      (0...1).contains(options.angle)
    else {
      throw MapError(
        .parameter, "a perplexity of \(options.perplexity) cannot be reached",
        hint: "give a number from 1, such as 30")
    }
    perplexity = min(options.perplexity, Double(count - 1) / 3)
    let standard = PrincipalComponents.standardised(rows, columns: columns).map { Float($0) }
    let affinities = Affinities(
      of: standard, columns: columns, perplexity: perplexity, threads: options.threads)
    var state = Descent(
      affinities, from: PrincipalComponents(rows: rows, columns: columns), options)
    for step in 0..<options.steps {
      if cancellation.isCancelled {
        throw MapError(.cancelled, "the map was not finished", hint: "begin it anew")
      }
      let isExaggerated = step < Self.exaggeratedSteps
      if step == Self.exaggeratedSteps { state.rest() }
      state.step(
        exaggeration: isExaggerated ? Self.exaggeration : 1, momentum: isExaggerated ? 0.5 : 0.8)
      if (step + 1) % Self.stepsBetweenReports == 0 { progress(step + 1, state.divergence()) }
    }
    divergence = state.divergence()
    points = (0..<count).map { (state.xs[$0], state.ys[$0]) }
  }

  /// The points on their way down the gradient of the divergence.
  private struct Descent {
    let affinities: Affinities
    let options: Options
    let count: Int
    let rate: Double
    let xs: SharedNumbers<Double>
    let ys: SharedNumbers<Double>
    /// What draws and what pushes each point, along x and, after those of all points, along y.
    private let draws: SharedNumbers<Double>
    private let pushes: SharedNumbers<Double>
    private var gains: [Double]
    private var updates: [Double]

    init(_ affinities: Affinities, from start: PrincipalComponents, _ options: Options) {
      self.affinities = affinities
      self.options = options
      count = start.points.count
      rate = max(Double(count) / NeighbourEmbedding.exaggeration / 4, 50)
      let squares = start.points.reduce(0) { $0 + $1.x * $1.x }
      let deviation = (squares / Double(count)).squareRoot()
      let scale = deviation > 0 ? 1e-4 / deviation : 0
      xs = SharedNumbers(start.points.map { $0.x * scale }, orEmpty: 0)
      ys = SharedNumbers(start.points.map { $0.y * scale }, orEmpty: 0)
      draws = SharedNumbers(repeating: 0, count: 2 * count)
      pushes = SharedNumbers(repeating: 0, count: 2 * count)
      gains = []
      updates = []
      rest()
    }

    /// Takes all momentum and all gains away.
    mutating func rest() {
      gains = [Double](repeating: 1, count: 2 * count)
      updates = [Double](repeating: 0, count: 2 * count)
    }

    /// The sum of `q` over all pairs; fills ``pushes``.
    private func push() -> Double {
      let tree = RepulsionTree(xs, ys)
      let sums = SharedNumbers<Double>(repeating: 0, count: RowChunks.count)
      let (xs, ys, pushes, angle, count) = (xs, ys, pushes, options.angle, count)
      RowChunks.perform(count, threads: options.threads) { chunk, rows in
        var sum = 0.0
        for row in rows {
          let found = tree.push(x: xs[row], y: ys[row], angle: angle)
          pushes[row] = found.x
          pushes[count + row] = found.y
          sum += found.sum
        }
        sums[chunk] = sum
      }
      return max(sums.array.reduce(0, +) - Double(count), 1e-300)
    }

    private func draw() {
      let (xs, ys, draws, affinities, count) = (xs, ys, draws, affinities, count)
      RowChunks.perform(count, threads: options.threads) { _, rows in
        for row in rows {
          let (x, y) = (xs[row], ys[row])
          var (drawX, drawY) = (0.0, 0.0)
          for index in affinities.starts[row]..<affinities.starts[row + 1] {
            let other = Int(affinities.rows[index])
            let (wayX, wayY) = (x - xs[other], y - ys[other])
            let strength = affinities.chances[index] / (1 + wayX * wayX + wayY * wayY)
            drawX += strength * wayX
            drawY += strength * wayY
          }
          draws[row] = drawX
          draws[count + row] = drawY
        }
      }
    }

    mutating func step(exaggeration: Double, momentum: Double) {
      let sum = push()
      draw()
      for index in 0..<2 * count {
        let gradient = 4 * (exaggeration * draws[index] - pushes[index] / sum)
        let isSameWay = updates[index] * gradient < 0
        gains[index] = max(isSameWay ? gains[index] + 0.2 : gains[index] * 0.8, 0.01)
        updates[index] = momentum * updates[index] - rate * gains[index] * gradient
        if index < count {
          xs[index] += updates[index]
        } else {
          ys[index - count] += updates[index]
        }
      }
    }

    func divergence() -> Double {
      let sum = push()
      var all = 0.0
      for row in 0..<count {
        for index in affinities.starts[row]..<affinities.starts[row + 1] {
          let other = Int(affinities.rows[index])
          let (wayX, wayY) = (xs[row] - xs[other], ys[row] - ys[other])
          let chance = affinities.chances[index]
          guard chance > 0 else { continue }
          all += chance * log(chance * sum * (1 + wayX * wayX + wayY * wayY))
        }
      }
      return all
    }
  }
}
