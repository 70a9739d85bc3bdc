internal import Corpus
internal import SignalKit

/// A kind whose values are powers or magnitudes, scaled.
public protocol ScaledKind: ViewKind {
  /// Which power, and what becomes of it.
  var scaling: ScalingSettings { get set }
}

/// Which power of magnitudes a view is made of and what becomes of the values, as recipes say it;
/// see ``SignalKit/SpectrumScaling``.
public struct ScalingSettings: Sendable, Hashable {
  /// The function.
  public enum Function: String, Sendable, Hashable, CaseIterable {
    /// Decibels.
    case decibel
    /// ln(max(factor × x + offset, floor))
    case naturalLogarithm = "ln"
    /// log10(max(factor × x + offset, floor))
    case decimalLogarithm = "log10"
    /// x
    case none
  }

  /// What is 0 dB.
  public enum Reference: String, Sendable, Hashable, CaseIterable {
    /// 1
    case one
    /// The largest value of a picture.
    case maximum
  }

  /// 1 for magnitudes, 2 for powers (`power`).
  public var power = 2
  /// The function.
  public var function = Function.decibel
  /// What smaller values are raised to (`amin`); nil for 1e-10, of decibels of magnitudes 1e-5.
  public var floor: Double?
  /// What values are multiplied by before a logarithm.
  public var factor = 1.0
  /// What is added to them then.
  public var offset = 0.0
  /// What is 0 dB (`ref`).
  public var reference = Reference.one
  /// How far below its loudest value a picture's quietest may lie, in decibels (`top_db`).
  public var dynamicRange = 80.0

  /// The defaults are those of `librosa.power_to_db`.
  public init() {}

  var spectrumPower: SpectrumPower { power == 1 ? .magnitude : .power }

  var spectrumScaling: SpectrumScaling {
    switch function {
    case .none: .linear
    case .decibel:
      .decibel(
        Decibels(
          reference: reference == .one ? .value(1) : .maximum,
          floor: Float(floor ?? (power == 1 ? 1e-5 : 1e-10)), dynamicRange: Float(dynamicRange)))
    case .naturalLogarithm: .logarithm(logarithm(.natural))
    case .decimalLogarithm: .logarithm(logarithm(.decimal))
    }
  }

  private func logarithm(_ base: Logarithm.Base) -> Logarithm {
    Logarithm(
      base, factor: Float(factor), offset: Float(offset), floor: Float(floor ?? 1e-10))
  }

  /// The unit of the values.
  var unit: String {
    switch function {
    case .decibel: "dB"
    case .naturalLogarithm: "ln"
    case .decimalLogarithm: "log10"
    case .none: ""
    }
  }
}

extension ScaledKind {
  /// The parameters of ``scaling``.
  static var scalingParameters: [ViewParameter<Self>] {
    [
      .integer("power", \.scaling.power, 1...2, "magnitudes, 1, or powers, 2 (power)")
        .hiddenByDefault,
      .choice(
        "scaling", \.scaling.function,
        "decibels, a logarithm of max(factor × x + offset, floor), or the values themselves"
      ).hiddenByDefault,
      .number(
        "floor", \.scaling.floor, 1e-30...1,
        "what smaller values are raised to (amin); left out: 1e-10, of decibels of magnitudes 1e-5"
      ).hiddenByDefault,
      .number("factor", \.scaling.factor, 1e-9...1e9, "multiplies values before a logarithm")
        .hiddenByDefault,
      .number("offset", \.scaling.offset, 0...1e9, "is added to them then").hiddenByDefault,
      .choice("reference", \.scaling.reference, "what is 0 dB: 1, or a picture's maximum (ref)")
        .hiddenByDefault,
      .number(
        "dynamicRange", \.scaling.dynamicRange, 0...400,
        "decibels from the loudest value of a picture down to its quietest (top_db); 400 is no limit"
      ),
    ]
  }

  func checkScaling() throws(ViewFault) {
    try ViewFault.require(
      scaling.dynamicRange > 0, "dynamicRange", "is \(scaling.dynamicRange)",
      hint: "use more than 0 and at most 400 dB")
  }
}
