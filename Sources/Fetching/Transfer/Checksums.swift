import Files
import Glibc

/// What is known of a file's bytes.
public struct Checksums: Sendable, Hashable {
  /// How many there are.
  public var size: Int?
  /// 32 lower-case hexadecimal digits.
  public var md5: String?
  /// 64 lower-case hexadecimal digits.
  public var sha256: String?

  /// What is known.
  public init(size: Int? = nil, md5: String? = nil, sha256: String? = nil) {
    self.size = size
    self.md5 = md5
    self.sha256 = sha256
  }

  /// Whether bytes can be told from all others.
  public var areKnown: Bool { md5 != nil || sha256 != nil }

  /// Why a file is not what this says; nil where it is, as far as anything is known.
  func objection(to path: String) throws(FetchError) -> String? {
    let bytes = Files.size(path) ?? 0
    if let size, bytes != size { return "has \(bytes) bytes in place of \(size)" }
    for (name, algorithm, wanted) in [
      ("SHA-256", MessageDigest.Algorithm.sha256, sha256), ("MD5", .md5, md5),
    ] {
      guard let wanted else { continue }
      let digits = try Self.digest(of: path, algorithm)
      if digits != wanted { return "has the \(name) \(digits) in place of \(wanted)" }
    }
    return nil
  }

  /// The digest of a file's bytes, in lower-case hexadecimal digits.
  static func digest(
    of path: String, _ algorithm: MessageDigest.Algorithm
  ) throws(FetchError) -> String {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 { throw FetchError(file: FileError(.system(errno), "read", path)) }
    defer { close(file) }
    do {
      var digest = try MessageDigest(algorithm)
      var piece = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = unsafe read(file, &piece, piece.count)
        if count < 0, errno == EINTR { continue }
        if count < 0 { throw FileError(.system(errno), "read", path) }
        if count == 0 { break }
        try digest.update(unsafe piece.span.extracting(0..<count).bytes)
      }
      return try digest.finish()
    } catch let error as FileError {
      throw FetchError(file: error)
    } catch {
      throw noDigest(path)
    }
  }

  /// libcrypto refused.
  static func noDigest(_ subject: String) -> FetchError {
    FetchError(
      .library, subject, "cannot be computed: libcrypto makes no checksum of this kind",
      hint: "a system in FIPS mode has no MD5: use one that has it")
  }
}
