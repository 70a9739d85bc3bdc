/// An octave of a constant-Q picture: which bins it has, and at which rate and hop it is analysed.
struct ConstantQOctave {
  let bins: Range<Int>
  /// How often the signal's rate is halved before it.
  let halvings: Int
  /// In hertz.
  let rate: Double
  /// Samples between frames.
  let hop: Int
  /// Samples of the longest wavelet.
  let longest: Double

  /// Samples of a frame: the wavelets filled up with zeros to the next power of two.
  var frameLength: Int {
    var length = 1
    while Double(length) < longest { length *= 2 }
    return length
  }

  /// The octaves of a picture, the highest first. The rate is halved from one to the next as long
  /// as the hop can be halved too.
  static func all(_ parameters: ConstantQParameters, tuning: Double) -> [ConstantQOctave] {
    let frequencies = parameters.frequencies(tuning: tuning)
    var halvings = parameters.earlyHalvings(tuning: tuning)
    var hop = parameters.hop >> halvings
    var octaves: [ConstantQOctave] = []
    var end = parameters.bins
    while end > 0 {
      let start = max(0, end - parameters.binsPerOctave)
      let rate = parameters.sampleRate / Double(1 << halvings)
      octaves.append(
        ConstantQOctave(
          bins: start..<end, halvings: halvings, rate: rate, hop: hop,
          longest: parameters.quality * rate / frequencies[start]))
      if hop.isMultiple(of: 2) {
        hop /= 2
        halvings += 1
      }
      end = start
    }
    return octaves
  }
}
