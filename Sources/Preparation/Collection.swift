public import AudioIO
public import Corpus
public import DatasetCache

/// The tracks that a folder holds, as a manifest has them.
public struct Collection: Sendable {
  /// The tracks to prepare.
  public let manifest: Manifest
  /// Files and folders that cannot become tracks, as they go to quarantine.
  public let rejected: [QuarantineRecord]
  /// Tracks that the manifest names and the folder lacks.
  public let absent: [Track]
  /// Audio files that the manifest does not name; they are left alone.
  public let unlisted: [String]

  /// The collection with what the cache knows of its tracks and no manifest has told now: recording group,
  /// artist and title. A run that forgets its manifest must not make a grouped split leak.
  func keepingFacts(of records: [TrackRecord]) -> Collection {
    let known = Dictionary(records.map { (Array($0.path.utf8), $0) }) { first, _ in first }
    let tracks = manifest.tracks.map { track -> Track in
      guard let record = known[Array(track.path.utf8)], record.id.utf8.elementsEqual(track.id.utf8)
      else { return track }
      var track = track
      track.group = track.group ?? record.group
      track.artist = track.artist ?? record.artist
      track.title = track.title ?? record.title
      return track
    }
    guard
      let manifest = try? Manifest(
        name: manifest.name, version: manifest.version, licence: manifest.licence,
        citations: manifest.citations, labels: manifest.labels, tracks: tracks,
        splits: manifest.splits, otherFields: manifest.otherFields)
    else { return self }
    return Collection(
      manifest: manifest, rejected: rejected, absent: absent, unlisted: unlisted)
  }

  /// Lists `folder` and lays `manifest` over what is there; without one the folders are the labels.
  ///
  /// - Throws: `AudioError` where the folder cannot be listed.
  public static func read(
    folder: String, manifest: Manifest?, name: String
  ) throws(AudioError) -> Collection {
    let listing = try AudioFolder.list(folder)
    let problems = listing.problems.map { problem in
      QuarantineRecord(
        id: problem.path, path: problem.path, label: "", code: problem.error.code,
        message: problem.error.detail, hint: problem.error.hint)
    }
    if let manifest {
      let (found, absent, unlisted) = manifest.overlay(on: listing.audio)
      return Collection(
        manifest: found, rejected: problems, absent: absent, unlisted: unlisted)
    }
    let (found, rejected) = Manifest.folders(name: name, paths: listing.audio)
    let refused = rejected.map {
      QuarantineRecord(
        id: $0.path, path: $0.path, label: "", code: $0.code, message: $0.detail, hint: $0.hint)
    }
    return Collection(manifest: found, rejected: problems + refused, absent: [], unlisted: [])
  }
}
