import Corpus
import DatasetCache
import SignalKit
import Testing

@testable import Preparation

/// What a fingerprint depends on: everything that changes a view's values, and nothing else.
@Suite struct FingerprintTests {
  private func fingerprints(_ recipe: Recipe) throws -> [View: Fingerprint] {
    try recipe.ingredients().mapValues {
      try Fingerprint(hashing: JSONValue.object($0).canonicalBytes())
    }
  }

  private func changed(_ edit: (inout Recipe) throws -> Void) throws -> Set<View> {
    var recipe = Recipe.gtzan
    let before = try fingerprints(recipe)
    try edit(&recipe)
    let after = try fingerprints(recipe)
    return Set(View.allCases.filter { before[$0] != after[$0] })
  }

  private func mel(_ edit: (inout MelKind) -> Void) throws -> Set<View> {
    try changed { recipe in
      var view = try #require(recipe.views.mel)
      edit(&view.kind)
      recipe.views.mel = view
    }
  }

  @Test func namesAndLimitsChangeNothing() throws {
    #expect(try changed { $0.name = "other" } == [])
    #expect(try changed { $0.maximumSeconds = 30 } == [])
  }

  @Test func theProfileChangesAllButTheSamples() throws {
    #expect(
      try changed { $0.profile = .librosa10 } == [.features, .features30s, .mel])
  }

  @Test func theRateChangesAll() throws {
    #expect(try changed { $0.sampleRate = 44_100 } == Set(View.allCases))
  }

  @Test func slicesChangeTheirOwnView() throws {
    let rule = try SliceRule(length: 30_000, hop: 30_000)
    #expect(try changed { $0.views.features?.slices = rule } == [.features])
    #expect(try changed { $0.views.features30s?.slices = rule } == [.features30s])
    #expect(try changed { $0.views.waveform?.slices = rule } == [.waveform])
    #expect(try changed { $0.views.mel?.slices = rule } == [.mel])
  }

  @Test func everyPartOfASliceRuleCounts() throws {
    func fingerprint(_ rule: SliceRule) throws -> Fingerprint? {
      var recipe = Recipe.gtzan
      recipe.views.features?.slices = rule
      return try fingerprints(recipe)[.features]
    }
    let rules = [
      try SliceRule(length: 100, hop: 100), try SliceRule(length: 101, hop: 100),
      try SliceRule(length: 100, hop: 101), try SliceRule(length: 100, hop: 100, required: 101),
      try SliceRule(length: 100, hop: 100, maximumCount: 9), .whole,
    ]
    #expect(Set(try rules.map(fingerprint)).count == rules.count)
  }

  @Test func everyNumberOfAMelViewCountsForItAlone() throws {
    #expect(try mel { $0.transformLength = 1_024 } == [.mel])
    #expect(try mel { $0.hop = 256 } == [.mel])
    #expect(try mel { $0.bands = 64 } == [.mel])
    #expect(try mel { $0.minimumFrequency = 20 } == [.mel])
    #expect(try mel { $0.maximumFrequency = 8_000 } == [.mel])
    #expect(try mel { $0.dynamicRange = 100 } == [.mel])
  }

  /// A change here means that every cache is computed again: raise the algorithm's number on
  /// purpose, and only where the values have changed.
  @Test func theFingerprintsOfTheDefaultArePinned() throws {
    let hex = try fingerprints(.gtzan).mapValues { String($0.hex.prefix(16)) }
    #expect(
      hex == [
        .features: "80140c8ecbc3e60b", .features30s: "7a1332610909c59f",
        .waveform: "859a85fb94a4929f", .mel: "24a1d9aaf28c8f2f",
        .acoustic: "a7f199bfe6ea4ec4",
      ])
  }

  @Test func differencesAreToldInWords() throws {
    var other = Recipe.gtzan
    other.profile = .librosa10
    other.views.mel?.hop = 256
    other.views.mel?.maximumFrequency = 8_000
    let old = Recipe.gtzan.ingredients()
    let new = other.ingredients()
    #expect(
      differences(from: old[.mel] ?? [:], to: new[.mel] ?? [:]) == [
        "hop 512 → 256", "maximumFrequency none → 8000", "profile librosa-0.8 → librosa-1.0",
      ])
    #expect(differences(from: old[.waveform] ?? [:], to: new[.waveform] ?? [:]) == [])
  }
}
