import CCairo

extension Canvas {
  /// The height of a capital letter as a share of the font's size.
  static let capital = 0.73

  /// Sets a line of text; a point of its base line is given.
  public func text(_ text: String, at point: Point, _ style: TextStyle = TextStyle()) {
    let text = Self.printable(text)
    let stretches = Self.stretches(of: text)
    let shift: Double =
      switch style.anchor {
      case .start: 0
      case .middle: -advance(stretches, style) / 2
      case .end: -advance(stretches, style)
      }
    unsafe cairo_set_source_rgba(
      context, style.colour.red, style.colour.green, style.colour.blue, style.colour.alpha)
    unsafe cairo_save(context)
    unsafe cairo_translate(context, point.x, point.y)
    unsafe cairo_rotate(context, style.angle * .pi / 180)
    unsafe cairo_move_to(context, shift, 0)
    for stretch in stretches {
      select(style, stretch.font)
      unsafe cairo_show_text(context, stretch.text)
    }
    unsafe cairo_restore(context)
  }

  /// Sets a line of text whose capitals have their middle at the height of a point.
  func centredText(_ text: String, at point: Point, _ style: TextStyle = TextStyle()) {
    self.text(text, at: Point(point.x, point.y + style.size * Self.capital / 2), style)
  }

  /// How long a line of text is.
  public func width(of text: String, _ style: TextStyle = TextStyle()) -> Double {
    advance(Self.stretches(of: Self.printable(text)), style)
  }

  /// The text, or as much of its begin and end, with an ellipsis between, as fits into a width.
  public func fitted(_ text: String, to limit: Double, _ style: TextStyle = TextStyle()) -> String {
    if width(of: text, style) <= limit { return text }
    // Nobody reads more than this of a name, and what is longer need not be measured.
    let letters = Array(text.prefix(400))
    func shortened(_ count: Int) -> String {
      let head = (count + 1) / 2
      return String(letters[..<head]) + "…" + String(letters[(letters.count - (count - head))...])
    }
    var (fits, tooLong) = (0, letters.count)
    while tooLong - fits > 1 {
      let middle = (fits + tooLong) / 2
      if width(of: shortened(middle), style) <= limit { fits = middle } else { tooLong = middle }
    }
    return shortened(fits)
  }

  private func select(_ style: TextStyle, _ font: String) {
    unsafe cairo_select_font_face(
      context, font, CAIRO_FONT_SLANT_NORMAL,
      style.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    unsafe cairo_set_font_size(context, style.size)
  }

  private func advance(_ stretches: [(font: String, text: String)], _ style: TextStyle) -> Double {
    stretches.reduce(0) { sum, stretch in
      select(style, stretch.font)
      var extents = cairo_text_extents_t()
      unsafe cairo_text_extents(context, stretch.text, &extents)
      return sum + extents.x_advance
    }
  }

  /// Control characters have no shape, and the first of them would end the text in C.
  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return text
    }
    let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
      scalar.properties.generalCategory == .control ? " " : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
