import Foundation
import Testing

/// Views are as pluggable as trainers: a kind is named in its own file, where it is registered, in
/// the built-in recipe, and where something is really about it.
@Suite struct KindTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Files outside `Preparation/Kinds` that may name a kind, each with its reason.
  private static let allowed: [String: String] = [
    "Preparation/Views/ViewRegistry.swift": "the registration, and the names of the first recipes",
    "Preparation/Exec/ExecComputer.swift": "what computes the kind exec",
    "Preparation/Exec/ExecFrames.swift": "what a program of the kind exec is sent",
    "Preparation/Exec/ExecProgram.swift": "the program of the kind exec",
    "Preparation/Exec/ExecTexts.swift": "why a program of the kind exec gave nothing",
    "Preparation/Exec/ExecTracks.swift": "what a program of the kind exec is asked",
    "Preparation/Recipe.swift": "the recipe of GTZAN, and the view that every cache has",
  ]

  /// Files that may write the name of a kind as a text, each with its reason.
  private static let allowedTexts: [String: String] = [
    "DatasetCache/Layout/ViewFacts.swift": "the views of caches of the first schema",
    "Networks/Trainers/FeatureTrainer.swift": "the view that this trainer is the usual one of",
    "Networks/Trainers/LinearProbe.swift": "the same",
    "Networks/Trainers/MelSettings.swift": "the trainer of this name",
    "Networks/Trainers/MelTrainers.swift": "trainers of this name",
    "Networks/Trainers/WaveformTrainers.swift": "trainers of this name",
    "Preparation/FirstRecipe.swift": "the views of the first recipes",
    "Reporting/Charts/Spectrogram.swift": "the figure of this name",
    "Runs/Running/TrainingRun.swift": "trainers that are programs",
    "Service/Resources/FeatureOperations.swift": "the resource of this name",
    "Service/Resources/PictureOperations.swift": "the resources of these names",
    "lathe/Benchmark/BenchSignal.swift": "verbs of these names",
    "lathe/Benchmark/SyntheticCache.swift": "the made-up cache of the usual features",
    "lathe/Benchmark/TrainReportText.swift": "trainers of this name",
    "lathe/Commands/Demo.swift": "the demonstration of the usual three views",
    "lathe/Commands/MapCommand.swift": "the usual view of a map",
    "lathe/Commands/Views.swift": "an example in its help",
  ]

  private func swiftFiles(under folder: String) throws -> [(path: String, text: String)] {
    let base = Self.root.appending(path: "Sources").path
    let files = try #require(FileManager.default.enumerator(atPath: "\(base)/\(folder)"))
    return try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map {
      let path = folder.isEmpty ? $0 : "\(folder)/\($0)"
      return (path, try String(contentsOfFile: "\(base)/\(path)", encoding: .utf8))
    }
  }

  private func code(_ text: String) -> String {
    text.split(separator: "\n").filter {
      !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//")
    }.joined(separator: "\n")
  }

  @Test func nothingButAKindsOwnFileNamesIt() throws {
    let declaration = try Regex("struct ([A-Za-z]+): ViewKind", as: (Substring, Substring).self)
    let kinds = try swiftFiles(under: "Preparation/Kinds").flatMap { file in
      code(file.text).matches(of: declaration).map { String($0.output.1) }
    }
    #expect(kinds.count >= 5)
    for (path, text) in try swiftFiles(under: "") where !path.hasPrefix("Preparation/Kinds/") {
      if Self.allowed[path] != nil { continue }
      let words = Set(
        code(text).split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
      for kind in kinds where kind != "UnknownKind" {
        #expect(!words.contains(kind), "\(path) names \(kind)")
      }
    }
  }

  private func namesOfKinds() throws -> [String] {
    let declaration = try Regex(
      "static let name = \"([a-z-]+)\"", as: (Substring, Substring).self)
    return try swiftFiles(under: "Preparation/Kinds").flatMap { file in
      file.text.matches(of: declaration).map { String($0.output.1) }
    }.filter { $0 != "unknown" }
  }

  private func texts(of names: [String], in text: String) -> [String] {
    let code = code(text)
    return names.filter { code.contains("\"\($0)\"") }
  }

  @Test func nothingButAKindsOwnFileWritesItsName() throws {
    let names = try namesOfKinds()
    #expect(names.count >= 10 && names.contains("mfcc"))
    for (path, text) in try swiftFiles(under: "") where !path.hasPrefix("Preparation/Kinds/") {
      if Self.allowed[path] != nil || Self.allowedTexts[path] != nil { continue }
      #expect(texts(of: names, in: text) == [], "\(path)")
    }
  }

  @Test func everyExceptionIsStillOne() throws {
    let names = try namesOfKinds()
    for path in Self.allowedTexts.keys {
      let file = Self.root.appending(path: "Sources/\(path)")
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(!texts(of: names, in: text).isEmpty, "\(path)")
    }
    for path in Self.allowed.keys {
      let file = Self.root.appending(path: "Sources/\(path)")
      #expect(try String(contentsOf: file, encoding: .utf8).contains("Kind"), "\(path)")
    }
  }
}
