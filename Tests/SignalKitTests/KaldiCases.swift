import SignalKit

/// The cases of Tests/Reference/make_kaldi_pinned.py.
enum KaldiCases {
  static let all: [(name: String, parameters: KaldiParameters)] = [
    ("plain", KaldiParameters()), ("ast", .audioSpectrogramTransformer), ("edges", edges),
    ("linear", linear), ("energy", energy), ("integers", integers),
  ]

  private static var edges: KaldiParameters {
    var parameters = KaldiParameters()
    parameters.bands = 40
    parameters.window = .hamming
    parameters.snipsEdges = false
    parameters.removesOffset = false
    parameters.minimumFrequency = 0
    parameters.maximumFrequency = -400
    return parameters
  }

  private static var linear: KaldiParameters {
    var parameters = KaldiParameters()
    parameters.window = .rectangular
    parameters.preemphasis = 0
    parameters.usesLogarithm = false
    parameters.usesPower = false
    parameters.roundsToPowerOfTwo = false
    parameters.frameShift = 12.5
    return parameters
  }

  private static var energy: KaldiParameters {
    var parameters = KaldiParameters()
    parameters.window = .blackman
    parameters.energyRow = .first
    parameters.usesRawEnergy = false
    parameters.energyFloor = 0
    parameters.subtractsMean = true
    parameters.frameLength = 32
    return parameters
  }

  private static var integers: KaldiParameters {
    var parameters = KaldiParameters()
    parameters.bands = 80
    parameters.energyRow = .last
    parameters.sampleRate = 22_050
    parameters.snipsEdges = false
    parameters.maximumFrequency = 7_600
    parameters.sampleScale = 32_768
    return parameters
  }
}
