import AudioIO
import Corpus
import DatasetCache
import SignalKit
import Testing

@testable import Preparation

/// Views of one recipe that need the same transform share it, and get what each alone would.
@Suite struct SharedSpectraTests {
  private func views() throws -> RecipeViews {
    let slices = try SliceRule(length: 4_000, hop: 2_000)
    var wide = MelKind()
    wide.transformLength = 512
    wide.hop = 128
    wide.bands = 48
    var narrow = wide
    narrow.bands = 20
    narrow.scale = .htk
    narrow.power = 1
    narrow.function = .naturalLogarithm
    var cepstrum = CepstrumKind()
    cepstrum.spectrum = wide.spectrum
    cepstrum.derivatives = 2
    var spectrogram = SpectrogramKind()
    spectrogram.spectrum = wide.spectrum
    var other = wide
    other.hop = 256
    var chroma = ChromaKind()
    chroma.spectrum = wide.spectrum
    return [
      RecipeView(wide, named: View(like: "wide"), slices: slices),
      RecipeView(narrow, named: View(like: "narrow"), slices: slices),
      RecipeView(cepstrum, slices: slices), RecipeView(spectrogram, slices: slices),
      RecipeView(chroma, slices: slices),
      RecipeView(other, named: View(like: "other"), slices: slices),
      RecipeView(
        wide, named: View(like: "longer"), slices: try SliceRule(length: 8_000, hop: 8_000)),
    ]
  }

  @Test func sharedValuesAreThoseOfEachAloneBitForBit() throws {
    let folder = try MusicFolder()
    try folder.music(labels: ["jazz"], count: 2)
    var recipe = try Recipe.samplesOnly()
    recipe.views = try views()
    try folder.prepare(recipe)
    let together = try folder.open()
    for view in recipe.views {
      var alone = recipe
      alone.views = [view]
      let path = "\(folder.path)/\(view.name.rawValue)"
      try folder.prepare(alone, cache: path)
      let cache = try folder.open(path)
      for track in ["jazz.00000", "jazz.00001"] {
        let (one, other) = (
          try #require(try together.floats(of: view.name, track: track)),
          try #require(try cache.floats(of: view.name, track: track))
        )
        #expect(one.shape == other.shape)
        #expect(one.values.map(\.bitPattern) == other.values.map(\.bitPattern), "\(view.name)")
      }
    }
  }

  /// Those of one transform, slices and channels, if they are wanted: one computes all of them.
  @Test func oneComputesThoseThatAreWanted() throws {
    var recipe = try Recipe.samplesOnly()
    recipe.views = try views()
    var shared = SharedSpectra()
    for view in recipe.views {
      shared.add(view, try view.kind.makeComputer(view.context(of: recipe)))
    }
    let samples = Wave.notes(seed: 5)
    let track = TrackAudio(samples: .int16(samples), floats: samples.map { Float($0) / 32_768 })
    func computed(_ name: String, wanted: [String]) throws -> Bool {
      let view = try #require(recipe.views[View(like: name)])
      return shared.value(
        of: view.name, .mono, wanted: Set(wanted.map { View(like: $0) }), track: track,
        slices: view.slices.slices(frames: samples.count)) != nil
    }
    shared.begin()
    #expect(try computed("wide", wanted: ["wide", "narrow", "mfcc", "other", "longer"]))
    // Left by the one before; the spectrogram was not wanted.
    #expect(try computed("narrow", wanted: []) && computed("mfcc", wanted: []))
    #expect(try !computed("spectrogram", wanted: []))
    #expect(try !computed("narrow", wanted: []), "what was taken is gone")
    #expect(try !computed("other", wanted: ["wide", "other"]), "another transform")
    #expect(try !computed("longer", wanted: ["wide", "longer"]), "other slices")
    #expect(try computed("wide", wanted: ["wide", "chroma"]))
    shared.begin()
    #expect(try !computed("chroma", wanted: []), "the track before is forgotten")
  }
}
