import FoundationEssentials

/// Real GTZAN clips, which have no licence and so are never in the repository.
enum RealAudio {
  /// The folder of clips, where it is at hand.
  static let clips: String? = {
    let named = ProcessInfo.processInfo.environment["LATHE_GTZAN"]
    return [named, shared("gtzan-mini/genres_original")].compactMap(\.self).first(where: exists)
  }()

  /// A file of the shared data beside the package, where it is at hand.
  static func data(_ name: String) -> String? {
    let path = shared(name)
    return exists(path) ? path : nil
  }

  private static func shared(_ name: String) -> String {
    var package = URL(filePath: #filePath)
    for _ in 0..<3 { package.deleteLastPathComponent() }
    return package.deletingLastPathComponent().path(percentEncoded: false) + "/shared/data/" + name
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }
}
