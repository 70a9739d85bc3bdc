import ArgumentParser
import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import Wording

struct BenchViews: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "views",
    abstract: "What computing a slice of each kind of view takes, one thread.",
    discussion: """
      Kinds are measured as `lathe views` lists them, in slices of 44,100 samples; --recipe measures the \
      views of a recipe, each alone and all together, which share transforms where they can. Samples are \
      taken as they are, whatever their rate: what is measured is arithmetic.

      Examples:
        lathe bench views --audio genres_original
        lathe bench views mfcc chroma --against librosa --python venv/bin/python
        lathe bench views kaldi-filter-bank --set sampleRate=16000 --against torchaudio
        lathe bench views --recipe Manifests/recipes/ast.json
      """)

  @Argument(
    help: "Kinds of view; all that are computed here if not given.",
    completion: .list(ViewRegistry.builtIn.names))
  var kinds: [String] = []

  @Option(
    help: ArgumentHelp("Measure the views of this recipe.", valueName: "name|file"),
    completion: Completions.recipes)
  var recipe: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change a value first, such as mfcc.coefficients=13; may be given several times.",
      valueName: "path=value"))
  var changes: [String] = []

  @OptionGroup var options: BenchOptions

  func validate() throws {
    _ = try RecipeArgument.changes(changes)
    if recipe != nil, !kinds.isEmpty {
      throw ValidationError("--recipe names the views: leave the kinds out.")
    }
  }

  func run() throws {
    let recipe = try RecipeArgument.changed(recipe.map(Catalogue.recipe) ?? usual(), by: changes)
    let tracks = try options.tracks(10).map { samples in
      TrackAudio(samples: .int16(samples), floats: samples.map { Float($0) / 32_768 })
    }
    var reports: [ViewReport] = []
    for view in recipe.views {
      var alone = recipe
      alone.views = [view]
      reports.append(try report(view, alone, tracks))
    }
    var together: Double?
    if recipe.views.count > 1 {
      var work = try ViewWork(recipe)
      together = try Stopwatch.measure(seconds: options.seconds) {
        for track in tracks { _ = try work.values(of: track) }
      }.median
    }
    try ViewReport.show(reports, together: together, options, rate: recipe.sampleRate)
  }

  /// The kinds that are named with their defaults, or all that have a row of numbers for each slice
  /// and need nothing to be said.
  private func usual() throws -> Recipe {
    let slices = try SliceRule(length: 44_100, hop: 44_100)
    let registry = ViewRegistry.builtIn
    if let unknown = kinds.first(where: { registry.kind(named: $0) == nil }) {
      throw ValidationError(
        "There is no kind \(Words.quoted(unknown)). The kinds are "
          + "\(registry.names.joined(separator: ", ")).")
    }
    var recipe = Recipe(name: "bench", views: [])
    for kind in registry.kinds where kinds.isEmpty || kinds.contains(kind.name) {
      let view = RecipeView(kind.init(), slices: slices)
      if kinds.isEmpty {
        var alone = recipe
        alone.views = [view]
        if view.kind.form != .rows || (try? alone.check()) == nil { continue }
      }
      recipe.views[view.name] = view
    }
    try recipe.check()
    return recipe
  }

  private func report(
    _ view: RecipeView, _ recipe: Recipe, _ tracks: [TrackAudio]
  ) throws -> ViewReport {
    let slices = tracks.map { track in
      view.slices.slices(frames: track.floats.count).map { Array(track.floats[$0.range]) }
    }.flatMap { $0 }
    guard let first = slices.first else {
      throw ValidationError(
        "\(view.name.rawValue): a slice takes \(view.slices.required) samples, and no track has so many."
      )
    }
    var work = try ViewWork(recipe)
    func measure() throws -> Timing {
      try Stopwatch.measure(seconds: options.seconds) {
        for track in tracks { _ = try work.values(of: track) }
      }
    }
    let before = try measure()
    let reference = try options.reference(recipe, slices: slices)
    let timing = reference == nil ? before : try before.joined(measure())
    return ViewReport(
      view: view.name.rawValue, kind: view.kind.kindName, sliceSamples: first.count,
      slices: slices.count, seconds: timing.median / Double(slices.count),
      bestSeconds: timing.best / Double(slices.count), reference: reference?.0,
      referenceSeconds: reference?.1)
  }
}

/// What a view took.
struct ViewReport: Encodable {
  let view: String
  let kind: String
  let sliceSamples: Int
  let slices: Int
  /// Processor seconds of one slice: the median, and the best run.
  let seconds: Double
  let bestSeconds: Double
  /// What else was measured on the same slices, and its processor seconds of one.
  let reference: String?
  let referenceSeconds: Double?

  private enum CodingKeys: String, CodingKey {
    case view, kind, sliceSamples, slices, seconds, bestSeconds, reference, referenceSeconds, ratio
  }

  var ratio: Double? { referenceSeconds.map { $0 / seconds } }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(view, forKey: .view)
    try fields.encode(kind, forKey: .kind)
    try fields.encode(sliceSamples, forKey: .sliceSamples)
    try fields.encode(slices, forKey: .slices)
    try fields.encode(seconds, forKey: .seconds)
    try fields.encode(bestSeconds, forKey: .bestSeconds)
    try fields.encodeIfPresent(reference, forKey: .reference)
    try fields.encodeIfPresent(referenceSeconds, forKey: .referenceSeconds)
    try fields.encodeIfPresent(ratio, forKey: .ratio)
  }

  /// Prints a table or JSON.
  static func show(
    _ reports: [ViewReport], together: Double?, _ options: BenchOptions, rate: Int
  ) throws {
    if options.json { return try Output.json(reports, pretty: true) }
    let name = reports.compactMap(\.reference).first
    let beside = name.map { ["\($0) µs", "ratio"] } ?? []
    var rows = [["view", "slice s", "slices", "µs a slice", "best µs", "a second"] + beside]
    for report in reports {
      var row = [
        report.view, Words.fixed(Double(report.sliceSamples) / Double(rate), 2),
        Words.count(report.slices), Words.fixed(report.seconds * 1e6, 1),
        Words.fixed(report.bestSeconds * 1e6, 1), Words.count(Int(1 / report.seconds)),
      ]
      if name != nil {
        row += [
          report.referenceSeconds.map { Words.fixed($0 * 1e6, 0) } ?? "-",
          report.ratio.map { Words.fixed($0, 1) } ?? "-",
        ]
      }
      rows.append(row)
    }
    Words.table(rows).forEach { Output.line($0) }
    if let together {
      let sum = reports.reduce(0) { $0 + $1.seconds * Double($1.slices) }
      Output.line(
        "all of them together: \(Words.fixed(together * 1e3, 1)) ms, one after the other "
          + "\(Words.fixed(sum * 1e3, 1)) ms: \(Words.fixed(together / sum * 100, 0)) %")
    }
  }
}
