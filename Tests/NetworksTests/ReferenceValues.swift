import Foundation
import Safetensors
import Testing

@testable import Networks
@testable import Training

/// What PyTorch computed, as scripts in `Tests/Reference` wrote it.
struct ReferenceValues {
  let file: TensorFile

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Reference/pinned/networks")
    file = try TensorFile(
      reading: folder.appending(path: "\(name).safetensors").path(percentEncoded: false))
  }

  func floats(_ name: String) throws -> [Float] { try #require(file[name]?.floats, "\(name)") }
  func doubles(_ name: String) throws -> [Double] { try #require(file[name]?.doubles, "\(name)") }
  func integers(_ name: String) throws -> [Int] {
    try #require(file[name]?.int64s, "\(name)").map(Int.init)
  }

  /// Fails where numbers are further from the reference than `tolerance`, relative to the largest
  /// of it.
  func expect(
    _ values: [Float], equal name: String, tolerance: Double = 1e-4,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try floats(name)
    try #require(values.count == expected.count, "\(name)", sourceLocation: sourceLocation)
    let scale = expected.map { Double(abs($0)) }.max() ?? 1
    let error = zip(values, expected).reduce(0.0) { largest, pair in
      let difference = abs(Double(pair.0) - Double(pair.1))
      return difference.isNaN ? .infinity : max(largest, difference)
    }
    #expect(
      error <= tolerance * max(scale, 1e-30), "\(name): \(error) of \(scale)",
      sourceLocation: sourceLocation)
  }
}
