public import Corpus
import Files
import FoundationEssentials

/// Brings the tracks of a dataset into a folder: from files that one already has, and from servers.
///
/// A track that is there and has the checksum of the manifest is not fetched again; of one without a checksum it is
/// enough that it is there. Each appears whole, under its own name, once it has its checksum; what has come in part
/// lies in `.lathe-fetch` in the folder, and the next run goes on with it.
public struct Fetch: Sendable {
  /// What is wanted.
  public var manifest: Manifest
  /// Where it can be had.
  public var remotes: Remotes
  /// Where it is put.
  public var folder: String
  /// Files and folders that one already has: archives, and folders with tracks or archives in them.
  public var own: [String] = []
  /// Folders on servers that are asked first, each for the archives and files by their names.
  public var mirrors: [RemoteAddress] = []
  /// Patterns of the paths of the tracks that are wanted, as in ``RemoteSource/tracks``; empty for all.
  public var only: [String] = []
  /// Whether nothing is asked of servers.
  public var isOffline = false
  /// Whether archives are kept, in the folder of parts, once their tracks are in their places.
  public var keepsArchives = false
  /// Where archives and what has come in part lie; nil for `.lathe-fetch` in the folder.
  public var downloads: String?
  /// How many files of a folder on a server are fetched at the same time, 1 or more.
  public var connections = 4
  /// How long servers are waited for.
  public var patience = Patience()
  /// Where proxies and tokens are found.
  public var environment = ProcessInfo.processInfo.environment

  /// A fetch with the usual choices.
  public init(_ manifest: Manifest, from remotes: Remotes, to folder: String) {
    self.manifest = manifest
    self.remotes = remotes
    self.folder = folder
  }

  /// What there is to do; nothing is asked of servers, and nothing is written.
  /// - Throws: ``FetchError``.
  public func plan(_ cancellation: Cancellation = Cancellation()) throws(FetchError) -> FetchPlan {
    let wanted = wanted()
    let presence = try FetchFolder.presence(of: wanted, in: folder, cancellation) { _, _ in }
    return plan(wanted, presence)
  }

  /// Fetches what is missing.
  ///
  /// - Parameters:
  ///   - cancellation: ends it soon; what has come is kept.
  ///   - observe: hears what happens, on any thread, one event at a time.
  /// - Returns: what it came to, also where tracks are missing in the end.
  /// - Throws: ``FetchError`` where it cannot go on: the disk, a lock, a request to stop.
  public func run(
    _ cancellation: Cancellation = Cancellation(),
    observe: @escaping @Sendable (FetchEvent) -> Void = { _ in }
  ) throws(FetchError) -> FetchReport {
    let run = try FetchRun(self, wanted(), cancellation, observe)
    return try run.run()
  }

  /// Whether a track is wanted.
  public func wants(_ track: Track) -> Bool {
    only.isEmpty || only.contains { PathPattern.matches($0, track.path) }
  }

  /// The manifest of the tracks that are wanted.
  private func wanted() -> Manifest {
    if only.isEmpty { return manifest }
    let others = manifest.tracks.filter { !wants($0) }
    return manifest.excluding(others.map(\.id)).manifest
  }

  func plan(_ wanted: Manifest, _ presence: FetchFolder.Presence) -> FetchPlan {
    let missing = wanted.tracks.filter { !presence.present.contains($0.id) }
    let steps = remotes.sources.compactMap { source -> FetchPlan.Step? in
      let count = missing.count { source.holds($0.path) }
      let isNeeded =
        source.kind == .file ? Files.size("\(folder)/\(source.name)") == nil : count > 0
      guard isNeeded, !isOffline else { return nil }
      let checksums = source.checksums
      return FetchPlan.Step(
        kind: source.kind.rawValue, title: source.title,
        mirrors: addresses(of: source).map(\.description), tracks: count,
        known: [
          checksums.size.map { _ in "size" }, checksums.md5.map { _ in "md5" },
          checksums.sha256.map { _ in "sha256" },
        ].compactMap { $0 })
    }
    return FetchPlan(
      dataset: wanted.name, folder: folder, tracks: wanted.tracks.count,
      present: presence.present.count, changed: presence.changed.count,
      unchecked: wanted.tracks.count { $0.md5 == nil }, steps: steps)
  }

  /// The servers of a source, those of the user first.
  func addresses(of source: RemoteSource) -> [RemoteAddress] {
    let first = mirrors.map { source.kind == .folder ? $0 : $0.appending(path: source.name) }
    return first + source.mirrors
  }
}
