import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import Runs
import SignalKit
import TestSupport
import Testing
import Training

// The kind of Sources/Preparation/Preparation.docc/AddingAView.md.
/// How often each part of a slice crosses zero, a share of its samples.
struct Crossings: ViewKind {
  static let name = "crossings"
  static let summary = "zero crossings of equal parts of a slice"
  static let parameters: [ViewParameter<Crossings>] = [
    .integer("parts", \.parts, 1...1_024, "how many parts a slice has")
  ]
  var parts = 8

  func axes(_ context: ViewContext) -> [ViewAxis] {
    [ViewAxis(SampleAxis("part"), count: parts)]
  }

  func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    let parts = parts
    return SliceComputer(Self.name, shape: { _ in [parts] }) { slice, output in
      let length = slice.count / parts
      for part in 0..<parts {
        let samples = slice.extracting(part * length..<(part + 1) * length)
        let crossings = (1..<length).count { (samples[$0] < 0) != (samples[$0 - 1] < 0) }
        output[part] = Float(crossings) / Float(length)
      }
    }
  }
}

/// A kind of one's own goes all the way: recipe, cache, loader, trainer, prediction.
@Suite struct AddedViewTests {
  private struct Silence: ProgressSink {
    func report(_ event: PreparationEvent) {}
  }

  private static let recipe = """
    {"schema": "lathe.recipe/2", "name": "own", "sampleRate": 8000, "maximumSeconds": 60,
     "profile": "librosa-0.8", "views": {
       "zero": {"kind": "crossings", "parts": PARTS, "slices": {"length": 4000, "hop": 4000}},
       "mel": {"slices": {"length": 4000, "hop": 4000}, "transformLength": 512, "bands": 16},
       "mel8": {"kind": "mel", "slices": {"length": 4000, "hop": 4000}, "transformLength": 512,
                "bands": 8}}}
    """

  private func recipe(
    parts: Int = 8, kinds: ViewRegistry = .builtIn.adding(Crossings.self)
  ) throws -> Recipe {
    try Recipe.decode(
      Array(Self.recipe.replacing("PARTS", with: "\(parts)").utf8), kinds: kinds)
  }

  private func prepare(_ folder: TemporaryFolder, _ recipe: Recipe) throws -> PreparationSummary {
    let music = try PreparedMusic.get()
    var preparation = Preparation(folder: music.audio, cachePath: folder.path("cache"))
    preparation.recipe = recipe
    preparation.split = try SplitPlan(
      policy: .stratified, seed: 1, division: .ratios([0.5, 0.25, 0.25]))
    return try preparation.run(progress: Silence())
  }

  @Test func theKindOfTheArticleIsPreparedAndLearntFrom() throws {
    let folder = try TemporaryFolder()
    _ = try prepare(folder, try recipe())
    do {
      let cache = try Cache.open(at: folder.path("cache"), for: .loading)
      #expect(try cache.sampleViews().map(\.rawValue) == ["mel", "mel8", "zero"])
      let samples = try cache.samples(view: View(like: "zero"))
      #expect(samples.shape == [8] && samples.axes.map(\.name) == ["part"])
      let divided = try DividedSamples.cache(cache, view: View(like: "zero"))
      let job = try TrainingJob(
        TrainingMode(named: "zero", trainer: "linear"), divided, RunChoices())
      _ = try TrainingRun(job, at: folder.path("run")).train()
      let model = try TrainedModel(run: folder.path("run"))
      let sides = try RunEvaluation(model, on: divided).sides
      let test = try #require(sides.first { $0.name == "test" })
      // Tones of 1,500 Hz and more against 300 and more.
      #expect(test.evaluation.metrics.trackAccuracy == 1)
    }
    // One changed parameter computes that view again, and nothing else.
    let music = try PreparedMusic.get()
    var preparation = Preparation(folder: music.audio, cachePath: folder.path("cache"))
    preparation.recipe = try recipe(parts: 4)
    #expect(try preparation.overview().reasons == ["zero of 16 tracks: parts 8 → 4"])
  }

  @Test func trainersAreChosenByShape() throws {
    let folder = try TemporaryFolder()
    _ = try prepare(folder, try recipe())
    let cache = try Cache.open(at: folder.path("cache"), for: .loading)
    for (view, trainer) in [("zero", "features"), ("mel8", "mel"), ("mel", "mel")] {
      let samples = try DividedSamples.cache(cache, view: View(like: view))
      let job = try TrainingJob(TrainingMode(named: view), samples)
      #expect(job.record.trainer == trainer && job.record.view == view)
    }
    let samples = try DividedSamples.cache(cache, view: View(like: "zero"))
    let error = #expect(throws: TrainingError.self) {
      _ = try TrainingJob(TrainingMode(named: "zero", trainer: "mel-small"), samples)
    }
    #expect(error?.detail == "it is not for the view zero, whose samples are 8")
    #expect(error?.hint == "it takes samples of two axes, such as spectrograms")
  }

  /// Another program's kind does not keep anybody from the other views.
  @Test func aCacheWithAKindThatIsNotHereCanBeRead() throws {
    let folder = try TemporaryFolder()
    _ = try prepare(folder, try recipe())
    let cache = try Cache.open(at: folder.path("cache"), for: .reading)
    let description = try #require(try cache.description())
    #expect(throws: RecipeError.self) { try Recipe.decode(description.recipeJSON) }
    let known = try description.recipe()
    #expect(known.views.map(\.name.rawValue) == ["mel", "mel8", "zero"])
    #expect(try cache.samples(view: View(like: "zero")).shape == [8])
    #expect(try cache.samples(view: View(like: "mel8")).shape == [8, 8])
    #expect(try cache.verify() == [])
    #expect(try cache.choices()?.recipe == known)
    let audio = AudioRoots(try PreparedMusic.get().audio)
    let outcome = try AudioComparison(audio, tracks: 2).run(cache)
    #expect(outcome.compared == 2 && outcome.problems.isEmpty)
    #expect(outcome.unknown.map(\.rawValue) == ["zero"])
  }

  /// What cannot be prepared leaves the cache as it was, with the values of the kind that is not here.
  @Test func preparingWithAKindThatIsNotHereChangesNothing() throws {
    let folder = try TemporaryFolder()
    _ = try prepare(folder, try recipe())
    let before = try Cache.open(at: folder.path("cache"), for: .reading).digest()
    let description = try Cache.open(at: folder.path("cache"), for: .reading).description()
    var preparation = Preparation(
      folder: try PreparedMusic.get().audio, cachePath: folder.path("cache"))
    preparation.recipe = try #require(description).recipe()
    let error = #expect(throws: PreparationError.self) {
      _ = try preparation.run(progress: Silence())
    }
    #expect("\(try #require(error))".contains("view zero: is of the kind crossings, which this"))
    #expect(throws: PreparationError.self) { _ = try preparation.overview() }
    let cache = try Cache.open(at: folder.path("cache"), for: .reading)
    #expect(try cache.digest() == before)
    #expect(try cache.samples(view: View(like: "zero")).shape == [8])
  }

  @Test func theArticleShowsTheKindThatIsCompiledHere() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let article = try String(
      contentsOf: root.appending(path: "Sources/Preparation/Preparation.docc/AddingAView.md"),
      encoding: .utf8)
    let block = try #require(article.components(separatedBy: "```swift\n").dropFirst().first)
    let code = try #require(block.components(separatedBy: "```").first)
    #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count <= 30)
    let start = try #require(code.range(of: "/// How often"))
    let own = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    #expect(own.contains(code[start.lowerBound...]))
  }
}
