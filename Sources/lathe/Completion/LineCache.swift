import DatasetCache
import Foundation
import Training

/// The cache that a line of a shell names, whichever argument or option does.
enum LineCache {
  /// It, opened for reading; nil where there is none, or none that can be read.
  static func open(_ words: [String]) -> Cache? {
    for word in words.dropFirst() {
      let path = path(word)
      if path.isEmpty { continue }
      if (try? Cache.exists(at: path)) == true {
        return try? Cache.open(at: path, for: .reading)
      }
      // A run says where its samples are.
      if let source = try? RunDirectory.contents(at: path).record.source, source.kind == .cache,
        (try? Cache.exists(at: source.path)) == true
      {
        return try? Cache.open(at: source.path, for: .reading)
      }
    }
    return nil
  }

  /// What a word stands for: without `--cache=`, quotes and the home folder's sign.
  static func path(_ word: String) -> String {
    var text = word
    if text.hasPrefix("--") {
      guard let sign = text.firstIndex(of: "=") else { return "" }
      text = String(text[text.index(after: sign)...])
    }
    var plain = ""
    var isEscaped = false
    for character in text {
      if !isEscaped, character == "\\" {
        isEscaped = true
      } else if isEscaped || character != "\"" && character != "'" {
        plain.append(character)
        isEscaped = false
      }
    }
    return (plain as NSString).expandingTildeInPath
  }
}

/// Files that a word may be the beginning of.
enum LineFiles {
  /// Those with an extension, and folders with a `/` behind.
  static func begun(_ prefix: String, extension suffix: String) -> [String] {
    let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let parent = folder.isEmpty ? "." : LineCache.path(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.sorted().compactMap { name in
      if name.hasPrefix(".") { return nil }
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(parent)/\(name)", isDirectory: &isFolder)
      if isFolder.boolValue { return folder + name + "/" }
      return name.hasSuffix("." + suffix) ? folder + name : nil
    }
  }
}
