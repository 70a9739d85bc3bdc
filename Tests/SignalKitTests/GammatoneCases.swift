import SignalKit

/// The cases of Tests/Reference/make_gammatone_pinned.py, in amplitudes.
enum GammatoneCases {
  static let all: [(name: String, parameters: GammatoneParameters)] = [
    ("plain", amplitudes), ("speech", speech), ("sparse", sparse),
  ]

  private static var amplitudes: GammatoneParameters {
    var parameters = GammatoneParameters()
    parameters.scale = .amplitude
    return parameters
  }

  private static var speech: GammatoneParameters {
    var parameters = amplitudes
    parameters.sampleRate = 16_000
    parameters.bands = 40
    parameters.minimumFrequency = 80
    parameters.maximumFrequency = 7_600
    parameters.windowLength = 400
    parameters.hop = 160
    return parameters
  }

  private static var sparse: GammatoneParameters {
    var parameters = amplitudes
    parameters.bands = 9
    parameters.minimumFrequency = 20
    parameters.maximumFrequency = 5_000
    parameters.windowLength = 300
    parameters.hop = 700
    return parameters
  }
}
