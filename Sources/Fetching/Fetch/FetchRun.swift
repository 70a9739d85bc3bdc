import Corpus
import Files

/// A fetch at work.
final class FetchRun {
  let fetch: Fetch
  let wanted: Manifest
  let folder: FetchFolder
  let cancellation: Cancellation
  let client: FetchClient
  let observe: @Sendable (FetchEvent) -> Void
  private(set) var report = FetchReport()
  /// The tracks that are not there yet, in the manifest's order.
  private(set) var missing: [Track] = []
  private var refusals: [String: FetchReport.Refusal] = [:]

  init(
    _ fetch: Fetch, _ wanted: Manifest, _ cancellation: Cancellation,
    _ observe: @escaping @Sendable (FetchEvent) -> Void
  ) throws(FetchError) {
    self.fetch = fetch
    self.wanted = wanted
    self.cancellation = cancellation
    self.observe = observe
    folder = try FetchFolder(fetch.folder, downloads: fetch.downloads)
    client = try FetchClient(fetch.patience, fetch.environment, cancellation, observe)
  }

  func run() throws(FetchError) -> FetchReport {
    let start = ContinuousClock.now
    let presence = try FetchFolder.presence(of: wanted, in: fetch.folder, cancellation) {
      observe(.examined(done: $0, of: $1))
    }
    let plan = fetch.plan(wanted, presence)
    observe(.began(plan))
    missing = wanted.tracks.filter { !presence.present.contains($0.id) }
    report.dataset = plan.dataset
    report.folder = plan.folder
    report.tracks = plan.tracks
    report.present = plan.present
    report.unchecked = plan.unchecked
    for path in fetch.own {
      let before = missing.count
      try take(own: path)
      report.taken += before - missing.count
    }
    if !fetch.isOffline {
      for source in fetch.remotes.sources { try ask(source) }
    }
    if missing.isEmpty { KnownLack.removeAll(in: folder.downloads) }
    report.missing = missing.map(\.path).sorted(by: ByteOrder.precedes)
    report.refused = missing.compactMap { refusals[$0.id] }
      .sorted { ByteOrder.precedes($0.path, $1.path) }
    let seconds = (ContinuousClock.now - start).components
    report.seconds = Double(seconds.seconds) + Double(seconds.attoseconds) / 1e18
    return report
  }

  private func ask(_ source: RemoteSource) throws(FetchError) {
    let tracks = missing.filter { source.holds($0.path) }
    do {
      switch source.kind {
      case .file: try fetchFile(source)
      case .folder: if !tracks.isEmpty { try fetchFolder(source, tracks) }
      case .archive: if !tracks.isEmpty { try fetchArchive(source, tracks) }
      }
      report.fetched += tracks.count - missing.count { source.holds($0.path) }
    } catch {
      report.fetched += tracks.count - missing.count { source.holds($0.path) }
      if error.isOurs { throw error }
      report.failures.append("\(error)")
      if source.kind == .file { report.absentFiles.append(source.name) }
      observe(.leftSource(title: source.title, error))
    }
  }

  /// A track is in its place.
  func placed(_ ids: Set<String>) { missing.removeAll { ids.contains($0.id) } }

  /// A track came and is not what it should be.
  func refuse(_ track: Track, _ error: FetchError, from source: String) {
    let refusal = FetchReport.Refusal(
      id: track.id, path: track.path, reason: error.detail, source: source)
    refusals[track.id] = refusal
    observe(.refused(refusal))
  }

  func received(_ bytes: Int) { report.receivedBytes += bytes }

  private func fetchFile(_ source: RemoteSource) throws(FetchError) {
    let path = "\(fetch.folder)/\(source.name)"
    if (try? Files.kind(path)) == .file, try source.checksums.objection(to: path) == nil { return }
    try FetchFolder.makeFolder(above: path)
    try Download(
      title: source.name, target: path, mirrors: fetch.addresses(of: source),
      checksums: source.checksums
    ).run(client)
    received(Files.size(path) ?? 0)
    report.files.append(source.name)
  }
}
