extension AudioFile {
  /// The MD5 of the bytes of the file at `path`, as 32 lower-case hexadecimal digits; whether they
  /// are audio doesn't matter.
  /// - Throws: ``AudioError``: unreadable, not a file, empty, changed, library.
  public static func md5(at path: String) throws(AudioError) -> String {
    try OpenFile(path: path).md5()
  }

  /// The XXH3-128 of the bytes of the file at `path`, as 32 lower-case hexadecimal digits.
  /// - Throws: ``AudioError``, as ``md5(at:)``.
  public static func xxh3(at path: String) throws(AudioError) -> String {
    try OpenFile(path: path).xxh3()
  }
}
