import Corpus
import Glibc

/// Starting weights, drawn from a generator that is keyed by the seed and the parameter's name, so
/// that a network is the same whatever else it is made beside.
enum Initialisation {
  /// Uniform within ±1/√fanIn: what `torch.nn.Linear` and `torch.nn.Conv1d` begin with, weights
  /// and biases (Kaiming uniform with a = √5).
  static func uniform(_ parameter: Parameter, fanIn: Int, seed: UInt64) {
    let bound = 1 / Float(max(1, fanIn)).squareRoot()
    var generator = CounterGenerator(seed: seed, stream: parameter.name)
    for index in 0..<parameter.count {
      parameter.value.base[index] = (2 * unit(&generator) - 1) * bound
    }
  }

  /// Normal with deviation √(2/fanOut): He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", ICCV
  /// 2015, as torchvision begins its residual networks (`kaiming_normal_` by fan out).
  static func heNormal(_ parameter: Parameter, fanOut: Int, seed: UInt64) {
    let deviation = (2 / Float(max(1, fanOut))).squareRoot()
    var generator = CounterGenerator(seed: seed, stream: parameter.name)
    for index in 0..<parameter.count {
      // Box and Muller; 1 - u is never 0.
      let radius = (-2 * logf(1 - unit(&generator))).squareRoot()
      parameter.value.base[index] = deviation * radius * cosf(2 * .pi * unit(&generator))
    }
  }

  /// In [0, 1), with the 24 bits that a float has.
  private static func unit(_ generator: inout CounterGenerator) -> Float {
    Float(generator.next() >> 40) / Float(1 << 24)
  }
}
