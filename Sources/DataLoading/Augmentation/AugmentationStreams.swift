internal import Corpus

/// Where the random numbers of one draw come from.
///
/// Each kind of augmentation has a stream of its own: `CounterGenerator` with the loader's seed and
/// the stream m(m(m(m(16 + role) + epoch) + sample) + pass) mixed once more with the number of the
/// kind, m being ``LoaderStream/mixed(_:)``. Nothing else has a say, and no kind moves another's
/// numbers.
struct AugmentationStreams {
  /// What is drawn; the numbers are part of what makes a batch, and never change.
  enum Kind: UInt64 {
    case speed = 1
    case crop = 2
    case shift = 3
    case gain = 4
    case polarity = 5
    case noise = 6
    case noiseSignal = 7
    case mixup = 8
    case timeMasks = 9
    case frequencyMasks = 10
  }

  /// Whether the numbers are for the drawn sample or for the partner that is mixed into it.
  enum Role: UInt64 {
    case sample = 0
    case partner = 1
  }

  private let seed: UInt64
  private let base: UInt64

  init(seed: UInt64, epoch: Int, sample: Int, pass: Int, role: Role) {
    self.seed = seed
    // 16 lies past the purposes of LoaderStream.
    var word = LoaderStream.mixed(16 + role.rawValue)
    word = LoaderStream.mixed(word &+ UInt64(bitPattern: Int64(epoch)))
    word = LoaderStream.mixed(word &+ UInt64(bitPattern: Int64(sample)))
    word = LoaderStream.mixed(word &+ UInt64(bitPattern: Int64(pass)))
    base = word
  }

  func stream(_ kind: Kind) -> UInt64 { LoaderStream.mixed(base &+ kind.rawValue) }

  func generator(_ kind: Kind) -> CounterGenerator {
    CounterGenerator(seed: seed, stream: stream(kind))
  }
}

extension CounterGenerator {
  /// A multiple of 2^-53 from 0 up to but not including 1.
  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of `range`, evenly.
  mutating func number(in range: ClosedRange<Double>) -> Double {
    let value = range.lowerBound + (range.upperBound - range.lowerBound) * fraction()
    return min(value, range.upperBound)
  }

  /// A share from Beta(alpha, alpha), exactly distributed.
  ///
  /// Above 1/2 by one coordinate of a point that is symmetric about the origin (Ulrich 1984); up to
  /// there by Jöhnk's method (1964), on logarithms, so that small powers don't vanish. Both as in
  /// Devroye, "Non-Uniform Random Variate Generation", chapter IX.
  mutating func symmetricBeta(_ alpha: Double) -> Double {
    if alpha > 0.5 {
      let squared = 1 - Elementary.exponential(logarithm() / (alpha - 0.5))
      return 0.5 + 0.5 * squared.squareRoot() * Elementary.cosine(turns: fraction())
    }
    while true {
      let first = logarithm() / alpha
      let second = logarithm() / alpha
      let larger = max(first, second)
      let sum =
        larger
        + Elementary.logarithm(
          Elementary.exponential(first - larger) + Elementary.exponential(second - larger))
      if sum <= 0 { return Elementary.exponential(first - sum) }
    }
  }

  /// The logarithm of an even number above 0 up to 1.
  private mutating func logarithm() -> Double { Elementary.logarithm(1 - fraction()) }
}
