import Corpus
import Foundation

@testable import AudioIO

/// Copies of audio as they come about: cut elsewhere, louder, quieter, encoded with loss.
enum CopiedAudio: String, CaseIterable {
  case identical, moved, cut, part, quiet, clipped, coarse, noisy, resampled, vorbis, mp3

  static let rate = 22_050

  /// Writes a copy of `samples` at `path` and returns how many seconds into them it begins.
  func write(_ samples: [Int16], to path: String, seed: UInt64) throws -> Double {
    var generator = CounterGenerator(seed: seed, stream: rawValue)
    let start =
      switch self {
      case .moved: 1 + Int(generator.next() % 1_023)
      case .cut: Self.rate + Int(generator.next() % UInt64(2 * Self.rate))
      case .part: Int(generator.next() % UInt64(samples.count - 5 * Self.rate))
      default: 0
      }
    let end = self == .part ? start + 5 * Self.rate : samples.count
    let copy = samples[start..<end].map { Float($0) / 32_768 }
    let loudest = copy.reduce(0) { max($0, abs($1)) }
    let level = (copy.reduce(0) { $0 + $1 * $1 } / Float(max(1, copy.count))).squareRoot()
    func noise() -> Float { Float(generator.next() >> 40) / Float(1 << 23) - 1 }
    switch self {
    case .identical, .moved, .cut, .part: try write(copy, .wav16, path)
    case .quiet: try write(copy.map { $0 / 10 }, .wav16, path)
    // 3 dB above full scale.
    case .clipped: try write(copy.map { $0 / loudest * 1.412_5 }, .wav16, path)
    case .coarse: try write(copy, .wav8, path)
    // 30 dB below; the noise is uniform, so its level is its amplitude over √3.
    case .noisy: try write(copy.map { $0 + level * 0.054_8 * noise() }, .wav16, path)
    case .resampled:
      var resampler = try Resampler(from: Self.rate, to: 16_000, path: path)
      var slow: [Float] = []
      try resampler.process(copy, into: &slow)
      try resampler.finish(into: &slow)
      try write(slow, .wav16, path, rate: 16_000)
    case .vorbis: try write(copy, .vorbis, path)
    case .mp3: try write(copy, .mp3, path)
    }
    return Double(start) / Double(Self.rate)
  }

  private func write(
    _ samples: [Float], _ form: WaveWriter.Form, _ path: String, rate: Int = rate
  ) throws {
    try WaveWriter.write(
      interleaved: samples, channels: 1, sampleRate: rate, as: form, to: path)
  }
}
