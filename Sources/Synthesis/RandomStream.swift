/// SplitMix64 (Steele, Lea, Flood 2014: "Fast splittable pseudorandom number generators"), keyed
/// by what a stream is for. Streams of different purposes never share numbers, so that drawing one
/// more number for the drums doesn't change the melody.
struct RandomStream: RandomNumberGenerator {
  /// What a stream of one track is drawn for.
  enum Purpose: UInt64 {
    case plan = 1
    case drums
    case drumTimbre
    case parts
    case melody
    case strings
    case hiss
  }

  private var state: UInt64

  /// - Parameter keys: hashed one after the other, so that (1, 2) and (2, 1) differ.
  init(keys: [UInt64]) {
    var hash: UInt64 = 0x4C61_7468_6553_796E
    for key in keys { hash = Self.mix(hash &+ 0x9E37_79B9_7F4A_7C15 &+ Self.mix(key)) }
    state = hash
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number in [0, 1) with 53 random bits.
  mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number in [range.lowerBound, range.upperBound), evenly spread. The standard library's own
  /// `Double.random` isn't used: how it maps bits to numbers may change with a Swift release.
  mutating func value(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * unit()
  }

  /// An index in 0..<count. The bias of the multiplication is below 2^-50 for the short tables
  /// here.
  mutating func index(below count: Int) -> Int {
    min(Int(unit() * Double(count)), count - 1)
  }

  /// One element of a list that isn't empty.
  mutating func element<Element>(of list: [Element]) -> Element {
    list[index(below: list.count)]
  }

  mutating func chance(_ probability: Double) -> Bool {
    unit() < probability
  }

  /// White noise in [-1, 1).
  mutating func noise() -> Float {
    Float(Int32(truncatingIfNeeded: next() >> 32)) * 0x1p-31
  }
}
