import SignalKit

/// The cases of Tests/Reference/make_constant_q_pinned.py.
enum ConstantQCases {
  static let names = ["plain", "fine", "dialect", "odd", "low", "octave", "estimated", "decibel"]

  static func parameters(_ name: String) -> ConstantQParameters {
    var parameters = ConstantQParameters()
    switch name {
    case "fine":
      parameters.bins = 160
      parameters.binsPerOctave = 24
      parameters.minimumFrequency = 55
      parameters.hop = 256
    case "dialect":
      parameters.bins = 70
      parameters.hop = 500
      parameters.window = .hamming
      parameters.norm = .energy
      parameters.filterScale = 0.6
      parameters.sparsity = 0
      parameters.isScaledByLength = false
      parameters.padding = .edge
      parameters.tuning = .given(0.3)
    case "odd":
      parameters.bins = 36
      parameters.minimumFrequency = 220
      parameters.hop = 441
      parameters.window = .blackman
      parameters.norm = .maximum
      parameters.padding = .reflect
    case "low": parameters.bins = 60
    case "octave": parameters.bins = 12
    case "estimated":
      parameters.tuning = .estimated
      parameters.bins = 180
      parameters.binsPerOctave = 36
      parameters.minimumFrequency = 65
    case "decibel":
      parameters.scaling = .decibel(Decibels(floor: 1e-5))
    default: break
    }
    return parameters
  }
}
