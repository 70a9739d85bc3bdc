import Corpus
import Foundation
import Testing

/// `Manifests/datasets/gtzan.json` against the figures that are published and measured.
@Suite struct GTZANManifestTests {
  private let bytes: Data
  private let manifest: Manifest

  init() throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    bytes = try Data(contentsOf: package.appending(path: "Manifests/datasets/gtzan.json"))
    manifest = try Manifest.decode(bytes)
  }

  private func count(_ tracks: some Sequence<Track>, by key: (Track) -> String) -> [String: Int] {
    tracks.reduce(into: [:]) { $0[key($1), default: 0] += 1 }
  }

  @Test func thousandTracksWithAllTheirFacts() {
    #expect(bytes.count < 400_000)
    #expect(manifest.name == "gtzan" && manifest.licence != nil && manifest.citations.count == 4)
    #expect(manifest.tracks.count == 1_000)
    #expect(manifest.labels.count == 10)
    #expect(count(manifest.tracks, by: \.label).values.allSatisfy { $0 == 100 })
    #expect(manifest.tracks.first?.id == "blues.00000")
    #expect(manifest.tracks.first?.path == "blues/blues.00000.wav")
    #expect(manifest.tracks.allSatisfy { $0.md5 != nil && $0.otherFields.isEmpty })
    #expect(manifest.otherFields.isEmpty)
    #expect(manifest.tracks.filter { $0.artist == nil }.count == 81)
    #expect(manifest.tracks.filter { $0.title == nil }.count == 89)
    #expect(Set(manifest.tracks.compactMap { $0.artist?.lowercased() }).count == 243)
    let artists = count(manifest.tracks.filter { $0.artist != nil }) { $0.artist ?? "" }
    #expect(artists["Bob Marley"] == 35 && artists["Britney Spears"] == 24)
  }

  @Test func publishedSplits() throws {
    let filtered = try #require(manifest.splits["fault-filtered"])
    #expect(filtered.sideNames == ["train", "validation", "test"])
    #expect(filtered.sideNames.map { filtered.sides[$0]?.count } == [443, 197, 290])
    let stratified = try #require(manifest.splits["stratified"])
    #expect(stratified.sideNames.map { stratified.sides[$0]?.count } == [500, 250, 250])
    #expect(filtered.source != nil && stratified.source != nil)
    #expect(filtered.assignment["jazz.00054"] == "train")
    #expect(filtered.assignment["reggae.00086"] == nil)
    // What makes it fault-filtered: no artist and no recording on two sides.
    var sidesOf: [String: Set<String>] = [:]
    for track in manifest.tracks {
      guard let side = filtered.assignment[track.id] else { continue }
      if let artist = track.artist?.lowercased() {
        sidesOf["artist \(artist)", default: []].insert(side)
      }
      if let group = track.group { sidesOf["group \(group)", default: []].insert(side) }
    }
    #expect(sidesOf.filter { $0.value.count > 1 }.isEmpty)
  }

  @Test func replicasShareAGroup() throws {
    let track = Dictionary(uniqueKeysWithValues: manifest.tracks.map { ($0.id, $0) })
    let pairs = Dictionary(grouping: manifest.tracks) { $0.md5 ?? "" }.values
      .filter { $0.count > 1 }
    #expect(pairs.count == 14)
    for pair in pairs {
      #expect(pair.count == 2 && pair[0].group != nil && pair[0].group == pair[1].group)
      #expect(pair[1].faults.contains { $0.kind == .replica })
    }
    #expect(track["metal.00058"]?.group == track["rock.00016"]?.group)
    #expect(track["rock.00016"]?.faults.first?.of == "metal.00058")
    var replicas = 0
    for copy in manifest.tracks {
      for fault in copy.faults where fault.kind == .replica {
        let original = try #require(fault.of.flatMap { track[$0] })
        #expect(original.group == copy.group && copy.group != nil && !fault.source.isEmpty)
        replicas += 1
      }
    }
    #expect(replicas == 50)
    #expect(manifest.tracks.filter { $0.label == "jazz" }.flatMap(\.faults).count == 14)
    #expect(track["jazz.00054"]?.faults.map(\.kind) == [.unreadable])
    #expect(track["reggae.00086"]?.faults.map(\.kind) == [.distorted])
    // A group of one is no group.
    #expect(
      count(manifest.tracks.filter { $0.group != nil }) { $0.group ?? "" }.values
        .allSatisfy { $0 > 1 })
  }

  /// All replicas have groups already: the default policies change nothing.
  @Test func faultPoliciesAsTheyAreChosen() throws {
    #expect(try manifest.applying(FaultPolicies()) == manifest)
    #expect(manifest.dropping(FaultPolicies()).dropped.isEmpty)
    var policies = FaultPolicies()
    try policies.choose(.drop, for: .replica)
    let (kept, dropped) = try manifest.applying(policies).dropping(policies)
    #expect(dropped.count == 50 && kept.tracks.count == 950)
    #expect(dropped.allSatisfy { $0.fault.kind == .replica })
    let gone = Set(dropped.map(\.track.id))
    #expect(kept.splits["fault-filtered"]?.assignment.keys.contains(where: gone.contains) == false)
  }
}
