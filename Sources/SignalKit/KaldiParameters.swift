import Wording

internal import Foundation

/// What Kaldi's filter banks are made with. The defaults are those of
/// `torchaudio.compliance.kaldi.fbank`, which are those of Kaldi's `compute-fbank-feats` but for
/// the dither, which is none here: the same samples give the same values.
public struct KaldiParameters: Sendable, Hashable {
  /// What a frame is multiplied by.
  public enum Window: String, Sendable, Hashable, Codable, CaseIterable {
    /// A symmetric Hann window to the power 0.85.
    case povey
    /// The symmetric Hann window, ½ − ½ cos(2 pi n / (N − 1)).
    case hanning
    /// The symmetric Hamming window, 0.54 − 0.46 cos(2 pi n / (N − 1)).
    case hamming
    /// Ones.
    case rectangular
    /// The symmetric Blackman window with the coefficient 0.42.
    case blackman
  }

  /// Which row of energies is beside the filters'.
  public enum EnergyRow: String, Sendable, Hashable, Codable, CaseIterable {
    /// None (`use_energy=False`).
    case none
    /// Before the filters' rows (`use_energy=True`).
    case first
    /// After the filters' rows (`use_energy=True, htk_compat=True`).
    case last
  }

  /// In hertz (`sample_frequency`).
  public var sampleRate = 16_000.0
  /// How long a frame is, in milliseconds; samples are rounded down (`frame_length`).
  public var frameLength = 25.0
  /// From frame to frame in milliseconds; samples are rounded down (`frame_shift`).
  public var frameShift = 10.0
  /// How many filters (`num_mel_bins`); at least 4.
  public var bands = 23
  /// The lowest frequency in hertz (`low_freq`).
  public var minimumFrequency = 20.0
  /// The highest frequency in hertz; none or negative ones count from half the sample rate
  /// (`high_freq`).
  public var maximumFrequency = 0.0
  /// What a frame is multiplied by (`window_type`).
  public var window = Window.povey
  /// The share of the sample before that is taken away from each, 0 ... 1
  /// (`preemphasis_coefficient`).
  public var preemphasis = 0.97
  /// Whether each frame loses its mean (`remove_dc_offset`).
  public var removesOffset = true
  /// Whether frames lie inside the signal; else there is one a shift, and the signal is mirrored at
  /// its ends, the last sample repeated (`snip_edges`).
  public var snipsEdges = true
  /// Whether frames are filled with zeros up to a power of two (`round_to_power_of_two`).
  public var roundsToPowerOfTwo = true
  /// Whether the filters weigh power; else magnitude (`use_power`).
  public var usesPower = true
  /// Whether the logarithm is taken, of no less than 2^−23 (`use_log_fbank`).
  public var usesLogarithm = true
  /// The row of log energies (`use_energy`, `htk_compat`).
  public var energyRow = EnergyRow.none
  /// Whether that energy is the frame's before pre-emphasis and window (`raw_energy`).
  public var usesRawEnergy = true
  /// The least energy in that row; 0 for none (`energy_floor`).
  public var energyFloor = 1.0
  /// Whether each row loses its mean over the frames (`subtract_mean`).
  public var subtractsMean = false
  /// Whether the signal loses its mean before anything else, as AST's own front end does it.
  public var subtractsSignalMean = false
  /// What samples in −1 ... 1 are multiplied by: 1, or 32,768 for networks that were trained on
  /// the integers, as Kaldi reads them.
  public var sampleScale = 1.0
  /// Each value becomes (value + `offset`) × `scale`, last of all.
  public var offset = 0.0
  /// See `offset`.
  public var scale = 1.0

  /// The defaults.
  public init() {}

  /// The front end of the Audio Spectrogram Transformer (Gong, Chung, Glass 2021): 128 filters at
  /// 16 kHz, Hann window, the values of AudioSet brought to mean 0 and deviation ½. Its other data
  /// sets have other means and deviations. Its own front end fills pictures up to 1,024 frames
  /// besides.
  public static var audioSpectrogramTransformer: KaldiParameters {
    var parameters = KaldiParameters()
    parameters.bands = 128
    parameters.window = .hanning
    parameters.subtractsSignalMean = true
    parameters.offset = 4.2677393
    parameters.scale = 1 / (2 * 4.5689974)
    return parameters
  }

  /// Samples in a frame.
  public var frameSamples: Int { samples(frameLength) }
  /// Samples from frame to frame.
  public var shiftSamples: Int { samples(frameShift) }
  /// Rows of a picture.
  public var rows: Int { bands + (energyRow == .none ? 0 : 1) }

  /// How many frames a signal of `samples` samples gives: none where it is shorter than a frame.
  public func frames(samples: Int) -> Int {
    let (length, shift) = (frameSamples, shiftSamples)
    guard samples >= length, shift > 0 else { return 0 }
    return snipsEdges ? 1 + (samples - length) / shift : (samples + shift / 2) / shift
  }

  /// The tops of the filters in hertz.
  public var centres: [Double] {
    let lowest = log(1 + minimumFrequency / 700)
    let highest = log(1 + upperFrequency / 700)
    return (1...max(1, bands)).map {
      700 * (exp(lowest + (highest - lowest) * Double($0) / Double(bands + 1)) - 1)
    }
  }

  private func samples(_ milliseconds: Double) -> Int {
    // In this order, as torchaudio rounds.
    Int(exactly: (sampleRate * milliseconds * 0.001).rounded(.towardZero)) ?? 0
  }

  /// - Throws: `SignalError` where a parameter is out of range.
  func validate() throws(SignalError) {
    guard sampleRate > 0, sampleRate.isFinite else {
      throw SignalError(
        "sample rate \(sampleRate) Hz", "must be positive", hint: "16,000 is usual")
    }
    guard (2...65_536).contains(frameSamples) else {
      throw SignalError(
        "frames of \(frameLength) ms at \(sampleRate) Hz", "must be 2 to 65,536 samples",
        hint: "25 ms are usual")
    }
    guard roundsToPowerOfTwo || frameSamples.isMultiple(of: 2) else {
      throw SignalError(
        "frames of \(Words.counted(frameSamples, "sample"))",
        "must be even where they aren't filled up",
        hint: "round to a power of two or change the frame length")
    }
    guard shiftSamples >= 1 else {
      throw SignalError(
        "shift of \(frameShift) ms at \(sampleRate) Hz", "must be at least one sample",
        hint: "10 ms are usual")
    }
    guard (4...4_096).contains(bands) else {
      throw SignalError("\(bands) Kaldi filters", "must be 4 to 4,096", hint: "80 or 128 are usual")
    }
    guard (0...1).contains(preemphasis) else {
      throw SignalError("pre-emphasis \(preemphasis)", "must be 0 to 1", hint: "0.97 is usual")
    }
    guard energyFloor >= 0, energyFloor.isFinite else {
      throw SignalError("energy floor \(energyFloor)", "must not be negative", hint: "1 is usual")
    }
    for (name, value) in [("sample scale", sampleScale), ("scale", scale)]
    where value == 0 || !value.isFinite {
      throw SignalError("\(name) \(value)", "must be a number but 0", hint: "1 changes nothing")
    }
    guard offset.isFinite else {
      throw SignalError("offset \(offset)", "must be a number", hint: "0 changes nothing")
    }
    let half = sampleRate / 2
    guard minimumFrequency >= 0, minimumFrequency < upperFrequency, upperFrequency <= half else {
      throw SignalError(
        "Kaldi filters from \(minimumFrequency) to \(upperFrequency) Hz at \(sampleRate) Hz",
        "is no frequency range", hint: "give 0 ≤ minimum < maximum ≤ half the sample rate")
    }
  }

  /// `maximumFrequency` from 0 Hz.
  var upperFrequency: Double {
    maximumFrequency > 0 ? maximumFrequency : maximumFrequency + sampleRate / 2
  }

  /// A frame filled up.
  var transformLength: Int {
    guard roundsToPowerOfTwo else { return frameSamples }
    var length = 1
    while length < frameSamples { length *= 2 }
    return length
  }

  /// The window's values.
  func windowValues() -> [Double] {
    let count = frameSamples
    return (0..<count).map { n in
      let angle = 2 * Double.pi * Double(n) / Double(count - 1)
      return switch window {
      case .povey: pow(0.5 - 0.5 * cos(angle), 0.85)
      case .hanning: 0.5 - 0.5 * cos(angle)
      case .hamming: 0.54 - 0.46 * cos(angle)
      case .rectangular: 1
      case .blackman: 0.42 - 0.5 * cos(angle) + 0.08 * cos(2 * angle)
      }
    }
  }
}
