internal import Corpus
public import DatasetCache

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

  /// What each view gives, in the order of their names.
  public var figures: [ViewFigures] {
    let frames = 60 * sampleRate
    return views.map { view in
      let rule = view.slices
      // A signal of 16-bit audio is stored in 16 bits.
      let width = view.precision == .float16 || view.kind.form == .signal ? 2.0 : 4.0
      return ViewFigures(
        view: view.name, shape: view.axes(view.context(of: self)).map(\.count),
        sliceSeconds: rule.length.map { Double($0) / Double(sampleRate) },
        hopSeconds: rule.length == nil ? nil : Double(rule.hop) / Double(sampleRate),
        slicesOfMinute: rule.count(frames: frames),
        bytesOfMinute: Int(view.numbers(ofTrack: frames, in: self) * width))
    }
  }

  /// What can be computed and is hardly meant, a line each: lengths in samples that are those of another
  /// rate, and what the kinds say of their parameters.
  public var warnings: [String] {
    lengthWarnings
      + views.flatMap { view in
        view.kind.warnings(view.context(of: self)).map { "views.\(view.name.rawValue): \($0)" }
      }
  }

  private var lengthWarnings: [String] {
    let usual = Recipe.gtzan
    if sampleRate == usual.sampleRate { return [] }
    return views.compactMap { view in
      guard let length = view.slices.length, view.slices == usual.views[view.name]?.slices else {
        return nil
      }
      let (now, then) = (
        Double(length) / Double(sampleRate), Double(length) / Double(usual.sampleRate)
      )
      return "views.\(view.name.rawValue).slices: \(length) samples at \(sampleRate) Hz last "
        + "\(Self.rounded(now)) s, not the \(Self.rounded(then)) s of \(usual.sampleRate) Hz; if seconds "
        + "are meant, give lengthSeconds and hopSeconds"
    }
  }

  /// Two decimals at most.
  private static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }
}
