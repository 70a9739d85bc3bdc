internal import Corpus
public import DatasetCache
internal import SignalKit

extension Recipe {
  /// What a view of a recipe gives.
  public struct ViewFigures: Sendable, Hashable, Codable {
    /// The view.
    public let view: View
    /// The lengths of the axes of a sample; nil for one that depends on the track.
    public let shape: [Int?]
    /// Seconds of a slice; nil for the whole track.
    public let sliceSeconds: Double?
    /// Seconds from the start of one slice to the start of the next; nil for the whole track.
    public let hopSeconds: Double?
    /// Slices of a track of a minute.
    public let slicesOfMinute: Int
    /// Bytes in the cache of a track of a minute; of 16-bit audio at the recipe's rate.
    public let bytesOfMinute: Int
  }

  /// What each view gives, in the order of the views.
  public var figures: [ViewFigures] {
    let rules = rules
    let frames = 60 * sampleRate
    return View.allCases.compactMap { view in
      guard let rule = rules[view] else { return nil }
      let slices = rule.count(frames: frames)
      let length = rule.length
      let seconds = length.map { Double($0) / Double(sampleRate) }
      let shape: [Int?]
      let bytes: Int
      switch view {
      case .features, .features30s:
        shape = [FeatureVector.names.count]
        bytes = slices * FeatureVector.names.count * 4
      case .waveform:
        shape = [length]
        bytes = frames * 2
      case .mel:
        let bands = views.mel?.bands ?? 0
        let columns = (length ?? frames) / (views.mel?.hop ?? 1) + 1
        shape = [bands, length == nil ? nil : columns]
        bytes = slices * bands * columns * 4
      case .acoustic:
        return nil
      }
      return ViewFigures(
        view: view, shape: shape, sliceSeconds: seconds,
        hopSeconds: length == nil ? nil : Double(rule.hop) / Double(sampleRate),
        slicesOfMinute: slices, bytesOfMinute: bytes)
    }
  }

  /// What can be computed and is hardly meant, a line each: lengths in samples that are those of another
  /// rate, mel filters so narrow that they hold no frequency bin.
  public var warnings: [String] {
    lengthWarnings + (views.mel.map(filterWarnings) ?? [])
  }

  private var lengthWarnings: [String] {
    let usual = Recipe.gtzan
    if sampleRate == usual.sampleRate { return [] }
    let (own, theirs) = (rules, usual.rules)
    return View.allCases.compactMap { view in
      guard let length = own[view]?.length, own[view] == theirs[view] else { return nil }
      let (now, then) = (Double(length) / Double(sampleRate), Double(length) / 22_050)
      return "views.\(view.rawValue).slices: \(length) samples at \(sampleRate) Hz last "
        + "\(Self.rounded(now)) s, not the \(Self.rounded(then)) s of \(usual.sampleRate) Hz; if seconds "
        + "are meant, give lengthSeconds and hopSeconds"
    }
  }

  /// Two decimals at most.
  private static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }

  private func filterWarnings(_ view: MelView) -> [String] {
    let parameters = melParameters(view)
    guard
      let bank = try? MelFilterBank(
        sampleRate: parameters.sampleRate, transformLength: view.transformLength,
        count: view.bands, minimum: view.minimumFrequency,
        maximum: view.maximumFrequency ?? parameters.sampleRate / 2)
    else { return [] }
    let empty = bank.lengths.count { $0 == 0 }
    guard empty > 0 else { return [] }
    return [
      "views.mel: \(empty) of \(view.bands) mel filters are narrower than a frequency bin, "
        + "\(sampleRate) Hz / \(view.transformLength), and stay empty; use fewer bands or a larger "
        + "transformLength"
    ]
  }
}
