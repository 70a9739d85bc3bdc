internal import Foundation

/// Where the triangles of mel filters begin, peak and end, and where the bins of a transform lie among them.
struct MelTriangles<Real: BinaryFloatingPoint> {
  /// Triangle m rises from edge m to edge m + 1 and falls to edge m + 2; in hertz or mel, as the slopes say.
  var edges: [Real]
  /// The same edges in hertz.
  var hertz: [Real]
  /// Each bin's frequency, in the edges' unit.
  var bins: [Real]

  /// The bins that a triangle holds: the first and the weights from there on; no weight for a triangle narrower than
  /// a bin.
  func run(of filter: Int, _ area: MelFilterBank.Area) -> (first: Int, weights: [Float]) {
    let (left, centre, right) = (edges[filter], edges[filter + 1], edges[filter + 2])
    let factor = area == .equal ? 2 / (hertz[filter + 2] - hertz[filter]) : 1
    var first = 0
    var weights: [Float] = []
    for (bin, frequency) in bins.enumerated() {
      let rising = (frequency - left) / (centre - left)
      let falling = (right - frequency) / (right - centre)
      let weight = Float(max(0, min(rising, falling)))
      guard weight > 0 else { continue }
      if weights.isEmpty { first = bin }
      weights.append(Float(Double(weight) * Double(factor)))
    }
    return (first, weights)
  }
}

extension MelTriangles<Double> {
  /// In double precision, as librosa has them.
  init(
    from lowest: Double, to highest: Double, count: Int, scale: MelScale,
    slopes: MelFilterBank.Slopes, sampleRate: Double, transformLength: Int
  ) {
    let mels = (0..<count + 2).map {
      lowest + (highest - lowest) * Double($0) / Double(count + 1)
    }
    hertz = mels.map(scale.hertz(ofMel:))
    edges = slopes == .hertz ? hertz : mels
    bins = (0...transformLength / 2).map { bin in
      let hertz = Double(bin) * sampleRate / Double(transformLength)
      return slopes == .hertz ? hertz : scale.mel(ofHertz: hertz)
    }
  }
}

extension MelTriangles<Float> {
  /// In single precision, step by step as `torchaudio.functional.melscale_fbanks`: its weights near the ends of
  /// narrow triangles are off by up to 1.6e-5, and networks were trained on them.
  init(
    from lowest: Double, to highest: Double, count: Int, scale: MelScale,
    slopes: MelFilterBank.Slopes, sampleRate: Double, transformLength: Int
  ) {
    let mels = Self.evenlySpaced(Float(lowest), Float(highest), count: count + 2)
    hertz = mels.map { mel in
      switch scale {
      case .htk: 700 * (Float(pow(10, Double(mel / 2_595))) - 1)
      case .slaney where mel < 15: Float(200.0 / 3) * mel
      case .slaney: 1_000 * Float(exp(Double(Float(log(6.4) / 27) * (mel - 15))))
      }
    }
    edges = slopes == .hertz ? hertz : mels
    bins = Self.evenlySpaced(
      0, Float((sampleRate / 2).rounded(.down)), count: transformLength / 2 + 1
    )
    .map { slopes == .hertz ? $0 : Float(scale.mel(ofHertz: Double($0))) }
  }

  /// `torch.linspace`: from both ends towards the middle, every value rounded once.
  private static func evenlySpaced(_ first: Float, _ last: Float, count: Int) -> [Float] {
    let step = (last - first) / Float(count - 1)
    return (0..<count).map { index in
      index < count / 2
        ? first.addingProduct(step, Float(index))
        : last.addingProduct(-step, Float(count - 1 - index))
    }
  }
}
