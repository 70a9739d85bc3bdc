extension StringProtocol {
  /// The components of a path, as a file system divides it: between any two slashes, whatever follows them; empty
  /// ones too.
  ///
  /// To `split(separator: "/")` a slash before a combining character is no slash, for the two are one `Character`,
  /// and `../\u{301}x` is one component that does not climb.
  package var pathComponents: [SubSequence] { parts(between: UInt8(ascii: "/")) }

  /// The parts of a text between any two of a byte below 128, empty ones too.
  package func parts(between separator: UInt8) -> [SubSequence] {
    var parts: [SubSequence] = []
    var start = startIndex
    for index in utf8.indices where utf8[index] == separator {
      parts.append(self[start..<index])
      start = utf8.index(after: index)
    }
    parts.append(self[start...])
    return parts
  }

  /// The last component of a path that is not empty: of `a/b/` it is `b`; nil where there is none.
  package var lastPathComponent: SubSequence? {
    pathComponents.last { !$0.isEmpty }
  }
}
