internal import CKernels
internal import Foundation

/// What cepstral coefficients are made with. The defaults are those of `librosa.feature.mfcc`, but
/// for the padding, which is zeros there since 0.10.
public struct CepstrumParameters: Sendable, Hashable {
  /// The mel picture whose columns are transformed; decibels as librosa does it, any logarithm at
  /// will. Its transform is in double precision if not said otherwise: in single precision bands
  /// far below a frame's loudest are off by up to 1e-3 dB, and coefficients by as much.
  public var mel: MelParameters
  /// How many coefficients (`n_mfcc`), 1 ... the bands.
  public var coefficients = 20
  /// The length of the lifter (`lifter`): coefficient c, counted from 0, is multiplied by
  /// 1 + lifter / 2 × sin(pi (c + 1) / lifter); none where it is 0.
  public var lifter = 0.0
  /// How many derivatives along time follow the coefficients, each as many rows: 0, 1 (deltas) or 2
  /// (deltas and delta-deltas).
  public var derivatives = 0
  /// Frames that a derivative is taken of (`width`): odd, at least 3.
  public var derivativeWidth = 9

  /// The defaults.
  public init() {
    mel = MelParameters()
    mel.spectrum = SpectrumParameters(precision: .double)
  }
}

/// Mel-frequency cepstral coefficients: `coefficients` rows of frames, then as many of their first
/// and of their second derivatives.
///
/// The orthonormal cosine transform of type II along a mel picture's bands: `librosa.feature.mfcc`.
/// Derivatives are those of the polynomial that fits the `derivativeWidth` frames about each best
/// (order 1 for the first, 2 for the second), at either end of the first and the last so many
/// frames: `librosa.feature.delta(mfcc, width, order)`, `mode="interp"`.
public final class CepstrumPicture: SpectrumPicture {
  /// What the pictures are made with.
  public let parameters: CepstrumParameters
  private let mel: MelPicture
  private let transform: [Float]
  private let derivatives: [[Float]]
  private var matrix: PictureMatrix

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: CepstrumParameters) throws(SignalError) {
    let (count, bands) = (parameters.coefficients, parameters.mel.bands)
    mel = try MelPicture(parameters.mel)
    guard count >= 1, count <= bands else {
      throw SignalError(
        "\(count) cepstral coefficients", "must be 1 to \(bands), the number of mel bands",
        hint: "13 and 20 are usual")
    }
    guard parameters.lifter >= 0, parameters.lifter.isFinite else {
      throw SignalError(
        "lifter \(parameters.lifter)", "must not be negative", hint: "0 is none, 22 is usual")
    }
    guard (0...2).contains(parameters.derivatives) else {
      throw SignalError(
        "\(parameters.derivatives) derivatives", "must be 0, 1 or 2",
        hint: "1 adds deltas, 2 delta-deltas too")
    }
    let width = parameters.derivativeWidth
    guard width >= 3, width <= 1_023, !width.isMultiple(of: 2) else {
      throw SignalError(
        "derivative width \(width)", "must be odd and 3 to 1,023", hint: "9 is usual")
    }
    self.parameters = parameters
    let lifter = (0..<count).map { row in
      parameters.lifter == 0
        ? 1
        : Float(1 + parameters.lifter / 2 * sin(Double.pi * Double(row + 1) / parameters.lifter))
    }
    transform = cosineTransform(rows: count, inputs: bands).enumerated().map {
      $0.element * lifter[$0.offset / bands]
    }
    derivatives = (0..<parameters.derivatives).map {
      derivativeWeights(width: width, order: $0 + 1)
    }
    matrix = PictureMatrix(rows: count * (1 + parameters.derivatives))
  }

  /// The transform that the pictures are made of.
  public var spectrum: SpectrumParameters { parameters.mel.spectrum }
  /// Coefficients, and as many of each derivative.
  public var rows: Int { matrix.rows }

  /// Bytes of its tables and buffers.
  public var byteCount: Int {
    mel.byteCount + transform.byteCount + derivatives.reduce(0) { $0 + $1.byteCount }
      + matrix.byteCount
  }

  /// Forgets what was added, and makes room for `frames` frames.
  ///
  /// - Throws: `SignalError` where they are fewer than a derivative takes.
  public func begin(frames: Int) throws(SignalError) {
    guard derivatives.isEmpty || frames >= parameters.derivativeWidth else {
      throw SignalError(
        "\(frames) frames", "are fewer than the \(parameters.derivativeWidth) of a derivative",
        hint: "give longer slices, a shorter hop or a smaller derivative width")
    }
    mel.begin(frames: frames)
    matrix.begin(frames: frames)
  }

  /// Adds the next sixteen frames.
  public func add(_ group: inout SpectrumGroup) { mel.add(&group) }

  /// Writes the picture of what was added.
  ///
  /// - Throws: `SignalError` where `output` has another size.
  public func finish(to output: inout MutableSpan<Float>) throws(SignalError) {
    mel.scale()
    let count = parameters.coefficients
    mel.withBands { bands, stride in
      lathe_matrix_by_frames(
        transform, count, parameters.mel.bands, bands, stride, stride, matrix.base)
    }
    for (index, weights) in derivatives.enumerated() {
      for row in 0..<count {
        derive(
          matrix.base + row * matrix.stride, weights: weights,
          into: matrix.base + ((index + 1) * count + row) * matrix.stride)
      }
    }
    try matrix.write(to: &output)
  }

  /// The derivative of one row. A polynomial's highest derivative is the same everywhere, so the
  /// frames nearer to an end than half the width have that of the first or the last whole window.
  private func derive(
    _ row: UnsafePointer<Float>, weights: [Float], into output: UnsafeMutablePointer<Float>
  ) {
    let inside = matrix.frames - weights.count + 1
    let half = weights.count / 2
    let middle = output + half
    middle.update(repeating: 0, count: inside)
    for (offset, weight) in weights.enumerated() {
      let shifted = row + offset
      for frame in 0..<inside { middle[frame] += weight * shifted[frame] }
    }
    output.update(repeating: middle[0], count: half)
    (middle + inside).update(repeating: middle[inside - 1], count: half)
  }
}

/// The weights that give the `order`-th derivative, 1 or 2, of the polynomial of that order that
/// fits `width` values best. `scipy.signal.savgol_coeffs(width, order, deriv=order)`, turned.
private func derivativeWeights(width: Int, order: Int) -> [Float] {
  let offsets = (0..<width).map { Double($0 - width / 2) }
  let square = offsets.reduce(0) { $0 + $1 * $1 } / Double(width)
  // k and k² − mean k² are orthogonal to all polynomials of lower degree.
  let basis = order == 1 ? offsets : offsets.map { $0 * $0 - square }
  let norm = basis.reduce(0) { $0 + $1 * $1 }
  return basis.map { Float(Double(order) * $0 / norm) }
}

/// Makes cepstral coefficients of a transform of their own.
public typealias Cepstrum = SignalPicture<CepstrumPicture>

extension SignalPicture where Picture == CepstrumPicture {
  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: CepstrumParameters) throws(SignalError) {
    try self.init(of: CepstrumPicture(parameters))
  }
}
