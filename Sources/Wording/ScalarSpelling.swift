extension String {
  /// The text with other spellings for some of its scalars, those for which `other` has one: what keeps a text a text
  /// in a language of signs.
  ///
  /// It goes by scalars, for a shell or a browser does: to them a quote with an accent on it, one `Character`, is
  /// a quote and an accent.
  package func spelling(_ other: (Unicode.Scalar) -> String?) -> String {
    var spelled = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if let other = other(scalar) {
        spelled.append(contentsOf: other.unicodeScalars)
      } else {
        spelled.append(scalar)
      }
    }
    return String(spelled)
  }
}
