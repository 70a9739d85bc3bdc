import Corpus
import DatasetCache
import Foundation
import Mapping
import TestSupport
import Testing

@testable import Service

extension ServiceTests {
  /// What can be read without JavaScript, and maps that a job made.
  @Suite struct PlainTests {
    @Test func tracksAreListedWithSoundAndPictures() async throws {
      try await RunningServer.with { server throws in
        let caches = try server.get("/plain").text
        #expect(caches.contains("<a href=\"/plain/inner%2Fother\">inner/other</a>"))
        let reply = try server.get("/plain/music")
        #expect(reply.headers["content-security-policy"]?.contains("script-src 'self'") == true)
        let page = reply.text
        #expect(page.contains("12 tracks; here 1 to 12."))
        #expect(page.contains("<td>t3<td>low<td>1.2<td>"))
        let links = page.matches(of: /href="(\/v1[^"]*)"/).map { String($0.1) }
        #expect(links.count == 24)
        for link in links.prefix(2) {
          #expect(
            try server.get(link.replacingOccurrences(of: "&amp;", with: "&")).status == 200,
            "\(link)")
        }
        #expect(try server.get("/plain/music?offset=12").text.contains("here 12 to 12"))
        #expect(try server.get("/plain/none").status == 404)
      }
    }

    @Test func textsStayTextsInAddresses() {
      #expect(RequestTarget.encoded("a b/ü%.~") == "a%20b%2F%C3%BC%25.~")
    }

    @Test func aMapByNeighboursIsServedUntilTheCacheChanges() async throws {
      let root = try TemporaryFolder()
      try FileManager.default.copyItem(
        atPath: try ServedMusic.get().copy, toPath: root.path("mapped"))
      let path = KeptMap.path(in: root.path("mapped"), View(like: "features"))
      try await RunningServer.with({ $0.root = root.path }) { server throws in
        let query = "/v1/caches/mapped/map?view=features&method=tsne"
        let missing = try server.get(query)
        #expect(missing.status == 404 && missing.text.contains("start a job map"))
        let cache = try Cache.open(at: try ServedMusic.get().copy, for: .reading)
        var options = NeighbourEmbedding.Options()
        options.steps = 20
        let map = try KeptMap(
          of: cache, View(like: "features"), options, cancellation: Cancellation()
        ) { _, _ in }
        try map.write(to: path)
        let reply = try server.get(query)
        #expect(reply.status == 200 && reply.text.contains(#""method":"tsne""#))
        #expect(reply.text.matches(of: /"track":/).count == 12)
        // A bit of it is wrong.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let index = try #require(bytes.firstRange(of: Data(#""x":"#.utf8))).upperBound
        bytes[index + 1] = bytes[index + 1] == UInt8(ascii: "1") ? UInt8(ascii: "2") : 0x31
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(try server.get(query).status == 404)
        // It is of another state of the cache.
        var other = map
        other.identity = "another"
        try other.write(to: path)
        let stale = try server.get(query)
        #expect(stale.status == 404 && stale.text.contains("earlier state"))
      }
    }
  }
}
