import Corpus
import Files
import Foundation
import Synchronization

/// The tracks of a folder on a server, which several threads fetch one by one.
final class FolderWork: Sendable {
  /// What has come of it so far.
  struct State {
    var placed: Set<String> = []
    var bytes = 0
    var failures: [(track: Track, error: FetchError)] = []
    /// What ends the fetch.
    var fatal: FetchError?
    fileprivate var next = 0
    /// Failures since a track came.
    fileprivate var inARow = 0
  }

  /// A server that fails so many times in a row without bringing a track is not asked further.
  private static let hopeless = 5

  private let tracks: [Track]
  private let title: String
  private let mirrors: [RemoteAddress]
  private let fetch: Fetch
  private let cancellation: Cancellation
  private let observe: @Sendable (FetchEvent) -> Void
  private let state = Mutex(State())

  init(
    _ source: RemoteSource, _ tracks: [Track], _ fetch: Fetch, _ cancellation: Cancellation,
    _ observe: @escaping @Sendable (FetchEvent) -> Void
  ) {
    self.tracks = tracks
    self.fetch = fetch
    self.cancellation = cancellation
    self.observe = observe
    title = source.title
    mirrors = fetch.addresses(of: source)
  }

  /// Does it, on this thread and others.
  func run() -> State {
    let others = DispatchGroup()
    for _ in 1..<max(1, min(fetch.connections, tracks.count)) {
      others.enter()
      Thread {
        self.work()
        others.leave()
      }.start()
    }
    work()
    others.wait()
    return state.withLock { $0 }
  }

  private func work() {
    do throws(FetchError) {
      let client = try FetchClient(fetch.patience, fetch.environment, cancellation) { event in
        // A part of one of many small files is no news.
        if case .received = event, self.tracks.count > 1 { return }
        self.state.withLock { _ in self.observe(event) }
      }
      while let track = next() { bring(track, client) }
    } catch {
      state.withLock { $0.fatal = $0.fatal ?? error }
    }
  }

  private func next() -> Track? {
    state.withLock { state in
      guard state.next < tracks.count, state.fatal == nil, state.inARow < Self.hopeless else {
        return nil
      }
      state.next += 1
      return tracks[state.next - 1]
    }
  }

  private func bring(_ track: Track, _ client: FetchClient) {
    let path = "\(fetch.folder)/\(track.path)"
    do throws(FetchError) {
      try FetchFolder.makeFolder(above: path)
      try Download(
        title: track.path, target: path, mirrors: mirrors.map { $0.appending(path: track.path) },
        checksums: Checksums(md5: track.md5)
      ).run(client)
      if Files.size(path) == 0 {
        unsafe unlink(path)
        throw FetchError(.checksum, track.path, "is empty", hint: "give another mirror")
      }
      state.withLock { state in
        state.placed.insert(track.id)
        state.bytes += Files.size(path) ?? 0
        state.inARow = 0
        observe(.placed(title: title, done: state.placed.count, of: tracks.count))
      }
    } catch {
      state.withLock { state in
        if error.isOurs { state.fatal = state.fatal ?? error }
        state.failures.append((track, error))
        // That one file is not there says nothing of the others.
        if error.status == nil, error.kind != .checksum { state.inARow += 1 }
      }
    }
  }
}
