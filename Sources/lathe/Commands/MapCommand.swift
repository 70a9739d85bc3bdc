import Wording
import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Mapping

struct MapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract:
      "Place the tracks of a cache on a plane, near each other where their features are alike.",
    discussion: """
      t-SNE over the mean row of each track in a view of rows, such as features: columns standardised, begun \
      at the principal components, so that the same cache gives the same map. It is kept in the cache's \
      folder, maps/VIEW.json, where the page of lathe serve finds it. Of more than 10,000 tracks a sample of \
      as many is placed, spread evenly.

      Examples:
        lathe map gtzan.lathe
        lathe map gtzan.lathe --view features-30s --perplexity 15
        lathe map gtzan.lathe --output map.json
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Option(
    help: "The view; features-30s where there is one, or features.", completion: Completions.views)
  var view: String?

  @Option(help: "How many neighbours of a track count, roughly.")
  var perplexity = 30.0

  @Option(help: "How many steps are taken.")
  var steps = 1_000

  @Option(
    help: "Where the map is written; in the folder of the cache if not given.", completion: .file())
  var output: String?

  @Option(help: "Worker threads; all cores if not given.")
  var threads: Int?

  func validate() throws {
    if !(perplexity >= 1 && perplexity <= 1_000) {
      throw ValidationError("--perplexity \(perplexity): give 1 to 1,000.")
    }
    if !(1...100_000).contains(steps) {
      throw ValidationError("--steps \(steps): give 1 to 100,000.")
    }
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("--threads \(threads): give 1 to 1,024.")
    }
  }

  func run() throws {
    let opened = try Cache.open(at: cache, for: .reading)
    let view = try chosen(opened)
    var options = NeighbourEmbedding.Options()
    options.perplexity = perplexity
    options.steps = steps
    options.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let cancellation = Cancellation()
    let interruption = Interruption(cancellation)
    defer { interruption.end() }
    let map: KeptMap
    do {
      map = try KeptMap(of: opened, view, options, cancellation: cancellation) { step, divergence in
        Output.error(
          "\(Words.count(step))/\(Words.count(steps)) steps, divergence \(Words.fixed(divergence, 3))"
        )
      }
    } catch let error as MapError where error.kind == .cancelled {
      throw ExitCode(Exit.interrupted)
    }
    let path = output ?? KeptMap.path(in: opened.path, view)
    try map.write(to: path)
    let sample =
      map.points.count < map.tracks
      ? ", a sample of \(Words.count(map.points.count)), spread evenly" : ""
    Output.line(
      "\(Words.tracks(map.tracks))\(sample), \(view.rawValue): perplexity "
        + "\(Words.fixed(map.perplexity, 1)), divergence \(Words.fixed(map.divergence, 3))")
    Output.line("kept in \(Words.shown(path))")
  }

  /// The view that is asked for, or the one of a row a track.
  private func chosen(_ cache: Cache) throws -> View {
    let known = try cache.description()?.fingerprints ?? [:]
    if let view {
      guard let found = View(rawValue: view), known[found] != nil else {
        throw ValidationError(
          "--view \(Words.shown(view)): the cache has no such view; it has "
            + "\(known.keys.sorted().map(\.rawValue).joined(separator: ", ")).")
      }
      return found
    }
    let usual = ["features-30s", "features"].compactMap(View.init(rawValue:))
    if let found = usual.first(where: { known[$0] != nil }) { return found }
    throw ValidationError("the cache has no view of features: name a view of rows with --view.")
  }
}
