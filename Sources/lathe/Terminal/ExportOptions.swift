import ArgumentParser
import Corpus
import DatasetCache
import Exporting
import Foundation
import Preparation
import Wording

/// What the exports of samples have in common.
struct ExportOptions: ParsableArguments {
  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Option(
    help: "A split of the cache, whose sides are kept apart; all samples as one if not given.",
    completion: Completions.splits)
  var split: String?

  @Option(
    help: "Where to write it. It appears when it is whole; what is there is refused.",
    completion: .directory)
  var output: String

  @Flag(help: "Replace an export that is there, when the new one is whole.")
  var overwrite = false

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output is empty: give a folder.") }
    if output == "-" { throw ValidationError("--output -: this form is a folder; name one.") }
  }

  /// What there is to export, and the state of the cache that it is of.
  func content(_ view: View) throws -> (cache: Cache, content: ExportContent) {
    let cache = try opened()
    if let split, try cache.split(named: split) == nil {
      throw SplitNames.unknown(split, in: cache)
    }
    let content = try ExportContent(view, split: split, of: cache, verdicts: try verdicts(cache))
    return (cache, content)
  }

  /// The state of the cache.
  func opened() throws -> Cache {
    try OwnFiles.refuse(output, in: cache)
    return try Cache.open(at: cache, for: .reading).snapshot()
  }

  /// What was measured to be wrong with tracks, by their ids.
  func verdicts(_ cache: Cache) throws -> [String: [FaultSubject]] {
    Dictionary(
      try cache.verdicts().map { ($0.id, $0.verdicts) }, uniquingKeysWith: { first, _ in first })
  }

  /// Runs an export of tracks, with its progress, and says what was written.
  ///
  /// - Parameters:
  ///   - form: the name of the verb.
  ///   - tracks: how many tracks there are.
  ///   - write: writes it.
  func run(
    _ form: String, of cache: Cache, tracks: Int, saying text: String,
    _ write: (ExportTarget) throws -> Void
  ) throws {
    let report = try progress.report(of: "export \(form)", cache: self.cache)
    let cancellation = Cancellation()
    let interruption = Interruption(
      cancellation, saying: "stopping; nothing will be left of the export")
    defer { interruption.end() }
    let bar = CountProgress(report, total: tracks, of: "track")
    defer { bar.end() }
    do {
      try report.reporting {
        try write(
          ExportTarget(output, isReplacing: overwrite, cancellation: cancellation) { done in
            bar.advance(done: done, written: done)
          })
      }
    } catch ExportError.interrupted {
      bar.end()
      throw ExitCode(Exit.interrupted)
    }
    bar.end()
    if let remark = try Unfinished.remark(cache) { Output.error(remark) }
    Output.error("\(text) written to \(Words.shown(output))")
  }
}

/// The consent that a copy of audio may need.
struct LicenceOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Copy audio although its licence is not known to permit it.",
      discussion: "Give this only where you have the right to."))
  var acceptLicences = false

  /// Says that audio is copied, and refuses it where the licences do not permit it and nobody has
  /// accepted that.
  func check(_ content: ExportContent) throws {
    let (tracks, licences) = content.withoutPermission
    let all = content.trackCount
    guard !tracks.isEmpty else {
      let licence = content.dataset.licence.map { "; licence: \($0)" } ?? ""
      return Output.error("this export holds the audio of \(Words.tracks(all))\(licence)")
    }
    let texts = licences.map { $0.isEmpty ? "not stated" : Words.quoted($0, atMost: 160) }
    let licence = Words.list(texts, atMost: 3)
    guard acceptLicences else {
      throw ValidationError(
        "this export would copy the audio of \(Words.tracks(tracks.count)) whose licence is not known to "
          + "permit it (\(licence)). If you have the right to copy it, give --accept-licences; "
          + "otherwise export a view that is no audio, such as mel.")
    }
    Output.error(
      "this export holds the audio of \(Words.tracks(all)), of \(Words.count(tracks.count)) without a "
        + "licence that is known to permit it (\(licence)): do not pass it on without the right to")
  }
}

/// Names of splits in errors.
enum SplitNames {
  /// The error for a split that the cache does not have.
  static func unknown(_ name: String, in cache: Cache) -> ValidationError {
    let names = (try? cache.splitNames()) ?? []
    return ValidationError(
      "--split \(Words.shown(name)): \(cache.path) has no split of that name"
        + (names.isEmpty ? "." : ", only \(names.map(Words.shown).joined(separator: ", "))."))
  }
}
