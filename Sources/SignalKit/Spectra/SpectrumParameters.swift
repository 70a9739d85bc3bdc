/// What a short-time Fourier transform is made with. Pictures whose parameters are equal share one
/// transform (``SpectrumFrames``); the sample rate is no part of them.
public struct SpectrumParameters: Sendable, Hashable {
  /// Samples that are transformed (`n_fft`), 2 ... 65,536; powers of two are the fastest, odd
  /// lengths the slowest.
  public let transformLength: Int
  /// Samples under the window (`win_length`), at most ``transformLength``, in the middle of which
  /// the window lies: (transformLength − windowLength) / 2 zeros, rounded down, stand before it.
  public let windowLength: Int
  /// Samples between frames (`hop_length`), at most ``transformLength``.
  public let hop: Int
  /// What a frame is multiplied by.
  public let window: Window
  /// Where the frames lie in the signal.
  public let framing: Framing
  /// What stands outside the signal (`pad_mode`); zeros where no frame reaches beyond it.
  public let padding: Padding
  /// How exactly the transform is computed.
  public let precision: Precision

  /// The defaults are those of `librosa.stft` up to 0.8 (which reflected the signal at its ends;
  /// zeros are the default since 0.10). `windowLength`: the whole transform where it is nil.
  public init(
    transformLength: Int = 2_048, windowLength: Int? = nil, hop: Int = 512,
    window: Window = Window(.hann), framing: Framing = .centred, padding: Padding = .reflect,
    precision: Precision = .single
  ) {
    self.transformLength = transformLength
    self.windowLength = windowLength ?? transformLength
    self.hop = hop
    self.window = window
    self.framing = framing
    // Where nothing lies outside, parameters that differ in the padding alone are the same.
    self.padding = framing == .centred ? padding : .zero
    self.precision = precision
  }

  /// Frequencies of a spectrum: transformLength / 2 + 1, rounded down.
  public var bins: Int { transformLength / 2 + 1 }

  /// How many frames a signal of `samples` samples has; 0 where it is too short for one.
  ///
  /// - Throws: `SignalError` where a parameter is out of range.
  public func frames(samples: Int) throws(SignalError) -> Int {
    try FrameGeometry(self).count(samples: samples)
  }

  /// Where the frames of a short-time transform lie in a signal.
  public enum Framing: String, Sendable, Hashable, Codable, CaseIterable {
    /// Frame t is centred on sample t × hop, beyond the ends stands the padding: `center=True` of
    /// librosa and of PyTorch. 1 + samples / hop frames for even transforms.
    case centred
    /// Frame t begins at sample t × hop, and the whole transform lies in the signal:
    /// `center=False` of librosa and of PyTorch. 1 + (samples − transformLength) / hop frames.
    case wholeTransforms = "whole-transforms"
    /// The window of frame t begins at sample t × hop, and it lies in the signal:
    /// `tf.signal.stft`. 1 + (samples − windowLength) / hop frames.
    case wholeWindows = "whole-windows"
  }

  /// How exactly a transform is computed.
  public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
    /// In single precision: an error of about 1e-7 of a frame's largest magnitude, as PyTorch's;
    /// for pictures that look down at most 80 dB.
    case single
    /// In double precision, magnitudes rounded to single: librosa's numbers.
    case double
  }
}
