import Archives
import Corpus

/// Where the audio of a collection lies: one folder or archive, or several that are one collection.
///
/// A file's path is the one within its folder or archive, whichever that is: `blues/a.wav` is that
/// below `music`, in `music.zip` and in `music.tar.gz`. So a collection that is packed, unpacked or
/// spread over several disks keeps its tracks. An archive is opened once, when it is needed, and is
/// read in its place: see ``Archive``.
public struct AudioRoots: Sendable {
  /// The folders and archives as they were given.
  public let paths: [String]
  private let roots: [AudioRoot]

  /// - Parameters:
  ///   - paths: folders, and archives: zip, tar, and tar packed by gzip, bzip2, xz or Zstandard.
  ///   - scratch: the folder for what must be unpacked to a disk, which is removed by itself; one
  ///     for temporary files where it is nil.
  public init(_ paths: [String], scratch: String? = nil) {
    self.paths = paths
    roots = paths.map { AudioRoot($0, scratch: scratch) }
  }

  /// A single folder or archive.
  public init(_ path: String) { self.init([path]) }

  /// The roots as a message names them.
  public var description: String { paths.joined(separator: " and ") }

  /// What to call the collection if nobody says: the last part of each path, without the ending of
  /// an archive, in byte order.
  public var name: String {
    let names = roots.map(\.name).sorted(by: ByteOrder.precedes)
    return names.joined(separator: "+")
  }

  /// All audio files, as ``AudioFolder/list(_:)`` finds them.
  /// - Throws: ``AudioError`` where a root cannot be listed, where one lies in another, and where two
  ///   have a file of the same path, for it would depend on the order which of them is meant.
  public func list() throws(AudioError) -> AudioFolder.Listing {
    if roots.count == 1 { return try roots[0].list() }
    try AudioRoot.refuseNested(roots)
    var listing = AudioFolder.Listing(audio: [], problems: [], others: [])
    var rootOfFile: [[UInt8]: Int] = [:]
    var clashes: [(path: String, first: Int, second: Int)] = []
    for (index, root) in roots.enumerated() {
      let found = try root.list()
      for path in found.audio {
        if let first = rootOfFile.updateValue(index, forKey: Array(path.utf8)) {
          clashes.append((path, first, index))
        }
      }
      listing.audio += found.audio
      listing.problems += found.problems
      listing.others += found.others
    }
    if let clash = clashes.min(by: { ByteOrder.precedes($0.path, $1.path) }) {
      throw AudioError(
        .repeatedPath, "list", clash.path,
        detail: "is in \(paths[clash.first]) and in \(paths[clash.second])"
          + (clashes.count == 1 ? "" : ", and so are \(clashes.count - 1) more files"))
    }
    listing.finish { path in path }
    return listing
  }

  /// The root that has a file; the first where none has it, so that its verdict is the one there.
  private func root(of path: String) -> AudioRoot {
    roots.count == 1 ? roots[0] : roots.first { $0.has(path) } ?? roots[0]
  }

  private func open(_ path: String) throws(AudioError) -> OpenFile { try root(of: path).open(path) }

  /// As ``AudioFile/probe(at:)``, of a file by its path in the collection.
  public func probe(_ path: String) throws(AudioError) -> AudioFormat {
    try AudioFile.probe(open(path))
  }

  /// As ``AudioFile/decode(at:_:takesMD5:)``, of a file by its path in the collection.
  public func decode(
    _ path: String, _ decoding: Decoding = Decoding(), takesMD5: Bool = false
  ) throws(AudioError) -> DecodedTrack {
    try decoding.check(path)
    return try AudioFile.decode(open(path), decoding, takesMD5: takesMD5)
  }

  /// As ``AudioFile/md5(at:)``, of a file by its path in the collection.
  public func md5(_ path: String) throws(AudioError) -> String { try open(path).md5() }

  /// As ``AudioFile/xxh3(at:)``, of a file by its path in the collection.
  public func xxh3(_ path: String) throws(AudioError) -> String { try open(path).xxh3() }

  /// All bytes of a file by its path in the collection.
  /// - Throws: ``AudioError``, as ``AudioFile/md5(at:)``.
  public func bytes(_ path: String) throws(AudioError) -> [UInt8] {
    let file = try open(path)
    return try file.bytes(at: 0, count: Int(file.byteCount))
  }

  /// Size in bytes and time of the last change in nanoseconds since 1970, by which a file is known
  /// to be the same without being read; in an archive the time is the archive's. Nil where there is
  /// no such file.
  public func stamp(of path: String) -> (byteCount: Int64, modifiedNanoseconds: Int64)? {
    root(of: path).stamp(of: path)
  }
}
