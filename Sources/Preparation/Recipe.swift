public import Corpus
public import SignalKit

/// What to prepare and how: sample rate, slices, views and their parameters.
///
/// Written as JSON (`Manifests/recipes/gtzan.json`); a view that is left out is not prepared.
public struct Recipe: Sendable, Hashable, Codable {
  /// The schema this version reads and writes.
  public static let schema = "lathe.recipe/1"

  /// A view of 57 features a slice.
  public struct FeatureView: Sendable, Hashable, Codable {
    /// How a track is cut.
    public var slices: SliceRule

    /// A view of these slices.
    public init(slices: SliceRule) { self.slices = slices }
  }

  /// A view of the samples themselves; slices are windows into them.
  public struct WaveformView: Sendable, Hashable, Codable {
    /// How a track is cut.
    public var slices: SliceRule

    /// A view of these slices.
    public init(slices: SliceRule) { self.slices = slices }
  }

  /// A view of log-mel pictures.
  public struct MelView: Sendable, Hashable, Codable {
    /// How a track is cut.
    public var slices: SliceRule
    /// Samples in a frame (`n_fft`); even.
    public var transformLength = 2_048
    /// Samples between frames (`hop_length`).
    public var hop = 512
    /// How many mel bands (`n_mels`).
    public var bands = 128
    /// The lowest frequency in hertz (`fmin`).
    public var minimumFrequency = 0.0
    /// The highest frequency in hertz (`fmax`); half the sample rate where it is left out.
    public var maximumFrequency: Double?
    /// How far below its loudest value a picture's quietest may lie, in decibels (`top_db`).
    public var dynamicRange = 80.0

    /// A view with librosa's defaults.
    public init(slices: SliceRule) {
      self.slices = slices
    }

    /// Reads a view; what is left out has librosa's default.
    ///
    /// - Throws: `DecodingError` for a wrong shape.
    public init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      self.init(slices: try fields.decode(SliceRule.self, forKey: .slices))
      func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
        value = try fields.decodeIfPresent(Value.self, forKey: key) ?? value
      }
      try read(.transformLength, &transformLength)
      try read(.hop, &hop)
      try read(.bands, &bands)
      try read(.minimumFrequency, &minimumFrequency)
      try read(.dynamicRange, &dynamicRange)
      maximumFrequency = try fields.decodeIfPresent(Double.self, forKey: .maximumFrequency)
    }
  }

  /// The views of a recipe.
  public struct Views: Sendable, Hashable, Codable {
    /// 57 features of each slice.
    public var features: FeatureView?
    /// 57 features of the whole track.
    public var features30s: FeatureView?
    /// The samples.
    public var waveform: WaveformView?
    /// Log-mel pictures of each slice.
    public var mel: MelView?

    /// These views.
    public init(
      features: FeatureView? = nil, features30s: FeatureView? = nil,
      waveform: WaveformView? = nil, mel: MelView? = nil
    ) {
      self.features = features
      self.features30s = features30s
      self.waveform = waveform
      self.mel = mel
    }

    private enum CodingKeys: String, CodingKey {
      case features, waveform, mel
      case features30s = "features-30s"
    }
  }

  /// Always ``schema``.
  public var schema = Recipe.schema
  /// What the recipe is called.
  public var name: String
  /// Everything is resampled to this rate, in hertz.
  public var sampleRate: Int
  /// A longer track is quarantined: memory grows with the longest track.
  public var maximumSeconds: Double
  /// Whose numbers the features and pictures reproduce.
  public var profile: Profile
  /// What is prepared.
  public var views: Views
  /// What becomes of tracks with a fault.
  public var faults = FaultPolicies()
  /// From where on what is measured of a track is a fault.
  public var verdicts = VerdictLimits()

  /// A recipe of these parts; ``check()`` tells whether it can be used.
  public init(
    name: String, sampleRate: Int = 22_050, maximumSeconds: Double = 600,
    profile: Profile = .librosa08, views: Views
  ) {
    self.name = name
    self.sampleRate = sampleRate
    self.maximumSeconds = maximumSeconds
    self.profile = profile
    self.views = views
  }

  /// Reads a recipe; fault policies and limits that are left out have their defaults.
  ///
  /// - Throws: `DecodingError` for a wrong shape, `FaultPolicyError` for a policy that cannot be.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    schema = try fields.decode(String.self, forKey: .schema)
    name = try fields.decode(String.self, forKey: .name)
    sampleRate = try fields.decode(Int.self, forKey: .sampleRate)
    maximumSeconds = try fields.decode(Double.self, forKey: .maximumSeconds)
    profile = try fields.decode(Profile.self, forKey: .profile)
    views = try fields.decode(Views.self, forKey: .views)
    faults = try fields.decodeIfPresent(FaultPolicies.self, forKey: .faults) ?? faults
    verdicts = try fields.decodeIfPresent(VerdictLimits.self, forKey: .verdicts) ?? verdicts
  }

  /// The numbers of the original GTZAN study: features of 3 s slices and of whole tracks, 2 s windows
  /// with 1 s of overlap, ten 2 s mel pictures.
  public static let gtzan = Recipe(
    name: "gtzan", sampleRate: 22_050, maximumSeconds: 600, profile: .librosa08,
    views: Views(
      features: FeatureView(slices: .gtzanFeatures), features30s: FeatureView(slices: .whole),
      waveform: WaveformView(slices: .gtzanWaveform), mel: MelView(slices: .gtzanMel)))
}
