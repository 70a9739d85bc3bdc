import AudioIO
import Corpus
import DatasetCache
import FoundationEssentials
import Safetensors
import Testing

@testable import Preparation

/// What a preparation would take is known before it is done.
@Suite struct ForecastTests {
  private func preparation(_ folder: MusicFolder) throws -> Preparation {
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .small()
    return preparation
  }

  @Test func aForecastIsWhatThenComes() throws {
    let folder = try MusicFolder()
    try folder.music(labels: ["blues", "jazz", "rock"], count: 9)
    let preparation = try preparation(folder)
    let forecast = try #require(try preparation.overview().forecast)
    #expect(forecast.tracks == 27 && (forecast.seconds ?? 0) > 0 && forecast.freeBytes > 0)
    #expect(abs(forecast.audioSeconds - 27 * 1.2) < 0.01)
    #expect(!FileManager.default.fileExists(atPath: folder.cache))
    let recorder = Recorder()
    let summary = try preparation.run(progress: recorder)
    #expect(forecast.slices == summary.slices)
    let bytes = summary.bytes.values.reduce(0, +)
    #expect(Double(abs(forecast.bytes - bytes)) < 0.25 * Double(bytes))
    #expect(recorder.overview?.forecast?.bytes == forecast.bytes)
    // Nothing is left to compute.
    #expect(try preparation.overview().forecast == nil)
  }

  @Test func theMemoryIsThatOfEachThreadAndOfWhatWaits() throws {
    let folder = try MusicFolder()
    try folder.music(labels: ["blues", "jazz"], count: 6)
    try folder.write(Wave.pcm16(Wave.notes(seed: 3, count: 160_000)), "jazz/long.wav")
    func memory(_ threads: Int, _ recipe: Recipe) throws -> Int {
      var preparation = try preparation(folder)
      preparation.threads = threads
      preparation.recipe = recipe
      return try #require(try preparation.overview().forecast?.memoryBytes)
    }
    let recipe = try Recipe.small()
    let (one, two, four) = (
      try memory(1, recipe), try memory(2, recipe), try memory(4, recipe)
    )
    // Two threads more take twice as much more as one, up to the spare room of arrays.
    #expect(two > one && abs(four - two - 2 * (two - one)) < 4_096)
    // A thread has its own computers, and the longest track as integers and as floats.
    let fingerprints = try recipe.fingerprints()
    var worker = try TrackWorker(recipe: recipe, fingerprints: fingerprints)
    let audio = try AudioRoots(folder.audio).decode(
      "jazz/long.wav", recipe.decoding, takesMD5: false)
    let values = try worker.values(of: audio, views: Set(recipe.allViews.map(\.name))).values
    let finished = values.flatMap(\.tensors).reduce(0) { $0 + $1.byteCount }
    let least = worker.byteCount + 160_000 * (2 + 4) + 3 * finished
    // The forecast's own has met more tunings, each with a bank of filters.
    #expect(two - one >= least && Double(two - one) < 1.3 * Double(least))
    // Another view is another computer.
    var more = recipe
    more.views[View(like: "wide")] = RecipeView(
      MelKind(), slices: try SliceRule(length: 4_000, hop: 4_000))
    #expect(try memory(1, more) > one)
    // What is about to be prepared is not computed twice.
    let recorder = Recorder()
    try preparation(folder).run(progress: recorder)
    #expect(recorder.overview?.forecast != nil && recorder.overview?.forecast?.memoryBytes == nil)
  }

  @Test func whatFindsNoRoomIsTooLarge() {
    func forecast(_ bytes: Int, free: Int) -> PreparationForecast {
      PreparationForecast(
        tracks: 1, audioSeconds: 1, slices: [:], bytes: bytes, freeBytes: free, seconds: nil)
    }
    #expect(forecast(2_000, free: 1_000).isTooLarge)
    #expect(!forecast(1_000, free: 1_000).isTooLarge)
  }

  @Test func aCacheIsWrittenInAScratchFolderAndBroughtBack() throws {
    let folder = try MusicFolder()
    try folder.music()
    var preparation = try preparation(folder)
    let scratch = "\(folder.path)/scratch"
    preparation.scratch = .folder(scratch)
    try preparation.run(progress: Recorder())
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == [])
    let digest = try folder.digest()
    #expect(try folder.open().verify() == [] && folder.open().cardProblems() == [])
    // What is there is gone on with.
    try folder.write(Wave.pcm16(Wave.notes(seed: 90)), "jazz/later.wav")
    let summary = try preparation.run(progress: Recorder())
    #expect(summary.prepared == 1 && summary.unchanged == 4)
    #expect(try folder.open().trackCount() == 5 && folder.digest() != digest)
    // What a killed run has left goes.
    try folder.write([], "../scratch/lathe-scratch-1-2/.lock-in-use")
    try folder.write([1], "../scratch/lathe-scratch-1-2/shard-00000.lmdb")
    // An interrupted run brings back what it has done.
    for index in 0..<4 {
      try folder.write(Wave.pcm16(Wave.notes(seed: index)), "soul/s\(index).wav")
    }
    let recorder = Recorder(stopAfter: 2)
    preparation.threads = 1
    let stopped = try preparation.run(progress: recorder, cancellation: recorder.cancellation)
    #expect(stopped.wasCancelled && stopped.tracks > 5)
    #expect(try folder.open().trackCount() == stopped.tracks)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == [])
  }

  @Test func shardsAreWrittenInScratchFoldersToo() throws {
    let folder = try MusicFolder()
    try folder.music(count: 4)
    for index in 0..<3 {
      var preparation = try preparation(folder)
      preparation.shard = Shard(index, of: 3)
      preparation.scratch = .folder("\(folder.path)/scratch")
      try preparation.run(progress: Recorder())
    }
    _ = try ShardMerge(cachePath: folder.cache).run()
    try folder.prepare(.small(), cache: "\(folder.path)/whole")
    #expect(try folder.digest() == folder.digest("\(folder.path)/whole"))
  }
}
