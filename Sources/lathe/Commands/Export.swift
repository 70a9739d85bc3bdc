import Wording
public import ArgumentParser
public import DatasetCache
import Exporting

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write what a cache holds in a form that other tools read.",
    subcommands: [
      ExportCSV.self, ExportImages.self, ExportNpy.self, ExportNpz.self, ExportWebDataset.self,
      ExportParquet.self, ExportCroissant.self, ExportJAMS.self, ExportCard.self,
    ])
}

struct ExportCSV: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csv",
    abstract: "Write a table of features, in the layout of the public GTZAN tables.",
    discussion: """
      60 columns: filename, length in samples, the 57 features, label. Rows are slices of 3 s named \
      blues.00000.0.wav (--view features) or whole tracks named blues.00000.wav (features-30s).

      Examples:
        lathe export csv gtzan.lathe --view features --output features_3_sec.csv
        lathe export csv gtzan.lathe --view features-30s --output - | head
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Option(
    help: "A view with columns, such as features or features-30s.", completion: Completions.views)
  var view: View

  @Option(
    help: "The file to write, replaced where it exists; - for the standard output.",
    completion: .file(extensions: ["csv"]))
  var output: String

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output is empty: give a file, or -.") }
  }

  func run() throws {
    if output != "-" { try OwnFiles.refuse(output, in: cache) }
    let cache = try Cache.open(at: cache, for: .reading).snapshot()
    let table = try FeatureTable(view, of: cache)
    let rows: Int
    do {
      rows = try TableFile.write(table, to: output)
    } catch ExportError.readerGone {
      return
    }
    if let remark = try Unfinished.remark(cache) { Output.error(remark) }
    Output.error(
      "\(Words.counted(rows, "row")) of \(table.columns.count) features written to \(output)")
  }
}

extension View: ExpressibleByArgument {}
