import AudioIO
import Dispatch
import Foundation
import Synchronization
import Synthesis

/// A collection of synthesised music in one folder a style, as `lathe prepare` takes it.
struct DemoCollection {
  let seed: UInt64
  let tracks: Int
  let seconds: Double

  /// Writes the files that are not there yet; the same seed makes the same files.
  func write(to folder: String) throws -> (written: Int, wallSeconds: Double) {
    let start = ContinuousClock().now
    var missing: [(style: Style, number: Int, path: String)] = []
    for style in Style.allCases {
      let styleFolder = "\(folder)/\(style.rawValue)"
      try FileManager.default.createDirectory(
        atPath: styleFolder, withIntermediateDirectories: true)
      for number in 0..<tracks {
        let path = "\(styleFolder)/\(style.rawValue).\(String(format: "%05d", number)).wav"
        if !FileManager.default.fileExists(atPath: path) { missing.append((style, number, path)) }
      }
    }
    let synthesiser = Synthesiser(seed: seed)
    let work = missing
    let seconds = seconds
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: work.count) { index in
      let (style, number, path) = work[index]
      let samples = synthesiser.track(style: style, number: number, seconds: seconds)
      do {
        try WaveWriter.write(samples: samples, sampleRate: synthesiser.sampleRate, to: path)
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return (work.count, start.duration(to: ContinuousClock().now) / .seconds(1))
  }
}
