internal import Corpus
internal import DatasetCache
public import SignalKit

/// Gammatone pictures of slices, filters evenly spaced on the scale of the ear: see
/// ``SignalKit/GammatonePicture``.
public struct GammatoneKind: ViewKind {
  /// What the pictures are made with; its sample rate is the recipe's.
  public var parameters = GammatoneParameters()
  /// How far below its loudest value a picture's quietest may lie, in decibels.
  public var dynamicRange = 80.0

  /// The defaults are those of ``SignalKit/GammatoneParameters``.
  public init() {}

  /// `gammatone`
  public static let name = "gammatone"
  /// What it gives.
  public static let summary = "gammatone spectrograms, filters spaced as the ear's"
  /// As `gammatone.gtgram.gtgram` has them, in samples.
  public static let parameters: [ViewParameter<GammatoneKind>] = [
    .integer("bands", \.parameters.bands, 1...1_024, "filters (channels)"),
    .number(
      "minimumFrequency", \.parameters.minimumFrequency, 1...192_000,
      "centre of the lowest filter in Hz (f_min)"),
    .number(
      "maximumFrequency", \.parameters.maximumFrequency, 1...192_000,
      "a step above the highest centre in Hz (f_max); left out: half the sample rate"),
    .integer(
      "windowLength", \.parameters.windowLength, 1...1_048_576,
      "samples whose mean square is a value (window_time)"),
    .integer("hop", \.parameters.hop, 1...1_048_576, "samples between frames (hop_time)"),
    .choice("scale", \.parameters.scale, "decibels of the amplitude, or the amplitude itself"),
    .number(
      "dynamicRange", \.dynamicRange, 0...400,
      "decibels from the loudest value of a picture down to its quietest"),
  ]

  /// Decibels, unless it is the amplitude.
  public var unit: String { parameters.scale == .decibels ? "dB" : "" }

  /// Frequency, the lowest filter first, and time.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    let parameters = parameters(context)
    let rate = parameters.sampleRate
    return [
      ViewAxis(.frequency(.listed(parameters.centres)), count: parameters.bands),
      ViewAxis(
        .time(
          start: Double(parameters.windowLength) / 2 / rate, step: Double(parameters.hop) / rate),
        count: context.sliceLength.map(parameters.frames(samples:))),
    ]
  }

  /// Refuses frequencies that cannot be, and slices shorter than a window.
  public func check(_ context: ViewContext) throws(ViewFault) {
    let parameters = parameters(context)
    do throws(SignalError) { _ = try GammatonePicture(parameters) } catch {
      throw ViewFault("", "\(error.subject) \(error.detail)", hint: error.hint)
    }
    let length = context.sliceLength ?? parameters.windowLength
    try ViewFault.require(
      length >= parameters.windowLength, "windowLength",
      "is \(parameters.windowLength), longer than a slice of \(length) samples",
      hint: "use longer slices or a shorter window")
  }

  /// - Throws: `SignalError` where the parameters cannot be.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    try Computer(parameters(context))
  }

  private func parameters(_ context: ViewContext) -> GammatoneParameters {
    var parameters = parameters
    parameters.sampleRate = Double(context.sampleRate)
    parameters.dynamicRange = Float(dynamicRange)
    return parameters
  }

  private final class Computer: PictureComputer {
    private var picture: GammatonePicture

    init(_ parameters: GammatoneParameters) throws(SignalError) {
      picture = try GammatonePicture(parameters)
    }

    var byteCount: Int { picture.byteCount }

    var tensorName: String { GammatoneKind.name }

    func shape(samples: Int) -> [Int] {
      [picture.parameters.bands, picture.frames(samples: samples)]
    }

    func write(
      _ slice: Span<Float>, to output: inout MutableSpan<Float>
    ) throws(SignalError) { try picture.write(slice, to: &output) }
  }
}
