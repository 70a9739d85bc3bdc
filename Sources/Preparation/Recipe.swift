public import Corpus
public import DatasetCache
public import SignalKit

/// What to prepare and how: sample rate, and views with their slices and parameters.
///
/// Written as JSON (`Manifests/recipes/gtzan.json`); a view that is left out is not prepared.
public struct Recipe: Sendable, Hashable {
  /// The schema that this version writes where ``firstSchema`` cannot say it.
  public static let schema = "lathe.recipe/2"
  /// The schema of recipes whose views are those of the first version. What it can say is written in it, so
  /// that equal recipes are equal bytes.
  public static let firstSchema = "lathe.recipe/1"

  /// What the recipe is called.
  public var name: String
  /// Everything is resampled to this rate, in hertz.
  public var sampleRate: Int
  /// A longer track is quarantined: memory grows with the longest track.
  public var maximumSeconds: Double
  /// Whose numbers the features and pictures reproduce.
  public var profile: Profile
  /// What is prepared.
  public var views: RecipeViews
  /// What becomes of tracks with a fault.
  public var faults = FaultPolicies()
  /// From where on what is measured of a track is a fault.
  public var verdicts = VerdictLimits()

  /// A recipe of these parts; ``check()`` finds whether it can be used.
  public init(
    name: String, sampleRate: Int = 22_050, maximumSeconds: Double = 600,
    profile: Profile = .librosa08, views: RecipeViews
  ) {
    self.name = name
    self.sampleRate = sampleRate
    self.maximumSeconds = maximumSeconds
    self.profile = profile
    self.views = views
  }

  /// The views that are prepared: those that it names, and always the acoustic fingerprints.
  public var allViews: RecipeViews {
    var views = views
    views[.acoustic] = RecipeView(AcousticKind(), slices: .whole)
    return views
  }

  /// The slice rule of every view that is prepared.
  public var rules: [View: SliceRule] {
    Dictionary(allViews.map { ($0.name, $0.slices) }, uniquingKeysWith: { first, _ in first })
  }

  /// The numbers of the original GTZAN study: features of 3 s slices and of whole tracks, 2 s windows
  /// with 1 s of overlap, ten 2 s mel pictures.
  public static let gtzan = Recipe(
    name: "gtzan", sampleRate: 22_050, maximumSeconds: 600, profile: .librosa08,
    views: [
      RecipeView(FeatureKind(), slices: .gtzanFeatures),
      RecipeView(FeatureKind(), named: .features30s, slices: .whole),
      RecipeView(WaveformKind(), slices: .gtzanWaveform),
      RecipeView(MelKind(), slices: .gtzanMel),
    ])
}
