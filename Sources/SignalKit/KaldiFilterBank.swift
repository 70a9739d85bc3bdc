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
  private let block: FrameBlock
  private let window: [Float]
  private let segment: AlignedBuffer<Float>
  private let means: AlignedBuffer<Float>
  private let sums: AlignedBuffer<Double>
  private var picture: AlignedBuffer<Float>
  private var centred: AlignedBuffer<Float>

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: KaldiParameters) throws(SignalError) {
    try parameters.validate()
    let window = parameters.windowValues().map { Float($0) * Float(parameters.sampleScale) }
    block = try FrameBlock(window: window, transformLength: parameters.transformLength)
    self.parameters = parameters
    self.window = window
    filters = KaldiWeights(parameters)
    segment = AlignedBuffer(count: 15 * parameters.shiftSamples + parameters.frameSamples)
    means = AlignedBuffer(count: 16)
    sums = AlignedBuffer(count: 16)
    picture = AlignedBuffer(count: 0)
    centred = AlignedBuffer(count: 0)
  }

  /// How many frames a signal of `samples` samples gives: none where it is shorter than a frame.
  public func frames(samples: Int) -> Int { parameters.frames(samples: samples) }

  /// Bytes of its tables and buffers.
  public var byteCount: Int {
    let buffers = segment.byteCount + means.byteCount + sums.byteCount + picture.byteCount
    return filters.byteCount + block.byteCount + window.byteCount + buffers + centred.byteCount
  }

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
    let bands = picture.base + (parameters.energyRow == .first ? stride : 0)
    let bins = parameters.transformLength / 2 + 1
    for first in Swift.stride(from: 0, to: frames, by: 16) {
      let used = min(16, frames - first)
      block.fill(
        samples(ofFrame: first, count: used, signal, count), hop: parameters.shiftSamples,
        count: used)
      takeMeans()
      let energies =
        picture.base + (parameters.energyRow == .first ? 0 : parameters.bands) * stride + first
      if parameters.energyRow != .none, parameters.usesRawEnergy {
        writeLogEnergies(weights: nil, scale: parameters.sampleScale, to: energies)
      }
      lathe_emphasise_block(
        block.samples.base, block.sampleRows, block.sampleRows.count, means.base,
        Float(parameters.preemphasis))
      if parameters.energyRow != .none, !parameters.usesRawEnergy {
        means.base.update(repeating: 0, count: 16)
        writeLogEnergies(weights: window, scale: 1, to: energies)
      }
      let powers = block.powers()
      if !parameters.usesPower { lathe_square_roots(powers, powers, bins * 16) }
      lathe_filter_bank(
        powers, 0, filters.starts, filters.lengths, filters.weights, parameters.bands,
        bands + first, stride)
    }
  }

  /// The samples of `count` neighbouring frames: those of the signal where they lie inside it, else a
  /// mirrored copy.
  private func samples(
    ofFrame index: Int, count frames: Int, _ signal: UnsafePointer<Float>, _ count: Int
  ) -> UnsafePointer<Float> {
    let (length, shift) = (parameters.frameSamples, parameters.shiftSamples)
    if parameters.snipsEdges { return signal + index * shift }
    let first = index * shift - (length / 2 - shift / 2)
    let total = (frames - 1) * shift + length
    if first >= 0, first + total <= count { return signal + first }
    for i in 0..<total {
      let at = first + i
      segment.base[i] = signal[at < 0 ? -at - 1 : at < count ? at : 2 * count - 1 - at]
    }
    return UnsafePointer(segment.base)
  }

  /// The means of the frames, zeros where they are kept.
  private func takeMeans() {
    means.base.update(repeating: 0, count: 16)
    guard parameters.removesOffset else { return }
    lathe_block_sums(block.samples.base, block.sampleRows, block.sampleRows.count, sums.base)
    let count = Double(block.sampleRows.count)
    for lane in 0..<16 { means.base[lane] = Float(sums.base[lane] / count) }
  }

  /// ln of the frames' energies, no less than 2^−23 and the energy floor.
  private func writeLogEnergies(
    weights: [Float]?, scale: Double, to row: UnsafeMutablePointer<Float>
  ) {
    lathe_block_energies(
      block.samples.base, block.sampleRows, block.sampleRows.count, means.base, weights, sums.base)
    let least = max(Double(Float.ulpOfOne), parameters.energyFloor)
    for lane in 0..<16 { row[lane] = Float(log(max(sums.base[lane] * scale * scale, least))) }
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
