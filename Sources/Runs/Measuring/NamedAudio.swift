internal import AudioIO
internal import Foundation

/// The audio files that somebody names, by themselves or by a folder that they lie below.
public struct NamedAudio: Sendable {
  /// The files: those that are named as they are, those below a folder by their extensions, in byte
  /// order.
  public private(set) var files: [String] = []
  /// What below a folder could not be listed, or a folder without audio.
  public private(set) var problems: [RunError] = []
  /// How many files below folders are no audio by their names.
  public private(set) var otherFiles = 0

  /// The files of these paths, in their order; whether a file that is named can be used shows when
  /// it is read.
  public init(_ paths: [String]) {
    for path in paths {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        add(folder: path)
      } else {
        files.append(path)
      }
    }
  }

  private mutating func add(folder: String) {
    func problem(_ path: String, _ detail: String, _ hint: String) -> RunError {
      RunError(kind: .data, subject: path, detail: detail, hint: hint)
    }
    let listing: AudioFolder.Listing
    do throws(AudioError) { listing = try AudioFolder.list(folder) } catch {
      problems.append(problem(folder, error.detail, error.hint))
      return
    }
    let start = folder.hasSuffix("/") ? folder : folder + "/"
    files += listing.audio.map { start + $0 }
    problems += listing.problems.map { problem(start + $0.path, $0.error.detail, $0.error.hint) }
    otherFiles += listing.others.count
    if listing.audio.isEmpty, listing.problems.isEmpty {
      problems.append(
        problem(folder, "there are no audio files below it", "give another folder, or a file"))
    }
  }
}
