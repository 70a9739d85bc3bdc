import Corpus
import Foundation
import Safetensors
import Testing

@testable import Training

@Suite struct BatchStreamTests {
  private struct Frame: Equatable {
    var side: String
    var epoch: String
    var index: String
    var endsEpoch: String
    var locations: [[Int64]]
  }

  private func frames(_ run: ExternalRun) throws -> [Frame] {
    var stream = BatchStream(try run.training("true", batches: .stream))
    var frames: [Frame] = []
    while let bytes = try stream.next() {
      let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      #expect(length == bytes.count - 8)
      let value = Array(bytes[8...])
      let header = try SafetensorsHeader(of: value.span.bytes)
      let inputs = try #require(header["inputs"])
      func column(_ name: String) -> [Int64] {
        header[name]?.int64s(in: value.span.bytes) ?? []
      }
      let (tracks, slices, labels) = (column("tracks"), column("slices"), column("labels"))
      #expect(inputs.shape == [tracks.count, 3] && header["label_distributions"] == nil)
      #expect(labels == tracks.map { $0 % 2 })
      let floats = inputs.floats(in: value.span.bytes)
      #expect(floats == zip(tracks, slices).flatMap { [Float($0), Float($1), 0] })
      func fact(_ name: String) throws -> String { try #require(header.metadata[name]) }
      frames.append(
        Frame(
          side: try fact("side"), epoch: try fact("epoch"), index: try fact("index"),
          endsEpoch: try fact("endsEpoch"), locations: zip(tracks, slices).map { [$0, $1] }))
    }
    return frames
  }

  @Test func everyEpochHasEverySideOnce() throws {
    let frames = try frames(try ExternalRun())
    let sides = ["train", "train", "train", "train", "validation", "test", "test"]
    #expect(frames.map(\.side) == sides + sides)
    #expect(
      frames.map(\.epoch) == Array(repeating: "1", count: 7) + Array(repeating: "2", count: 7))
    #expect(frames[..<7].map(\.index) == ["0", "1", "2", "3", "0", "0", "1"])
    #expect(
      frames[..<7].map(\.endsEpoch) == ["false", "false", "false", "true", "true", "false", "true"])
    func order(_ part: ArraySlice<Frame>) -> [[Int64]] { part.flatMap(\.locations) }
    let (first, second) = (order(frames[..<4]), order(frames[7..<11]))
    func all(_ tracks: Range<Int64>) -> [[Int64]] {
      tracks.flatMap { track in (0..<3).map { [track, Int64($0)] } }
    }
    #expect(first != second && Set(first) == Set(all(0..<5)) && Set(second) == Set(first))
    #expect(first.count == 15 && second.count == 15)
    #expect(order(frames[5..<7]) == all(10..<12))
    #expect(try self.frames(try ExternalRun()) == frames, "the seed alone decides")
  }
}
