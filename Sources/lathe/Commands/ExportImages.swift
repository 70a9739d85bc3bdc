import Wording
public import ArgumentParser
public import Corpus
import DatasetCache
import Foundation
import Preparation
import Reporting

struct ExportImages: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images",
    abstract: "Write every slice of a view of two axes as a PNG, such as its mel spectrogram.",
    discussion: """
      A pixel a value, the lowest band at the bottom, a frame a column: 87 by 128 with the usual recipe. \
      Colours go from the lowest number of a slice (of decibels 80 below its highest at most) to its highest. Folders \
      are by label, and with --split by side above, as torchvision's ImageFolder and Keras read them: \
      rock/rock.00000.3.png is slice 3 of track rock.00000.

      Run it again and what is there is not written again; Ctrl-C keeps what is done.

      Examples:
        lathe export images gtzan.lathe --output pictures
        lathe export images gtzan.lathe --output pictures --split grouped-seed1-0.8-0.1-0.1 --colour grey
        lathe export images gtzan.lathe --output figures --axes --scale 2 --colour magma
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Option(help: "A view of two axes, such as mel.", completion: Completions.views)
  var view: View = .mel

  @Option(
    help: "The folder to write into: a new or empty one, or one that this was begun in.",
    completion: .directory)
  var output: String

  @Option(
    help: "A split of the cache, whose sides become folders; all slices if not given.",
    completion: Completions.splits)
  var split: String?

  @Option(help: "viridis, magma or grey.")
  var colour: ColourMap = .viridis

  @Option(help: "Pixels on each side of a value, 1 to 32; with --axes, of the figure's own pixels.")
  var scale = 1

  @Flag(help: "Draw each as a figure, with the view's own axes and a scale.")
  var axes = false

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output is empty: give a folder.") }
    if !(1...32).contains(scale) { throw ValidationError("--scale \(scale): give 1 to 32.") }
  }

  func run() throws {
    try OwnFiles.refuse(output, in: cache)
    let report = try progress.report(of: "export images", cache: cache)
    try report.reporting { try run(report) }
  }

  private func run(_ report: ProgressReport) throws {
    let cache = try Cache.open(at: cache, for: .reading).snapshot()
    let export = ImageExport(
      view: view.rawValue,
      sides: try sides(cache), folder: output, map: colour, scale: scale, hasAxes: axes)
    let cancellation = Cancellation()
    let interruption = Interruption(
      cancellation, saying: "stopping after the pictures at work; once more to stop at once")
    defer { interruption.end() }
    let progress = CountProgress(report, total: export.total, of: "picture")
    defer { progress.end() }
    let (written, isWhole) = try export.run(cancellation: cancellation, advanced: progress.advance)
    progress.end()
    if let remark = try Unfinished.remark(cache) { Output.error(remark) }
    let kept = isWhole ? export.total - written : 0
    Output.error(
      "\(Words.counted(written, "picture")) written to \(Words.shown(output))"
        + (kept > 0 ? ", \(Words.count(kept)) were there" : ""))
    if !isWhole { throw ExitCode(Exit.interrupted) }
  }

  private func sides(_ cache: Cache) throws -> [(name: String?, pictures: ViewPictures)] {
    guard let split else { return [(nil, try ViewPictures(cache, view))] }
    guard let known = try cache.split(named: split) else {
      throw SplitNames.unknown(split, in: cache)
    }
    return try known.sides.compactMap { side in
      do {
        return (side, try ViewPictures(cache, view, split: split, side: side))
      } catch let error as CacheError where error.kind == .noSamples {
        return nil
      }
    }
  }
}

extension ColourMap: ExpressibleByArgument {}
