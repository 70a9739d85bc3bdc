internal import CKernels
internal import Foundation

/// What becomes of the values of a picture, x being a power or a magnitude (``SpectrumPower``).
public enum SpectrumScaling: Sendable, Hashable {
  /// x
  case linear
  /// Decibels: `librosa.power_to_db` of powers, `librosa.amplitude_to_db` of magnitudes.
  case decibel(Decibels)
  /// A logarithm.
  case logarithm(Logarithm)
}

/// log(max(factor × x + offset, floor))
public struct Logarithm: Sendable, Hashable {
  /// Natural or decimal.
  public enum Base: Sendable, Hashable { case natural, decimal }

  /// Natural or decimal.
  public var base: Base
  /// What values are multiplied by, more than 0.
  public var factor: Float
  /// What is then added, 0 or more.
  public var offset: Float
  /// What smaller sums are raised to, at least 1e-37.
  public var floor: Float

  /// The logarithm of the values themselves, no less than that of 1e-10, unless said otherwise.
  public init(_ base: Base, factor: Float = 1, offset: Float = 0, floor: Float = 1e-10) {
    self.base = base
    self.factor = factor
    self.offset = offset
    self.floor = floor
  }
}

/// What decibels are measured from, and how far down they go: 10 log10(max(x, floor)) −
/// 10 log10(max(reference, floor)) of powers, 20 in place of 10 of magnitudes, then nothing lower
/// than `dynamicRange` below the largest of the picture.
public struct Decibels: Sendable, Hashable {
  /// What is 0 dB.
  public enum Reference: Sendable, Hashable {
    /// This much, more than 0.
    case value(Float)
    /// The largest value of the picture: `ref=numpy.max`.
    case maximum
  }

  /// What is 0 dB (`ref`).
  public var reference: Reference
  /// What smaller values are raised to (`amin`), in the unit of the values: 1e-10 is librosa's for
  /// powers, 1e-5 for magnitudes. At least 1e-37 for powers and 1e-18 for magnitudes.
  public var floor: Float
  /// How far below the loudest value the quietest may lie, in decibels (`top_db`); infinite for
  /// none.
  public var dynamicRange: Float

  /// The defaults are those of `librosa.power_to_db`.
  public init(
    reference: Reference = .value(1), floor: Float = 1e-10, dynamicRange: Float = 80
  ) {
    self.reference = reference
    self.floor = floor
    self.dynamicRange = dynamicRange
  }
}

/// Which power of a spectrum's magnitudes a picture is made of.
public enum SpectrumPower: Int, Sendable, Hashable, Codable, CaseIterable {
  /// |X|
  case magnitude = 1
  /// |X|²
  case power = 2

  var quantity: SpectrumQuantity { self == .power ? .power : .magnitude }
}

extension SpectrumScaling {
  /// - Throws: `SignalError` where a value is out of range.
  func check(_ power: SpectrumPower) throws(SignalError) {
    switch self {
    case .linear: return
    case .decibel(let decibels): try decibels.check(power)
    case .logarithm(let logarithm): try logarithm.check()
    }
  }

  /// Scales the values of a whole picture; `count` is a multiple of 16.
  func apply(_ power: SpectrumPower, to values: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .linear: return
    case .decibel(let decibels): decibels.apply(power, to: values, count: count)
    case .logarithm(let logarithm):
      lathe_logarithm(
        values, logarithm.factor, logarithm.offset, logarithm.floor,
        logarithm.base == .natural ? 1 : 0.434_294_481_9, count)  // 1 / ln 10
    }
  }
}

extension Logarithm {
  fileprivate func check() throws(SignalError) {
    guard factor > 0, factor.isFinite else {
      throw SignalError(
        "factor \(factor) of a logarithm", "must be more than 0", hint: "1 changes nothing")
    }
    guard offset >= 0, offset.isFinite else {
      throw SignalError(
        "offset \(offset) of a logarithm", "must not be negative", hint: "0 changes nothing")
    }
    guard floor >= 1e-37, floor.isFinite else {
      throw SignalError(
        "floor \(floor) of a logarithm", "must be at least 1e-37", hint: "1e-10 is usual")
    }
  }
}

extension Decibels {
  fileprivate func check(_ power: SpectrumPower) throws(SignalError) {
    guard dynamicRange >= 0 else {
      throw SignalError(
        "dynamic range \(dynamicRange) dB", "must not be negative", hint: "80 is usual")
    }
    let least: Float = power == .power ? 1e-37 : 1e-18
    guard floor >= least, floor.isFinite else {
      throw SignalError(
        "floor \(floor) of decibels", "must be at least \(least)",
        hint: power == .power ? "1e-10 is usual" : "1e-5 is usual")
    }
    guard case .value(let value) = reference else { return }
    guard value > 0, value.isFinite else {
      throw SignalError("reference \(value) of decibels", "must be more than 0", hint: "1 is usual")
    }
  }

  fileprivate func apply(
    _ power: SpectrumPower, to values: UnsafeMutablePointer<Float>, count: Int
  ) {
    // Decibels of magnitudes are those of their squares.
    if power == .magnitude { lathe_squares(values, values, count) }
    let least = power == .magnitude ? floor * floor : floor
    var loudest = lathe_decibel(values, least, count)
    let zero: Float =
      switch reference {
      case .maximum: loudest
      case .value(let value):
        Float((power == .power ? 10 : 20) * log10(Double(max(value, floor))))
      }
    if zero != 0 {
      for index in 0..<count { values[index] -= zero }
      loudest -= zero
    }
    if dynamicRange < .infinity { lathe_clip_below(values, loudest - dynamicRange, count) }
  }
}
