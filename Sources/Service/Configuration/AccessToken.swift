import Files
import Glibc

/// What every request must carry: compared in a time that says nothing about where it differs.
struct AccessToken: Sendable {
  private let digest: [UInt8]
  private static let shortest = 16

  /// Reads the first line of a file.
  /// - Throws: ``ConfigurationError`` where there is none, it is shorter than 16 bytes, or others
  ///   than its owner may read it.
  init(file: String) throws(ConfigurationError) {
    var status = stat()
    guard stat(file, &status) == 0 else {
      throw ConfigurationError(
        "token-file", "\(file) is not there", hint: "make one: openssl rand -hex 32 > \(file)")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw ConfigurationError(
        "token-file", "\(file) can be read by others", hint: "chmod 600 \(file)")
    }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(file, limit: 4_096) ?? [] } catch {
      throw ConfigurationError("token-file", "\(error)", hint: "give a file with one line")
    }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard line.count >= Self.shortest else {
      throw ConfigurationError(
        "token-file", "\(file) holds a token of \(line.count) bytes",
        hint: "make one: openssl rand -hex 32 > \(file)")
    }
    digest = Self.digest(of: Array(line))
  }

  /// Whether a text is the token.
  func matches(_ given: String) -> Bool {
    let other = Self.digest(of: Array(given.utf8))
    var difference: UInt8 = digest.count == other.count ? 0 : 1
    for (left, right) in zip(digest, other) { difference |= left ^ right }
    return difference == 0 && !digest.isEmpty
  }

  /// Of equal lengths, whatever is given.
  private static func digest(of bytes: [UInt8]) -> [UInt8] {
    do {
      var hash = try MessageDigest(.sha256)
      try hash.update(bytes.span.bytes)
      return Array(try hash.finish().utf8)
    } catch {
      return []
    }
  }
}
