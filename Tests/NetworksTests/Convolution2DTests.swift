import Testing

@testable import Networks

@Suite("Convolutions in two dimensions")
struct Convolution2DTests {
  struct Case: CustomTestStringConvertible {
    var inputs: Int
    var outputs: Int
    var height: Int
    var width: Int
    var window: Window
    var rows = 3
    var tile: Int?
    var testDescription: String {
      "\(inputs)->\(outputs) \(height)x\(width) k\(window.kernel) s\(window.stride) "
        + "p\(window.padding) rows \(rows) tile \(tile ?? 0)"
    }
  }

  private static let winograd = Window(kernel: 3, padding: 1)

  static let cases: [Case] =
    [2, 4].flatMap { tile in
      [
        Case(inputs: 16, outputs: 32, height: 8, width: 8, window: winograd, tile: tile),
        Case(inputs: 20, outputs: 50, height: 7, width: 5, window: winograd, tile: tile),
        Case(inputs: 3, outputs: 16, height: 1, width: 9, window: winograd, rows: 1, tile: tile),
        Case(inputs: 33, outputs: 7, height: 4, width: 3, window: winograd, rows: 5, tile: tile),
        // Weights too many to be kept: by slabs.
        Case(inputs: 272, outputs: 280, height: 3, width: 2, window: winograd, tile: tile),
      ]
    } + [
      Case(
        inputs: 16, outputs: 32, height: 8, width: 7,
        window: Window(kernel: 3, stride: 2, padding: 1)),
      Case(
        inputs: 20, outputs: 50, height: 7, width: 5,
        window: Window(kernel: 3, stride: 2, padding: 1)),
      Case(inputs: 17, outputs: 16, height: 5, width: 6, window: Window(kernel: 1, stride: 2)),
      Case(
        inputs: 48, outputs: 16, height: 9, width: 11,
        window: Window(kernel: 5, stride: 3, padding: 2)),
      Case(inputs: 16, outputs: 16, height: 4, width: 4, window: Window(kernel: 4), rows: 7),
    ]

  @Test("On blocked activations, against plain sums", arguments: cases)
  func blocked(example: Case) throws {
    let input = BlockedShape(
      channels: example.inputs, height: example.height, width: example.width)
    let layer = try Convolution2D(
      name: "c", outputs: example.outputs, window: example.window, hasBias: true,
      tile: example.tile
    ).make(on: input, seed: 1, workspace: Workspace())
    let output = layer.output
    let plain = PlainConvolution(window: example.window, input: input, output: output)
    let rows = example.rows
    let x = melNumbers(rows * input.channels * input.positions, seed: 1)
    let gradient = melNumbers(rows * output.channels * output.positions, seed: 2)
    let weights = layer.parameters[0].value.array
    let bias = layer.parameters[1].value.array
    for threads in [1, 3] {
      let run = try LayerRun(
        layer, input: input.blocked(x, rows: rows), gradient: output.blocked(gradient, rows: rows),
        rows: rows, threads: threads)
      let forward = plain.forward(x, weights, bias, rows: rows)
      #expect(relativeDifference(output.plain(run.output, rows: rows), forward) < 1e-5)
      let back = try #require(run.inputGradient)
      #expect(
        relativeDifference(
          input.plain(back, rows: rows), plain.inputGradient(gradient, weights, rows: rows)) < 1e-5)
      #expect(
        relativeDifference(
          layer.parameters[0].gradient.array, plain.weightGradient(x, gradient, rows: rows)) < 1e-5)
      var sums = [Double](repeating: 0, count: output.channels)
      output.each(rows) { sums[$1] += Double(gradient[$4]) }
      #expect(relativeDifference(layer.parameters[1].gradient.array, sums) < 1e-5)
      // Channels that there are not stay zero, or later layers would learn from them.
      #expect(output.blocked(output.plain(run.output, rows: rows), rows: rows) == run.output)
      #expect(input.blocked(input.plain(back, rows: rows), rows: rows) == back)
    }
  }

  @Test(
    "On pictures, against plain sums",
    arguments: [
      Case(
        inputs: 1, outputs: 48, height: 21, width: 30,
        window: Window(kernel: 7, stride: 2, padding: 3)),
      Case(
        inputs: 3, outputs: 20, height: 9, width: 8,
        window: Window(kernel: 5, stride: 2, padding: 2)),
      Case(inputs: 2, outputs: 16, height: 6, width: 40, window: Window(kernel: 3, padding: 1)),
      Case(
        inputs: 1, outputs: 33, height: 11, width: 13,
        window: Window(kernel: 4, stride: 3, padding: 1)),
    ])
  func planar(example: Case) throws {
    let input = BlockedShape(
      channels: example.inputs, height: example.height, width: example.width)
    let layer = try Convolution2D(
      name: "c", outputs: example.outputs, window: example.window, hasBias: true
    ).make(
      onPictures: example.inputs, height: example.height, width: example.width, seed: 1,
      workspace: Workspace())
    let output = layer.output
    let plain = PlainConvolution(window: example.window, input: input, output: output)
    let rows = example.rows
    let x = melNumbers(rows * input.channels * input.positions, seed: 3)
    let gradient = melNumbers(rows * output.channels * output.positions, seed: 4)
    let run = try LayerRun(
      layer, input: x, gradient: output.blocked(gradient, rows: rows), rows: rows)
    let forward = plain.forward(
      x, layer.parameters[0].value.array, layer.parameters[1].value.array, rows: rows)
    #expect(relativeDifference(output.plain(run.output, rows: rows), forward) < 1e-5)
    #expect(
      relativeDifference(
        layer.parameters[0].gradient.array, plain.weightGradient(x, gradient, rows: rows)) < 1e-5)
  }

  @Test("A repeated channel equals as many channels")
  func repeated() throws {
    let window = Window(kernel: 7, stride: 2, padding: 3)
    let stem = Convolution2D(name: "c", outputs: 16, window: window)
    let once = try stem.make(
      onPictures: 1, repeats: 3, height: 16, width: 15, seed: 1, workspace: Workspace())
    let thrice = try stem.make(
      onPictures: 3, height: 16, width: 15, seed: 1, workspace: Workspace())
    let x = melNumbers(2 * 240, seed: 5)
    let repeated = (0..<2).flatMap { row in
      (0..<3).flatMap { _ in x[row * 240..<(row + 1) * 240] }
    }
    let gradient = melNumbers(2 * once.outputCount, seed: 6)
    let a = try LayerRun(once, input: x, gradient: gradient, rows: 2)
    let b = try LayerRun(thrice, input: repeated, gradient: gradient, rows: 2)
    #expect(relativeDifference(a.output, b.output.map(Double.init)) < 1e-5)
    #expect(
      relativeDifference(
        once.parameters[0].gradient.array, thrice.parameters[0].gradient.array.map(Double.init))
        < 1e-5)
  }

  @Test("The same weights after the same steps, whichever thread took what")
  func repeats() throws {
    let input = BlockedShape(channels: 64, height: 9, width: 10)
    let x = melNumbers(6 * input.count, seed: 1)
    let gradients = try (0..<3).map { _ in
      let layer = try Convolution2D(
        name: "c", outputs: 64, window: Self.winograd
      ).make(on: input, seed: 1, workspace: Workspace())
      let run = try LayerRun(layer, input: x, gradient: x, rows: 6, threads: 3)
      return [run.output, run.inputGradient ?? [], layer.parameters[0].gradient.array]
    }
    #expect(gradients[1] == gradients[0])
    #expect(gradients[2] == gradients[0])
  }
}
