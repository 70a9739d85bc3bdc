internal import Corpus
public import SignalKit

/// Log-mel pictures of slices: `librosa.power_to_db(librosa.feature.melspectrogram(y))`; see
/// ``SignalKit/MelSpectrogram``.
public struct MelKind: ViewKind {
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
  /// How far below its loudest value a picture's quietest may lie, in decibels (`top_db`).
  public var dynamicRange = 80.0

  /// The defaults are librosa's.
  public init() {}

  /// `mel`
  public static let name = "mel"
  /// What it gives.
  public static let summary = "log-mel spectrograms of slices"
  /// As `librosa.feature.melspectrogram` has them.
  public static let parameters: [ViewParameter<MelKind>] = [
    .integer("transformLength", \.transformLength, 2...65_536, "samples in a frame (n_fft); even"),
    .integer("hop", \.hop, 1...65_536, "samples between frames (hop_length)"),
    .integer("bands", \.bands, 1...4_096, "mel bands (n_mels)"),
    .number("minimumFrequency", \.minimumFrequency, 0...192_000, "lowest frequency in Hz (fmin)"),
    .number(
      "maximumFrequency", \.maximumFrequency, 0...192_000,
      "highest frequency in Hz (fmax); left out: half the sample rate"),
    .number(
      "dynamicRange", \.dynamicRange, 0...400,
      "decibels from the loudest value of a picture down to its quietest (top_db)"),
  ]
  /// The padding at the ends depends on librosa's version.
  public static let usesProfile = true

  /// Decibels.
  public var unit: String { "dB" }

  /// Frequency, the lowest band first, and time.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    let (low, high) = (
      melOfHertz(minimumFrequency), melOfHertz(maximumFrequency ?? Double(context.sampleRate) / 2)
    )
    let centres = (1...bands).map {
      hertzOfMel(low + (high - low) * Double($0) / Double(bands + 1))
    }
    return [
      ViewAxis(.frequency(.listed(centres)), count: bands),
      ViewAxis(
        .time(step: Double(hop) / Double(context.sampleRate)),
        count: context.sliceLength.map { $0 / hop + 1 }),
    ]
  }

  /// Refuses a transform that cannot be, and frequencies above half the sample rate.
  public func check(_ context: ViewContext) throws(ViewFault) {
    do {
      _ = try MelSpectrogram(parameters(context))
    } catch {
      throw ViewFault("", "\(error.subject) \(error.detail)", hint: error.hint)
    }
    try ViewFault.require(
      dynamicRange > 0, "dynamicRange", "is \(dynamicRange)",
      hint: "use more than 0 and at most 400 dB")
    let limit = Double(context.sampleRate) / 2
    try ViewFault.require(
      maximumFrequency ?? limit <= limit, "maximumFrequency", "is \(maximumFrequency ?? limit)",
      hint: "use at most \(limit), half the sample rate")
  }

  /// Tells of filters that hold no frequency bin.
  public func warnings(_ context: ViewContext) -> [String] {
    let rate = Double(context.sampleRate)
    guard
      let bank = try? MelFilterBank(
        sampleRate: rate, transformLength: transformLength, count: bands,
        minimum: minimumFrequency, maximum: maximumFrequency ?? rate / 2)
    else { return [] }
    let empty = bank.lengths.count { $0 == 0 }
    guard empty > 0 else { return [] }
    return [
      "\(empty) of \(bands) mel filters are narrower than a frequency bin, "
        + "\(context.sampleRate) Hz / \(transformLength), and stay empty; use fewer bands or a larger "
        + "transformLength"
    ]
  }

  /// - Throws: `SignalError` where the parameters cannot be.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    try Computer(parameters(context))
  }

  private func parameters(_ context: ViewContext) -> MelParameters {
    var parameters = MelParameters()
    parameters.sampleRate = Double(context.sampleRate)
    parameters.spectrum = SpectrumParameters(
      transformLength: transformLength, hop: hop, padding: context.profile.padding)
    parameters.bands = bands
    parameters.minimumFrequency = minimumFrequency
    parameters.maximumFrequency = maximumFrequency
    parameters.scaling = .decibel(Decibels(dynamicRange: Float(dynamicRange)))
    return parameters
  }

  private final class Computer: PictureComputer {
    private var mel: MelSpectrogram

    init(_ parameters: MelParameters) throws(SignalError) { mel = try MelSpectrogram(parameters) }

    var tensorName: String { MelKind.name }

    func shape(samples: Int) -> [Int] { [mel.parameters.bands, mel.frames(samples: samples)] }

    func write(
      _ slice: Span<Float>, to output: inout MutableSpan<Float>
    ) throws(SignalError) { try mel.write(slice, to: &output) }
  }
}
