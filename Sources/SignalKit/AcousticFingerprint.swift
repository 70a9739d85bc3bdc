/// What a recording sounds like, in 32 bits for every 46 ms: equal or nearly so for copies of it at
/// another level, after lossy encoding, or cut elsewhere.
///
/// ``AcousticFingerprinter`` makes it; what is compared are words at a constant distance in time,
/// in the bits that both sides mark as reliable.
public struct AcousticFingerprint: Sendable, Hashable {
  /// A word a frame: bit m is set where band m has gained on band m + 1.
  public var words: [UInt32]
  /// The bits of each word that stand for a distinct change: only these are worth comparing. 0
  /// where the frame is silent or does not change.
  public var reliable: [UInt32]

  /// A fingerprint of these words.
  /// - Precondition: there are as many of each.
  public init(words: [UInt32], reliable: [UInt32]) {
    precondition(words.count == reliable.count, "every word has its mask")
    self.words = words
    self.reliable = reliable
  }
}
