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
