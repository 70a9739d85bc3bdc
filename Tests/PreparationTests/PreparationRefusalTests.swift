import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// What cannot be prepared at all is refused in one line that names it, and nothing is changed.
@Suite struct PreparationRefusalTests {
  let folder: MusicFolder

  init() throws { folder = try MusicFolder() }

  private func refusal(_ body: () throws -> PreparationSummary) -> String {
    let error = #expect(throws: PreparationError.self) { _ = try body() }
    let text = error?.description ?? ""
    #expect(!text.contains("\n"))
    return text
  }

  @Test func aFolderWithoutAudio() throws {
    try folder.write(Array("notes".utf8), "blues/notes.txt")
    let text = refusal { try folder.prepare() }
    #expect(text.contains("holds no track to prepare") && text.contains("one folder of audio"))
    #expect(!FileManager.default.fileExists(atPath: folder.cache))
  }

  @Test func aFolderOfOneLabelGivenForTheWhole() throws {
    try folder.write(Wave.pcm16(Wave.notes(seed: 1)), "a.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 1)), "b.wav")
    let text = refusal { try folder.prepare() }
    #expect(text.contains("2 entries of no use: a.wav lies in no folder"))
  }

  @Test func noFolderAtAll() throws {
    #expect(refusal { try folder.prepare() }.contains("No such file"))
    try Data().write(to: URL(fileURLWithPath: folder.audio))
    #expect(
      refusal { try folder.prepare() }.contains("is no zip, tar or compressed tar; give a folder"))
  }

  @Test func aCachePathThatIsAFile() throws {
    try folder.music()
    try Data("precious".utf8).write(to: URL(fileURLWithPath: folder.cache))
    #expect(refusal { try folder.prepare() }.contains("it is a file"))
    #expect(FileManager.default.contents(atPath: folder.cache) == Data("precious".utf8))
  }

  @Test func aFolderOfOtherThings() throws {
    try folder.music()
    #expect(refusal { try folder.prepare(cache: folder.audio) }.contains("'blues'"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.audio)
    #expect(Set(names) == ["blues", "jazz"])
  }

  @Test func aCacheOfAnotherCollection() throws {
    try folder.music()
    try folder.prepare()
    let digest = try folder.digest()
    for label in ["blues", "jazz"] { try folder.remove(label) }
    for seed in 500..<502 {
      try folder.write(Wave.pcm16(Wave.notes(seed: seed)), "techno/techno.\(seed).wav")
    }
    let text = refusal { try folder.prepare() }
    #expect(text.contains("4 of the 4 tracks") && text.contains("another --cache"))
    #expect(try folder.digest() == digest)
  }

  @Test func aCacheOfAnotherRecipeIsBroughtUpToThisOne() throws {
    try folder.music()
    var other = try Recipe.samplesOnly()
    other.sampleRate = 4_000
    try folder.prepare(other)
    try folder.prepare()
    let fresh = "\(folder.path)/fresh"
    try folder.prepare(cache: fresh)
    #expect(try folder.digest() == folder.digest(fresh))
  }

  @Test func aSplitThatCannotBeIsRefusedBeforeTheWork() throws {
    try folder.music()
    let plan = try SplitPlan(seed: 1, division: .folds(5))
    #expect(refusal { try folder.prepare(split: plan) }.contains("5 folds of 4 tracks"))
    #expect(!FileManager.default.fileExists(atPath: folder.cache))
  }

  @Test func aRecipeOutOfRange() throws {
    try folder.music()
    var recipe = try Recipe.samplesOnly()
    recipe.sampleRate = 1
    #expect(refusal { try folder.prepare(recipe) }.contains("sampleRate"))
  }

  @Test func theSecondOfTwoPreparationsIsRefused() throws {
    try folder.music()
    /// Starts a second preparation as soon as the first has begun.
    final class Second: ProgressSink {
      let folder: MusicFolder
      var refusal: String?
      init(_ folder: MusicFolder) { self.folder = folder }
      func report(_ event: PreparationEvent) {
        guard case .began = event else { return }
        do { _ = try folder.prepare() } catch { refusal = "\(error)" }
      }
    }
    let sink = Second(folder)
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .samplesOnly()
    #expect(try preparation.run(progress: sink).tracks == 4)
    #expect(sink.refusal?.contains("process \(getpid()) is writing") == true)
    #expect(try folder.open().verify() == [])
  }

  /// The limit on a file's size stands in for a full disk: the same place fails, in the same way.
  @Test func noSpaceLeftKeepsWhatWasStored() async throws {
    await #expect(processExitsWith: .success) {
      let folder = try MusicFolder()
      try folder.music(labels: ["a", "b", "c"], count: 2)
      try folder.prepare()
      signal(SIGXFSZ, SIG_IGN)
      for index in 0..<9 {
        try folder.write(
          Wave.pcm16(Wave.notes(seed: index, count: 200_000)), "d/d.\(index).wav")
      }
      var limit = rlimit(rlim_cur: 1 << 20, rlim_max: rlim_t.max)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let error = #expect(throws: PreparationError.self) { try folder.prepare() }
      #expect(error?.description.contains("free some and run again") == true)
      #expect(try folder.open().trackCount() >= 6 && folder.open().verify() == [])
      limit.rlim_cur = rlim_t.max
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      #expect(try folder.prepare().tracks == 15)
      let fresh = "\(folder.path)/fresh"
      try folder.prepare(cache: fresh)
      try #require(try folder.digest() == folder.digest(fresh))
    }
  }
}
