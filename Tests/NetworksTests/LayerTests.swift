import CKernels
import Corpus
import Testing

@testable import Networks
@testable import Training

/// Dense layers, activations and dropout on their own.
@Suite("Layers")
struct LayerTests {
  let team: ThreadTeam

  init() throws { team = try ThreadTeam(count: 3) }

  private func numbers(_ count: Int, _ name: String) -> [Float] {
    var generator = CounterGenerator(seed: 5, stream: name)
    return (0..<count).map { _ in Float(generator.next() >> 40) / Float(1 << 23) - 1 }
  }

  /// The sum of outputs times fixed weights, whose derivative is those weights.
  private func loss(
    _ layer: any Layer, _ input: [Float], rows: Int, _ weights: [Float]
  ) -> Double {
    input.withUnsafeBufferPointer { input in
      guard let start = input.baseAddress else { return 0 }
      let output = layer.forward(
        start, rows: rows, Pass(isTraining: true, team: team, seed: 9, step: 4))
      return weights.indices.reduce(0) { $0 + Double(output[$1]) * Double(weights[$1]) }
    }
  }

  /// Compares every derivative with a difference of two losses.
  private func expectFiniteDifferences(
    _ layer: any Layer, inputs: Int, rows: Int, tolerance: Double = 2e-3
  ) throws {
    try layer.reserve(rows: rows, training: true, team: team)
    // Not so near 0 that a difference would cross a rectification's corner there.
    let input = numbers(rows * inputs, "input").map { $0 + ($0 < 0 ? -0.01 : 0.01) }
    let weights = numbers(rows * layer.outputCount, "weights")
    _ = loss(layer, input, rows: rows, weights)
    var gradient = weights
    let byInput: [Float] = input.withUnsafeBufferPointer { start in
      // The layer keeps the address of its input.
      guard let start = start.baseAddress else { return [] }
      let pass = Pass(isTraining: true, team: team, seed: 9, step: 4)
      _ = layer.forward(start, rows: rows, pass)
      return gradient.withUnsafeMutableBufferPointer { gradient in
        guard let start = gradient.baseAddress,
          let result = layer.backward(start, rows: rows, needsInput: true, pass)
        else { return [] }
        return Array(UnsafeBufferPointer(start: result, count: rows * inputs))
      }
    }
    try #require(byInput.count == rows * inputs)
    let step: Float = 1 / 256
    for index in 0..<rows * inputs {
      var moved = input
      moved[index] += step
      let above = loss(layer, moved, rows: rows, weights)
      moved[index] -= 2 * step
      let below = loss(layer, moved, rows: rows, weights)
      #expect(
        abs((above - below) / Double(2 * step) - Double(byInput[index])) < tolerance,
        "input \(index)")
    }
    let gradients = layer.parameters.map(\.gradient.array)
    for (parameter, gradient) in zip(layer.parameters, gradients) {
      for index in 0..<parameter.count {
        let value = parameter.value.base[index]
        parameter.value.base[index] = value + step
        let above = loss(layer, input, rows: rows, weights)
        parameter.value.base[index] = value - step
        let below = loss(layer, input, rows: rows, weights)
        parameter.value.base[index] = value
        #expect(
          abs((above - below) / Double(2 * step) - Double(gradient[index])) < tolerance,
          "\(parameter.name) \(index)")
      }
    }
  }

  @Test("A dense layer's derivatives are differences of its outputs")
  func linear() throws {
    try expectFiniteDifferences(
      try Linear("a", inputs: 5, outputs: 7, seed: 1), inputs: 5, rows: 4)
  }

  @Test("A dense layer divides its rows among threads and gives what one thread gives")
  func linearThreads() throws {
    let (rows, inputs, outputs) = (700, 300, 300)
    let input = numbers(rows * inputs, "many")
    func output(_ threads: Int) throws -> [Float] {
      let layer = try Linear("a", inputs: inputs, outputs: outputs, isRectified: true, seed: 1)
      let team = try ThreadTeam(count: threads)
      try layer.reserve(rows: rows, training: false, team: team)
      return input.withUnsafeBufferPointer { input in
        guard let start = input.baseAddress else { return [] }
        let result = layer.forward(start, rows: rows, Pass(isTraining: false, team: team))
        return Array(UnsafeBufferPointer(start: result, count: rows * outputs))
      }
    }
    let one = try output(1)
    let three = try output(3)
    #expect(zip(one, three).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(one.contains(0) && one.contains { $0 > 0 }, "some are rectified, some are not")
  }

  @Test("Dropout's derivative is that of what it kept")
  func dropout() throws {
    try expectFiniteDifferences(
      Dropout(shape: [13], rate: 0.4, number: 1), inputs: 13, rows: 11)
  }

  @Test("Rectification's derivative")
  func rectified() throws {
    try expectFiniteDifferences(RectifiedLinear(shape: [9]), inputs: 9, rows: 5, tolerance: 1e-2)
  }

  @Test("Dropout keeps its share and the mean, differs by step and layer, repeats itself")
  func dropoutStatistics() throws {
    let count = 100_000
    func draw(stream: UInt64, seed: UInt64 = 3, keep: Float = 0.75) -> [Float] {
      let input = [Float](repeating: 1, count: count)
      var output = input
      lathe_dropout(seed, stream, 0, keep, 1 / keep, input, &output, count)
      return output
    }
    let first = draw(stream: 1)
    let kept = first.count { $0 != 0 }
    // Five deviations of a binomial count.
    #expect(abs(kept - 75_000) < 690)
    #expect(first.allSatisfy { $0 == 0 || $0 == Float(1) / 0.75 })
    #expect(first == draw(stream: 1))
    #expect(first != draw(stream: 2))
    #expect(first != draw(stream: 1, seed: 4))
    #expect(draw(stream: 1, keep: 1) == [Float](repeating: 1, count: count))
  }

  @Test("Dropout draws the same whether it is done at once or in pieces")
  func dropoutInPieces() {
    let input = numbers(1_000, "pieces")
    var whole = [Float](repeating: 0, count: 1_000)
    var pieces = whole
    lathe_dropout(7, 8, 0, 0.5, 2, input, &whole, 1_000)
    for start in stride(from: 0, to: 1_000, by: 192) {
      input.withUnsafeBufferPointer { input in
        pieces.withUnsafeMutableBufferPointer { output in
          guard let input = input.baseAddress, let output = output.baseAddress else { return }
          lathe_dropout(
            7, 8, start, 0.5, 2, input + start, output + start, min(192, 1_000 - start))
        }
      }
    }
    #expect(whole == pieces)
  }
}
