internal import Corpus
internal import DatasetCache
internal import SignalKit

extension Recipe {
  /// The largest value of a track that a recipe may ask for, in bytes: half of what LMDB can hold, and
  /// every worker has one in memory.
  private static let maximumValueBytes = Double(1 << 31)

  /// Refuses slices so many that a track's value could not be held: a hop of 1, most often.
  func checkSizes() throws(RecipeError) {
    let frames = Int((maximumSeconds * Double(sampleRate)).rounded(.up))
    for view in View.allCases {
      guard let rule = rules[view] else { continue }
      let length = rule.length ?? frames
      let numbersOfSlice =
        switch view {
        case .features, .features30s: Double(FeatureVector.names.count)
        case .mel: Double(views.mel?.bands ?? 0) * (1 + Double(length / (views.mel?.hop ?? 1)))
        // Two words in 46 ms of audio: next to nothing.
        case .waveform, .acoustic: 0.0
        }
      let numbers =
        view == .waveform ? Double(frames) : numbersOfSlice * Double(rule.count(frames: frames))
      let bytes = numbers * 4
      try Self.require(
        bytes <= Self.maximumValueBytes, "views.\(view.rawValue)",
        "takes up to \(Int(bytes / 1e6)) MB for a track of maximumSeconds",
        "use a larger hop, a maximumCount or a smaller maximumSeconds")
    }
  }
}
