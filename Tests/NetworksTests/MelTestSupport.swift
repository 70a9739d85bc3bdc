import Training

@testable import Networks

/// Numbers between -1 and 1, the same in every run.
func melNumbers(_ count: Int, seed: Int) -> [Float] {
  (0..<count).map { index in
    let mixed = UInt64(truncatingIfNeeded: index + 1_000_003 * seed) &* 0x9E37_79B9_7F4A_7C15
    return Float((mixed ^ (mixed >> 29)) >> 20 & 0xFFFFF) / Float(1 << 19) - 1
  }
}

extension BlockedShape {
  /// Where (channel, y, x) of a sample lies.
  func index(_ channel: Int, _ y: Int, _ x: Int) -> Int {
    ((channel / Self.lanes * height + y) * width + x) * Self.lanes + channel % Self.lanes
  }

  /// Samples [rows, channels, height, width] as they lie blocked.
  func blocked(_ values: [Float], rows: Int) -> [Float] {
    var result = [Float](repeating: 0, count: rows * count)
    each(rows) { row, channel, y, x, plain in
      result[row * count + index(channel, y, x)] = values[plain]
    }
    return result
  }

  /// The reverse.
  func plain(_ values: [Float], rows: Int) -> [Float] {
    var result = [Float](repeating: 0, count: rows * channels * positions)
    each(rows) { row, channel, y, x, plain in
      result[plain] = values[row * count + index(channel, y, x)]
    }
    return result
  }

  func each(_ rows: Int, _ body: (_ row: Int, _ c: Int, _ y: Int, _ x: Int, _ plain: Int) -> Void) {
    var plain = 0
    for row in 0..<rows {
      for channel in 0..<channels {
        for y in 0..<height {
          for x in 0..<width {
            body(row, channel, y, x, plain)
            plain += 1
          }
        }
      }
    }
  }
}

/// A layer run forwards and backwards on arrays.
struct LayerRun {
  let output: [Float]
  let inputGradient: [Float]?

  init(
    _ layer: any Layer, input: [Float], gradient: [Float], rows: Int, threads: Int = 2,
    isTraining: Bool = true
  ) throws {
    let team = try ThreadTeam(count: threads)
    try layer.reserve(rows: rows, training: isTraining, team: team)
    let pass = Pass(isTraining: isTraining, team: team)
    let given = try FloatStorage(count: gradient.count)
    given.fill(from: gradient)
    let source = try FloatStorage(count: input.count)
    source.fill(from: input)
    let output = layer.forward(source.base, rows: rows, pass)
    self.output = Array(UnsafeBufferPointer(start: output, count: rows * layer.outputCount))
    guard isTraining else {
      inputGradient = nil
      return
    }
    inputGradient = layer.backward(given.base, rows: rows, needsInput: true, pass).map {
      Array(UnsafeBufferPointer(start: $0, count: input.count))
    }
  }
}

/// The largest difference, relative to the largest number expected.
func relativeDifference(_ values: [Float], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  let largest = expected.reduce(1e-30) { max($0, abs($1)) }
  return zip(values, expected).reduce(0) {
    let distance = abs(Double($1.0) - $1.1) / largest
    return distance.isNaN ? .infinity : max($0, distance)
  }
}

/// A convolution and its derivatives by plain sums in double.
struct PlainConvolution {
  let window: Window
  let input: BlockedShape
  let output: BlockedShape

  func forward(_ x: [Float], _ weights: [Float], _ bias: [Float]?, rows: Int) -> [Double] {
    var result = [Double](repeating: 0, count: rows * output.channels * output.positions)
    eachProduct(rows) { result[$2] += Double(x[$0]) * Double(weights[$1]) }
    output.each(rows) { _, channel, _, _, plain in
      if let bias { result[plain] += Double(bias[channel]) }
    }
    return result
  }

  func inputGradient(_ gradient: [Float], _ weights: [Float], rows: Int) -> [Double] {
    var result = [Double](repeating: 0, count: rows * input.channels * input.positions)
    eachProduct(rows) { result[$0] += Double(gradient[$2]) * Double(weights[$1]) }
    return result
  }

  func weightGradient(_ x: [Float], _ gradient: [Float], rows: Int) -> [Double] {
    var result = [Double](
      repeating: 0, count: output.channels * input.channels * window.kernel * window.kernel)
    eachProduct(rows) { result[$1] += Double(gradient[$2]) * Double(x[$0]) }
    return result
  }

  private func eachProduct(_ rows: Int, _ body: (_ x: Int, _ weight: Int, _ y: Int) -> Void) {
    let kernel = window.kernel
    output.each(rows) { row, filter, oy, ox, plain in
      for channel in 0..<input.channels {
        for i in 0..<kernel {
          for j in 0..<kernel {
            let y = oy * window.stride + i - window.padding
            let x = ox * window.stride + j - window.padding
            guard y >= 0, y < input.height, x >= 0, x < input.width else { continue }
            body(
              ((row * input.channels + channel) * input.height + y) * input.width + x,
              ((filter * input.channels + channel) * kernel + i) * kernel + j, plain)
          }
        }
      }
    }
  }
}
