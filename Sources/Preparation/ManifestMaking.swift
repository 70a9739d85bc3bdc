public import AudioIO
public import Corpus

/// Manifests from folders of audio.
public enum ManifestMaking {
  /// The manifest that the folders below `folder` spell out, by a pattern, with the files that were left out.
  /// - Throws: `AudioError` where the folder cannot be listed.
  public static func folders(
    _ roots: AudioRoots, name: String, pattern: FolderPattern = .outermost
  ) throws(AudioError) -> (manifest: Manifest, rejected: [Rejection], unreachable: [AudioError]) {
    let listing = try roots.list()
    let (manifest, rejected) = Manifest.folders(
      name: name, paths: listing.audio, pattern: pattern)
    return (manifest, rejected, listing.problems.map(\.error))
  }

  /// The paths of the audio files below a folder, relative to it.
  /// - Throws: `AudioError` where the folder cannot be listed.
  public static func audioPaths(_ roots: AudioRoots) throws(AudioError) -> [String] {
    try roots.list().audio
  }

  /// The manifest with the MD5 of every track whose file is below `folder`, found as
  /// `lathe prepare` finds it; a checksum that a track has already stays.
  /// - Returns: the manifest, how many checksums were taken, and the files that could not be read.
  /// - Throws: `AudioError` where the folder cannot be listed.
  public static func addingChecksums(
    to manifest: Manifest, roots: AudioRoots
  ) throws(AudioError) -> (manifest: Manifest, count: Int, unreadable: [AudioError]) {
    let found = manifest.overlay(on: try roots.list().audio).manifest
    var md5OfTrack: [String: String] = [:]
    var unreadable: [AudioError] = []
    for track in found.tracks where track.md5 == nil {
      do throws(AudioError) {
        md5OfTrack[track.id] = try roots.md5(track.path)
      } catch {
        unreadable.append(error)
      }
    }
    return (manifest.adding(checksums: md5OfTrack), md5OfTrack.count, unreadable)
  }
}
