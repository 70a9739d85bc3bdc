import Corpus
import DatasetCache
import Foundation
import SignalKit
import Testing

@testable import Preparation

/// Constant-Q views: prepared, with the shape they state, changed by each parameter, and refused.
@Suite struct ConstantQKindTests {
  private static let usual = [
    "bins": "36", "minimumFrequency": "100", "hop": "128",
  ]

  private static let changes: [(parameter: String, value: String, over: [String: String])] = [
    ("bins", "30", [:]), ("binsPerOctave", "18", [:]), ("minimumFrequency", "110", [:]),
    ("hop", "100", [:]), ("tuning", "0.3", [:]), ("estimatesTuning", "true", [:]),
    ("filterScale", "0.5", [:]), ("window", #""blackman""#, [:]), ("norm", #""energy""#, [:]),
    ("sparsity", "0", [:]), ("isScaledByLength", "false", [:]), ("padding", #""reflect""#, [:]),
    ("power", "2", [:]), ("scaling", #""ln""#, [:]),
    ("floor", "0.5", ["scaling": #""log10""#]), ("factor", "100", ["scaling": #""log10""#]),
    ("offset", "1", ["scaling": #""ln""#]),
    ("reference", #""maximum""#, ["scaling": #""decibel""#]),
    ("dynamicRange", "10", ["scaling": #""decibel""#]),
  ]

  private func recipe(_ views: [String: [String: String]], length: Int = 4_000) throws -> Recipe {
    let fields = views.map { name, parts in
      let parts = Self.usual.merging(parts) { $1 }.map { "\"\($0.key)\": \($0.value)" }
      return """
        "\(name)": {"kind": "constant-q", \(parts.sorted().joined(separator: ", ")),
        "slices": {"length": \(length), "hop": 4000, "required": 4000, "maximumCount": 2}}
        """
    }
    return try Recipe.decode(
      Array(
        """
        {"schema": "lathe.recipe/2", "name": "bins", "sampleRate": 8000, "maximumSeconds": 60,
        "profile": "librosa-1.0", "views": {\(fields.joined(separator: ",\n"))}}
        """.utf8))
  }

  @Test func isPreparedAndChangedByEachParameter() throws {
    #expect(
      Self.changes.map(\.parameter).sorted() == ConstantQKind.parameterFigures.map(\.name).sorted())
    var views: [String: [String: String]] = [:]
    for change in Self.changes {
      views["\(change.parameter.lowercased())-before"] = change.over
      views["\(change.parameter.lowercased())-after"] = change.over
        .merging([change.parameter: change.value]) { $1 }
    }
    let folder = try MusicFolder()
    try folder.write(Wave.pcm16(Wave.notes(seed: 3)), "jazz/jazz.00000.wav")
    let recipe = try recipe(views)
    try folder.prepare(recipe)
    let cache = try folder.open()
    for view in recipe.views {
      let values = try #require(try cache.floats(of: view.name, track: "jazz.00000"))
      let axes = view.kind.axes(view.context(of: recipe)).map { $0.count ?? 0 }
      #expect(values.shape == [2] + axes, "\(view.name.rawValue)")
      #expect(values.values.allSatisfy { $0.isFinite })
    }
    for change in Self.changes {
      let sides = try ["before", "after"].map { side in
        try #require(
          try cache.floats(of: View(like: "\(change.parameter)-\(side)"), track: "jazz.00000"))
      }
      #expect(
        sides[0].shape != sides[1].shape || sides[0].values != sides[1].values, "\(change)")
    }
  }

  @Test func axesAreFrequencyAndTime() throws {
    let recipe = try recipe(["x": ["scaling": #""decibel""#], "y": [:]])
    let view = try #require(recipe.views[View(like: "x")])
    let axes = view.kind.axes(view.context(of: recipe))
    #expect(axes.map(\.axis.name) == ["frequency", "time"])
    #expect(axes.map(\.axis.unit) == ["Hz", "s"])
    #expect(axes.map(\.count) == [36, 32])
    #expect(axes[0].axis.position(of: 0) == 100)
    #expect(axes[0].axis.position(of: 24) == 400)
    #expect(axes[1].axis.position(of: 1) == 128.0 / 8_000)
    #expect(recipe.views.map { $0.kind.unit } == ["dB", ""])
  }

  @Test(arguments: [
    // 100 Hz × 2^(63 / 12) is 3,805 Hz, and reaches up to 3,970 Hz; a bin more is above 4,000 Hz.
    (["bins": "65"], "views.x.bins", "use at most 64 bins"),
    (["minimumFrequency": "5000"], "views.x.minimumFrequency", "use a lower minimumFrequency"),
    (["estimatesTuning": "true", "tuning": "0.2"], "views.x.tuning", "use one of the two"),
    (["scaling": #""decibel""#, "dynamicRange": "0"], "views.x.dynamicRange", "more than 0"),
    (["norm": #""energie""#], "views.x.norm", "energy"), (["bin": "3"], "views.x.bin", "bins"),
    (
      ["hop": "127", "binsPerOctave": "192", "bins": "700", "minimumFrequency": "32"], "views.x",
      "69250 samples, above 65,536; use a hop that can be halved more often"
    ),
  ])
  func refusesWhatCannotBe(_ parts: [String: String], _ subject: String, _ words: String) throws {
    do {
      _ = try recipe(["x": parts])
      Issue.record("\(parts) is taken")
    } catch let error as RecipeError {
      #expect(error.subject == subject)
      #expect("\(error)".contains(words), "\(error)")
    }
  }

  /// The longest wavelet is 17.3 × 8,000 / 100 samples: longer than a slice, which is said and not
  /// refused.
  @Test func waveletsLongerThanASliceAreTold() throws {
    let short = try recipe(["x": [:]], length: 1_000)
    let warnings = short.warnings.filter { $0.contains("views.x") || $0.contains("wavelets") }
    #expect(warnings.count == 1)
    #expect(
      warnings.first?.contains(
        "6 of 36 wavelets are longer than a slice of 1,000 samples, the longest 1387") == true)
    #expect(try !recipe(["x": [:]]).warnings.contains { $0.contains("wavelet") })
  }

  @Test func whatIsUsualIsNotWritten() throws {
    let view = try #require(try recipe(["x": [:]]).views[View(like: "x")])
    #expect(
      Set(view.parameters.keys)
        == ["bins", "binsPerOctave", "minimumFrequency", "hop", "tuning", "dynamicRange"])
  }
}
