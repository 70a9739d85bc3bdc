import Foundation
import Safetensors
import Testing

@testable import Networks

@Suite("Layers on pictures")
struct MelLayerTests {
  /// Central differences of Σ output · direction against what a layer gives back.
  ///
  /// - Parameter make: the same layer anew, whose parameters are as they begin.
  private func expectDerivatives(
    _ make: () throws -> any Layer, input: [Float], indices: [Int], rows: Int, step: Float = 1e-2,
    tolerance: Double = 2e-3
  ) throws {
    let layer = try make()
    let direction = melNumbers(rows * layer.outputCount, seed: 77)
    func value(_ input: [Float], _ layer: any Layer) throws -> Double {
      let output = try LayerRun(layer, input: input, gradient: direction, rows: rows).output
      return zip(output, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let run = try LayerRun(layer, input: input, gradient: direction, rows: rows)
    let given = try #require(run.inputGradient)
    var computed: [Float] = []
    var measured: [Double] = []
    for index in indices {
      var (up, down) = (input, input)
      up[index] += step
      down[index] -= step
      measured.append((try value(up, layer) - value(down, layer)) / Double(up[index] - down[index]))
      computed.append(given[index])
    }
    #expect(relativeDifference(computed, measured) < tolerance)
    let gradients = layer.parameters.map(\.gradient.array)
    for (parameter, gradient) in zip(layer.parameters, gradients) {
      var measured: [Double] = []
      let indices = Array(stride(from: 0, to: parameter.count, by: max(1, parameter.count / 12)))
      for index in indices {
        let start = parameter.value.base[index]
        parameter.value.base[index] = start + step
        let up = try value(input, layer)
        parameter.value.base[index] = start - step
        let down = try value(input, layer)
        parameter.value.base[index] = start
        measured.append((up - down) / Double(2 * step))
      }
      let computed = indices.map { gradient[$0] }
      #expect(relativeDifference(computed, measured) < tolerance, "\(parameter.name)")
    }
  }

  private let shape = BlockedShape(channels: 20, height: 6, width: 5)
  /// Some indices of two samples.
  private var indices: [Int] {
    [(0, 0, 0), (3, 2, 4), (17, 5, 1), (19, 3, 3)].flatMap {
      [shape.index($0.0, $0.1, $0.2), shape.count + shape.index($0.0, $0.1, $0.2)]
    }
  }
  /// Values far enough apart that a step of a hundredth changes no order.
  private func spread(_ rows: Int) -> [Float] {
    let count = rows * shape.channels * shape.positions
    let values = (0..<count).map { Float(($0 * 7919) % count) / Float(count) * 40 - 19.987 }
    return shape.blocked(values, rows: rows)
  }

  @Test("Normalisation's derivatives")
  func normalisation() throws {
    let x = shape.blocked(melNumbers(3 * 600, seed: 1), rows: 3)
    try expectDerivatives(
      { try BatchNormalisation2D("n", shape: shape, isRectified: false) }, input: x,
      indices: indices, rows: 3)
  }

  @Test("Normalisation with max(0, x): derivatives")
  func rectified() throws {
    try expectDerivatives(
      { try BatchNormalisation2D("n", shape: shape, isRectified: true) }, input: spread(3),
      indices: indices, rows: 3, step: 1e-3, tolerance: 2e-2)
  }

  @Test("Normalisation with max(0, x) and pooling: derivatives")
  func pooled() throws {
    for window in [
      Window(kernel: 3, stride: 2, padding: 1), Window(kernel: 2, stride: 2), Window(kernel: 3),
    ] {
      try expectDerivatives(
        { try NormalisedMaxPool2D("n", input: shape, window: window) }, input: spread(2),
        indices: indices, rows: 2, tolerance: 2e-2)
    }
  }

  @Test("Pooling's derivatives, and the same with the fused one")
  func pooling() throws {
    let window = Window(kernel: 3, stride: 2, padding: 1)
    try expectDerivatives(
      { MaxPool2D(input: shape, window: window) }, input: spread(2), indices: indices, rows: 2)
    for withMaximum in [false, true] {
      try expectDerivatives(
        { GlobalPool2D(input: shape, withMaximum: withMaximum) }, input: spread(2),
        indices: indices, rows: 2)
    }
    let fused = try NormalisedMaxPool2D("n", input: shape, window: window)
    let apart = Sequential(
      inputShape: shape.axes,
      [
        try BatchNormalisation2D("n", shape: shape, isRectified: true),
        MaxPool2D(input: shape, window: window),
      ])
    let x = spread(2)
    let gradient = melNumbers(2 * fused.outputCount, seed: 3)
    let (a, b) = (
      try LayerRun(fused, input: x, gradient: gradient, rows: 2),
      try LayerRun(apart, input: x, gradient: gradient, rows: 2)
    )
    #expect(relativeDifference(a.output, b.output.map(Double.init)) < 1e-6)
    let (given, expected) = (try #require(a.inputGradient), try #require(b.inputGradient))
    #expect(relativeDifference(given, expected.map(Double.init)) < 1e-5)
    let taps = try #require(fused.choices(rows: 2).first?.int32s)
    let plain = try #require(apart.choices(rows: 2).last?.int32s)
    let kept = fused.output.unblocked(rows: 2) { a.output[$0] > 0 }
    #expect(taps == zip(plain, kept).map { $1 ? $0 : Choice.stopped })
    #expect(kept.contains(true) && kept.contains(false))
  }

  @Test("Choices are where the numbers are")
  func choices() throws {
    let rectified = try BatchNormalisation2D("n", shape: shape, isRectified: true)
    let run = try LayerRun(rectified, input: spread(2), gradient: spread(2), rows: 2)
    let passed = try #require(rectified.choices(rows: 2).first)
    #expect(passed.shape == [2, shape.channels, shape.height, shape.width])
    #expect(passed.bytes == shape.plain(run.output, rows: 2).map { $0 > 0 ? 1 : 0 })
    let largest = GlobalPool2D(input: shape, withMaximum: true)
    let x = spread(2)
    let ones = [Float](repeating: 1, count: 2 * largest.outputCount)
    let pooled = try LayerRun(largest, input: x, gradient: ones, rows: 2)
    let taps = try #require(largest.choices(rows: 2).first?.int32s)
    let plain = shape.plain(x, rows: 2)
    for row in 0..<2 {
      for channel in 0..<shape.channels {
        let index = row * shape.channels + channel
        let value = plain[index * shape.positions + Int(taps[index])]
        #expect(
          Float(value) == pooled.output[row * largest.outputCount + shape.channels + channel])
      }
    }
  }

  @Test("The first of equal maxima has the gradient")
  func equalMaxima() throws {
    let layer = MaxPool2D(input: shape, window: Window(kernel: 2, stride: 2))
    let ones = [Float](repeating: 1, count: layer.outputCount)
    let run = try LayerRun(
      layer, input: [Float](repeating: 3, count: shape.count), gradient: ones, rows: 1)
    let given = try #require(run.inputGradient)
    for y in 0..<6 {
      for x in 0..<5 {
        let expected: Float = y % 2 == 0 && x % 2 == 0 && x < 4 ? 1 : 0
        #expect(given[shape.index(0, y, x)] == expected)
      }
    }
  }

  @Test("Moments, running ones included, are those of plain sums in double")
  func moments() throws {
    let layer = try BatchNormalisation2D("n", shape: shape, isRectified: false)
    // Far from zero: differences of squares would be lost in float.
    let plain = melNumbers(2 * 600, seed: 9).map { $0 * 0.01 + 100 }
    let run = try LayerRun(
      layer, input: shape.blocked(plain, rows: 2), gradient: spread(2), rows: 2)
    var expected = [Double](repeating: 0, count: plain.count)
    for channel in 0..<shape.channels {
      var indices: [Int] = []
      shape.each(2) { if $1 == channel { indices.append($4) } }
      let mean = indices.reduce(0) { $0 + Double(plain[$1]) } / 60
      let squares = indices.reduce(0) {
        $0 + (Double(plain[$1]) - mean) * (Double(plain[$1]) - mean)
      }
      for index in indices {
        expected[index] = (Double(plain[index]) - mean) / (squares / 60 + 1e-5).squareRoot()
      }
      #expect(abs(Double(layer.statistics[0].value.base[channel]) - 0.1 * mean) < 1e-5)
      let running = 0.9 + 0.1 * squares / 59
      #expect(abs(Double(layer.statistics[1].value.base[channel]) - running) < 1e-6)
    }
    #expect(layer.statistics[2].value.array == [1])
    // x · scale + shift, as PyTorch computes it on a CPU, keeps 100 / 0.006 times float's last
    // bit.
    #expect(relativeDifference(shape.plain(run.output, rows: 2), expected) < 5e-3)
  }

  @Test("A block's derivatives, with and without a projection", arguments: [1, 2])
  func block(stride: Int) throws {
    let input = BlockedShape(channels: 20, height: 6, width: 5)
    try expectDerivatives(
      {
        try BasicBlock(
          "b", input: input, channels: stride == 1 ? 20 : 24, stride: stride, seed: 5,
          workspace: Workspace())
      }, input: shape.blocked(melNumbers(4 * 600, seed: 21), rows: 4), indices: indices, rows: 4,
      // Some activation crosses 0 within a step.
      step: 1e-3, tolerance: 0.1)
  }

  @Test("A NaN goes through to the loss")
  func notANumber() throws {
    let layer = try NormalisedMaxPool2D(
      "n", input: shape, window: Window(kernel: 3, stride: 2, padding: 1))
    var x = spread(1)
    x[shape.index(4, 2, 2)] = .nan
    let run = try LayerRun(
      layer, input: x, gradient: [Float](repeating: 0, count: layer.outputCount), rows: 1)
    #expect(run.output.contains { $0.isNaN })
  }

  @Test("Colours run from the first to the last of the map, whatever the levels")
  func colours() throws {
    let layer = ColourMapping(height: 1, width: 5, range: -80...0)
    let run = try LayerRun(
      layer, input: [-80, -200, 0, 40, .nan], gradient: [Float](repeating: 0, count: 15), rows: 1)
    let colours = stride(from: 0, to: 768, by: 3).map { Array(ColourMapping.table[$0..<$0 + 3]) }
    let (first, last) = (colours[0], colours[255])
    for channel in 0..<3 {
      #expect(
        Array(run.output[channel * 5..<channel * 5 + 5])
          == [first[channel], first[channel], last[channel], last[channel], first[channel]])
    }
    // Eight bits a channel round neighbours to the same lightness four times; what is two apart
    // never.
    let luma = colours.map { 0.2126 * $0[0] + 0.7152 * $0[1] + 0.0722 * $0[2] }
    #expect(zip(luma, luma.dropFirst(2)).allSatisfy { $0 < $1 })
    // And evenly: CIE L* of what is eight apart differs by 2 to 3 of 100, all along the map.
    let lightness = colours.map { colour in
      let light = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
      let sum = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
      return sum > 0.008856 ? 116 * cbrt(sum) - 16 : 903.3 * sum
    }
    #expect(zip(lightness, lightness.dropFirst(8)).allSatisfy { (2...3).contains($1 - $0) })
  }
}
