/// Which colour a value between 0 and 1 has.
public enum ColourMap: String, Sendable, Hashable, CaseIterable {
  /// Dark violet over green to yellow; even to the eye, also to the colour-blind's and in grey.
  case viridis
  /// Black over violet to pale yellow; likewise.
  case magma
  /// Black to white.
  case grey

  /// The 256 colours as bytes: red, green, blue.
  public var table: [UInt8] {
    switch self {
    case .viridis: Self.viridisTable
    case .magma: Self.magmaTable
    case .grey: (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 3) }
    }
  }

  private static let viridisTable = bytes(ColourTables.viridis)
  private static let magmaTable = bytes(ColourTables.magma)

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }

  /// The index in ``table``, counted in colours, of a value from 0 to 1; what is below or no number
  /// has the first, what is above the last.
  public static func index(_ value: Float) -> Int {
    value > 0 ? Int(min(value, 1) * 255 + 0.5) : 0
  }
}
