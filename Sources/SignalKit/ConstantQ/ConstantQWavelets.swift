internal import CKernels
internal import Foundation

/// The wavelets of an octave, as one matrix by which frames of samples are multiplied.
///
/// librosa multiplies the spectra of frames by the spectra of the wavelets, from which it leaves
/// out the least parts. Both are linear in the samples: a row of that product is the sum over a
/// frame of the samples times the transform of what was kept, so the same values come out of one
/// product of matrices, without a transform of any frame.
final class ConstantQWavelets {
  let octave: ConstantQOctave
  let frameLength: Int
  /// Real parts lie in the first half of the columns, imaginary parts in the second.
  let columns: Int
  private let matrix: AlignedBuffer<Float>

  /// - Throws: `SignalError` where there is no transform of a frame's length.
  init(
    _ parameters: ConstantQParameters, octave: ConstantQOctave, tuning: Double
  ) throws(SignalError) {
    self.octave = octave
    frameLength = octave.frameLength
    let half = (octave.bins.count + 15) / 16 * 16
    columns = 2 * half
    matrix = AlignedBuffer(count: frameLength * columns)
    let transform = try ComplexTransform(length: frameLength)
    let frequencies = parameters.frequencies(tuning: tuning)
    let early = parameters.earlyHalvings(tuning: tuning)
    let quality = parameters.quality
    for (column, bin) in octave.bins.enumerated() {
      let frequency = frequencies[bin]
      let length = quality * octave.rate / frequency
      let firstLength = length * Double(1 << (octave.halvings - early))
      // What halving the rate takes from the sum over a wavelet is given back.
      var gain =
        (length / Double(frameLength)) * Double(1 << (octave.halvings - early)).squareRoot()
      gain *= (parameters.isScaledByLength ? 1 / firstLength : Double(1 << early)).squareRoot()
      Self.fill(
        transform, with: Self.wavelet(parameters, cycles: frequency / octave.rate, length: length))
      transform.run()
      Self.leaveOut(parameters.sparsity, of: transform)
      transform.run()
      for sample in 0..<frameLength {
        let row = matrix.base + sample * columns
        row[column] = Float(transform.output.base[2 * sample] * gain)
        row[half + column] = Float(transform.output.base[2 * sample + 1] * gain)
      }
    }
  }

  var byteCount: Int { matrix.byteCount }

  /// Writes the parts of `count` frames, `columns` floats each, to `output`. Frame t begins at
  /// `signal[t × hop − frameLength / 2]`.
  func analyse(
    _ signal: UnsafePointer<Float>, frames count: Int, into output: UnsafeMutablePointer<Float>
  ) {
    lathe_frame_products(
      signal - frameLength / 2, octave.hop, count, matrix.base, frameLength, columns, output)
  }

  /// The window times the exponential, scaled: `librosa.filters.wavelet`.
  private static func wavelet(
    _ parameters: ConstantQParameters, cycles: Double, length: Double
  ) -> [(real: Double, imaginary: Double)] {
    let start = Int((-length / 2).rounded(.down))
    let end = Int((length / 2).rounded(.down))
    let window = Window(parameters.window).values(length: end - start)
    let sum: Double =
      switch parameters.norm {
      case .sum: window.reduce(0) { $0 + abs($1) }
      case .energy: window.reduce(0) { $0 + $1 * $1 }.squareRoot()
      case .maximum: window.reduce(0) { max($0, abs($1)) }
      case .none: 1
      }
    return window.enumerated().map { index, weight in
      let angle = 2 * Double.pi * Double(start + index) * cycles
      return (weight / sum * cos(angle), weight / sum * sin(angle))
    }
  }

  /// Puts a wavelet into the middle of the transform's input.
  private static func fill(
    _ transform: borrowing ComplexTransform, with wavelet: [(real: Double, imaginary: Double)]
  ) {
    let (input, count) = (transform.input.base, transform.input.count)
    input.update(repeating: 0, count: count)
    let first = (count / 2 - wavelet.count) / 2
    for (index, value) in wavelet.enumerated() {
      input[2 * (first + index)] = value.real
      input[2 * (first + index) + 1] = value.imaginary
    }
  }

  /// Copies the spectrum in a transform's output to its input, without negative frequencies and
  /// without its least parts, whose magnitudes sum up to less than `share`:
  /// `librosa.util.sparsify_rows`.
  private static func leaveOut(_ share: Double, of transform: borrowing ComplexTransform) {
    let (input, output) = (transform.input.base, transform.output.base)
    let count = transform.input.count
    let magnitudes = (0..<count / 4 + 1).map { hypot(output[2 * $0], output[2 * $0 + 1]) }
    let total = magnitudes.reduce(0, +)
    var sum = 0.0
    let least = magnitudes.sorted().first {
      sum += $0 / total
      return sum >= share
    }
    input.update(repeating: 0, count: count)
    for (bin, magnitude) in magnitudes.enumerated() where magnitude >= least ?? 0 {
      input[2 * bin] = output[2 * bin]
      input[2 * bin + 1] = output[2 * bin + 1]
    }
  }
}
