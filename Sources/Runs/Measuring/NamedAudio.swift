public import AudioIO

/// The audio files that somebody names, by themselves or by a folder or an archive that they lie in.
public struct NamedAudio: Sendable {
  /// The files: those that are named as they are, those of a folder or an archive by their
  /// extensions, in byte order.
  public private(set) var files: [AudioSource] = []
  /// What of a folder or an archive could not be listed, or one without audio.
  public private(set) var problems: [RunError] = []
  /// How many files of folders and archives are no audio by their names.
  public private(set) var otherFiles = 0

  /// The files of these paths, in their order; whether a file that is named can be used shows when
  /// it is read.
  public init(_ paths: [String]) { for path in paths { add(path) } }

  private mutating func add(_ path: String) {
    func problem(_ path: String, _ detail: String, _ hint: String) -> RunError {
      RunError(kind: .data, subject: path, detail: detail, hint: hint)
    }
    let found: (sources: [AudioSource], listing: AudioFolder.Listing)?
    do throws(AudioError) { found = try AudioSource.list(path) } catch {
      problems.append(problem(path, error.detail, error.hint))
      return
    }
    guard let (sources, listing) = found else { return files.append(AudioSource(path: path)) }
    files += sources
    let start = path.hasSuffix("/") ? path : path + "/"
    problems += listing.problems.map { problem(start + $0.path, $0.error.detail, $0.error.hint) }
    otherFiles += listing.others.count
    if listing.audio.isEmpty, listing.problems.isEmpty {
      problems.append(
        problem(path, "there are no audio files in it", "give another folder, or a file"))
    }
  }
}
