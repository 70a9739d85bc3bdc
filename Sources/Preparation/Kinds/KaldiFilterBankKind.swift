internal import Corpus
internal import DatasetCache
public import SignalKit

/// Kaldi's log-mel filter banks of slices: `torchaudio.compliance.kaldi.fbank`; see
/// ``SignalKit/KaldiFilterBank``.
public struct KaldiFilterBankKind: ViewKind {
  /// What the pictures are made with; its sample rate is the recipe's.
  public var parameters = KaldiParameters()

  /// The defaults are Kaldi's.
  public init() {}

  /// `kaldi-filter-bank`
  public static let name = "kaldi-filter-bank"
  /// What it gives.
  public static let summary =
    "Kaldi's log-mel filter banks, as AST and speech recognisers take them"
  /// The second: frames are transformed side by side.
  public static let algorithm: Int64 = 2
  /// As `torchaudio.compliance.kaldi.fbank` has them.
  public static let parameters: [ViewParameter<KaldiFilterBankKind>] = [
    .integer("bands", \.parameters.bands, 4...4_096, "filters (num_mel_bins)"),
    .number(
      "frameMilliseconds", \.parameters.frameLength, 0.1...4_000,
      "length of a frame in ms (frame_length)"),
    .number(
      "shiftMilliseconds", \.parameters.frameShift, 0.1...4_000,
      "from frame to frame in ms (frame_shift)"),
    .choice("window", \.parameters.window, "what a frame is multiplied by (window_type)"),
    .number(
      "minimumFrequency", \.parameters.minimumFrequency, 0...192_000,
      "lowest frequency in Hz (low_freq)"),
    .number(
      "maximumFrequency", \.parameters.maximumFrequency, -192_000...192_000,
      "highest frequency in Hz; 0 and less count from half the sample rate (high_freq)"),
    .number(
      "preemphasis", \.parameters.preemphasis, 0...1,
      "share of the sample before that is taken away (preemphasis_coefficient)"),
    .flag(
      "removesOffset", \.parameters.removesOffset,
      "whether each frame loses its mean (remove_dc_offset)"),
    .flag(
      "snipsEdges", \.parameters.snipsEdges, "whether frames lie inside the slice (snip_edges)"),
    .flag(
      "roundsToPowerOfTwo", \.parameters.roundsToPowerOfTwo,
      "whether frames are filled up to a power of two (round_to_power_of_two)"),
    .flag("usesPower", \.parameters.usesPower, "power, or else magnitude (use_power)"),
    .flag("usesLogarithm", \.parameters.usesLogarithm, "natural logarithm (use_log_fbank)"),
    .choice(
      "energyRow", \.parameters.energyRow, "a row of log energies (use_energy, htk_compat)"),
    .flag(
      "usesRawEnergy", \.parameters.usesRawEnergy,
      "whether that energy is of the frame as it was (raw_energy)"),
    .number(
      "energyFloor", \.parameters.energyFloor, 0...1e9, "least energy in that row (energy_floor)"),
    .flag(
      "subtractsMean", \.parameters.subtractsMean,
      "whether each row loses its mean (subtract_mean)"),
    .flag(
      "subtractsSignalMean", \.parameters.subtractsSignalMean,
      "whether the slice loses its mean first, as for AST"),
    .number(
      "sampleScale", \.parameters.sampleScale, -1e9...1e9,
      "what samples of -1 to 1 are multiplied by; 32768 for Kaldi's own scale"),
    .number("offset", \.parameters.offset, -1e9...1e9, "added to each value"),
    .number("scale", \.parameters.scale, -1e9...1e9, "what the sum is then multiplied by"),
  ]

  /// Natural logarithms, where they are taken and nothing is done to them.
  public var unit: String {
    parameters.usesLogarithm && parameters.offset == 0 && parameters.scale == 1 ? "ln" : ""
  }

  /// Frequency, the lowest band first, and time; with a row of energies, frequency is not all of the axis.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    let parameters = parameters(context)
    let bands =
      parameters.energyRow == .none
      ? SampleAxis.frequency(.listed(parameters.centres)) : SampleAxis("coefficient")
    return [
      ViewAxis(bands, count: parameters.rows),
      ViewAxis(
        .time(
          start: Double(parameters.frameSamples) / 2 / parameters.sampleRate,
          step: Double(parameters.shiftSamples) / parameters.sampleRate),
        count: context.sliceLength.map(parameters.frames(samples:))),
    ]
  }

  /// Refuses a transform that cannot be, and slices shorter than a frame.
  public func check(_ context: ViewContext) throws(ViewFault) {
    let parameters = parameters(context)
    do throws(SignalError) { _ = try KaldiFilterBank(parameters) } catch {
      throw ViewFault("", "\(error.subject) \(error.detail)", hint: error.hint)
    }
    let length = context.sliceLength ?? context.slices.required
    try ViewFault.require(
      context.sliceLength == nil || parameters.frames(samples: length) > 0, "frameMilliseconds",
      "is longer than a slice of \(length) samples", hint: "use longer slices or shorter frames")
  }

  /// - Throws: `SignalError` where the parameters cannot be.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    try Computer(parameters(context))
  }

  private func parameters(_ context: ViewContext) -> KaldiParameters {
    var parameters = parameters
    parameters.sampleRate = Double(context.sampleRate)
    return parameters
  }

  private final class Computer: PictureComputer {
    private var bank: KaldiFilterBank

    init(_ parameters: KaldiParameters) throws(SignalError) {
      bank = try KaldiFilterBank(parameters)
    }

    var byteCount: Int { bank.byteCount }

    var tensorName: String { KaldiFilterBankKind.name }

    func shape(samples: Int) -> [Int] { [bank.parameters.rows, bank.frames(samples: samples)] }

    func write(
      _ slice: Span<Float>, to output: inout MutableSpan<Float>
    ) throws(SignalError) { try bank.write(slice, to: &output) }
  }
}
