/// A picture made of the spectra of a signal's frames: mel bands, cepstral coefficients, pitch
/// classes.
///
/// A ``SpectrumFrames`` of the same parameters begins it and adds the groups of frames; `finish`
/// writes it. A picture of one's own transform is a ``SignalPicture``. One value serves one thread
/// and keeps its buffers from signal to signal.
public protocol SpectrumPicture: AnyObject {
  /// The transform that the picture is made of.
  var spectrum: SpectrumParameters { get }
  /// Values of a frame.
  var rows: Int { get }
  /// Bytes of its tables and buffers; these grow with the longest signal so far.
  var byteCount: Int { get }
  /// Forgets what was added, and makes room for `frames` frames.
  ///
  /// - Throws: `SignalError` where they are too few.
  func begin(frames: Int) throws(SignalError)
  /// Adds the next sixteen frames.
  func add(_ group: inout SpectrumGroup)
  /// Writes the picture of the frames that were added: ``rows`` rows of as many values as there are
  /// frames.
  ///
  /// - Throws: `SignalError` where `output` has another size.
  func finish(to output: inout MutableSpan<Float>) throws(SignalError)
}

/// A picture with a transform of its own.
public struct SignalPicture<Picture: SpectrumPicture>: ~Copyable {
  /// What is made of the transform.
  public let picture: Picture
  private var spectra: SpectrumFrames

  /// - Throws: `SignalError` where a parameter of the transform is out of range.
  public init(of picture: Picture) throws(SignalError) {
    self.picture = picture
    spectra = try SpectrumFrames(picture.spectrum)
  }

  /// Values of a frame.
  public var rows: Int { picture.rows }

  /// How many frames a signal of `samples` samples gives; 0 where it is too short for one.
  public func frames(samples: Int) -> Int { spectra.frames(samples: samples) }

  /// Runs the Fourier transforms that a picture of `samples` samples takes, and nothing else: with
  /// it a benchmark tells their share.
  public func runTransforms(samples: Int) { spectra.runTransforms(samples: samples) }

  /// Writes the picture of `signal`, ``rows`` rows of `frames` values, to `output`.
  ///
  /// - Throws: `SignalError` where the signal is empty or too short, or `output` has another size.
  public mutating func write(
    _ signal: Span<Float>, to output: inout MutableSpan<Float>
  ) throws(SignalError) {
    let frames = try spectra.checkedFrames(samples: signal.count)
    try PictureMatrix.check(output.count, rows: rows, frames: frames)
    try spectra.analyse(signal, for: [picture])
    try picture.finish(to: &output)
  }
}
