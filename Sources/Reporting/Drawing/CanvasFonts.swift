import CCairo
import Synchronization

/// Which font a letter is drawn in. Cairo's plain text calls look for no other font where one lacks
/// a letter.
extension Canvas {
  /// Where the usual font has no shape for Chinese, Japanese or Korean letters, the first of these
  /// that is installed and has one.
  private static let otherFonts = [
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Droid Sans Fallback", "IPAGothic", "NanumGothic",
  ]

  /// Whether some installed font has a shape for each letter of a text; a letter without is drawn
  /// as a box.
  public static func hasShapes(for text: String) -> Bool {
    text.allSatisfy { letter in ([font] + otherFonts).contains { has(letter, in: $0) } }
  }

  /// A text in stretches of one font each.
  static func stretches(of text: String) -> [(font: String, text: String)] {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return [(font, text)] }
    var stretches: [(font: String, text: String)] = []
    for letter in text {
      let font =
        has(letter, in: font) ? font : otherFonts.first { has(letter, in: $0) } ?? font
      if stretches.last?.font == font {
        stretches[stretches.count - 1].text.append(letter)
      } else {
        stretches.append((font, String(letter)))
      }
    }
    return stretches
  }

  private struct Shape: Hashable {
    let letter: Character
    let font: String
  }

  private static let known = Mutex<[Shape: Bool]>([:])

  private static func has(_ letter: Character, in font: String) -> Bool {
    if letter.isASCII { return true }
    let shape = Shape(letter: letter, font: font)
    if let known = known.withLock({ $0[shape] }) { return known }
    let isThere = look(for: letter, in: font)
    known.withLock { $0[shape] = isThere }
    return isThere
  }

  /// Glyph 0 of a font stands for what it lacks. A font that is not installed is another one, which
  /// lacks the letter.
  private static func look(for letter: Character, in font: String) -> Bool {
    let face = unsafe cairo_toy_font_face_create(
      font, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
    defer { unsafe cairo_font_face_destroy(face) }
    var (size, transform) = (cairo_matrix_t(), cairo_matrix_t())
    unsafe cairo_matrix_init_scale(&size, 12, 12)
    unsafe cairo_matrix_init_identity(&transform)
    let options = unsafe cairo_font_options_create()
    defer { unsafe cairo_font_options_destroy(options) }
    let scaled = unsafe cairo_scaled_font_create(face, &size, &transform, options)
    defer { unsafe cairo_scaled_font_destroy(scaled) }
    var glyphs: UnsafeMutablePointer<cairo_glyph_t>?
    var count: Int32 = 0
    // Marks that have no shape of their own, such as joiners, don't count.
    let text = String(
      String.UnicodeScalarView(
        letter.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }))
    let status = unsafe cairo_scaled_font_text_to_glyphs(
      scaled, 0, 0, text, Int32(text.utf8.count), &glyphs, &count, nil, nil, nil)
    defer { unsafe cairo_glyph_free(glyphs) }
    guard status == CAIRO_STATUS_SUCCESS, let glyphs = unsafe glyphs else { return text.isEmpty }
    return unsafe UnsafeBufferPointer(start: glyphs, count: Int(count)).allSatisfy {
      $0.index != 0
    }
  }
}
