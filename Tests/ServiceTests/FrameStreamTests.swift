import Corpus
import DataLoading
import DatasetCache
import Foundation
import Glibc
import OpenCaches
import Safetensors
import Testing

@testable import Service

extension ServiceTests {
  /// Batches over the network against those of a loader in the process.
  @Suite struct FrameStreamTests {
    /// A frame that was received.
    private struct Frame {
      let header: SafetensorsHeader
      let bytes: [UInt8]

      func tensor(_ name: String) -> [UInt8]? {
        header[name].map { Array(bytes[$0.bytes]) }
      }

      var metadata: [String: String] { header.metadata }
    }

    private func frames(_ body: [UInt8]) throws -> [Frame] {
      var frames: [Frame] = []
      var offset = 0
      while offset + 8 <= body.count {
        let length = (0..<8).reduce(0) { $0 | Int(body[offset + $1]) << (8 * $1) }
        let bytes = Array(body[offset + 8..<offset + 8 + length])
        frames.append(Frame(header: try SafetensorsHeader(of: bytes.span.bytes), bytes: bytes))
        offset += 8 + length
      }
      return frames
    }

    /// The batches of a loader in this process, tensor by tensor.
    private func batches(_ configuration: String) throws -> [[String: [UInt8]]] {
      let shelf = OpenCache.Shelf()
      let cache = try shelf.open(try ServedMusic.get().copy)
      let parts = try LoaderParts(
        try Texts.configuration(configuration, LoaderOptions.form), of: cache
      ) { path throws(InterfaceError) in try shelf.open(path) }
      let loader = try parts.loader()
      var all: [[String: [UInt8]]] = []
      while let lent = try loader.nextLent() {
        let layout = try BatchFrame.layout(lent, of: loader)
        let pieces = BatchFrame.pieces(lent, of: loader, layout).map { Array($0) }
        all.append(
          Dictionary(uniqueKeysWithValues: zip(layout.entries.map(\.name), pieces)))
        loader.release(slot: lent.slot)
      }
      return all
    }

    private static let requests: [(query: String, configuration: String)] = [
      (
        "view=mel&batch=5&seed=7&epochs=2",
        #"{"view": "mel", "batch_size": 5, "seed": 7, "epochs": 2}"#
      ),
      (
        "view=waveform&side=train&batch=4&dtype=float16&shuffle=false&last_batch=drop",
        #"{"view": "waveform", "side": "train", "batch_size": 4, "dtype": "float16", "shuffle": false, "last_batch": "drop"}"#
      ),
      (
        "view=features&batch=64&epoch=3&rank=1&ranks=2&normalisation=%7B%22axis%22:%22first%22%7D",
        #"{"view": "features", "batch_size": 64, "epoch": 3, "rank": 1, "world_size": 2, "normalisation": {"axis": "first"}}"#
      ),
      (
        "view=mel&test=test&batch=3&seed=18446744073709551615&augmentation=%7B%22mixup%22:%7B%22alpha%22:0.4%7D%7D",
        #"{"view": "mel", "test": "test", "batch_size": 3, "seed": 18446744073709551615, "augmentation": {"mixup": {"alpha": 0.4}}}"#
      ),
      (
        "view=waveform&batch=3&seed=5&augmentation=%7B%22gain%22:%7B%22decibels%22:[-6,6]%7D%7D",
        #"{"view": "waveform", "batch_size": 3, "seed": 5, "augmentation": {"gain": {"decibels": [-6, 6]}}}"#
      ),
      (
        "view=mel&batch=7&sources=[%7B%22cache%22:%22music%22%7D,%7B%22cache%22:%22inner/other%22%7D]",
        #"{"view": "mel", "batch_size": 7}"#
      ),
    ]

    @Test func batchesAreThoseOfALoader() async throws {
      try await RunningServer.with { server throws in
        for (query, configuration) in Self.requests.dropLast() {
          let expected = try batches(configuration)
          let reply = try server.music("/batches?\(query)")
          #expect(reply.status == 200, "\(query): \(reply.text.prefix(300))")
          guard reply.status == 200 else { continue }
          let frames = try frames(reply.body)
          #expect(frames.count == expected.count + 1, "\(query)")
          for (frame, batch) in zip(frames, expected) {
            #expect(frame.header.entries.count == batch.count)
            for (name, bytes) in batch { #expect(frame.tensor(name) == bytes, "\(query): \(name)") }
          }
          #expect(frames.last?.metadata == ["end": "epochs"])
        }
        // Twice the same tracks, of two caches.
        let mixed = try frames(try server.music("/batches?\(Self.requests[5].query)").body)
        let rows = mixed.reduce(0) { $0 + ($1.tensor("labels")?.count ?? 0) / 8 }
        #expect(rows == 48)
      }
    }

    @Test func aStreamGoesOnWhereAFrameSays() async throws {
      try await RunningServer.with { server throws in
        let query = "view=mel&batch=5&seed=3&epochs=2"
        let whole = try server.music("/batches?\(query)")
        let tag = try #require(whole.headers["etag"])
        let all = try frames(whole.body)
        let first = try frames(try server.music("/batches?\(query)&count=3").body)
        #expect(first.last?.metadata == ["end": "count"])
        let last = first[2].metadata
        let epoch = try #require(last["state_epoch"].flatMap { Int($0) })
        let position = try #require(last["state_position"])
        let rest = "view=mel&batch=5&seed=3&epochs=\(2 - epoch)&epoch=\(epoch)&position=\(position)"
        let reply = try server.music("/batches?\(rest)", headers: ["If-Match: \(tag)"])
        let second = try frames(reply.body)
        let joined = first.dropLast() + second.dropLast()
        #expect(joined.count == all.count - 1)
        for (left, right) in zip(joined, all) {
          #expect(left.tensor("inputs") == right.tensor("inputs"))
          #expect(left.tensor("slices") == right.tensor("slices"))
        }
        let other = try server.music("/batches?\(query)", headers: ["If-Match: \"other\""])
        #expect(other.status == 412)
        // The order is part of what a stream is, the batch size is not.
        let tags = try ["batch=9", "shuffle=false", "side=train"].map {
          try server.music("/batches?view=mel&seed=3&count=0&\($0)").headers["etag"]
        }
        #expect(tags[0] == tag && tags[1] != tag && tags[2] != tag)
      }
    }

    /// Several connections have together what one has, also where one goes on after a frame.
    @Test func connectionsShareAStream() async throws {
      try await RunningServer.with { server throws in
        let query = "view=mel&batch=2&seed=3&epochs=2"
        let all = try frames(try server.music("/batches?\(query)").body).dropLast()
        for skip in 0..<3 {
          let part = try frames(
            try server.music("/batches?\(query)&every=3&skip=\(skip)").body
          ).dropLast()
          let wanted = all.indices.filter { $0 % 3 == skip }.map { all[$0] }
          #expect(part.map { $0.tensor("inputs") } == wanted.map { $0.tensor("inputs") })
          let first = try #require(part.first?.metadata)
          let rest = try frames(
            try server.music(
              "/batches?view=mel&batch=2&seed=3&every=3&skip=2"
                + "&epochs=2&position=\(first["state_position"] ?? "")"
            ).body
          ).dropLast()
          #expect(rest.map { $0.tensor("slices") } == part.dropFirst().map { $0.tensor("slices") })
        }
        #expect(try server.music("/batches?\(query)&every=65").status == 400)
        #expect(try server.music("/batches?\(query)&every=0").status == 400)
        // A description is of the whole stream.
        #expect(try server.music("/loader?\(query)&every=2").status == 400)
      }
    }

    @Test func framesAreCompressedForWhoTakesThat() async throws {
      try await RunningServer.with { server throws in
        let query = "/batches?view=waveform&batch=4&seed=3"
        let plain = try server.music(query)
        #expect(plain.headers["content-encoding"] == nil)
        for taken in ["zstd", "gzip, zstd;q=0.5"] {
          let reply = try server.music(query, headers: ["Accept-Encoding: \(taken)"])
          #expect(reply.headers["content-encoding"] == "zstd")
          #expect(reply.headers["vary"] == "Accept-Encoding")
          #expect(reply.headers["etag"] == plain.headers["etag"])
          #expect(reply.body.count < plain.body.count)
          #expect(try Zstd.decompressed(reply.body) == plain.body)
        }
        for refused in ["gzip, br", "*", "zstd;q=0", "identity"] {
          let reply = try server.music(query, headers: ["Accept-Encoding: \(refused)"])
          #expect(reply.headers["content-encoding"] == nil, "\(refused)")
          #expect(reply.body == plain.body)
        }
      }
    }

    /// Batches of every kind are the same after zstd, in parts or in rings: those of 4 waveforms and more
    /// are of several parts.
    @Test(arguments: requests.map(\.query) + ["view=waveform&batch=20"])
    func compressedFramesAreThoseThatAreNot(query: String) async throws {
      try await RunningServer.with { server throws in
        let plain = try server.music("/batches?\(query)")
        let reply = try server.music("/batches?\(query)", headers: ["Accept-Encoding: zstd"])
        #expect(plain.status == 200 && reply.headers["content-encoding"] == "zstd")
        #expect(try Zstd.decompressed(reply.body) == plain.body)
      }
    }

    @Test func partsAreCutAtTheirLengthAndKeepTheOrder() {
      let bytes = Array(0..<UInt8(100))
      bytes.withUnsafeBytes { bytes in
        let pieces = [0..<3, 3..<3, 3..<40, 40..<100].map {
          UnsafeRawBufferPointer(rebasing: bytes[$0])
        }
        let runs = FrameParts.runs(of: pieces, most: 16)
        #expect(runs.flatMap { $0 }.flatMap { Array($0) } == Array(bytes))
        #expect(runs.map { $0.reduce(0) { $0 + $1.count } } == [16, 16, 16, 16, 16, 16, 4])
        // What lies together is not cut further.
        #expect(runs.map(\.count) == [2, 1, 2, 1, 1, 1, 1])
        #expect(FrameParts.runs(of: []).isEmpty)
      }
    }

    @Test func streamsBeyondTheLimitAreRefusedAndRoomIsGivenBack() async throws {
      try await RunningServer.with({ $0.limits.streams = 1 }) { server throws in
        for _ in 0..<5 {
          // A client may see the end of a stream before its room is given back.
          var reply = try server.music("/batches?view=mel&batch=5")
          for _ in 0..<500 where reply.status == 503 {
            Thread.sleep(forTimeInterval: 0.01)
            reply = try server.music("/batches?view=mel&batch=5")
          }
          #expect(reply.status == 200)
        }
        #expect(try server.get("/metrics").text.contains("lathed_streams_begun_total 5\n"))
      }
      try await RunningServer.with({ $0.limits.streams = 0 }) { server throws in
        let reply = try server.music("/batches?view=mel")
        #expect(reply.status == 503)
        #expect(reply.headers["retry-after"] != nil)
        // What is only described takes no room.
        #expect(try server.music("/loader?view=mel").status == 200)
      }
    }

    @Test func whoTakesNothingMakesWayForAnother() async throws {
      try await RunningServer.with({
        $0.limits.streams = 1
        $0.limits.stallSeconds = 0
      }) { server throws in
        let silent = try Reply.connection(to: server.port)
        defer { close(silent) }
        let path = "/v1/caches/music/batches?view=waveform&epochs=null"
        Reply.send(Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), on: silent)
        func figure(_ name: String) throws -> String? {
          try server.get("/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix("lathed_\(name) ") }.map { String($0.dropFirst(name.count + 8)) }
        }
        var looks = 0
        while try figure("streams") != "1", looks < 1_000 {
          Thread.sleep(forTimeInterval: 0.01)
          looks += 1
        }
        // It is stalled as soon as something was sent that it does not take.
        var reply = try server.music("/batches?view=mel&batch=5")
        for _ in 0..<1_000 where reply.status == 503 {
          Thread.sleep(forTimeInterval: 0.01)
          reply = try server.music("/batches?view=mel&batch=5")
        }
        #expect(reply.status == 200)
        #expect(try frames(reply.body).last?.metadata == ["end": "epochs"])
        #expect(try figure("streams_displaced_total") == "1")
        // What had arrived is there still, and no end of a stream behind it.
        let rest = Reply.rest(of: silent)
        #expect(
          rest.starts(with: "HTTP/1.1 200".utf8) && rest.suffix(5) != Array("0\r\n\r\n".utf8)[...])
      }
    }
  }
}
