import Corpus
import Safetensors
import Testing

@testable import Networks
@testable import Training

/// What is done to inputs before the first layer that learns.
@Suite struct InputPreparationTests {
  private let team: ThreadTeam

  init() throws { team = try ThreadTeam(count: 2) }

  private static let values: [Float] = [
    1, 2, 0.5, 2, 1, -1, 0, 0.5, 2, 3, -1, 1, 4, 0, 0, 2.5, 1.5, -2, 5, 2, 1,
  ]

  /// Three rows of the label 0, four of the label 1.
  private func samples(_ values: [Float] = values, isTagged: Bool = false) throws -> MemorySamples {
    let labels = [0, 0, 0, 1, 1, 1, 1]
    return try MemorySamples(
      name: "rows", identity: "rows", shape: [3], labels: ["a", "b"],
      trackIDs: labels.indices.map { "t\($0)" },
      rows: labels.enumerated().map {
        MemorySamples.Row(label: isTagged ? -1 : $1, track: $0, slice: 0)
      }, values: values, tags: isTagged ? labels.map { [$0: 1] } : nil)
  }

  private func whitening(
    shrinkage: Double, _ values: [Float] = values, isTagged: Bool = false
  ) throws -> Whitening {
    let layer = try Whitening(columns: 3)
    try layer.fit(
      try TrainingRows(of: try samples(values, isTagged: isTagged), columns: 3, nil),
      shrinkage: shrinkage)
    return layer
  }

  private func output(_ layer: any Layer, _ input: [Float], isTraining: Bool = false, step: Int = 0)
    throws -> [Float]
  {
    let rows = input.count / 3
    try layer.reserve(rows: rows, training: true, team: team)
    return input.withUnsafeBufferPointer { input in
      guard let start = input.baseAddress else { return [] }
      let output = layer.forward(
        start, rows: rows, Pass(isTraining: isTraining, team: team, seed: 4, step: step))
      return Array(UnsafeBufferPointer(start: output, count: rows * 3))
    }
  }

  /// numpy: inv(cholesky(C)), C the pooled covariance within the labels, over 7 − 2; with shrinkage
  /// (1 − s) C + s tr(C)/3 I.
  @Test(
    arguments: [
      (
        0,
        [
          0.9376144618769908, 0, 0, -0.3507296922719372, 0.9118971999070368, 0, -0.1293828649654577,
          0.33639544891019, 0.7355219838642383,
        ]
      ),
      (
        0.1,
        [
          0.9216057095493778, 0, 0, -0.2984501552702005, 0.8924028099560809, 0,
          -0.09696854119746047,
          0.2899479096052459, 0.7355173554298544,
        ]
      ),
      (1, [0.8068423483216582, 0, 0, 0, 0.8068423483216582, 0, 0, 0, 0.8068423483216582]),
    ] as [(Double, [Double])])
  func whiteningIsThatOfNumpy(_ shrinkage: Double, matrix: [Double]) throws {
    let layer = try whitening(shrinkage: shrinkage)
    for (value, reference) in zip(layer.statistics[1].value.array, matrix) {
      #expect(abs(Double(value) - reference) < 1e-6)
    }
    for (value, mean) in zip(layer.statistics[0].value.array, [2.5, 6.0 / 7, 1.5 / 7]) {
      #expect(abs(Double(value) - mean) < 1e-6)
    }
    #expect(layer.statistics.map(\.name) == ["whitening.mean", "whitening.matrix"])
  }

  /// Where a sample may have several labels, all rows are one group.
  @Test func tagsAreWhitenedTogether() throws {
    let layer = try whitening(shrinkage: 0.1, isTagged: true)
    let found = try output(layer, Array(Self.values[3..<6]))
    let reference = [-0.29754475905734884, 0.11938393892366629, -0.947857427969344]
    for (value, reference) in zip(found, reference) {
      #expect(abs(Double(value) - reference) < 1e-5)
    }
  }

  /// Without shrinkage the rows of a label come to vary by 1 in every direction.
  @Test func theCovarianceBecomesThatOfIndependentColumns() throws {
    let found = try output(try whitening(shrinkage: 0), Self.values)
    var covariance = [Double](repeating: 0, count: 9)
    for rows in [0..<3, 3..<7] {
      for one in 0..<3 {
        for other in 0..<3 {
          let means = [one, other].map { column in
            rows.reduce(0) { $0 + Double(found[$1 * 3 + column]) } / Double(rows.count)
          }
          covariance[one * 3 + other] += rows.reduce(0) {
            $0 + (Double(found[$1 * 3 + one]) - means[0])
              * (Double(found[$1 * 3 + other]) - means[1])
          }
        }
      }
    }
    for (index, value) in covariance.enumerated() {
      #expect(abs(value / 5 - (index % 4 == 0 ? 1 : 0)) < 1e-5)
    }
  }

  /// A column that is another one's double has no inverse without shrinkage, and one with it.
  @Test func columnsThatFollowFromOthersAreNamed() throws {
    var values = Self.values
    for row in 0..<7 { values[row * 3 + 2] = 2 * values[row * 3] }
    let error = try #require(throws: TrainingError.self) {
      _ = try whitening(shrinkage: 0, values)
    }
    #expect(error.kind == .data && error.detail.hasPrefix("column 2 follows from others"))
    #expect(error.hint.contains("shrinkage"))
    #expect(try whitening(shrinkage: 0.1, values).statistics[1].value.array.allSatisfy(\.isFinite))
    let constant = [Float](repeating: 3, count: 21)
    #expect(throws: TrainingError.self) { _ = try whitening(shrinkage: 0.5, constant) }
  }

  @Test func noiseIsOfItsDeviationAndRepeatsItself() throws {
    let layer = InputNoise(shape: [3], deviation: 0.5, number: 4)
    let input = [Float](repeating: 2, count: 30_000)
    #expect(try output(layer, input) == input)
    let noisy = try output(layer, input, isTraining: true)
    let offsets = noisy.map { Double($0) - 2 }
    let mean = offsets.reduce(0, +) / 30_000
    let deviation = (offsets.reduce(0) { $0 + $1 * $1 } / 30_000).squareRoot()
    #expect(abs(mean) < 0.015 && abs(deviation - 0.5) < 0.012)
    #expect(try output(layer, input, isTraining: true) == noisy)
    #expect(try output(layer, input, isTraining: true, step: 1) != noisy)
    let other = InputNoise(shape: [3], deviation: 0.5, number: 5)
    #expect(try output(other, input, isTraining: true) != noisy)
  }

  /// Whitening is kept with the weights, and a trainer that is given them predicts the same.
  @Test func aCheckpointHasTheWhitening() throws {
    let kind = try EmbeddedTrainers.registry.kind(named: "features")
    let options = TrainerOptions(["whitening": "labels", "noise": "1", "hidden": "4"])
    let source = try samples()
    let trainer = try kind.make(
      TrainerSetting(
        sampleShape: [3], labels: source.labels, training: source, seed: 1, threads: 1,
        batchSize: 7, options: options))
    let weights = trainer.weights()
    #expect(weights.first { $0.name == "whitening.matrix" }?.shape == [3, 3])
    #expect(weights.contains { $0.name == "transform.quantiles" })
    let other = try kind.make(
      TrainerSetting(
        sampleShape: [3], labels: source.labels, seed: 2, threads: 1, batchSize: 7,
        options: options, isForPrediction: true))
    try other.restore(weights: TensorFile(weights))
    #expect(other.weights() == weights)
  }
}
