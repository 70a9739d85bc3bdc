import ArgumentParser
import AudioIO
import Corpus
import Foundation
import Preparation

extension BenchOptions {
  /// Seconds of processor time that the reference takes for one of `slices`, by the name of the way
  /// it was called; nothing where no reference was asked for.
  func reference(
    _ work: String, slices: [[Float]], sampleRate: Int
  ) throws -> [(String, Double)] {
    guard against != nil else { return [] }
    let folder = BenchFolder.temporary("slices")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // Evenly chosen, since the references are slow.
    let step = max(1, slices.count / 20)
    var files: [String] = []
    for index in stride(from: 0, to: slices.count, by: step) {
      let path = "\(folder)/\(index).wav"
      let samples = slices[index].map { Int16($0 * 32_768) }
      try WaveWriter.write(samples: samples, sampleRate: sampleRate, to: path)
      files.append(path)
    }
    return try reference(work, files: files)
  }

  /// The same for the only view of a recipe; nil where no reference was asked for or it has no such
  /// thing.
  func reference(_ recipe: Recipe, slices: [[Float]]) throws -> (String, Double)? {
    let work = String(decoding: try OrderedJSON.encode(recipe), as: UTF8.self)
    return try reference(work, slices: slices, sampleRate: recipe.sampleRate).first
  }

  /// The same for whole files.
  func reference(_ work: String, files: [String]) throws -> [(String, Double)] {
    guard let against else { return [] }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-", against.rawValue, work, "\(seconds)"] + files
    // One thread, as ours.
    var environment = ProcessInfo.processInfo.environment
    for library in ["OMP", "OPENBLAS", "MKL", "NUMBA"] {
      environment["\(library)_NUM_THREADS"] = "1"
    }
    process.environment = environment
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try input.fileHandleForWriting.write(
      contentsOf: Data(PackageResources.reference_timings_py))
    try input.fileHandleForWriting.close()
    let answer = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0,
      let times = try? StrictJSON.decode([Measured].self, from: answer, named: "the times")
    else {
      throw ValidationError(
        "--against \(against.rawValue): \(python) could not run it (its own words are above). "
          + "Give a Python that has it with --python.")
    }
    return times.map { ($0.name, $0.seconds) }
  }

  private struct Measured: Decodable {
    let name: String
    let seconds: Double
  }
}
