import AudioIO
import Corpus
import DatasetCache
import Safetensors
import Testing

@testable import Preparation

/// Views of the channels of stereo files.
@Suite struct ChannelTests {
  private let folder: MusicFolder
  private let left = Wave.notes(seed: 1)
  private let right = Wave.notes(seed: 2)

  init() throws { folder = try MusicFolder() }

  private var interleaved: [Int16] { zip(left, right).flatMap { [$0, $1] } }

  private func recipe(
    _ kind: some ViewKind, _ channels: [ViewChannels] = ViewChannels.allCases,
    precision: ViewPrecision = .full
  ) throws -> Recipe {
    var recipe = try Recipe.samplesOnly()
    recipe.views = RecipeViews(
      try channels.map { channels in
        var view = RecipeView(
          kind, named: View(like: channels.rawValue),
          slices: try SliceRule(length: 4_000, hop: 2_000))
        view.channels = channels
        view.precision = precision
        return view
      })
    return recipe
  }

  private func values(_ channels: ViewChannels, of track: String = "a") throws -> [Float] {
    let value = try folder.open().floats(of: View(like: channels.rawValue), track: track)
    return try #require(value).values
  }

  private func floats(_ samples: [Int16]) -> [Float] { samples.map { Float($0) } }

  @Test func samplesOfStereoFilesAreLossless() throws {
    try folder.write(Wave.pcm16(interleaved, channels: 2), "rock/a.wav")
    try folder.prepare(recipe(WaveformKind()))
    #expect(try values(.stereo) == floats(interleaved))
    #expect(try values(.left) == floats(left))
    #expect(try values(.right) == floats(right))
    #expect(try values(.side) == zip(left, right).map { (Float($0) - Float($1)) / 65_536 })
    #expect(try values(.mono) == zip(left, right).map { (Float($0) + Float($1)) / 65_536 })
    let view = View(like: "stereo")
    #expect(try folder.open().floats(of: view, track: "a")?.shape == [9_600, 2])
    #expect(try folder.open().viewFacts()[view]?.axes.map(\.name) == ["time", "channel"])
    #expect(try folder.open().verify() == [])
    let samples = try Cache.open(at: folder.cache, for: .loading).samples(view: view)
    #expect(samples.shape == [4_000, 2] && samples.count == 3)
    var found: [Int16] = []
    try samples.read(1) { bytes, window in
      guard window.type == .int16 else { return }
      found = window.elements.map {
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: $0 * 2, as: Int16.self)
      }
    }
    #expect(found == Array(interleaved[4_000..<12_000]))
  }

  /// Floats, of which three channels are there: the first two count.
  @Test func ofMoreChannelsTheFirstTwoCount() throws {
    let (first, second) = (floats(left).map { $0 / 40_000 }, floats(right).map { $0 / 40_000 })
    let data = zip(first, second).flatMap { [$0, $1, 0.25] }.flatMap { Wave.bytes($0.bitPattern) }
    try folder.write(Wave.file(data: data, channels: 3, bits: 32, tag: 3), "rock/a.wav")
    try folder.prepare(recipe(WaveformKind()))
    #expect(try values(.left) == first && values(.right) == second)
    #expect(try values(.stereo) == zip(first, second).flatMap { [$0, $1] })
    #expect(try values(.side) == zip(first, second).map { ($0 - $1) / 2 })
    #expect(try values(.mono) == zip(first, second).map { ($0 + $1 + 0.25) / 3 })
  }

  @Test func monoFilesAreBothChannels() throws {
    try folder.write(Wave.pcm16(left), "rock/a.wav")
    try folder.write(Wave.float(floats(left).map { $0 / 40_000 }), "rock/b.wav")
    try folder.prepare(recipe(WaveformKind()))
    for (track, samples) in [("a", floats(left)), ("b", floats(left).map { $0 / 40_000 })] {
      for channels in [ViewChannels.mono, .left, .right] {
        #expect(try values(channels, of: track) == samples)
      }
      #expect(try values(.stereo, of: track) == samples.flatMap { [$0, $0] })
      #expect(try values(.side, of: track) == [Float](repeating: 0, count: 9_600))
    }
  }

  @Test func picturesOfStereoAreThoseOfItsChannels() throws {
    try folder.write(Wave.pcm16(interleaved, channels: 2), "rock/a.wav")
    var mel = MelKind()
    mel.bands = 32
    try folder.prepare(recipe(mel))
    let view = View(like: "stereo")
    let both = try #require(try folder.open().floats(of: view, track: "a"))
    let (left, right) = (try values(.left), try values(.right))
    let size = 32 * 8
    #expect(both.shape == [3, 2, 32, 8] && left != right)
    for slice in 0..<3 {
      let rows = slice * size..<(slice + 1) * size
      #expect(both.values[2 * slice * size..<(2 * slice + 1) * size] == left[rows])
      #expect(both.values[(2 * slice + 1) * size..<(2 * slice + 2) * size] == right[rows])
    }
    let axes = try folder.open().viewFacts()[view]?.axes.map(\.name)
    #expect(axes == ["channel", "frequency", "time"])
    // Each of them is what a file of that channel alone gives.
    try folder.write(Wave.pcm16(self.left), "rock/l.wav")
    try folder.prepare(recipe(mel))
    #expect(try values(.mono, of: "l") == left && values(.stereo, of: "l").count == 6 * size)
  }

  /// A transform is shared among the views of stereo, and values are those of each view alone.
  @Test func viewsOfStereoShareATransform() throws {
    try folder.write(Wave.pcm16(interleaved, channels: 2), "rock/a.wav")
    var recipe = try recipe(MelKind(), [.stereo, .left, .mono])
    var cepstrum = CepstrumKind()
    cepstrum.spectrum = MelKind().spectrum
    var second = RecipeView(cepstrum, slices: try SliceRule(length: 4_000, hop: 2_000))
    second.channels = .stereo
    recipe.views[.init(like: "mfcc")] = second
    try folder.prepare(recipe)
    for view in recipe.views {
      var alone = recipe
      alone.views = [view]
      let path = "\(folder.path)/\(view.name.rawValue)"
      try folder.prepare(alone, cache: path)
      let together = try folder.open().floats(of: view.name, track: "a")
      #expect(try together?.values == folder.open(path).floats(of: view.name, track: "a")?.values)
    }
    var shared = SharedSpectra()
    for view in recipe.views {
      shared.add(view, try view.kind.makeComputer(view.context(of: recipe)))
    }
    let track = TrackAudio(samples: .int16(left), floats: floats(left))
    let slices = second.slices.slices(frames: 9_600)
    func isShared(_ view: String, _ channel: ViewChannels) -> Bool {
      shared.value(
        of: View(like: view), channel, wanted: Set(recipe.views.map(\.name)), track: track,
        slices: slices) != nil
    }
    shared.begin()
    #expect(isShared("mfcc", .left) && isShared("mfcc", .right))
    #expect(isShared("stereo", .left) && isShared("stereo", .right))
    #expect(!isShared("left", .left) && !isShared("mono", .mono), "each of other channels")
  }

  @Test func floatsAreRoundedAndIntegersAreNot() throws {
    try folder.write(Wave.pcm16(interleaved, channels: 2), "rock/a.wav")
    try folder.prepare(recipe(WaveformKind(), [.stereo, .side], precision: .float16))
    #expect(try values(.stereo) == floats(interleaved))
    #expect(
      try values(.side)
        == zip(left, right).map { Float(Float16((Float($0) - Float($1)) / 65_536)) })
  }

  /// Samples of a file to be predicted are those of the cache.
  @Test(arguments: [ViewChannels.stereo, .side]) func filesAreReadAsTheirCache(
    _ channels: ViewChannels
  ) throws {
    let path = try folder.write(Wave.pcm16(interleaved, channels: 2), "rock/a.wav")
    for kind in [WaveformKind(), MelKind()] as [any ViewKind] {
      let recipe = try recipe(kind, [channels])
      try folder.prepare(recipe)
      let stored = try values(channels)
      var reader = try FileSamples(View(like: channels.rawValue), recipe: recipe)
      let samples = try reader.samples(of: AudioSource(path: path), labels: ["rock"])
      var found: [Float] = []
      try samples.read(1) { bytes, window in
        found = window.elements.map {
          unsafe bytes.unsafeLoadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
        }
      }
      let isSignal = kind is WaveformKind
      let start = isSignal ? 2_000 * channels.count : found.count
      let factor: Float = isSignal && channels == .stereo ? 32_768 : 1
      #expect(found.map { $0 * factor } == Array(stored[start..<start + found.count]))
      #expect(samples.shape.reduce(1, *) == found.count && found.count >= 4_000 / 4)
    }
  }

  /// Two channels at another rate are what their files of one channel become.
  @Test func channelsAreResampledEachByItself() throws {
    let paths = try [("a", interleaved, 2), ("l", left, 1), ("r", right, 1)].map {
      try folder.write(
        Wave.pcm16($0.1, channels: UInt16($0.2), rate: 11_025), "rock/\($0.0).wav")
    }
    var decoding = Decoding(sampleRate: Wave.rate)
    let mean = try AudioFile.decode(at: paths[0], decoding)
    #expect(mean.stereo == nil)
    decoding.keepsStereo = true
    let track = try AudioFile.decode(at: paths[0], decoding)
    #expect(track.samples == mean.samples)
    #expect(track.samples(of: .left) == (try AudioFile.decode(at: paths[1], decoding).samples))
    #expect(track.samples(of: .right) == (try AudioFile.decode(at: paths[2], decoding).samples))
    #expect(try AudioFile.decode(at: paths[1], decoding).stereo == nil)
  }

  @Test func tablesOfTwoChannelsAreRefused() throws {
    let recipe = try recipe(FeatureKind(), [.stereo])
    let error = #expect(throws: RecipeError.self) { try recipe.check() }
    #expect(error?.subject == "views.stereo.channels")
    #expect(error?.hint == "use two views, one of left and one of right")
    try self.recipe(FeatureKind(), [.left, .right, .side]).check()
  }

  /// A value of 2 GiB at most: half as long where there are two channels.
  @Test func twoChannelsCountInTheSizes() throws {
    for (kind, seconds) in [(WaveformKind(), 60_000.0), (SpectrogramKind(), 15_000)]
      as [(any ViewKind, Double)]
    {
      var recipe = try recipe(kind, [.left])
      recipe.maximumSeconds = seconds
      try recipe.check()
      let one = try #require(recipe.figures.first).bytesOfMinute
      recipe = try self.recipe(kind, [.stereo])
      recipe.maximumSeconds = seconds
      let error = #expect(throws: RecipeError.self) { try recipe.check() }
      #expect(error?.subject == "views.stereo")
      #expect(recipe.figures.first?.bytesOfMinute == 2 * one)
    }
  }

  @Test func channelsArePartOfTheFingerprintUnlessTheyAreMono() throws {
    let recipe = try recipe(WaveformKind())
    let fingerprints = try recipe.fingerprints()
    #expect(Set(fingerprints.values).count == 6)
    let ingredients = recipe.ingredients()
    #expect(ingredients[View(like: "side")]?["channels"] == .string("side"))
    #expect(try #require(ingredients[View(like: "mono")])["channels"] == nil)
    #expect(try Recipe.decode(recipe.json.canonicalBytes()) == recipe)
  }
}
