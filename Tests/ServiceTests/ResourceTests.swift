import AudioIO
import Corpus
import DatasetCache
import Foundation
import TestSupport
import Testing

@testable import Service

extension ServiceTests {
  /// What is answered, against what was prepared.
  @Suite struct ResourceTests {
    private func field(_ json: JSONValue, _ name: String) -> JSONValue? {
      if case .object(let fields) = json { return fields[name] }
      return nil
    }

    private func items(_ json: JSONValue, _ name: String) -> [JSONValue] {
      if case .array(let items)? = field(json, name) { return items }
      return []
    }

    @Test func cachesAreThoseUnderTheRoot() async throws {
      try await RunningServer.with { server throws in
        #expect(items(try server.get("/v1/caches").json(), "caches") == ["inner/other", "music"])
        let inner = try server.get("/v1/caches/inner%2Fother").json()
        #expect(field(inner, "name") == "inner/other")
        #expect(field(inner, "tracks") == .integer(12))
        #expect(field(inner, "quarantined") == .integer(1))
        #expect(!String(decoding: inner.canonicalBytes(), as: UTF8.self).contains("/root/"))
      }
    }

    @Test func tracksAreNarrowedAndPaged() async throws {
      try await RunningServer.with { server throws in
        func ids(_ query: String) throws -> [JSONValue] {
          items(try server.music("/tracks?\(query)").json(), "tracks").compactMap {
            field($0, "id")
          }
        }
        #expect(try ids("").count == 12)
        #expect(try ids("label=low").count == 6)
        #expect(try ids("offset=10").count == 2)
        #expect(try ids("limit=3&offset=1") == ["t1", "t10", "t11"])
        #expect(try ids("text=T11") == ["t11"])
        #expect(try ids("text=nothing").isEmpty)
        #expect(try ids("verdict=clipped").isEmpty)
        let sides = try ["train", "validation", "test"].map { try ids("side=\($0)").count }
        #expect(sides.reduce(0, +) == 12 && sides[0] == 6)
        let total = field(try server.music("/tracks?limit=0").json(), "total")
        #expect(total == .integer(12))
      }
    }

    @Test func soundIsWhatWasPrepared() async throws {
      try await RunningServer.with { server throws in
        let samples = ServedMusic.samples(3)
        let bytes = samples.flatMap {
          [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
        }
        let wave = try server.music("/tracks/t3/audio")
        #expect(wave.body.count == 44 + bytes.count)
        #expect(Array(wave.body.dropFirst(44)) == bytes)
        // Slice 1 of the mel view is samples 4,000 to 8,000.
        let slice = try server.music("/tracks/t3/audio?view=mel&slice=1")
        #expect(Array(slice.body.dropFirst(44)) == Array(bytes[8_000..<16_000]))
        let part = try server.music("/tracks/t3/audio", headers: ["Range: bytes=44-47"])
        #expect(part.status == 206)
        #expect(part.body == Array(bytes[..<4]))
        #expect(part.headers["content-range"] == "bytes 44-47/\(44 + bytes.count)")
        let beyond = try server.music("/tracks/t3/audio", headers: ["Range: bytes=99999999-"])
        #expect(beyond.status == 416)
        let tag = try #require(wave.headers["etag"])
        #expect(
          try server.music("/tracks/t3/audio", headers: ["If-None-Match: \(tag)"]).status == 304)
        let other = ["Range: bytes=0-1", "If-Range: \"other\""]
        #expect(try server.music("/tracks/t3/audio", headers: other).status == 200)
        let head = try server.send("HEAD", "/v1/caches/music/tracks/t3/audio")
        #expect(head.body.isEmpty)
        #expect(head.headers["content-length"] == "\(44 + bytes.count)")
        let flac = try server.music("/tracks/t3/audio?format=flac")
        let file = try ServedMusic.get().folder.write(flac.body, "read.flac")
        let decoded = try AudioFile.decode(at: file, Decoding(sampleRate: 8_000))
        guard case .int16(let read) = decoded.samples else {
          Issue.record("FLAC has other samples")
          return
        }
        #expect(read == samples)
      }
    }

    @Test func peaksHoldTheSamples() async throws {
      try await RunningServer.with { server throws in
        let json = try server.music("/tracks/t0/peaks?samples=1024").json()
        let samples = ServedMusic.samples(0)
        let highs = stride(from: 0, to: samples.count, by: 1_024).map { start in
          Double(samples[start..<min(start + 1_024, samples.count)].max() ?? 0) / 32_768
        }
        let shown = items(json, "high").map { value -> Double in
          if case .number(let number) = value { return number }
          return 0
        }
        #expect(shown.count == 10)
        for (left, right) in zip(shown, highs) { #expect(abs(left - right) <= 0.000_06) }
        func kept(_ figure: String) throws -> Substring? {
          try server.get("/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix("lathed_kept_\(figure)_total ") }
        }
        #expect(try kept("hits") == "lathed_kept_hits_total 0")
        _ = try server.music("/tracks/t0/peaks?samples=1024")
        #expect(try kept("hits") == "lathed_kept_hits_total 1")
      }
    }

    @Test func valuesAreTheSameInEveryForm() async throws {
      let cache = try Cache.open(at: try ServedMusic.get().copy, for: .reading)
      let mel = try #require(try cache.floats(of: View(like: "mel"), track: "t5"))
      try await RunningServer.with { server throws in
        let json = try server.music("/tracks/t5/values?view=mel&slice=1").json()
        let size = mel.values.count / mel.shape[0]
        let numbers = items(json, "values").map { value -> Float in
          switch value {
          case .number(let number): Float(number)
          case .integer(let number): Float(number)
          default: .nan
          }
        }
        #expect(numbers == Array(mel.values[size..<2 * size]))
        #expect(items(json, "shape") == mel.shape.dropFirst().map { .integer(Int64($0)) })
        let mean = try server.music("/tracks/t5/values?view=mel&statistic=mean&format=npy").body
        let means = mean.suffix(4 * size).withUnsafeBytes { bytes in
          (0..<size).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        for (index, number) in means.enumerated() {
          let slices = stride(from: index, to: mel.values.count, by: size).map { mel.values[$0] }
          #expect(abs(number - slices.reduce(0, +) / Float(slices.count)) <= 1e-3)
        }
        let numpy = try server.music("/tracks/t5/values?view=mel&format=npy").body
        #expect(numpy.starts(with: [0x93] + Array("NUMPY".utf8)))
        let floats = numpy.suffix(mel.values.count * 4)
        #expect(floats.elementsEqual(mel.values.flatMap { withUnsafeBytes(of: $0) { Array($0) } }))
        let tensors = try server.music("/tracks/t5/values?view=mel&format=safetensors").body
        #expect(tensors.suffix(mel.values.count * 4).elementsEqual(floats))
      }
    }

    @Test func picturesHaveTheSizeThatIsAskedFor() async throws {
      try await RunningServer.with { server throws in
        func size(_ path: String) throws -> [Int] {
          let png = try server.music(path).body
          #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]), "\(path)")
          guard png.count > 24 else { return [] }
          return [16, 20].map { offset in
            png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
          }
        }
        #expect(
          try size("/tracks/t1/spectrogram?view=mel&slice=0&width=300&height=50") == [300, 50])
        #expect(try size("/tracks/t1/waveform?width=123&height=45&colour=ff0000") == [123, 45])
        let one = try size("/tracks/t1/spectrogram?view=mel&slice=0")
        let all = try size("/tracks/t1/spectrogram?view=mel")
        #expect(all == [one[0] * 2, one[1]])
        let colours = try ["grey", "magma"].map {
          try server.music("/tracks/t1/spectrogram?view=mel&slice=0&colour=\($0)").body
        }
        #expect(colours[0] != colours[1])
      }
    }

    @Test func namesThatAreHTMLStayJSON() async throws {
      try await RunningServer.with { server throws in
        let reply = try server.music("/quarantine")
        #expect(reply.headers["x-content-type-options"] == "nosniff")
        #expect(field(items(try reply.json(), "files")[0], "path") == "low/<b>bad.wav")
      }
    }
  }
}
