/// A picture that knows its size, and draws itself the same way for screens and paper.
public protocol Figure: Sendable {
  /// How large it is.
  /// - Parameter canvas: measures text; nothing is drawn on it.
  func size(_ canvas: borrowing Canvas) -> Size
  /// Draws it, on a canvas of the size that ``size(_:)`` says.
  func draw(on canvas: borrowing Canvas)
  /// The same for a phone: 350 wide, with text of the usual size; nil where that cannot be.
  var narrowed: (any Figure)? { get }
}

extension Figure {
  /// How wide a figure for a phone is.
  static var narrowWidth: Double { 350 }
  /// Nil: there is one layout.
  public var narrowed: (any Figure)? { nil }
}

extension Figure {
  /// The finished picture.
  ///
  /// The same figure gives the same bytes, with one version of cairo and of the font.
  /// - Parameters:
  ///   - form: PNG or SVG.
  ///   - background: what lies behind it; nil for nothing.
  /// - Throws: ``ReportError``: `.sizes` for a picture that is too large, `.drawing`.
  public func rendered(
    _ form: Canvas.Form, background: Colour? = Colour(0xFFFFFF)
  ) throws(ReportError) -> [UInt8] {
    let size = size(try Canvas(Size(1, 1), .png(scale: 1)))
    let canvas = try Canvas(size, form)
    if let background { canvas.fill(Rectangle(0, 0, size.width, size.height), background) }
    draw(on: canvas)
    return try canvas.finish()
  }
}
