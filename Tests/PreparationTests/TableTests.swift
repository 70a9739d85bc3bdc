import Corpus
import DatasetCache
import Exporting
import Foundation
import Preparation
import SignalKit
import Testing

/// The feature table: the public layout, and files that are whole or not there.
@Suite struct TableTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music()
  }

  private var output: String { "\(folder.path)/table.csv" }

  private func table(_ view: View = .features) throws -> FeatureTable {
    try FeatureTable(view, of: try folder.open())
  }

  private func lines(_ view: View = .features) throws -> [String] {
    let rows = try TableFile.write(try table(view), to: output)
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(text.hasSuffix("\n") && !text.contains("\r"))
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.count == rows + 1)
    return lines
  }

  @Test func rowsAndColumnsAreThePublicOnes() throws {
    try folder.prepare(.small())
    let lines = try lines()
    #expect(lines[0].hasPrefix("filename,length,chroma_stft_mean,chroma_stft_var,rms_mean,"))
    #expect(lines[0].hasSuffix(",mfcc20_mean,mfcc20_var,label"))
    #expect(lines.allSatisfy { $0.split(separator: ",").count == 60 })
    #expect(lines[1].hasPrefix("blues.00000.0.wav,4000,") && lines[1].hasSuffix(",blues"))
    #expect(lines[2].hasPrefix("blues.00000.1.wav,4000,") && lines.count == 9)
    let whole = try self.lines(.features30s)
    #expect(whole[1].hasPrefix("blues.00000.wav,9600,") && whole.count == 5)
  }

  @Test func numbersReadBackToTheSameFloats() throws {
    try folder.prepare(.small())
    let stored = try #require(try folder.open().floats(of: .features30s, track: "jazz.00001"))
    let cells = try #require(try lines(.features30s).last).split(separator: ",")
    #expect(cells.dropFirst(2).dropLast().map { Float($0) } == stored.values)
  }

  @Test func oddNamesAreQuoted() throws {
    try folder.write(Wave.pcm16(Wave.notes(seed: 1)), "a, b/say \"hi\".wav")
    try folder.prepare(.small())
    let line = try #require(try lines(.features30s).first { $0.contains("hi") })
    #expect(line.hasPrefix("\"say \"\"hi\"\".wav\",9600,") && line.hasSuffix(",\"a, b\""))
  }

  /// A name that a spreadsheet would compute is guarded, and is what it was where it is learnt
  /// from.
  @Test func namesThatWouldBeComputedReadBack() throws {
    let labels = ["=1+1", "'=x", "@a"]
    for (index, label) in labels.enumerated() {
      try folder.write(Wave.pcm16(Wave.notes(seed: index)), "\(label)/-t\(index).wav")
    }
    try folder.prepare(.small())
    let lines = try lines()
    #expect(lines.filter { $0.hasPrefix("'-t0.") && $0.hasSuffix(",'=1+1") }.count == 2)
    #expect(lines.filter { $0.hasPrefix("'-t1.") && $0.hasSuffix(",''=x") }.count == 2)
    #expect(!lines.contains { $0.hasPrefix("-") || $0.contains(",=") || $0.contains(",@") })
    let bytes = try #require(FileManager.default.contents(atPath: output))
    let rows = try FeatureRows(parsing: Array(bytes))
    #expect(Set(rows.labels) == Set(labels + ["blues", "jazz"]))
    #expect(Set(rows.trackIDs).isSuperset(of: ["-t0", "-t1", "-t2"]))
  }

  @Test func aTableNeverMixesRecipes() throws {
    try folder.prepare(.small())
    var other = try Recipe.small()
    other.profile = .librosa10
    try folder.prepare(other, threads: 1, sink: Recorder(stopAfter: 1))
    let cache = try folder.open()
    let current = try #require(try cache.fingerprints()[.features30s])
    let ids = try cache.trackRecords().filter { $0.views[.features30s] == current }.map(\.id)
    #expect(ids.count < 4)
    var names: [String] = []
    try FeatureTable(.features30s, of: cache).forEachTrack { lines in
      names += lines.map { String($0.prefix { $0 != "," }) }
    }
    #expect(names == ids.map { "\($0).wav" })
    #expect(try cache.pendingTracks() == 4 - ids.count)
  }

  @Test func whatIsNoTableIsRefused() throws {
    try folder.prepare()
    for (view, words) in [
      (View.waveform, "waveform is no table; prepare a view that is one"),
      (.features, "holds no features"),
    ] {
      let error = #expect(throws: ExportError.self) { _ = try table(view) }
      #expect(error?.description.contains(words) == true)
    }
  }

  @Test func whatCannotBeWrittenLeavesNothing() throws {
    try folder.prepare(.small())
    for path in ["\(folder.path)/none/table.csv", folder.audio, "/dev/full", ""] {
      let error = #expect(throws: ExportError.self) {
        _ = try TableFile.write(try table(), to: path)
      }
      #expect(error?.description.contains("cannot write") == true)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(names) == ["audio", "cache"])
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/full")[.type]
    #expect(type as? FileAttributeType == .typeCharacterSpecial)
  }

  @Test func aLinkKeepsPointingToItsFile() throws {
    try folder.prepare(.small())
    let link = "\(folder.path)/link.csv"
    try Data("old".utf8).write(to: URL(fileURLWithPath: output))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: output)
    _ = try TableFile.write(try table(), to: link)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == output)
    #expect(try String(contentsOfFile: output, encoding: .utf8).hasPrefix("filename,"))
  }
}
