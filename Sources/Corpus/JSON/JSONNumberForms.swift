import Wording

/// The forms that numbers have; one that is written with a fraction of zero, such as 2.0, is whole.
extension JSONForm where Value == Int {
  /// A whole number.
  /// - Parameter unit: what it counts, for the error: `Hz`.
  public static func whole(
    in range: ClosedRange<Int> = .min ... .max, _ unit: String = ""
  ) -> JSONForm {
    let expected =
      switch (range.lowerBound, range.upperBound) {
      case (.min, .max): "a whole number"
      case (let low, .max): "a whole number from \(Words.count(low)) on"
      case (let low, let high): "a whole number from \(Words.count(low)) to \(Words.count(high))"
      }
    return JSONForm(expected + (unit.isEmpty ? "" : " " + unit)) { json, _ in
      let whole: Int? =
        switch json {
        case .integer(let number): Int(exactly: number)
        case .number(let number): Int(exactly: number)
        default: nil
        }
      return whole.flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension JSONForm where Value == UInt64 {
  /// A whole number of 64 bits, such as a seed.
  public static var unsigned: JSONForm {
    JSONForm("a whole number from 0 to 2^64 - 1") { json, _ in
      switch json {
      case .unsigned(let number): number
      case .integer(let number): UInt64(exactly: number)
      case .number(let number): UInt64(exactly: number)
      default: nil
      }
    }
  }
}

extension JSONForm where Value == Double {
  /// A number.
  public static var number: JSONForm { JSONForm("a number") { json, _ in json.asNumber } }

  /// A number of a range.
  /// - Parameter unit: what it measures, for the error: `dB`.
  public static func number(in range: ClosedRange<Double>, _ unit: String = "") -> JSONForm {
    ranged("a number from \(text(range.lowerBound)) to \(text(range.upperBound))", unit) {
      range.contains($0)
    }
  }

  /// A number of a range that its lower bound does not belong to.
  /// - Parameter unit: what it measures, for the error: `dB`.
  public static func number(
    above bound: Double, upTo highest: Double, _ unit: String = ""
  ) -> JSONForm {
    ranged("a number above \(text(bound)) and at most \(text(highest))", unit) {
      $0 > bound && $0 <= highest
    }
  }

  private static func ranged(
    _ expected: String, _ unit: String, _ contains: @escaping (Double) -> Bool
  ) -> JSONForm {
    JSONForm(expected + (unit.isEmpty ? "" : " " + unit)) { json, _ in
      json.asNumber.flatMap { contains($0) ? $0 : nil }
    }
  }

  private static func text(_ bound: Double) -> String {
    Int(exactly: bound).map { Words.count($0) } ?? "\(bound)"
  }
}

extension JSONForm where Value == ClosedRange<Double> {
  /// Two numbers in a list, the smaller first.
  public static var interval: JSONForm {
    JSONForm("two numbers, the smaller first, such as [-6, 6]") { json, _ in
      guard case .array(let items) = json, items.count == 2, let low = items[0].asNumber,
        let high = items[1].asNumber, low <= high
      else { return nil }
      return low...high
    }
  }
}

extension JSONValue {
  /// Any number as a `Double`.
  fileprivate var asNumber: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .unsigned(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }
}
