import Wording
public import ArgumentParser
public import Corpus
import DatasetCache
import Preparation

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what leaks between the sides of a split.",
    discussion: """
      For every pair of sides: how many tracks of the second share a recording, a near-duplicate, an \
      artist, or artist and title with the first (folds are each held against all the others), with \
      names; the labels of each side, and how far they are from their shares. Unknown artists count as \
      not shared, so figures are lower bounds.

      Without a cache, the splits of a manifest's tracks are studied: each policy with many seeds, and \
      the share of the test side's tracks that leak, mean and standard deviation over the seeds.

      Examples:
        lathe audit gtzan.lathe
        lathe audit gtzan.lathe --split grouped-seed1-0.8-0.1-0.1 --fail-above 0
        lathe audit --manifest gtzan --seeds 100

      Exit code 1 where something leaks that --fail-above does not allow, and where the cache has no split or \
      one that is damaged.
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String?

  @Option(
    help: ArgumentHelp("The split to audit; all of them if not given.", valueName: "name"),
    completion: Completions.splits)
  var split: String?

  @Option(
    help: ArgumentHelp(
      "The percentage of a side's tracks that may share anything; more is a failure.",
      valueName: "percent"))
  var failAbove: Double?

  @Option(
    help: ArgumentHelp(
      "A name or a file: with a cache for the known faults, without one for the tracks to study.",
      valueName: "name|file"), completion: Completions.manifests)
  var manifest: String?

  @Option(help: "The policy to study; all of them if not given.", completion: Completions.policies)
  var policy: SplitPolicy?

  @Option(help: "How many seeds to study, from 0 on.")
  var seeds = 100

  @Option(help: ArgumentHelp("The shares to study.", valueName: "ratios"))
  var ratios = "0.8,0.1,0.1"

  @Flag(help: "Print everything as JSON, with all names.")
  var json = false

  func validate() throws {
    if cache == nil, manifest == nil {
      throw ValidationError("Give a cache, or --manifest for a study without one.")
    }
    if cache == nil ? split != nil : policy != nil {
      throw ValidationError(
        cache == nil ? "--split needs a cache." : "--policy is for studies, without a cache.")
    }
    if let failAbove, !(0...100 ~= failAbove) {
      throw ValidationError("--fail-above \(failAbove): give 0 to 100.")
    }
    if !(1...10_000 ~= seeds) { throw ValidationError("--seeds \(seeds): give 1 to 10,000.") }
    _ = try SplitOptions.shares(ratios, option: "--ratios")
  }

  func run() throws {
    let highest: Double
    if let cache {
      highest = try audit(cache)
    } else if let manifest {
      highest = try study(manifest)
    } else {
      return
    }
    if let failAbove, highest > failAbove {
      Output.error(
        "lathe: up to \(Words.fixed(highest, 1)) % of a side's tracks share something with another "
          + "side; \(Words.fixed(failAbove, 1)) % is allowed. lathe split --policy grouped makes a "
          + "split that shares nothing")
      throw ExitCode(Exit.failed)
    }
  }

  private func audit(_ path: String) throws -> Double {
    let cache = try Cache.open(at: path, for: .reading)
    let faults = try manifest.map(Catalogue.manifest)?.faultKinds ?? cache.faultKinds()
    var audits: [SplitAudit] = []
    if let split {
      guard let audit = try cache.audit(split: split, faults: faults) else {
        let names = try cache.splitNames()
        throw ValidationError(
          "--split \(Words.shown(split)): \(path) has no split of that name"
            + (names.isEmpty ? "." : ", only \(names.map(Words.shown).joined(separator: ", "))."))
      }
      audits = [audit]
    } else {
      audits = try cache.audits(faults: faults)
    }
    if json {
      try Output.json(audits, pretty: true)
    } else {
      let official = try cache.officialSplits()
      for audit in audits {
        AuditText.lines(audit).forEach { Output.line($0) }
        if let remark = AuditText.comparability(audit.policy, official: official) {
          Output.line("  " + remark)
        }
      }
    }
    // Nothing was found because nothing was examined: no script may take that for a clean audit.
    if split == nil {
      let audited = Set(audits.map(\.split))
      try refuseDamaged(cache.splitNames().filter { !audited.contains($0) }, of: cache)
    }
    if audits.isEmpty {
      Output.error("lathe: \(path) has no split to audit; lathe split \(path) makes one")
      throw ExitCode(Exit.failed)
    }
    return audits.map(\.highestPercent).max() ?? 0
  }

  /// Names the damage of splits that could not be audited, a line each.
  private func refuseDamaged(_ names: [String], of cache: Cache) throws {
    for name in names {
      do {
        _ = try cache.split(named: name)
      } catch {
        let command = Words.command(["lathe", "split", cache.path, "--remove", name])
        Output.error("lathe: \(error); or take it out with: \(command)")
      }
    }
    if !names.isEmpty { throw ExitCode(Exit.failed) }
  }

  private func study(_ name: String) throws -> Double {
    let manifest = try Catalogue.manifest(name)
    let tracks = manifest.tracks.map(SplitTrack.init)
    let published = manifest.publishedSides
    let shares = try SplitOptions.shares(ratios, option: "--ratios")
    let policies =
      policy.map { [$0] }
      ?? [.slices, .stratified, .grouped] + published.map { .published($0.name) }
    let rows = try policies.map { policy in
      let sides = try SplitOptions.find(policy, in: published)
      return try LeakageStudy(
        policy, published: sides, shares: shares, seeds: seeds, tracks: tracks)
    }
    if json {
      try Output.json(rows, pretty: true)
    } else {
      LeakageStudy.table(rows).forEach { Output.line($0) }
    }
    return rows.map(\.highestPercent).max() ?? 0
  }
}

extension SplitPolicy: ExpressibleByArgument {}
