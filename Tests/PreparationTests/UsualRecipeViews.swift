import DatasetCache
import Preparation

/// The views of the first recipes, as tests change them.
extension RecipeViews {
  var features: KindView<FeatureKind>? {
    get { self[.features, as: FeatureKind.self] }
    set { self[.features, as: FeatureKind.self] = newValue }
  }
  var features30s: KindView<FeatureKind>? {
    get { self[.features30s, as: FeatureKind.self] }
    set { self[.features30s, as: FeatureKind.self] = newValue }
  }
  var waveform: KindView<WaveformKind>? {
    get { self[.waveform, as: WaveformKind.self] }
    set { self[.waveform, as: WaveformKind.self] = newValue }
  }
  var mel: KindView<MelKind>? {
    get { self[.mel, as: MelKind.self] }
    set { self[.mel, as: MelKind.self] = newValue }
  }
}

extension View {
  /// What a cache of the usual recipe has.
  static let allCases: [View] = [.features, .features30s, .waveform, .mel, .acoustic]
}
