import Archives
import Files

/// Where an audio file is read from: from a path, or from an archive that it lies in.
public struct AudioSource: Sendable {
  /// What to call it: its path, or that of the archive, a slash, and its path in there.
  public let name: String
  private let location: (roots: AudioRoots, path: String)?

  /// The file of a path.
  public init(path: String) {
    name = path
    location = nil
  }

  private init(_ path: String, below start: String, of roots: AudioRoots) {
    name = start + path
    location = (roots, path)
  }

  /// As ``AudioFile/decode(at:_:takesMD5:)``.
  public func decode(_ decoding: Decoding = Decoding()) throws(AudioError) -> DecodedTrack {
    guard let location else { return try AudioFile.decode(at: name, decoding) }
    return try location.roots.decode(location.path, decoding)
  }

  /// The audio files below a folder or in an archive, with what could not be listed there and the
  /// files that are no audio by their names; nil where the path is neither.
  /// - Throws: ``AudioError`` where it cannot be listed.
  public static func list(
    _ path: String
  ) throws(AudioError) -> (sources: [AudioSource], listing: AudioFolder.Listing)? {
    guard isCollection(path) else { return nil }
    let start = path.hasSuffix("/") ? path : path + "/"
    let roots = AudioRoots(path)
    let listing = try roots.list()
    return (listing.audio.map { AudioSource($0, below: start, of: roots) }, listing)
  }

  private static func isCollection(_ path: String) -> Bool {
    switch try? Files.kind(path) {
    case .folder: return true
    case .file where !AudioFolder.isAudio(path):
      guard let file = try? OpenFile(path: path) else { return false }
      let count = min(ArchiveForm.headerBytes, Int(file.byteCount))
      return (try? file.bytes(at: 0, count: count)).flatMap(ArchiveForm.init) != nil
    default: return false
    }
  }
}
