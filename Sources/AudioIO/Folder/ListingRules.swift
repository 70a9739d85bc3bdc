import Corpus
import Wording

extension AudioFolder {
  /// Whether a file is audio by its name.
  static func isAudio(_ path: String) -> Bool {
    AudioExtensions.of(path).map(extensions.contains) ?? false
  }

  /// Whether a path is hidden, or lies in a folder that systems make.
  static func isPassedOver(_ path: String) -> Bool {
    let parts = path.pathComponents
    // A name that climbs is no hidden one.
    return parts.contains { $0.utf8.first == UInt8(ascii: ".") && $0 != "." && $0 != ".." }
      || parts.dropLast().contains { systemFolders.contains(String($0)) }
  }
}

extension AudioFolder.Listing {
  /// Takes out the files of formats that are not read whose names another file has too, and brings
  /// all into byte order.
  /// - Parameter subject: a path as a message names it.
  mutating func finish(_ subject: (String) -> String) {
    setAsideTwins(subject)
    audio.sort(by: ByteOrder.precedes)
    others.sort(by: ByteOrder.precedes)
    problems.sort { ByteOrder.precedes($0.path, $1.path) }
  }

  /// As tracks they would have the same id as the others, and could stand for one that is read.
  private mutating func setAsideTwins(_ subject: (String) -> String) {
    func isRead(_ path: String) -> Bool {
      AudioExtensions.of(path).map(AudioExtensions.read.contains) ?? false
    }
    var stems = Set(audio.filter(isRead).map { Array(AudioExtensions.stem($0).utf8) })
    let twins = audio.sorted(by: ByteOrder.precedes).filter {
      !isRead($0) && !stems.insert(Array(AudioExtensions.stem($0).utf8)).inserted
    }
    if twins.isEmpty { return }
    let taken = Set(twins.map { Array($0.utf8) })
    audio.removeAll { taken.contains(Array($0.utf8)) }
    for path in twins {
      let format = (AudioExtensions.of(path) ?? "").uppercased()
      let error = AudioError(.otherFormat(format), "list", subject(path))
      problems.append(AudioFolder.Problem(path: path, error: error))
    }
  }
}
