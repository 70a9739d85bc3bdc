import Corpus
import Dispatch
import Files
import Glibc
import Synchronization

/// Tracks that are files of their own on a server, several at a time.
extension FetchRun {
  /// Servers that fail so many times in a row without bringing a track are not asked further.
  private static let hopeless = 5

  /// What the threads share.
  private struct Shared: ~Copyable {
    var next = 0
    var placed: Set<String> = []
    var bytes = 0
    var failures: [(track: Track, error: FetchError)] = []
    /// Failures since a track came.
    var inARow = 0
    /// What ends the fetch.
    var fatal: FetchError?
  }

  func fetchFolder(_ source: RemoteSource, _ tracks: [Track]) throws(FetchError) {
    let shared = Mutex(Shared())
    let mirrors = fetch.addresses(of: source)
    let (folder, patience, environment) = (fetch.folder, fetch.patience, fetch.environment)
    let (cancellation, observe) = (cancellation, observe)
    // A part of one of many small files is no news.
    let quiet: @Sendable (FetchEvent) -> Void = { event in
      if case .received = event, tracks.count > 1 { return }
      shared.withLock { _ in observe(event) }
    }
    DispatchQueue.concurrentPerform(iterations: min(fetch.connections, tracks.count)) { _ in
      let client: FetchClient
      do throws(FetchError) {
        client = try FetchClient(patience, environment, cancellation, quiet)
      } catch {
        return shared.withLock { $0.fatal = error }
      }
      while let track = Self.next(tracks, shared) {
        let path = "\(folder)/\(track.path)"
        do throws(FetchError) {
          try FetchFolder.makeFolder(above: path)
          try Download(
            title: track.path, target: path,
            mirrors: mirrors.map { $0.appending(path: track.path) },
            checksums: Checksums(md5: track.md5)
          ).run(client)
          if Files.size(path) == 0 {
            unsafe unlink(path)
            throw FetchError(.checksum, track.path, "is empty", hint: "give another mirror")
          }
          shared.withLock { shared in
            shared.placed.insert(track.id)
            shared.bytes += Files.size(path) ?? 0
            shared.inARow = 0
            observe(
              .placed(title: source.title, done: shared.placed.count, of: tracks.count))
          }
        } catch {
          shared.withLock { shared in
            if error.isOurs { shared.fatal = shared.fatal ?? error }
            shared.failures.append((track, error))
            // That one file is not there says nothing of the others.
            if error.status == nil, error.kind != .checksum { shared.inARow += 1 }
          }
        }
      }
    }
    let (done, bytes) = shared.withLock { ($0.placed, $0.bytes) }
    placed(done)
    received(bytes)
    if let fatal = shared.withLock({ $0.fatal }) { throw fatal }
    try conclude(source, shared.withLock { $0.failures }, tracks.count)
  }

  private static func next(_ tracks: [Track], _ shared: borrowing Mutex<Shared>) -> Track? {
    shared.withLock { shared in
      guard shared.next < tracks.count, shared.fatal == nil, shared.inARow < hopeless else {
        return nil
      }
      shared.next += 1
      return tracks[shared.next - 1]
    }
  }

  /// Files that are something else are refused; where others failed, the source has.
  private func conclude(
    _ source: RemoteSource, _ failures: [(track: Track, error: FetchError)], _ count: Int
  ) throws(FetchError) {
    var others: [FetchError] = []
    for (track, error) in failures {
      if error.kind == .checksum {
        refuse(track, error, from: source.title)
      } else {
        others.append(error)
      }
    }
    guard let first = others.first else { return }
    if others.count == 1 { throw first }
    throw FetchError(
      first.kind, source.title,
      "failed for \(others.count) of \(count) tracks, the first because \(first.subject) \(first.detail)",
      hint: first.hint, status: first.status)
  }
}
