import AudioIO
import Corpus
import Foundation
import Preparation
import Testing

/// A folder of audio beside a manifest: everything that differs is reported.
@Suite struct ManifestCheckTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music(count: 4)
  }

  private func manifest(_ more: [Track] = []) throws -> Manifest {
    let listing = try AudioFolder.list(folder.audio)
    let found = Manifest.folders(name: "club", paths: listing.audio).manifest
    let known = try ManifestMaking.addingChecksums(to: found, roots: AudioRoots(folder.audio))
    #expect(known.count == found.tracks.count && known.unreadable.isEmpty)
    return try Manifest(
      name: "club", labels: found.labels, tracks: known.manifest.tracks + more)
  }

  private func check(_ manifest: Manifest, deep: Bool = false) throws -> ManifestReport {
    var check = ManifestCheck(manifest, roots: AudioRoots(folder.audio))
    check.isDeep = deep
    check.threads = 3
    return try check.run()
  }

  @Test func aSoundFolderHasNoProblem() throws {
    let more = Track(id: "jazz.00777", path: "jazz/jazz.00777.wav", label: "jazz")
    for deep in [false, true] {
      let report = try check(try manifest([more]), deep: deep)
      #expect(report.problems == 0 && report.isDeep == deep)
      #expect(report.tracks == 9 && report.present == 8 && report.absent == ["jazz.00777"])
      #expect(report.remarks.count == 3 && report.remarks[0].contains("all of the files have 8000"))
    }
  }

  @Test func everyFaultIsReportedAtOnce() throws {
    let manifest = try manifest()
    try folder.write(Wave.pcm16(Wave.notes(seed: 90)), "jazz/jazz.00000.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 91), rate: 11_025), "jazz/jazz.00001.wav")
    try folder.write(Array("no audio at all".utf8), "jazz/jazz.00002.wav")
    try folder.write([], "blues/blues.00000.wav")
    try folder.remove("blues/blues.00001.wav")
    for index in 0..<6 {
      try folder.write(Wave.pcm16(Wave.notes(seed: 70 + index)), "more/\(index).wav")
    }
    try folder.write(Wave.pcm16(Wave.notes(seed: 6, count: 32_000), channels: 2), "more/long.wav")
    try folder.write([1, 2, 3], "more/broken.flac")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.audio)/out", withDestinationPath: "/")
    let report = try check(manifest)
    #expect(report.present == 7 && report.absent == ["blues.00001"])
    #expect(
      report.changed.map(\.path) == [
        "jazz/jazz.00000.wav", "jazz/jazz.00001.wav", "jazz/jazz.00002.wav",
      ])
    #expect(report.changed[0].id == "jazz.00000" && report.changed[0].detail.contains("published"))
    #expect(
      report.undecodable.map(\.path) == [
        "blues/blues.00000.wav", "jazz/jazz.00002.wav", "more/broken.flac",
      ])
    #expect(report.undecodable.map(\.code) == ["empty", "not-audio", "not-audio"])
    #expect(report.undecodable.map(\.id) == ["blues.00000", "jazz.00002", nil])
    #expect(report.odd.map(\.path) == ["jazz/jazz.00001.wav", "more/long.wav"])
    #expect(report.odd[0].detail.contains("11025 Hz where most files have 8000"))
    #expect(report.odd[1].detail.contains("2 channels") && report.odd[1].detail.contains("2.0 s"))
    #expect(report.unlisted.count == 8 && report.unlisted.first == "more/0.wav")
    #expect(report.unreachable.map(\.path) == ["out"])
    #expect(report.problems == 3 + 3 + 2 + 8 + 1)
    #expect(try check(manifest) == report)
  }

  @Test func whatOnlyDecodingFinds() throws {
    var samples = [Float](repeating: 0.25, count: 9_600)
    samples[5_000] = .nan
    try folder.write(Wave.float(samples), "jazz/jazz.00004.wav")
    let manifest = try manifest()
    #expect(try check(manifest).problems == 0)
    let report = try check(manifest, deep: true)
    #expect(report.undecodable.map(\.code) == ["not-finite"])
    #expect(report.problems == 1)
  }

  @Test func whatVariesIsNotJudged() throws {
    for index in 0..<4 {
      try folder.write(
        Wave.pcm16(Wave.notes(seed: index, count: 40_000 * (index + 1)), rate: 16_000),
        "jazz/other\(index).wav")
    }
    let report = try check(try manifest())
    #expect(report.odd.isEmpty && report.problems == 0)
    #expect(report.remarks.filter { $0.contains("too few") }.count == 2)
  }

  @Test func aKnownFaultIsRecalled() throws {
    let fault = Fault(.unreadable, source: "the copy of 2020")
    try folder.write(Array("PCM without a header".utf8), "jazz/jazz.00054.wav")
    let report = try check(
      try manifest().with(fault: fault, of: "jazz.00054"))
    #expect(report.undecodable.first?.detail.contains("(a known fault: the copy of 2020)") == true)
  }

  @Test func labelsThatAreAlikeOrInVainAreRemarked() throws {
    let known = try manifest()
    let spelt = known.tracks.enumerated().map { index, track in
      var track = track
      if index == 0 { track.label = track.label.uppercased() + " " }
      return track
    }
    let labels = Set(spelt.map(\.label)).union(known.labels)
    let manifest = try Manifest(name: "club", labels: labels + ["polka"], tracks: spelt)
    let remarks = try check(manifest).remarks
    #expect(remarks.contains { $0.hasPrefix("labels that differ in case or blanks only: \"") })
    #expect(remarks.contains { $0 == "a label that no track has: \"polka\"" })
    #expect(try check(known).remarks.allSatisfy { !$0.contains("label") })
  }

  @Test func aFolderThatIsNotThere() throws {
    #expect(throws: AudioError.self) {
      try ManifestCheck(try manifest(), roots: AudioRoots(folder.audio + "/none")).run()
    }
  }

  @Test func noFilesAtAll() throws {
    let manifest = try manifest()
    for track in manifest.tracks { try folder.remove(track.path) }
    let report = try check(manifest)
    #expect(report.present == 0 && report.absent.count == 8 && report.remarks.isEmpty)
  }
}

extension Manifest {
  /// The manifest with one more fault of a track.
  fileprivate func with(fault: Fault, of id: String) throws -> Manifest {
    let tracks = tracks.map { track in
      var track = track
      if track.id == id { track.faults.append(fault) }
      return track
    }
    return try Manifest(name: name, labels: labels, tracks: tracks)
  }
}
