internal import CKernels
internal import Foundation

/// Makes gammatone pictures: how strongly each filter of a model of the ear's sounds, over time.
///
/// The signal goes through a bank of gammatone filters whose centres are evenly spaced on the scale
/// of equivalent rectangular bandwidths (ERB(f) = f / 9.26449 + 24.7 Hz, Glasberg and Moore 1990),
/// each as wide as the ear's at its centre (Patterson and Holdsworth; Slaney, Apple TR 35, 1993).
/// Value t of a filter is the root of its mean square over the samples t × hop ..< t × hop +
/// windowLength, which all lie inside the signal. A row is a filter, the lowest first; a column is
/// a frame. Filters are causal: a filter answers 3 / (2 pi b) seconds late, 15 ms at 50 Hz and less
/// above.
///
/// `gammatone.gtgram.gtgram(wave, fs, windowLength / fs, hop / fs, bands, f_min, f_max)` of the
/// Python package gammatone (after D. Ellis's gammatonegram) gives the same amplitudes.
///
/// One value serves one thread; it owns its buffers and allocates nothing per picture of the same
/// length.
public struct GammatonePicture: ~Copyable {
  /// What the pictures are made with.
  public let parameters: GammatoneParameters
  private let filters: GammatoneFilters
  private let state: AlignedBuffer<Double>
  private var energies: AlignedBuffer<Double>
  private var picture: AlignedBuffer<Float>

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: GammatoneParameters) throws(SignalError) {
    try parameters.validate()
    self.parameters = parameters
    filters = GammatoneFilters(parameters)
    state = AlignedBuffer(count: 64)
    energies = AlignedBuffer(count: 0)
    picture = AlignedBuffer(count: 0)
  }

  /// How many frames a signal of `samples` samples gives: none where it is shorter than a window.
  public func frames(samples: Int) -> Int { parameters.frames(samples: samples) }

  /// Bytes of its tables and buffers.
  public var byteCount: Int {
    filters.byteCount + state.byteCount + energies.byteCount + picture.byteCount
  }

  /// Writes the picture of `signal`, `bands` rows of `frames` values, to `output`.
  ///
  /// - Throws: `SignalError` where the signal is shorter than a window or `output` has another
  ///   size.
  public mutating func write(
    _ signal: Span<Float>, to output: inout MutableSpan<Float>
  ) throws(SignalError) {
    let frames = frames(samples: signal.count)
    guard frames > 0 else {
      throw SignalError(
        "signal of \(signal.count) samples", "is shorter than a window",
        hint: "give at least \(parameters.windowLength) samples")
    }
    guard output.count == parameters.bands * frames else {
      throw SignalError(
        "output of \(output.count) values",
        "should hold \(parameters.bands) bands × \(frames) frames",
        hint: "size it by frames(samples:)")
    }
    let stride = (frames + 15) / 16 * 16
    picture.reserve(filters.groups * 8 * stride)
    // Two parts of a hop each, and those that the last window reaches into.
    energies.reserve(16 * (frames + parameters.windowLength / parameters.hop + 1))
    signal.withUnsafeBufferPointer { signal in
      guard let base = signal.baseAddress else { return }
      for group in 0..<filters.groups {
        filter(base, group: group, frames: frames)
        sum(group: group, frames: frames, stride: stride)
      }
    }
    if parameters.scale == .decibels {
      let loudest = lathe_decibel(picture.base, 1e-10, parameters.bands * stride)
      lathe_clip_below(picture.base, loudest - parameters.dynamicRange, parameters.bands * stride)
    }
    output.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      for band in 0..<parameters.bands {
        (base + band * frames).update(from: picture.base + band * stride, count: frames)
      }
    }
  }

  /// The energies of eight filters over the parts of each hop: the samples in which a window ends,
  /// then the rest. Windows are sums of whole parts, however window and hop go together.
  private func filter(_ signal: UnsafePointer<Float>, group: Int, frames: Int) {
    let (hop, window) = (parameters.hop, parameters.windowLength)
    let firstPart = window % hop
    let end = (frames - 1) * hop + window
    state.base.update(repeating: 0, count: 64)
    var position = 0
    var part = 0
    while position < end {
      let length = part.isMultiple(of: 2) ? firstPart : hop - firstPart
      let energy = energies.base + 8 * part
      energy.update(repeating: 0, count: 8)
      filters.coefficients.withUnsafeBufferPointer { coefficients in
        guard let base = coefficients.baseAddress else { return }
        lathe_gammatone(base + 48 * group, state.base, signal + position, length, energy)
      }
      position += length
      part += 1
    }
  }

  /// Mean squares, or their roots, of every window of eight filters.
  private func sum(group: Int, frames: Int, stride: Int) {
    let (hop, window) = (parameters.hop, parameters.windowLength)
    let parts = window / hop * 2 + (window % hop > 0 ? 1 : 0)
    for lane in 0..<min(8, parameters.bands - group * 8) {
      let scale = filters.energyScales[group * 8 + lane] / Double(window)
      let row = picture.base + (group * 8 + lane) * stride
      for frame in 0..<frames {
        var energy = 0.0
        for part in 2 * frame..<2 * frame + parts { energy += energies.base[8 * part + lane] }
        let mean = energy * scale
        row[frame] = Float(parameters.scale == .decibels ? mean : mean.squareRoot())
      }
      (row + frames).update(repeating: 0, count: stride - frames)
    }
  }
}
