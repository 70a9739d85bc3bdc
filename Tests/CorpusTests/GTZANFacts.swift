import Corpus
import Foundation
import Testing

/// Sturm's index of artists and titles, his table of repetitions and the fault-filtered split,
/// where they are at hand: in the folder that LATHE_FACTS names, or beside the repository.
enum GTZANFacts {
  static let folder: String? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let beside = package.appending(path: "../shared/data/facts").standardized
    let paths = [
      ProcessInfo.processInfo.environment["LATHE_FACTS"], beside.path(percentEncoded: false),
    ]
    return paths.compactMap { $0 }.first {
      FileManager.default.fileExists(atPath: "\($0)/GTZANindex.txt")
    }
  }()

  static let absence: Comment =
    "GTZAN's published facts are not at hand; LATHE_FACTS may name their folder"

  /// The 1,000 tracks.
  static func tracks() throws -> [SplitTrack] {
    var groups: [String: String] = [:]
    for line in try lines("repetitions.csv").dropFirst() {
      let fields = line.split(separator: ",").map(String.init)
      groups[fields[1]] = fields[0]
    }
    return try lines("GTZANindex.txt").filter { !$0.hasPrefix("##") }.map { line in
      let fields = line.components(separatedBy: "::").map { field in
        let text = field.trimmingCharacters(in: .whitespaces)
        return (text.hasPrefix(":") ? String(text.dropFirst()) : text)
          .trimmingCharacters(in: .whitespaces)
      }
      let id = String(fields[0].dropLast(4))
      return SplitTrack(
        id: id, label: String(id.prefix { $0 != "." }), group: groups[id],
        artist: fields.count > 1 && !fields[1].isEmpty ? fields[1] : nil,
        title: fields.count > 2 && !fields[2].isEmpty ? fields[2] : nil)
    }
  }

  /// The fault-filtered split of Kereliuk, Sturm and Larsen.
  static func faultFiltered() throws -> [(name: String, ids: [String])] {
    try [("train", "train"), ("validation", "valid"), ("test", "test")].map { name, file in
      let names = try lines("filtered-split/\(file)_filtered.txt")
      return (
        name, names.compactMap { $0.split(separator: "/").last?.dropLast(4) }.map(String.init)
      )
    }
  }

  private static func lines(_ name: String) throws -> [String] {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder ?? "")/\(name)"))
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map(String.init)
  }
}
