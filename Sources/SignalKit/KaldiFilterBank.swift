import Wording

internal import CKernels
internal import Foundation

/// Makes Kaldi's log-mel filter-bank pictures: what `torchaudio.compliance.kaldi.fbank` gives with no
/// dither, and Kaldi's `compute-fbank-feats`.
///
/// Each frame loses its mean, is pre-emphasised, windowed, filled with zeros to a power of two and
/// transformed; triangular filters on the mel scale 1127 ln(1 + f / 700) weigh its power; of the sums,
/// no less than 2^−23, the natural logarithm is taken. Kaldi stores a row a frame, [frames, bands]; here
/// a row is a band, [bands, frames], as in the other pictures.
///
/// One value serves one thread; it owns its plan and its buffers and allocates nothing per picture.
public struct KaldiFilterBank: ~Copyable {
  /// What the pictures are made with.
  public let parameters: KaldiParameters
  private let filters: KaldiWeights
  private let transform: FourierTransform
  private let window: AlignedBuffer<Float>
  private let frame: AlignedBuffer<Float>
  private let rows: AlignedBuffer<Float>
  private let panel: AlignedBuffer<Float>
  private let scratch: AlignedBuffer<Float>
  private var picture: AlignedBuffer<Float>
  private var centred: AlignedBuffer<Float>
  private let rowStride: Int

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: KaldiParameters) throws(SignalError) {
    try parameters.validate()
    let length = parameters.transformLength
    let transform = try FourierTransform(length: length)
    self.parameters = parameters
    self.transform = transform
    filters = KaldiWeights(parameters)
    let count = parameters.frameSamples
    window = AlignedBuffer(count: count)
    for (i, value) in parameters.windowValues().enumerated() {
      window.base[i] = Float(value) * Float(parameters.sampleScale)
    }
    frame = AlignedBuffer(count: count)
    rowStride = (length / 2 + 1 + 15) / 16 * 16
    rows = AlignedBuffer(count: 16 * rowStride)
    panel = AlignedBuffer(count: 16 * rowStride)
    scratch = AlignedBuffer(count: length)
    picture = AlignedBuffer(count: 0)
    centred = AlignedBuffer(count: 0)
  }

  /// How many frames a signal of `samples` samples gives: none where it is shorter than a frame.
  public func frames(samples: Int) -> Int { parameters.frames(samples: samples) }

  /// Writes the picture of `signal`, `parameters.rows` rows of `frames` values, to `output`.
  ///
  /// - Throws: `SignalError` where the signal is shorter than a frame or `output` has another size.
  public mutating func write(
    _ signal: Span<Float>, to output: inout MutableSpan<Float>
  ) throws(SignalError) {
    let frames = frames(samples: signal.count)
    guard signal.count >= parameters.frameSamples, frames > 0 else {
      throw SignalError(
        "signal of \(Words.counted(signal.count, "sample"))", "is shorter than a frame",
        hint: "give at least \(Words.counted(parameters.frameSamples, "sample"))")
    }
    guard output.count == parameters.rows * frames else {
      throw SignalError(
        "output of \(Words.counted(output.count, "value"))",
        "should hold \(Words.counted(parameters.rows, "row")) × \(frames) frames",
        hint: "size it by frames(samples:)")
    }
    let stride = (frames + 15) / 16 * 16
    picture.reserve(parameters.rows * stride)
    if parameters.subtractsSignalMean { centred.reserve(signal.count) }
    signal.withUnsafeBufferPointer { signal in
      guard let base = signal.baseAddress else { return }
      analyse(withoutMean(base, signal.count), signal.count, frames: frames, stride: stride)
    }
    finish(frames: frames, stride: stride)
    output.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      for row in 0..<parameters.rows {
        (base + row * frames).update(from: picture.base + row * stride, count: frames)
      }
    }
  }

  private func withoutMean(_ signal: UnsafePointer<Float>, _ count: Int) -> UnsafePointer<Float> {
    guard parameters.subtractsSignalMean else { return signal }
    lathe_normalise(signal, mean(signal, count), 0, 1, centred.base, count)
    return UnsafePointer(centred.base)
  }

  private func mean(_ samples: UnsafePointer<Float>, _ count: Int) -> Float {
    var sums = [0.0, 0.0]
    _ = lathe_levels(samples, count, &sums)
    return Float(sums[0] / Double(count))
  }

  /// Filtered energies of every frame, sixteen at a time; frames past the last are silent.
  private func analyse(
    _ signal: UnsafePointer<Float>, _ count: Int, frames: Int, stride: Int
  ) {
    let (length, half) = (parameters.frameSamples, parameters.transformLength / 2)
    let bands = picture.base + (parameters.energyRow == .first ? stride : 0)
    let input = transform.input.base
    for first in Swift.stride(from: 0, to: frames, by: 16) {
      for lane in 0..<16 {
        let row = rows.base + lane * rowStride
        guard first + lane < frames else {
          row.update(repeating: 0, count: rowStride)
          continue
        }
        let samples = samples(ofFrame: first + lane, signal, count)
        let mean = parameters.removesOffset ? mean(samples, length) : 0
        lathe_emphasise(
          samples, mean, Float(parameters.preemphasis), window.base, input, length)
        (input + length).update(repeating: 0, count: 2 * half - length)
        if parameters.energyRow != .none {
          let at = (parameters.energyRow == .first ? 0 : parameters.bands) * stride + first + lane
          picture.base[at] = logEnergy(samples, mean)
        }
        transform.runForward()
        lathe_power_of_half(
          transform.output.base, transform.twiddles.cosine.base, transform.twiddles.sine.base, half,
          row, scratch.base)
        if !parameters.usesPower {
          for bin in 0...half { row[bin] = row[bin].squareRoot() }
        }
      }
      lathe_rows_to_panel(rows.base, rowStride, rowStride, panel.base)
      lathe_filter_bank(
        panel.base, 0, filters.starts, filters.lengths, filters.weights, parameters.bands,
        bands + first, stride)
    }
  }

  /// The samples of a frame: those of the signal where it lies inside it, else a mirrored copy.
  private func samples(
    ofFrame index: Int, _ signal: UnsafePointer<Float>, _ count: Int
  ) -> UnsafePointer<Float> {
    let (length, shift) = (parameters.frameSamples, parameters.shiftSamples)
    if parameters.snipsEdges { return signal + index * shift }
    let first = index * shift - (length / 2 - shift / 2)
    if first >= 0, first + length <= count { return signal + first }
    for i in 0..<length {
      let at = first + i
      frame.base[i] = signal[at < 0 ? -at - 1 : at < count ? at : 2 * count - 1 - at]
    }
    return UnsafePointer(frame.base)
  }

  /// ln of the frame's energy, no less than 2^−23 and the energy floor. The windowed frame stands in
  /// the transform's input.
  private func logEnergy(_ samples: UnsafePointer<Float>, _ mean: Float) -> Float {
    var energy = 0.0
    if parameters.usesRawEnergy {
      for i in 0..<parameters.frameSamples {
        let value = Double(samples[i] - mean) * parameters.sampleScale
        energy += value * value
      }
    } else {
      energy = lathe_sum_of_squares(transform.input.base, parameters.frameSamples)
    }
    return Float(log(max(energy, Double(Float.ulpOfOne), parameters.energyFloor)))
  }

  /// Logarithm, mean of the rows and the last offset and scale.
  private func finish(frames: Int, stride: Int) {
    let bands = picture.base + (parameters.energyRow == .first ? stride : 0)
    // From decibels to natural logarithms.
    let unit: Double = parameters.usesLogarithm ? log(10) / 10 : 1
    if parameters.usesLogarithm {
      _ = lathe_decibel(bands, .ulpOfOne, parameters.bands * stride)
    }
    for row in 0..<parameters.rows {
      let values = picture.base + row * stride
      let isBand = values >= bands && values < bands + parameters.bands * stride
      let factor = isBand ? unit : 1
      let mean = parameters.subtractsMean ? Double(mean(values, frames)) : 0
      let origin = mean - parameters.offset / factor
      let rest = origin - Double(Float(origin))
      lathe_normalise(
        values, Float(origin), Float(rest), Float(factor * parameters.scale), values, frames)
    }
  }
}
