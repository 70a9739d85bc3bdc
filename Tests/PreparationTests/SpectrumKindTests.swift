import Corpus
import DatasetCache
import Foundation
import SignalKit
import Testing

@testable import Preparation

/// Kinds made of a short-time transform: prepared, with the shape they state, and changed by each
/// parameter.
@Suite struct SpectrumKindTests {
  private static let slices =
    #""slices": {"length": 4000, "hop": 4000, "required": 4000, "maximumCount": 2}"#

  /// A change of one parameter; `over` is what both sides have besides the kind's defaults.
  private struct Change {
    let parameter: String
    let value: String
    var over = ""
  }

  private static let spectrum = [
    Change(parameter: "transformLength", value: "1024"), Change(parameter: "hop", value: "100"),
    Change(parameter: "windowLength", value: "400"),
    Change(parameter: "window", value: #""blackman""#),
    Change(parameter: "windowIsPeriodic", value: "false"),
    Change(parameter: "framing", value: #""whole-windows""#),
    Change(parameter: "padding", value: #""edge""#),
  ]
  private static let arithmetic = Change(parameter: "arithmetic", value: #""double""#)
  private static let filters = [
    Change(parameter: "bands", value: "40", over: #""bands": 30"#),
    Change(parameter: "minimumFrequency", value: "100"),
    Change(parameter: "maximumFrequency", value: "3000"),
    Change(parameter: "scale", value: #""htk""#), Change(parameter: "area", value: #""height""#),
    Change(parameter: "slopes", value: #""mel""#),
    Change(parameter: "filterArithmetic", value: #""single""#),
  ]
  private static let scaling = [
    Change(parameter: "power", value: "1"), Change(parameter: "scaling", value: #""ln""#),
    Change(parameter: "floor", value: "0.5", over: #""scaling": "log10""#),
    Change(parameter: "factor", value: "100", over: #""scaling": "log10""#),
    Change(parameter: "offset", value: "1", over: #""scaling": "ln""#),
    Change(parameter: "reference", value: #""maximum""#),
    Change(parameter: "dynamicRange", value: "10"),
  ]
  private static let changes: [String: [Change]] = [
    "mel": spectrum + filters + scaling + [arithmetic],
    "mfcc": spectrum + filters + scaling + [
      Change(parameter: "arithmetic", value: #""single""#),
      Change(parameter: "coefficients", value: "13"),
      Change(parameter: "lifter", value: "22"), Change(parameter: "derivatives", value: "2"),
      Change(parameter: "derivativeWidth", value: "5", over: #""derivatives": 1"#),
    ],
    "spectrogram": spectrum + scaling + [arithmetic],
    "chroma": spectrum + [
      Change(parameter: "arithmetic", value: #""single""#),
      Change(parameter: "classes", value: "24"), Change(parameter: "tuning", value: "0.3"),
    ],
  ]

  private func recipe(_ views: [String: String]) throws -> Recipe {
    let fields = views.map { #""\#($0.key)": {\#($0.value), \#(Self.slices)}"# }
    return try Recipe.decode(
      Array(
        """
        {"schema": "lathe.recipe/2", "name": "spectra", "sampleRate": 8000, "maximumSeconds": 60,
        "profile": "librosa-1.0", "views": {\(fields.joined(separator: ",\n"))}}
        """.utf8))
  }

  private func fields(_ kind: String, _ parts: [String: String]) -> String {
    var all = ["kind": "\"\(kind)\"", "transformLength": "512", "hop": "128"]
    if kind == "mel" || kind == "mfcc" { all["bands"] = "32" }
    return all.merging(parts) { $1 }.map { "\"\($0.key)\": \($0.value)" }.sorted()
      .joined(separator: ", ")
  }

  private func parts(_ over: String) throws -> [String: String] {
    guard !over.isEmpty else { return [:] }
    let parts = over.split(separator: ": ", maxSplits: 1)
    return [parts[0].trimmingCharacters(in: ["\""]): String(parts[1])]
  }

  @Test(arguments: ["mel", "mfcc", "spectrogram", "chroma"])
  func isPreparedAndChangedByEachParameter(_ kind: String) throws {
    let changes = try #require(Self.changes[kind])
    let type = try #require(ViewRegistry.builtIn.kind(named: kind))
    #expect(changes.map(\.parameter).sorted() == type.parameterFigures.map(\.name).sorted())
    var views: [String: String] = [:]
    for change in changes {
      let over = try parts(change.over)
      views["\(change.parameter.lowercased())-before"] = fields(kind, over)
      views["\(change.parameter.lowercased())-after"] = fields(
        kind, over.merging([change.parameter: change.value]) { $1 })
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
    for change in changes {
      let sides = try ["before", "after"].map { side in
        try #require(
          try cache.floats(
            of: View(like: "\(change.parameter)-\(side)"), track: "jazz.00000"))
      }
      #expect(
        sides[0].shape != sides[1].shape || sides[0].values != sides[1].values,
        "\(kind) \(change.parameter)")
    }
  }

  @Test func axesAreNamedInTheirUnits() throws {
    let recipe = try recipe([
      "a": fields("mel", ["framing": #""whole-windows""#, "windowLength": "400"]),
      "b": fields("mfcc", ["derivatives": "1"]), "c": fields("spectrogram", [:]),
      "d": fields("chroma", [:]),
    ])
    let axes = recipe.views.map { $0.kind.axes($0.context(of: recipe)) }
    #expect(
      axes.map { $0[0].axis.name } == ["frequency", "coefficient", "frequency", "pitch class"])
    #expect(axes.map { $0[0].count } == [32, 40, 257, 12])
    #expect(axes.map { $0[0].axis.unit } == ["Hz", "", "Hz", ""])
    #expect(axes[2][0].axis.position(of: 256) == 4_000)
    #expect(axes.allSatisfy { $0[1].axis.isTime && $0[1].axis.unit == "s" })
    // (4000 − 400) / 128 + 1 windows, the first about 200 samples; centred frames 4000 / 128 + 1.
    #expect(axes.map { $0[1].count } == [29, 32, 32, 32])
    #expect(axes[0][1].axis.position(of: 1) == (200.0 + 128) / 8_000)
    #expect(axes[1][1].axis.position(of: 1) == 128.0 / 8_000)
    #expect(recipe.views.map { $0.kind.unit } == ["dB", "", "dB", ""])
  }

  @Test(arguments: [
    ("mel", ["windowLength": "600"], "window length 600"),
    ("mel", ["maximumFrequency": "4001"], "4001"),
    ("mel", ["transformLength": "4096", "framing": #""whole-transforms""#], "4000 samples"),
    ("mel", ["scaling": #""bel""#], "bel"), ("mel", ["dynamicRange": "0"], "0"),
    ("mfcc", ["coefficients": "33"], "33 cepstral coefficients"),
    ("mfcc", ["derivatives": "1", "derivativeWidth": "4"], "derivative width 4"),
    ("mfcc", ["derivatives": "1", "derivativeWidth": "33"], "has 32 frames"),
    ("spectrogram", ["hop": "513"], "hop length 513"), ("spectrogram", ["bands": "4"], "bands"),
    ("chroma", ["classes": "97"], "97"), ("chroma", ["tuning": "2"], "2"),
  ])
  func refusesWhatCannotBe(_ kind: String, _ parts: [String: String], _ words: String) throws {
    do {
      _ = try recipe(["x": fields(kind, parts)])
      Issue.record("\(kind) \(parts) is taken")
    } catch let error as RecipeError {
      #expect(error.subject.hasPrefix("views.x"))
      #expect("\(error)".contains(words), "\(error)")
      #expect(!error.hint.isEmpty)
    }
  }

  /// A view that only says what it has always said keeps its fingerprint, whatever is new in its
  /// kind.
  @Test func whatIsUsualIsNotWritten() throws {
    let mel = try #require(try recipe(["mel": fields("mel", [:])]).views[.mel])
    #expect(
      Set(mel.parameters.keys)
        == ["transformLength", "hop", "bands", "minimumFrequency", "dynamicRange"])
  }
}
