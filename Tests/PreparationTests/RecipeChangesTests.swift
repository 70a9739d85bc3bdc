import Corpus
import DatasetCache
import Preparation
import SignalKit
import Testing

/// Lengths in seconds, values that are changed by their path, and what a recipe is warned of.
@Suite("Changed recipes")
struct RecipeChangesTests {
  private func refusal(_ path: String, _ value: String) -> RecipeError? {
    #expect(throws: RecipeError.self) { try Recipe.gtzan.changing([(path, value)]) }
  }

  private func decode(slices: String, rate: Int = 22_050) throws -> Recipe {
    try Recipe.decode(
      Array(
        """
        {"schema": "lathe.recipe/1", "name": "x", "sampleRate": \(rate), "maximumSeconds": 60,
         "profile": "librosa-0.8", "views": {"waveform": {"slices": \(slices)}}}
        """.utf8))
  }

  @Test("Seconds stand for samples at the recipe's rate, and the fingerprint is the same")
  func seconds() throws {
    let inSeconds = try decode(slices: #"{"lengthSeconds": 2, "hopSeconds": 1}"#)
    let inSamples = try decode(slices: #"{"length": 44100, "hop": 22050}"#)
    #expect(inSeconds == inSamples)
    #expect(inSeconds.ingredients() == inSamples.ingredients())
    let slow = try decode(slices: #"{"lengthSeconds": 2.5, "hopSeconds": 0.1}"#, rate: 16_000)
    #expect(slow.views.waveform?.slices.length == 40_000)
    #expect(slow.views.waveform?.slices.hop == 1_600)
  }

  @Test(
    "A length in seconds that cannot be is named by its path",
    arguments: [
      (#"{"lengthSeconds": 2, "length": 44100, "hop": 1}"#, "lengthSeconds", "beside length"),
      (#"{"lengthSeconds": "two", "hop": 1}"#, "lengthSeconds", "number"),
      (#"{"lengthSeconds": 0, "hop": 1}"#, "lengthSeconds", "0"),
      (#"{"lengthSeconds": 1, "hopSeconds": -1}"#, "hopSeconds", "-1"),
      (#"{"lengthSeconds": 1e300, "hopSeconds": 1}"#, "lengthSeconds", "1e+300"),
    ])
  func badSeconds(slices: String, key: String, words: String) {
    let error = #expect(throws: RecipeError.self) { try decode(slices: slices) }
    #expect(error?.subject == "views.waveform.slices.\(key)")
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test("An object that gives a key twice is refused")
  func repeatedKeys() {
    let error = refusal("mel.slices", #"{"length": 4, "hop": 2, "hop": 4}"#)
    #expect(
      error?.description.contains(
        #"mel.slices is no JSON value: its value, line 1 gives "hop" twice in one object"#) == true,
      "\(String(describing: error))")
  }

  @Test("A value is changed by its path, with or without the word views")
  func changes() throws {
    let recipe = try Recipe.gtzan.changing([
      ("mel.bands", "64"), ("views.mel.minimumFrequency", "20"), ("profile", "librosa-1.0"),
      ("waveform.slices.lengthSeconds", "4"), ("waveform.slices.required", "null"),
      ("features-30s", "null"), ("faults.silent", "drop"),
    ])
    #expect(recipe.views.mel?.bands == 64 && recipe.views.mel?.minimumFrequency == 20)
    #expect(recipe.views.mel?.slices == Recipe.gtzan.views.mel?.slices)
    #expect(recipe.profile == .librosa10)
    #expect(recipe.views.waveform?.slices.length == 88_200)
    #expect(recipe.views.features30s == nil)
    #expect(recipe.faults[.silent] == .drop)
    #expect(try Recipe.gtzan.changing([]) == .gtzan)
  }

  @Test("What a slice requires follows a length that outgrows it, unless it is set itself")
  func requiredFollows() throws {
    let longer = try Recipe.gtzan.changing([
      ("waveform.slices.lengthSeconds", "4"), ("features.slices.length", "88200"),
    ])
    #expect(longer.views.waveform?.slices.length == 88_200)
    #expect(longer.views.waveform?.slices.required == 88_200)
    #expect(longer.views.waveform?.slices.hop == 22_050)
    // The features want two samples more than they read.
    #expect(longer.views.features?.slices.required == 88_202)
    let shorter = try Recipe.gtzan.changing([("waveform.slices.lengthSeconds", "1")])
    #expect(shorter.views.waveform?.slices.required == 44_100)
    #expect(throws: RecipeError.self) {
      try Recipe.gtzan.changing([
        ("waveform.slices.lengthSeconds", "4"), ("waveform.slices.required", "44100"),
      ])
    }
  }

  @Test("A path or value that cannot be is refused by name, with what was perhaps meant")
  func refusals() {
    #expect(refusal("mel.bnads", "64")?.hint.contains("did you mean bands?") == true)
    #expect(refusal("mell.bands", "64")?.subject == "mell")
    #expect(refusal("mel.bands", "many")?.subject == "views.mel.bands")
    #expect(refusal("mel.bands", "0")?.subject.hasPrefix("views.mel") == true)
    #expect(refusal("name.first", "x")?.subject == "name.first")
    #expect(refusal("", "x") != nil)
    #expect(refusal("sampleRate", "null")?.subject == "sampleRate")
  }

  @Test("Lengths of another rate and empty mel filters are warned of")
  func warnings() throws {
    #expect(Recipe.gtzan.warnings.isEmpty)
    let slow = try Recipe.gtzan.changing([("sampleRate", "16000")])
    #expect(slow.warnings.count == 3)
    #expect(slow.warnings.first?.contains("66149 samples at 16000 Hz last 4.13 s") == true)
    #expect(slow.warnings.first?.contains("not the 3.0 s of 22050 Hz") == true)
    let meant = try slow.changing([
      ("features.slices.lengthSeconds", "3"), ("features.slices.hopSeconds", "3"),
      ("features.slices.required", "null"), ("waveform.slices.hopSeconds", "1"),
      ("mel.slices.lengthSeconds", "2"), ("mel.slices.required", "null"),
    ])
    #expect(meant.warnings.isEmpty)
    let narrow = try Recipe.gtzan.changing([("mel.transformLength", "256"), ("mel.hop", "128")])
    // librosa.filters.mel(sr=22050, n_fft=256, n_mels=128) leaves as many rows at zero.
    #expect(narrow.warnings.count == 1)
    #expect(narrow.warnings.first?.contains("20 of 128 mel filters") == true, "\(narrow.warnings)")
  }

  @Test("What the views give is what the numbers say")
  func figures() throws {
    let figures = Recipe.gtzan.figures
    #expect(figures.map(\.view) == [.features, .features30s, .mel, .waveform])
    #expect(figures.map(\.slicesOfMinute) == [19, 1, 10, 59])
    #expect(figures.map(\.shape) == [[57], [57], [128, 87], [44_100]])
    #expect(
      figures.map(\.bytesOfMinute) == [19 * 228, 228, 10 * 128 * 87 * 4, 2 * 60 * 22_050])
  }
}
