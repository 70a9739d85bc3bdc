/// A point of a canvas: x to the right, y downwards.
public struct Point: Sendable, Hashable {
  /// The coordinates.
  public var x, y: Double

  /// The point at these coordinates.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// A size on a canvas.
public struct Size: Sendable, Hashable {
  /// The extents.
  public var width, height: Double

  /// A size.
  public init(_ width: Double, _ height: Double) {
    self.width = width
    self.height = height
  }
}

/// A rectangle on a canvas.
public struct Rectangle: Sendable, Hashable {
  /// The left and upper edges, and the extents.
  public var x, y, width, height: Double

  /// A rectangle.
  public init(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The right edge.
  public var right: Double { x + width }
  /// The lower edge.
  public var bottom: Double { y + height }
  /// The middle.
  public var centre: Point { Point(x + width / 2, y + height / 2) }
}

/// How a line is drawn.
public struct Stroke: Sendable, Hashable {
  /// The colour.
  public var colour: Colour
  /// The width.
  public var width: Double
  /// Lengths of strokes and gaps in turn; none for a whole line.
  public var dashes: [Double]

  /// A line's look.
  public init(_ colour: Colour, width: Double = 1, dashes: [Double] = []) {
    self.colour = colour
    self.width = width
    self.dashes = dashes
  }
}

/// How text is set.
public struct TextStyle: Sendable, Hashable {
  /// Where the text lies along its line.
  public enum Anchor: Sendable, Hashable {
    /// It begins, has its middle, or ends at the point.
    case start, middle, end
  }

  /// The font's size.
  public var size: Double
  /// Whether it is bold.
  public var isBold: Bool
  /// The colour.
  public var colour: Colour
  /// Where it lies.
  public var anchor: Anchor
  /// The direction of the line, in degrees clockwise from rightwards.
  public var angle: Double

  /// A text's look.
  public init(
    size: Double = 11, isBold: Bool = false, colour: Colour = Colour(0x1F2328),
    anchor: Anchor = .start, angle: Double = 0
  ) {
    self.size = size
    self.isBold = isBold
    self.colour = colour
    self.anchor = anchor
    self.angle = angle
  }
}

/// What stands at a point of a line.
public enum Marker: Int, Sendable, Hashable, CaseIterable {
  /// Filled but for the cross.
  case circle, square, triangle, diamond, cross
}
