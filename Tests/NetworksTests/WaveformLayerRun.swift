import Corpus
import Testing
import Training

@testable import Networks

/// A layer's passes over arrays.
struct WaveformLayerRun {
  var output: [Float] = []
  var inputGradient: [Float] = []
  var gradients: [String: [Float]] = [:]
  var statistics: [String: [Float]] = [:]

  /// Forward with `input`; backward with `gradient`, where there is one.
  init(
    _ layer: any Layer, _ input: [Float], rows: Int, gradient: [Float]? = nil,
    isTraining: Bool = true, threads: Int = 1
  ) throws {
    let team = try ThreadTeam(count: threads)
    try layer.reserve(rows: rows, training: isTraining, team: team)
    let pass = Pass(isTraining: isTraining, team: team, seed: 1, step: 0)
    let held = try FloatStorage(count: input.count)
    held.fill(from: input)
    let start = layer.forward(held.base, rows: rows, pass)
    output = Array(UnsafeBufferPointer(start: start, count: rows * layer.outputCount))
    if let gradient {
      let given = try FloatStorage(count: gradient.count)
      given.fill(from: gradient)
      if let result = layer.backward(given.base, rows: rows, needsInput: true, pass) {
        inputGradient = Array(UnsafeBufferPointer(start: result, count: input.count))
      }
    }
    withExtendedLifetime(held) {}
    for parameter in layer.parameters { gradients[parameter.name] = parameter.gradient.array }
    for statistic in layer.statistics { statistics[statistic.name] = statistic.value.array }
  }

  /// Numbers in [-1, 1), by a seed.
  static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = CounterGenerator(seed: seed, stream: 77)
    return (0..<count).map { _ in Float(generator.next() >> 40) / Float(1 << 23) - 1 }
  }

  /// The largest difference, as a share of the largest number of `expected`.
  static func difference(_ values: [Float], _ expected: [Float]) -> Float {
    guard values.count == expected.count else { return .infinity }
    let scale = expected.reduce(0) { Swift.max($0, abs($1)) }
    let largest = zip(values, expected).reduce(Float(0)) { largest, pair in
      let difference = abs(pair.0 - pair.1)
      return difference.isNaN ? .infinity : Swift.max(largest, difference)
    }
    return scale > 0 ? largest / scale : largest
  }

  /// Fails where the numeric derivative of Σ output · gradient by some inputs and parameters is
  /// not what the backward pass says. The layer must be smooth where it is probed.
  static func checkByFiniteDifferences(
    _ layer: any Layer, _ input: [Float], rows: Int, seed: UInt64, step: Float = 1e-2,
    tolerance: Double = 2e-3
  ) throws {
    let gradient = numbers(rows * layer.outputCount, seed: seed)
    let run = try WaveformLayerRun(layer, input, rows: rows, gradient: gradient)
    func loss(_ input: [Float]) throws -> Double {
      let output = try WaveformLayerRun(layer, input, rows: rows).output
      return zip(output, gradient).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var generator = CounterGenerator(seed: seed, stream: 5)
    let scale = Double(run.inputGradient.map(abs).max() ?? 0)
    for _ in 0..<24 {
      let index = Int(generator.next(below: UInt64(input.count)))
      var (above, below) = (input, input)
      above[index] += step
      below[index] -= step
      let slope = (try loss(above) - loss(below)) / Double(above[index] - below[index])
      #expect(
        abs(slope - Double(run.inputGradient[index])) < tolerance * max(1, scale),
        "input \(index): \(slope), not \(run.inputGradient[index])")
    }
    for parameter in layer.parameters {
      let expected = run.gradients[parameter.name] ?? []
      let scale = Double(expected.map(abs).max() ?? 0)
      for _ in 0..<12 {
        let index = Int(generator.next(below: UInt64(parameter.count)))
        let value = parameter.value.base[index]
        parameter.value.base[index] = value + step
        let above = try loss(input)
        parameter.value.base[index] = value - step
        let below = try loss(input)
        parameter.value.base[index] = value
        let slope = (above - below) / Double((value + step) - (value - step))
        #expect(
          abs(slope - Double(expected[index])) < tolerance * max(1, scale),
          "\(parameter.name) \(index): \(slope), not \(expected[index])")
      }
    }
  }
}
