import AudioIO
import Corpus
import DatasetCache
import Foundation
import Synthesis
import Testing

@testable import Preparation

/// Copies of tracks are found while preparing, kept on one side, and nothing else is taken for a
/// copy.
@Suite struct DuplicateTests {
  let folder: MusicFolder

  init() throws { folder = try MusicFolder() }

  private func recipe() throws -> Recipe {
    var recipe = Recipe.gtzan
    recipe.views = [RecipeView(WaveformKind(), slices: .gtzanWaveform)]
    return recipe
  }

  private func write(_ samples: [Int16], _ name: String) throws {
    try folder.write(Wave.pcm16(samples, rate: CopiedAudio.rate), name)
  }

  /// Writes a copy of each kind of each track, and gives where each begins.
  private func writeCopies(
    _ kinds: [CopiedAudio], of tracks: [(id: String, samples: [Int16])]
  ) throws -> [String: Double] {
    var starts: [String: Double] = [:]
    try FileManager.default.createDirectory(
      atPath: "\(folder.audio)/copies", withIntermediateDirectories: true)
    for (number, track) in tracks.enumerated() {
      for kind in kinds {
        let id = "\(kind.rawValue)-of-\(track.id)"
        let name = kind == .vorbis ? "ogg" : kind == .mp3 ? "mp3" : "wav"
        starts[id] = try kind.write(
          track.samples, to: "\(folder.audio)/copies/\(id).\(name)", seed: UInt64(number))
      }
    }
    return starts
  }

  /// What a copy is a copy of; an original is one of itself.
  private func original(_ id: String) -> String {
    id.range(of: "-of-").map { String(id[$0.upperBound...]) } ?? id
  }

  private func check(_ found: Neighbours, originals: Int, starts: [String: Double]) {
    let wrong = found.pairs.filter { original($0.first) != original($0.second) }
    #expect(wrong.isEmpty, "unrelated tracks: \(wrong)")
    var hits: Set<String> = []
    for pair in found.pairs {
      for (id, other, sign) in [(pair.first, pair.second, -1.0), (pair.second, pair.first, 1)] {
        guard let start = starts[id], other == original(id) else { continue }
        hits.insert(id)
        #expect(abs(sign * pair.offset - start) < 0.03, "\(id) begins at \(start): \(pair)")
        #expect(pair.similarity > 0.85, "\(pair)")
      }
    }
    #expect(Set(starts.keys).subtracting(hits).isEmpty, "not found")
    #expect(found.groups.count == originals)
  }

  @Test func everyCopyOfSynthesisedMusicIsFoundAndNothingElse() throws {
    let synthesiser = Synthesiser(seed: 11)
    let tracks = Style.allCases.prefix(6).flatMap { style in
      (0..<2).map { number in
        (
          id: "\(style.rawValue).\(number)",
          samples: synthesiser.track(style: style, number: number, seconds: 9)
        )
      }
    }
    for track in tracks { try write(track.samples, "music/\(track.id).wav") }
    let starts = try writeCopies(CopiedAudio.allCases, of: Array(tracks.prefix(3)))
    try folder.prepare(recipe())
    try check(folder.open().neighbours(), originals: 3, starts: starts)
    #expect(try folder.open().verify() == [])
  }

  /// Sounds that are alike and are not copies.
  @Test func tonesClicksNoiseAndSilenceAreNotCopies() throws {
    let count = 6 * CopiedAudio.rate
    func signal(_ name: String, _ value: (Int) -> Double) throws {
      try write((0..<count).map { Int16(max(-1, min(1, value($0))) * 32_000) }, "odd/\(name).wav")
    }
    func tone(_ hertz: Double, _ index: Int) -> Double {
      sin(2 * .pi * hertz * Double(index) / Double(CopiedAudio.rate))
    }
    for (number, hertz) in [440.0, 440.1, 466.2, 880].enumerated() {
      try signal("tone\(number)") { 0.5 * tone(hertz, $0) }
    }
    try signal("silence") { _ in 0 }
    try signal("step") { _ in 1.0 / 32_000 }
    for (number, period) in [11_025, 11_025, 9_000, 5_512].enumerated() {
      try signal("click\(number)") { index in
        let phase = (index + 700 * number) % period
        return phase < 60 ? exp(-Double(phase) / 12) * tone(3_000 + 500 * Double(number), phase) : 0
      }
    }
    for number in 0..<4 {
      var generator = CounterGenerator(seed: UInt64(number), stream: "noise")
      try signal("noise\(number)") { _ in Double(generator.next() >> 11) / Double(1 << 53) - 0.5 }
    }
    var recipe = try recipe()
    try recipe.faults.choose(.keep, for: .silent)
    let summary = try folder.prepare(recipe)
    #expect(summary.tracks == 14 && summary.duplicates == 0)
    #expect(try folder.open().neighbours() == .none)
  }

  @Test func copiesStayOnOneSideUnlessAskedOtherwise() throws {
    let synthesiser = Synthesiser(seed: 12)
    let tracks = (0..<6).map {
      (id: "t\($0)", samples: synthesiser.track(style: .jazz, number: $0, seconds: 6))
    }
    for track in tracks { try write(track.samples, "music/\(track.id).wav") }
    _ = try writeCopies([.quiet], of: tracks)
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try recipe()
    preparation.groupsNeighbours = true
    let halves = SplitPlan.Division.ratios([0.5, 0.5])
    preparation.split = try SplitPlan(policy: .stratified, seed: 1, division: halves)
    let summary = try preparation.run(progress: Recorder())
    #expect(summary.duplicates == 6 && summary.splits == ["grouped-seed1-0.5-0.5"])
    #expect(summary.audits.values.allSatisfy { $0.highestPercent[.neighbours] == 0 })

    preparation.groupsNeighbours = false
    let asked = try preparation.run(progress: Recorder())
    let leak = try #require(asked.audits["stratified-seed1-0.5-0.5"]?.highestPercent[.neighbours])
    #expect(asked.splits.count == 2 && leak > 0)
    let cache = try Cache.open(at: folder.cache, for: .writing)
    for seed in 2..<6 as Range<UInt64> {
      let plan = try SplitPlan(policy: .grouped, seed: seed, division: halves)
      let split = try cache.makeSplit(plan)
      for number in 0..<6 {
        #expect(split.assignment["t\(number)"] == split.assignment["quiet-of-t\(number)"])
      }
      #expect(try cache.audit(split: plan.name)?.highestPercent == 0)
    }
  }

  @Test func whatWasFoundFollowsTheTracks() throws {
    let synthesiser = Synthesiser(seed: 13)
    func music(_ number: Int) -> [Int16] {
      synthesiser.track(style: .rock, number: number, seconds: 5)
    }
    try write(music(0), "a/one.wav")
    try write(Array(music(0).dropFirst(3_000)), "b/two.wav")
    try folder.prepare(recipe())
    let digest = try folder.digest()
    #expect(try folder.open().neighbours().groups == [["one", "two"]])
    try write(music(1), "b/two.wav")
    #expect(try folder.prepare(recipe()).duplicates == 0)
    #expect(try folder.open().neighbours() == .none)
    try write(Array(music(0).dropFirst(3_000)), "b/two.wav")
    #expect(try folder.prepare(recipe(), threads: 1).duplicates == 1)
    #expect(try folder.digest() == digest)
  }

  /// A cache that an earlier version has made.
  @Test func fingerprintsThatAreNotThereAreMadeTheNextTime() throws {
    let music = Synthesiser(seed: 14).track(style: .pop, number: 0, seconds: 5)
    try write(music, "a/one.wav")
    try write(Array(music.dropFirst(3_000)), "b/two.wav")
    try folder.prepare(recipe())
    let digest = try folder.digest()
    do {
      let cache = try Cache.open(at: folder.cache, for: .writing)
      try cache.dropStaleViews(keeping: cache.fingerprints().filter { $0.key != .acoustic })
      #expect(try cache.tracksWithoutFingerprint() == 2 && cache.neighbours() == .none)
      #expect(try cache.verify() == [] && cache.pendingTracks() == 0)
    }
    let recorder = Recorder()
    #expect(try folder.prepare(recipe(), sink: recorder).duplicates == 1)
    #expect(recorder.reasons == ["acoustic of 2 tracks: left undone or made by another version"])
    #expect(try folder.digest() == digest)
  }

  @Test(
    .enabled(
      if: RealManifestTests.clips != nil, "no GTZAN clips: set LATHE_GTZAN to a folder of them"))
  func everyCopyOfRealClipsIsFoundAndNothingElse() throws {
    let root = try #require(RealManifestTests.clips)
    var tracks: [(id: String, samples: [Int16])] = []
    for label in try FileManager.default.contentsOfDirectory(atPath: root).sorted() {
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(label)").sorted() {
        guard
          case .int16(let samples) = try AudioFile.decode(at: "\(root)/\(label)/\(name)").samples
        else { continue }
        // A quarter of each clip is enough, and the tests are built without optimisation.
        tracks.append((id: String(name.dropLast(4)), samples: Array(samples.prefix(165_000))))
        try write(tracks[tracks.count - 1].samples, "\(label)/\(name)")
      }
    }
    var starts = try writeCopies([.cut], of: tracks)
    let some = stride(from: 0, to: tracks.count, by: 10).map { tracks[$0] }
    starts.merge(try writeCopies([.mp3, .vorbis, .quiet, .clipped, .noisy, .part], of: some)) { $1 }
    try folder.prepare(recipe())
    try check(folder.open().neighbours(), originals: tracks.count, starts: starts)
  }
}
