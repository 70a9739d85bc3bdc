import CKernels
import Foundation
import TestSupport
import Testing

/// Frames of samples side by side, and their transforms, against loops over one frame and the sum that a Fourier
/// transform is.
@Suite struct FrameKernelTests {
  /// (samples from frame to frame, frames, samples of a frame)
  @Test(arguments: [
    (160, 16, 400), (160, 3, 400), (5, 16, 33), (1, 2, 17), (40, 16, 23), (512, 16, 2_048),
    (551, 1, 1_102),
  ])
  func framesStandSideBySide(_ hop: Int, _ count: Int, _ length: Int) {
    var generator = SeededGenerator(seed: UInt64(hop + length))
    let samples = generator.floats((count - 1) * hop + length)
    // Every third row, so that what lies between is seen to be left alone.
    let blockRows = (0..<length).map { Int32(3 * $0 + 1) }
    var block = [Float](repeating: -2, count: 3 * length * 16)
    lathe_frames_to_block(samples, hop, count, length, blockRows, &block)
    for index in block.indices {
      let (row, frame) = (index / 16, index % 16)
      guard row % 3 == 1 else {
        #expect(block[index] == -2)
        continue
      }
      let sample = frame < count ? samples[frame * hop + row / 3] : 0
      if block[index] != sample { Issue.record("row \(row), frame \(frame)") }
    }
  }

  @Test func levelsAndEmphasisAreThoseOfEachFrame() {
    var generator = SeededGenerator(seed: 5)
    let length = 37
    let blockRows = (0..<length).map { Int32($0 + $0 / 8) }
    var block = generator.floats(48 * 16)
    let (means, weights) = (generator.floats(16), generator.floats(length))
    let samples = (0..<16).map { frame in blockRows.map { block[Int($0) * 16 + frame] } }
    var (sums, energies, weighed) = (
      [Double](repeating: .nan, count: 16), [Double](repeating: .nan, count: 16),
      [Double](repeating: .nan, count: 16)
    )
    lathe_block_sums(block, blockRows, length, &sums)
    lathe_block_energies(block, blockRows, length, means, nil, &energies)
    lathe_block_energies(block, blockRows, length, means, weights, &weighed)
    lathe_emphasise_block(&block, blockRows, length, means, 0.75)
    func energy(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) } }
    for (frame, row) in samples.enumerated() {
      let centred = row.map { $0 - means[frame] }
      let sum = row.reduce(0) { $0 + Double($1) }
      let products = zip(centred, weights).map { $0 * $1 }
      #expect(isClose(sums[frame], sum, absolute: 1e-12))
      #expect(isClose(energies[frame], energy(centred), relative: 1e-12))
      #expect(isClose(weighed[frame], energy(products), relative: 1e-12))
      for (n, blockRow) in blockRows.enumerated() {
        let expected = centred[n] - centred[max(0, n - 1)] * 0.75
        #expect(block[Int(blockRow) * 16 + frame] == expected, "frame \(frame), sample \(n)")
      }
    }
  }

  @Test func windowsThatSlide() {
    var generator = SeededGenerator(seed: 9)
    let (samples, length) = (generator.floats(60), 41)
    let window = (0..<length).map { sin(Double($0)) }
    func windowed(_ frame: Int) -> [Double] {
      window.indices.map { Double(samples[frame + $0]) * window[$0] }
    }
    var energies = [Double](repeating: .nan, count: 16)
    lathe_sliding_energies(samples, window, length, &energies)
    for (frame, energy) in energies.enumerated() {
      let expected = windowed(frame).reduce(0.0) { $0 + $1 * $1 }
      #expect(isClose(energy, expected, relative: 1e-12), "frame \(frame)")
    }
    var pairs = [Double](repeating: .nan, count: 2 * length + 1)
    lathe_window_pair_complex(samples, window, [0.5, 3], length, &pairs)
    let (real, imaginary) = (windowed(0).map { $0 * 0.5 }, windowed(1).map { $0 * 3 })
    #expect(Array(pairs.dropLast()) == zip(real, imaginary).flatMap { [$0, $1] })
    #expect(pairs[2 * length].isNaN, "wrote past the end")
    var power = [Double](repeating: 2, count: length + 1)
    lathe_add_powers(pairs, length, &power)
    #expect(power.dropLast() == ArraySlice(zip(real, imaginary).map { 2 + ($0 * $0 + $1 * $1) }))
    #expect(power[length] == 2)
  }

  /// X[k] of a frame by its definition.
  private func spectrum(_ frame: [Double], _ k: Int) -> (re: Double, im: Double) {
    var sum = (re: 0.0, im: 0.0)
    for (n, value) in frame.enumerated() {
      let angle = 2 * Double.pi * Double(k * n % frame.count) / Double(frame.count)
      sum.re += value * cos(angle)
      sum.im -= value * sin(angle)
    }
    return sum
  }

  /// Half the samples of a transform, frames, and samples between them; a hop of whole rows of the first step
  /// is taken another way than others, one of a quarter of a frame a third way.
  @Test(arguments: [
    (256, 16, 128), (256, 1, 100), (512, 16, 256), (512, 7, 441), (1_024, 16, 512), (1_024, 3, 512),
    (1_024, 16, 500), (1_024, 5, 64), (1_024, 16, 448), (1_024, 2, 1_984), (1_024, 3, 2_560),
    (512, 16, 320), (256, 9, 96), (256, 2, 480), (256, 9, 128), (512, 8, 256), (1_024, 1, 512),
  ])
  func spectraAreThoseOfTheDefinition(_ half: Int, _ count: Int, _ hop: Int) {
    var generator = SeededGenerator(seed: UInt64(half + hop))
    let samples = generator.floats(15 * hop + 2 * half)
    let window = (0..<2 * half).map { 0.6 - 0.4 * cos(Double($0) / 50) }
    var tables = [Double](repeating: 0, count: lathe_transform_tables(half))
    lathe_make_transform_tables(half, &tables)
    let size = (half + 1) * 16
    var power = [Float](repeating: .nan, count: size)
    var (magnitude, single, powerBeside, lower) = (power, power, power, power)
    withScratch(lathe_transform_scratch(half)) { (scratch: UnsafeMutablePointer<Double>) in
      lathe_transform_frames(samples, hop, count, samples, window, tables, half, scratch)
      lathe_transform_spectra_double(scratch, tables, half, count, &power, nil, 0)
      lathe_transform_spectra_double(scratch, tables, half, count, nil, &magnitude, half + 1)
      // Both in one pass are what each is alone, and magnitudes end where they are to.
      lathe_transform_spectra_double(scratch, tables, half, count, &powerBeside, &lower, 41)
    }
    #expect(power == powerBeside && lower.prefix(41 * 16) == magnitude.prefix(41 * 16))
    #expect(lower[(41 * 16)...].allSatisfy { $0.isNaN })
    let blockRows = (0..<2 * half).map { Int32(lathe_transform_row(half, $0)) }
    var block = [Float](repeating: .nan, count: lathe_transform_rows(half) * 16)
    lathe_frames_to_block(samples, hop, count, 2 * half, blockRows, &block)
    withScratch(lathe_transform_scratch(half)) { (scratch: UnsafeMutablePointer<Float>) in
      lathe_transform_block(block, window.map(Float.init), tables.map(Float.init), half, scratch)
      lathe_transform_spectra(scratch, tables.map(Float.init), half, &single)
    }
    let bins = [0, 1, 2, 15, 16, 17, 31, 32, 33, half / 2 - 1, half / 2, half / 2 + 1, half - 32]
    for frame in [0, 1, 2, 6, 7, 15] {
      let values = window.indices.map { n in
        frame < count ? Double(samples[frame * hop + n]) * window[n] : 0
      }
      let loudest = values.reduce(0) { $0 + $1 * $1 }
      for bin in bins + [half - 1, half] {
        let x = spectrum(values, bin)
        let element = bin * 16 + frame
        let expected = x.re * x.re + x.im * x.im
        #expect(isClose(Double(power[element]), expected, absolute: 1e-12, relative: 1e-6))
        #expect(
          isClose(Double(single[element]), expected, absolute: 1e-6 * loudest, relative: 1e-5))
        var rounded: Float = .nan
        lathe_magnitude([Float(x.re)], [Float(x.im)], 1, &rounded)
        // The definition's own sum is exact to some 1e-13 only, which may round the other way.
        #expect(
          isClose(Double(magnitude[element]), Double(rounded), absolute: 1e-12, relative: 2e-7))
      }
    }
  }

  /// Memory that begins at a cache line.
  private func withScratch<Number: BinaryFloatingPoint>(
    _ count: Int, _ body: (UnsafeMutablePointer<Number>) -> Void
  ) {
    let bytes = count * MemoryLayout<Number>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { memory.deallocate() }
    body(memory.initializeMemory(as: Number.self, repeating: .nan, count: count))
  }
}
