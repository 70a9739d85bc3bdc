import Corpus

/// Tracks that are files of their own on a server.
extension FetchRun {
  func fetchFolder(_ source: RemoteSource, _ tracks: [Track]) throws(FetchError) {
    let state = FolderWork(source, tracks, fetch, cancellation, observe).run()
    placed(state.placed)
    received(state.bytes)
    if let fatal = state.fatal { throw fatal }
    try conclude(source, state.failures, tracks.count)
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
