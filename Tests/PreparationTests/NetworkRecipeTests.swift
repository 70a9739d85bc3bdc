import AudioIO
import Corpus
import DatasetCache
import Foundation
import Safetensors
import SignalKit
import TestSupport
import Testing

@testable import Preparation

/// The recipes of published networks that come with Lathe.
@Suite struct NetworkRecipeTests {
  static let names = ["ast", "musicnn", "panns", "vggish"]
  /// A sample of each network: bands, frames.
  static let shapes = [
    "ast": [128, 1_024], "musicnn": [96, 187], "panns": [64, 1_001], "vggish": [64, 96],
  ]
  private static let pictures = ProcessInfo.processInfo.environment["LATHE_PICTURES"].map {
    URL(fileURLWithPath: $0)
  }

  private func recipe(_ name: String) throws -> Recipe {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "Manifests/recipes/\(name).json")
    return try Recipe.decode([UInt8](Data(contentsOf: file)))
  }

  @Test(arguments: names)
  func recipeGivesWhatTheNetworkTakes(_ name: String) throws {
    let recipe = try recipe(name)
    #expect(recipe.name == name && recipe.views.count == 1)
    #expect(recipe.sampleRate == (name == "panns" ? 32_000 : 16_000))
    let view = try #require(recipe.views[View(like: name)])
    let rate = recipe.sampleRate
    let length = try #require(view.slices.length)
    let samples = (0..<length).map { Float(sin(Double($0) * 0.05)) / 4 }
    let values = try values(recipe, view, samples)
    #expect(values.shape == [1] + (Self.shapes[name] ?? []), "at \(rate) Hz")
  }

  @Test func astIsAsItsAuthorsHaveIt() throws {
    let view = try #require(try recipe("ast").views[View(like: "ast")])
    let kind = try #require(view.kind as? KaldiFilterBankKind)
    #expect(kind.parameters == .audioSpectrogramTransformer)
  }

  private func values(
    _ recipe: Recipe, _ view: RecipeView, _ samples: [Float]
  ) throws -> (shape: [Int], values: [Float]) {
    let context = ViewContext(
      view: view.name, sampleRate: recipe.sampleRate, profile: recipe.profile,
      slices: view.slices, channels: view.channels)
    let rule = try SliceRule(length: samples.count, hop: samples.count)
    let tensors = try view.kind.makeComputer(context).value(
      of: TrackAudio(samples: .float32(samples), floats: samples),
      slices: rule.slices(frames: samples.count))
    return (tensors[0].shape, try #require(tensors[0].floats))
  }

  /// Writes the pictures that Tests/Reference/compare_pictures.py compares with the networks' own.
  @Test(.enabled(if: pictures != nil)) func writesPicturesForTheComparison() throws {
    let folder = try #require(Self.pictures)
    let signals = folder.appending(path: "signals")
    for name in Self.names {
      let recipe = try recipe(name)
      let view = try #require(recipe.views[View(like: name)])
      let target = folder.appending(path: "network-\(name)")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      for file in try FileManager.default.contentsOfDirectory(atPath: signals.path) {
        let data = try Data(contentsOf: signals.appending(path: file))
        let signal = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let values = try values(recipe, view, signal).values
        try values.withUnsafeBytes { Data($0) }.write(to: target.appending(path: file))
      }
    }
  }
}
