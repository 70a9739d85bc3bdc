import Foundation
import SignalKit
import Testing

/// Writes the pictures of signals that Tests/Reference/compare_pictures.py left in a folder, for it
/// to compare: nothing to do without `LATHE_PICTURES`.
@Suite struct PictureComparison {
  private static let folder = ProcessInfo.processInfo.environment["LATHE_PICTURES"].map {
    URL(fileURLWithPath: $0)
  }

  @Test(.enabled(if: folder != nil)) func writesPicturesForTheComparison() throws {
    for (name, parameters) in KaldiCases.all {
      var bank = try KaldiFilterBank(parameters)
      try Self.write("kaldi-\(name)") { signal in
        var picture = [Float](
          repeating: 0, count: parameters.rows * bank.frames(samples: signal.count))
        var span = picture.mutableSpan
        try bank.write(signal.span, to: &span)
        return picture
      }
    }
    for name in SpectrumCases.names {
      let maker = try SpectrumCases.picture(name)
      var frames = try SpectrumFrames(maker.spectrum)
      try Self.write(name) { signal in
        try frames.analyse(signal.span, for: [maker])
        var picture = [Float](
          repeating: 0, count: maker.rows * frames.frames(samples: signal.count))
        var span = picture.mutableSpan
        try maker.finish(to: &span)
        return picture
      }
    }
    for name in ConstantQCases.names {
      let parameters = ConstantQCases.parameters(name)
      var constantQ = try ConstantQPicture(parameters)
      try Self.write("constant-q-\(name)") { signal in
        var picture = [Float](
          repeating: 0, count: parameters.bins * constantQ.frames(samples: signal.count))
        var span = picture.mutableSpan
        try constantQ.write(signal.span, to: &span)
        return picture
      }
    }
    for (name, parameters) in GammatoneCases.all {
      var gammatone = try GammatonePicture(parameters)
      try Self.write("gammatone-\(name)") { signal in
        var picture = [Float](
          repeating: 0, count: parameters.bands * gammatone.frames(samples: signal.count))
        var span = picture.mutableSpan
        try gammatone.write(signal.span, to: &span)
        return picture
      }
    }
  }

  /// Writes what `picture` makes of each file of 32-bit floats in `signals` to a folder `name`.
  private static func write(_ name: String, picture: ([Float]) throws -> [Float]) throws {
    guard let folder else { return }
    let signals = folder.appendingPathComponent("signals")
    let target = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    for file in try FileManager.default.contentsOfDirectory(atPath: signals.path).sorted() {
      let data = try Data(contentsOf: signals.appendingPathComponent(file))
      let signal = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      let values = try picture(signal)
      try values.withUnsafeBytes { Data($0) }.write(to: target.appendingPathComponent(file))
    }
  }
}
