import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Networks
import Preparation
import SignalKit
import Training

/// What a shell may complete arguments of the form `key=value` with.
extension Completions {
  /// Paths of a recipe, and the values of those that have few.
  static let recipeChanges = CompletionKind.custom { words, _, prefix in
    guard let sign = prefix.firstIndex(of: "=") else { return recipePaths(words).map { $0 + "=" } }
    let path = String(prefix[..<sign])
    return recipeValues(path).map { "\(path)=\($0)" }
  }

  /// Options of the trainer on the line, or of all of them; behind the `=` what each is if not
  /// given.
  static let trainerOptions = CompletionKind.custom { words, _, prefix in
    let all = EmbeddedTrainers.registry.kinds
    let named = all.filter { words.contains($0.name) }
    var options: [String: String] = [:]
    for option in (named.isEmpty ? all : named).flatMap(\.options) {
      options[option.name] = option.standard
    }
    guard let sign = prefix.firstIndex(of: "=") else {
      return options.keys.sorted().map { $0 + "=" }
    }
    let name = String(prefix[..<sign])
    return options[name].map { ["\(name)=\($0)"] } ?? []
  }

  /// What the columns of a table are called here, and behind the `=` what the table on the line
  /// calls them.
  static let columnNames = CompletionKind.custom { words, _, prefix in
    let last = prefix.split(separator: ",", omittingEmptySubsequences: false).last ?? ""
    guard let sign = last.firstIndex(of: "=") else {
      let own = DatasetLayout.ownColumns.filter { name in
        !prefix.split(separator: ",").contains { $0.hasPrefix("\(name)=") }
      }
      return list(own, prefix).map { $0 + "=" }
    }
    return list(LineFiles.header(words).map { last[...sign] + $0 }, prefix)
  }

  /// Columns of the table on the line, separated by commas.
  static let columnLists = CompletionKind.custom { words, _, prefix in
    list(LineFiles.header(words), prefix)
  }

  private static func recipePaths(_ words: [String]) -> [String] {
    let held = (try? LineCache.open(words)?.choices())?.recipe ?? .gtzan
    let slices = ["length", "lengthSeconds", "hop", "hopSeconds", "required", "maximumCount"]
    return ["profile", "sampleRate", "maximumSeconds"]
      + held.views.filter { $0.name != .acoustic }.flatMap { view in
        (type(of: view.kind).parameterFigures.map(\.name) + ["kind", "precision", "channels"]
          + slices.map { "slices.\($0)" }).map { "\(view.name.rawValue).\($0)" }
      }
  }

  private static func recipeValues(_ path: String) -> [String] {
    switch path.split(separator: ".").last {
    case "profile": Profile.allCases.map(\.rawValue)
    case "kind": ViewRegistry.builtIn.kinds.filter { $0.isForRecipes }.map { $0.name }
    case "precision": ViewPrecision.allCases.map(\.rawValue)
    case "channels": ViewChannels.allCases.map(\.rawValue)
    default: []
    }
  }
}

extension LineFiles {
  /// The columns of the first table that a line names; none where it names none that can be read.
  static func header(_ words: [String]) -> [String] {
    for word in words.dropFirst() {
      let path = LineCache.path(word)
      guard path.hasSuffix(".csv"), let file = FileHandle(forReadingAtPath: path) else { continue }
      defer { try? file.close() }
      let beginning = (try? file.read(upToCount: 1 << 16)) ?? Data()
      let line = beginning.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      return String(decoding: line, as: UTF8.self).split(separator: ",").map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: "\" \u{FEFF}"))
      }
    }
    return []
  }
}
