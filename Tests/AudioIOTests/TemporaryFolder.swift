import FoundationEssentials

/// A folder that is removed when the test ends.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory
      .appending(path: "lathe-audio-\(UUID().uuidString)").path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    // A folder that stays behind is the system's to clear.
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of `name` in the folder.
  func at(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes bytes to `name`, making its folders, and returns its path.
  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    let place = at(name)
    if let slash = place.lastIndex(of: "/") {
      try FileManager.default.createDirectory(
        atPath: String(place[..<slash]), withIntermediateDirectories: true)
    }
    try Data(bytes).write(to: URL(filePath: place))
    return place
  }

  /// The bytes of a file.
  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
  }
}
