public import Corpus

/// What a cache knows of the values of a view, whatever computed them: all that a reader needs who does not
/// know the view's kind.
public struct ViewFacts: Sendable, Hashable, Codable {
  /// How the slices of a track lie in its value.
  public enum Form: String, Sendable, Hashable, Codable {
    /// One row of numbers a slice, one after the other.
    case rows
    /// One signal along time, of which slices are windows.
    case signal
    /// Something of the whole track that no trainer reads as samples.
    case track
  }

  /// The kind, such as "mel".
  public var kind: String
  /// How slices lie in a value.
  public var form: Form
  /// Numbers of each instant of a signal, side by side; 1 for other forms.
  public var channels: Int
  /// The axes of a sample, outermost first.
  public var axes: [SampleAxis]
  /// The unit of the numbers, such as "dB"; empty for plain numbers.
  public var unit: String
  /// Whether values are checked block by block, which pays where a slice is some kilobytes.
  public var hasBlocks: Bool

  /// Facts of these parts.
  public init(
    kind: String, form: Form, channels: Int = 1, axes: [SampleAxis] = [], unit: String = "",
    hasBlocks: Bool
  ) {
    self.kind = kind
    self.form = form
    self.channels = channels
    self.axes = axes
    self.unit = unit
    self.hasBlocks = hasBlocks
  }

  /// What the first version's caches do not say of their views, whose names imply it.
  static func ofFirstVersion(_ view: View) -> ViewFacts {
    switch view.rawValue {
    case "waveform":
      ViewFacts(kind: "waveform", form: .signal, axes: [SampleAxis("time")], hasBlocks: true)
    case "mel":
      ViewFacts(
        kind: "mel", form: .rows, axes: [SampleAxis("frequency"), SampleAxis("time")],
        unit: "dB", hasBlocks: true)
    case "acoustic": ViewFacts(kind: "acoustic", form: .track, hasBlocks: false)
    default:
      ViewFacts(
        kind: "features", form: .rows, axes: [SampleAxis("feature")], hasBlocks: false)
    }
  }

  /// How many channels a signal may have.
  public static let possibleChannels = 1...64

  /// Whether a slice can be read as a sample, for a trainer.
  public var hasSamples: Bool { form != .track }
  /// Whether slices are windows of one signal.
  public var isSignal: Bool { form == .signal }
}

extension CacheState {
  /// The facts of a view's values under a fingerprint; the database `views` is among those of the state.
  ///
  /// - Throws: `CacheError` `.invalidRecord` where the record of them cannot be read.
  func facts(_ view: View, _ fingerprint: Fingerprint) throws(CacheError) -> ViewFacts {
    let key = Layout.values(view, fingerprint)
    guard let json = try bytes(of: key, in: Layout.views) else { return .ofFirstVersion(view) }
    let subject = "the facts of \(view.rawValue)"
    let facts = try RecordJSON.decode(ViewFacts.self, from: json, subject: subject)
    guard ViewFacts.possibleChannels.contains(facts.channels) else {
      throw CacheError(
        kind: .invalidRecord, operation: "read", subject: subject,
        detail: "\(facts.channels) channels", hint: "prepare the cache again")
    }
    return facts
  }
}

extension CacheState {
  /// Whether the cache itself states the facts of a view.
  func hasFacts(_ view: View, _ fingerprint: Fingerprint) throws(CacheError) -> Bool {
    try bytes(of: Layout.values(view, fingerprint), in: Layout.views) != nil
  }
}

extension Cache {
  /// What is known of the values of every view of the recipe.
  public func viewFacts() throws(CacheError) -> [View: ViewFacts] {
    let state = try state([Layout.meta, Layout.views])
    var all: [View: ViewFacts] = [:]
    for (view, fingerprint) in try Self.fingerprints(state) {
      all[view] = try state.facts(view, fingerprint)
    }
    return all
  }
}
