/// Which characters change what a line shows without being seen themselves.
package enum HiddenScalars {
  /// Whether a scalar may stand in a line wherever it is.
  package static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return false
    default: return !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// Whether a scalar that is not plain is part of the spelling where it stands: a joiner after a
  /// virama, between Arabic letters or between emoji (the contexts of RFC 5892, A.1 and A.2, and of
  /// UTS 51), or the selector of a variant of the emoji or ideograph before it.
  static func isNeeded(
    _ scalar: Unicode.Scalar, after last: Unicode.Scalar?, before next: Unicode.Scalar?
  ) -> Bool {
    guard let last else { return false }
    switch scalar.value {
    case 0x200C, 0x200D:
      if last.properties.canonicalCombiningClass == .virama { return true }
      guard let next else { return false }
      return isArabic(last) && isArabic(next)
        || scalar.value == 0x200D && isPicture(next)
          && (isPicture(last) || last.value == 0xFE0F || last.properties.isEmojiModifier)
    case 0xFE0E, 0xFE0F: return isPicture(last)
    case 0xE0100...0xE01EF: return last.properties.isIdeographic
    default: return false
    }
  }

  private static func isPicture(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII && scalar.properties.isEmoji
  }

  private static func isArabic(_ scalar: Unicode.Scalar) -> Bool {
    (0x0620...0x08FF).contains(scalar.value) && scalar.properties.isAlphabetic
  }
}
