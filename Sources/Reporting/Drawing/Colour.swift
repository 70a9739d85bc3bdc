/// A colour in sRGB with opacity, each part 0 to 1.
public struct Colour: Sendable, Hashable {
  /// Red, green, blue and opacity.
  public var red, green, blue, alpha: Double

  /// A colour of these parts.
  public init(red: Double, green: Double, blue: Double, alpha: Double = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// A colour of 24 bits, such as 0x0072B2.
  public init(_ hex: UInt32, alpha: Double = 1) {
    self.init(
      red: Double(hex >> 16 & 255) / 255, green: Double(hex >> 8 & 255) / 255,
      blue: Double(hex & 255) / 255, alpha: alpha)
  }

  /// The same colour with another opacity.
  func with(alpha: Double) -> Colour {
    Colour(red: red, green: green, blue: blue, alpha: alpha)
  }

  /// Relative luminance, 0 to 1, as WCAG 2 defines it.
  var luminance: Double {
    func linear(_ part: Double) -> Double {
      // A polynomial of sRGB's curve, within 0.005: the system's power is not needed here.
      part * (part * (part * 0.305306011 + 0.682171111) + 0.012522878)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }
}

/// The colours of figures.
enum Palette {
  static let paper = Colour(0xFFFFFF)
  static let ink = Colour(0x1F2328)
  static let faintInk = Colour(0x59636E)
  static let grid = Colour(0xE3E6EA)
  static let frame = Colour(0x8C959F)

  /// Okabe and Ito (2008): distinguishable to the colour-blind, and dark enough for lines on white;
  /// their yellow and light orange are left out.
  static let lines: [Colour] = [
    Colour(0x0072B2), Colour(0xD55E00), Colour(0x009E73), Colour(0xB5609A), Colour(0x4D4D4D),
    Colour(0x3A9BD9),
  ]
}
