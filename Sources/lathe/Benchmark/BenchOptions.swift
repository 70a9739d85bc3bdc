import Wording
import ArgumentParser
import AudioIO
import Foundation
import Synthesis

/// What all benchmarks take.
struct BenchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A folder of audio; made-up music if not given.", valueName: "audio-dir"),
    completion: .directory)
  var audio: String?

  @Option(help: "About how many seconds to measure each thing.")
  var seconds = 3.0

  @Option(
    help: ArgumentHelp(
      "Run another library on the same audio in the same minute and give the ratio.",
      valueName: "librosa|torchaudio|gammatone"))
  var against: Reference?

  @Option(help: "The Python that has that library.")
  var python = "python3"

  @Flag(help: "Print the figures as JSON.")
  var json = false

  enum Reference: String, ExpressibleByArgument, CaseIterable {
    case librosa, torchaudio, gammatone
  }

  func validate() throws {
    guard seconds > 0, seconds <= 600 else {
      throw ValidationError("--seconds \(seconds): give more than 0 and at most 600.")
    }
  }

  /// Up to `count` tracks of 30 s at 22,050 Hz: from the folder, evenly chosen, or synthesised.
  func tracks(_ count: Int) throws -> [[Int16]] {
    guard let audio else {
      let synthesiser = Synthesiser(seed: 1)
      return (0..<count).map { index in
        synthesiser.track(
          style: Style.allCases[index % Style.allCases.count],
          number: index / Style.allCases.count, seconds: 30)
      }
    }
    let paths = try AudioFolder.list(audio).audio
    guard !paths.isEmpty else {
      throw ValidationError("--audio \(audio): there is no audio file in it.")
    }
    let step = max(1, paths.count / count)
    return try stride(from: 0, to: paths.count, by: step).prefix(count).map { index in
      let track = try AudioFile.decode(at: "\(audio)/\(paths[index])", Decoding())
      switch track.samples {
      case .int16(let samples): return samples
      case .float32(let samples):
        return samples.map { Int16(max(-32_768, min(32_767, ($0 * 32_768).rounded()))) }
      }
    }
  }

  /// Slices of `length` samples, one after the other, of the tracks, as floats.
  func slices(length: Int, tracks: [[Int16]]) -> [[Float]] {
    tracks.flatMap { track in
      stride(from: 0, through: track.count - length, by: length).map { start in
        track[start..<start + length].map { Float($0) / 32_768 }
      }
    }
  }
}

/// A figure of a benchmark.
struct Figure: Encodable {
  let name: String
  let value: Double
  let unit: String

  init(_ name: String, _ value: Double, _ unit: String) {
    self.name = name
    self.value = value
    self.unit = unit
  }
}

extension BenchOptions {
  /// Prints figures as a table or as JSON.
  func show(_ title: String, _ figures: [Figure]) throws {
    if json { return try Output.json(figures, pretty: true) }
    Output.line(title)
    let rows = figures.map { figure in
      let decimals = abs(figure.value) >= 100 ? 0 : abs(figure.value) >= 10 ? 1 : 2
      return [figure.name, Words.fixed(figure.value, decimals), figure.unit]
    }
    let nameWidth = rows.map { $0[0].count }.max() ?? 0
    let valueWidth = rows.map { $0[1].count }.max() ?? 0
    for row in rows {
      let name = row[0].padding(toLength: nameWidth, withPad: " ", startingAt: 0)
      let space = String(repeating: " ", count: valueWidth - row[1].count)
      Output.line("  \(name)  \(space)\(row[1]) \(row[2])")
    }
  }
}
