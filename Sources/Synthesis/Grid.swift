/// Bars of sixteen steps in seconds: tempo and swing.
struct Grid: Sendable {
  static let stepsPerBar = 16
  static let stepsPerBeat = 4

  let beatsPerMinute: Double
  /// The steps between two points that swing doesn't move: 4 for eighths, 2 for sixteenths.
  let pairSteps: Int
  /// Where the middle of the pair falls: 0.5 is straight.
  let middle: Double
  let sampleRate: Double

  init(tempo: Double, swing: Swing, sampleRate: Double, random: inout RandomStream) {
    beatsPerMinute = tempo
    self.sampleRate = sampleRate
    switch swing {
    case .straight: (pairSteps, middle) = (4, 0.5)
    case .eighths(let range): (pairSteps, middle) = (4, random.value(in: range))
    case .sixteenths(let range): (pairSteps, middle) = (2, random.value(in: range))
    }
  }

  /// The sample at which a step begins, counted from the start of the track.
  func sample(step: Int) -> Int {
    let pair = step / pairSteps
    let fraction = Double(step % pairSteps) / Double(pairSteps)
    let warped =
      fraction < 0.5 ? fraction * 2 * middle : middle + (fraction - 0.5) * 2 * (1 - middle)
    let beats = (Double(pair) + warped) * Double(pairSteps) / Double(Self.stepsPerBeat)
    return Int(beats * 60 / beatsPerMinute * sampleRate)
  }

  /// The bars that begin before the end of a track of `samples` samples.
  func bars(samples: Int) -> Int {
    let barLength = 240 / beatsPerMinute * sampleRate
    return Int(Double(samples) / barLength) + 1
  }
}
