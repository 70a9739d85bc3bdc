import Corpus
import Files

/// A track on its way to its place: it appears there whole, and only where it is what the manifest says. Without
/// ``finish()`` there is nothing of it.
struct TrackFile: ~Copyable {
  private let track: Track
  private let source: String
  private let path: String
  private var file: FileReplacement
  private var digest: MessageDigest?
  private var count = 0

  /// Begins one.
  ///
  /// - Parameters:
  ///   - track: with the path below the folder that it is put at, and the MD5 that it must have, if one is known.
  ///   - source: where it comes from, in messages.
  init(_ track: Track, in folder: String, from source: String) throws(FetchError) {
    let path = "\(folder)/\(track.path)"
    try FetchFolder.makeFolder(above: path)
    let digest = try Self.digest(path)
    let file = try FetchError.ofFiles { () throws(FileError) in
      try FileReplacement(output: path)
    }
    self.digest = consume digest
    self.file = file
    self.track = track
    self.source = source
    self.path = path
  }

  private static func digest(_ path: String) throws(FetchError) -> MessageDigest {
    do { return try MessageDigest(.md5) } catch {
      throw Checksums.noDigest("the MD5 of \(path)")
    }
  }

  /// Adds bytes.
  mutating func write(_ bytes: RawSpan) throws(FetchError) {
    count += bytes.byteCount
    do { try digest?.update(bytes) } catch { throw Checksums.noDigest("the MD5 of \(path)") }
    let (descriptor, path) = (file.descriptor, path)
    let copy = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    try FetchError.ofFiles { () throws(FileError) in
      try Files.write(copy, to: descriptor, path)
    }
  }

  /// Gives it its name.
  /// - Throws: ``FetchError``: `checksum` where it is something else.
  mutating func finish() throws(FetchError) {
    if count == 0 {
      throw FetchError(
        .checksum, track.path, "is empty in \(source)", hint: "take it from another source")
    }
    if let md5 = track.md5 {
      let digits: String?
      do { digits = try digest.take()?.finish() } catch {
        throw Checksums.noDigest("the MD5 of \(path)")
      }
      if digits != md5 {
        throw FetchError(
          .checksum, track.path,
          "has the MD5 \(digits ?? "") in \(source), and \(md5) in the manifest",
          hint: "take it from another source, or correct the manifest")
      }
    }
    // What a power cut makes of one that has a checksum, the next run finds out.
    do { try file.finish(isDurable: track.md5 == nil) } catch { throw FetchError(file: error) }
  }
}
