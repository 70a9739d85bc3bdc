import Wording

internal import CKernels

/// What a log-mel picture is made with. The defaults are those of `librosa.feature.melspectrogram`.
public struct MelParameters: Sendable, Hashable {
  /// In hertz.
  public var sampleRate: Double = 22_050
  /// Samples in a frame (`n_fft`); even.
  public var transformLength = 2_048
  /// Samples between frames (`hop_length`).
  public var hop = 512
  /// How many mel bands (`n_mels`).
  public var bands = 128
  /// The lowest frequency in hertz (`fmin`).
  public var minimumFrequency = 0.0
  /// The highest frequency in hertz (`fmax`); half the sample rate where it is nil.
  public var maximumFrequency: Double?
  /// How far below the loudest value of the picture the quietest may lie, in decibels (`top_db`);
  /// not negative.
  public var dynamicRange: Float = 80
  /// What stands outside the signal (`pad_mode`).
  public var padding = Padding.reflect

  /// The defaults.
  public init() {}
}

/// Makes log-mel pictures: power_to_db(melspectrogram(y)), power 2, Hann window, centred frames,
/// reference 1.0, floor 1e-10.
///
/// One value serves one thread; it owns its plan and its buffers and allocates nothing per picture.
public struct MelSpectrogram: ~Copyable {
  /// What the pictures are made with.
  public let parameters: MelParameters
  private let geometry: FrameGeometry
  private let bank: MelFilterBank
  private let transform: FourierTransform
  private let window: AlignedBuffer<Float>
  private let scratch: AlignedBuffer<Float>
  private let rows: AlignedBuffer<Float>
  private let panel: AlignedBuffer<Float>
  private var picture: AlignedBuffer<Float>
  private let rowStride: Int

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: MelParameters) throws(SignalError) {
    guard parameters.dynamicRange >= 0 else {
      throw SignalError(
        "dynamic range \(parameters.dynamicRange) dB", "must not be negative", hint: "80 is usual")
    }
    let length = parameters.transformLength
    let geometry = try FrameGeometry(
      length: length, hop: parameters.hop, padding: parameters.padding)
    let bank = try MelFilterBank(
      sampleRate: parameters.sampleRate, transformLength: length, count: parameters.bands,
      minimum: parameters.minimumFrequency,
      maximum: parameters.maximumFrequency ?? parameters.sampleRate / 2)
    let transform = try FourierTransform(length: length)
    self.parameters = parameters
    self.geometry = geometry
    self.bank = bank
    self.transform = transform
    picture = AlignedBuffer(count: 0)
    window = AlignedBuffer(count: length)
    for (i, value) in hannWindow(length: length).enumerated() { window.base[i] = Float(value) }
    scratch = AlignedBuffer(count: length)
    rowStride = (length / 2 + 1 + 15) / 16 * 16
    rows = AlignedBuffer(count: 16 * rowStride)
    panel = AlignedBuffer(count: 16 * rowStride)
  }

  /// How many frames a signal of `samples` samples gives.
  public func frames(samples: Int) -> Int { geometry.count(samples: samples) }

  /// Runs the Fourier transforms that a picture of `samples` samples takes, and nothing else: with it a
  /// benchmark tells their share.
  public func runTransforms(samples: Int) {
    for _ in 0..<frames(samples: samples) { transform.runForward() }
  }

  /// Writes the picture of `signal`, `bands` rows of `frames` decibels, to `output`.
  ///
  /// - Throws: `SignalError` where the signal is empty or `output` has another size.
  public mutating func write(
    _ signal: Span<Float>, to output: inout MutableSpan<Float>
  ) throws(SignalError) {
    let frames = frames(samples: signal.count)
    guard !signal.isEmpty else {
      throw SignalError("signal", "is empty", hint: "give at least one sample")
    }
    guard output.count == parameters.bands * frames else {
      throw SignalError(
        "output of \(Words.counted(output.count, "value"))",
        "should hold \(Words.counted(parameters.bands, "band")) × \(frames) frames",
        hint: "size it by frames(samples:)")
    }
    let stride = (frames + 15) / 16 * 16
    picture.reserve(parameters.bands * stride)
    signal.withUnsafeBufferPointer { analyse($0, frames: frames, stride: stride) }
    let picture = picture.base
    let loudest = lathe_decibel(picture, 1e-10, parameters.bands * stride)
    lathe_clip_below(picture, loudest - parameters.dynamicRange, parameters.bands * stride)
    output.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      for band in 0..<parameters.bands {
        (base + band * frames).update(from: picture + band * stride, count: frames)
      }
    }
  }

  /// Mel power of every frame, sixteen at a time; frames past the last are silent.
  private func analyse(_ signal: UnsafeBufferPointer<Float>, frames: Int, stride: Int) {
    let half = parameters.transformLength / 2
    for first in Swift.stride(from: 0, to: frames, by: 16) {
      for lane in 0..<16 {
        let row = rows.base + lane * rowStride
        guard first + lane < frames else {
          row.update(repeating: 0, count: rowStride)
          continue
        }
        geometry.withFrame(first + lane, of: signal, scratch: scratch.base) {
          lathe_window($0, window.base, transform.input.base, 2 * half)
        }
        transform.runForward()
        lathe_power_of_half(
          transform.output.base, transform.twiddles.cosine.base, transform.twiddles.sine.base, half,
          row,
          scratch.base)
      }
      lathe_rows_to_panel(rows.base, rowStride, rowStride, panel.base)
      bank.apply(to: panel.base, squared: false, output: picture.base + first, stride: stride)
    }
  }
}
