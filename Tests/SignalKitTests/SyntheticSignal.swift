import Foundation

/// Signals of 16-bit integers that `Tests/Reference/make_pinned.py` makes too, formula by formula.
enum SyntheticSignal {
  static let sampleRate = 22_050.0
  private static let aMajor = [220.0, 277.1826, 329.6276, 440.0]

  /// Samples `first` ..< `first + count` of the signal of that name, full scale ±1.
  static func samples(_ name: String, first: Int = 0, count: Int) -> [Float] {
    integers(name, count: first + count).dropFirst(first).map { Float($0) / 32_768 }
  }

  private static func integers(_ name: String, count: Int) -> [Int] {
    switch name {
    case "chord": add(tones(count, aMajor, 20_000), noise(count, quieter: 9))
    case "detuned": add(tones(count, aMajor.map { $0 * 1.0145 }, 20_000), noise(count, quieter: 9))
    case "noise": noise(count)
    case "bursts": bursts(count, period: 11_025)
    case "sweep": sweep(count)
    case "quiet": noise(count, quieter: 13)
    case "gap":
      integers("chord", count: count).enumerated().map {
        (20_000..<42_000).contains($0.offset) ? 0 : $0.element
      }
    case "square": (0..<count).map { $0 % 100 < 50 ? 32_767 : -32_767 }
    case "mixed":
      add(
        add(tones(count, [196.0, 246.94, 293.66], 9_000), bursts(count, period: 9_216)),
        noise(count, quieter: 6))
    default: []
    }
  }

  /// Integers in −32,768 ... 32,767 over 2^`bits`, rounded down.
  private static func noise(_ count: Int, quieter bits: Int = 0) -> [Int] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return (Int(state >> 16) - 32_768) >> bits
    }
  }

  /// Equally loud sines, the sum at most `amplitude`, rounded half up.
  private static func tones(_ count: Int, _ frequencies: [Double], _ amplitude: Double) -> [Int] {
    let scale = amplitude / Double(frequencies.count)
    return (0..<count).map { i in
      let sum = frequencies.reduce(0.0) { $0 + sin(2 * Double.pi * $1 * Double(i) / sampleRate) }
      return Int((scale * sum + 0.5).rounded(.down))
    }
  }

  /// Noise that starts anew every `period` samples and fades in an eighth of it, linearly.
  private static func bursts(_ count: Int, period: Int) -> [Int] {
    let length = period / 8
    return noise(count).enumerated().map { i, value in
      let faded = Double(value * max(0, length - i % period))
      return Int((faded / Double(length)).rounded(.down)) >> 2
    }
  }

  /// A sine that rises by 2,000 Hz a second from 100 Hz.
  private static func sweep(_ count: Int) -> [Int] {
    (0..<count).map { i in
      let t = Double(i) / sampleRate
      return Int((16_000 * sin(2 * Double.pi * (100 * t + 1_000 * t * t)) + 0.5).rounded(.down))
    }
  }

  private static func add(_ left: [Int], _ right: [Int]) -> [Int] {
    zip(left, right).map { $0 + $1 }
  }
}
