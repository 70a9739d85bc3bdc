import Corpus
import Foundation
import TestSupport
import Testing

@testable import Service

extension ServiceTests {
  /// What a page asks for of lists that have no end: the part that it shows.
  @Suite struct ShortAnswerTests {
    private static func names(_ reply: Reply) throws -> [String] {
      guard case .object(let fields) = try reply.json(), case .array(let tracks)? = fields["tracks"]
      else { return [] }
      return tracks.compactMap {
        if case .object(let track) = $0, case .string(let id)? = track["id"] { id } else { nil }
      }
    }

    /// The ids are t0, t1, t10, t11, t2 … t9; the even ones are high.
    @Test func tracksBehindAndBeforeOneAreThoseNextToIt() async throws {
      try await RunningServer.with { server throws in
        func ids(_ query: String) throws -> [String] {
          try Self.names(server.music("/tracks?\(query)"))
        }
        #expect(try ids("after=t1&limit=2") == ["t10", "t11"])
        #expect(try ids("after=t1&limit=2&offset=1") == ["t11", "t2"])
        #expect(try ids("before=t2&limit=2") == ["t10", "t11"])
        #expect(try ids("before=t2&limit=2&offset=1") == ["t1", "t10"])
        #expect(try ids("after=t1&limit=2&label=low") == ["t11", "t3"])
        #expect(try ids("before=t2&limit=1&label=low") == ["t11"])
        // One that is not in the list stands between those that are.
        #expect(try ids("after=t15&limit=1") == ["t2"] && ids("before=t15&limit=1") == ["t11"])
        #expect(try ids("after=t9").isEmpty && ids("before=t0").isEmpty)
        #expect(try ids("before=t10&limit=5") == ["t0", "t1"])
        #expect(
          try server.music("/tracks?after=t1&limit=1").text.contains(#""offset":2,"total":12"#))
        #expect(try server.music("/tracks?after=t1&before=t2").status == 400)
      }
    }

    @Test func oneLabelsDistributionIsThatAmongAll() async throws {
      try await RunningServer.with { server throws in
        guard case .object(let all) = try server.music("/features").json(),
          case .object(let one) = try server.music("/features?label=low").json(),
          case .object(let labels)? = all["labels"]
        else { throw Reply.Unreadable() }
        #expect(labels.count == 2 && one["columns"] == all["columns"])
        #expect(one["labels"] == .object(["low": try #require(labels["low"])]))
        #expect(try server.music("/features?label=none").text.contains(#""labels":{}"#))
      }
    }

    @Test func anAuditCanBeHadWithoutWhatGrows() async throws {
      try await RunningServer.with { server throws in
        let path = "/splits/\(ServedMusic.split)/audit"
        let (whole, short) = (
          try server.music(path).text, try server.music("\(path)?names=0&labels=false").text
        )
        #expect(whole.contains(#""labels":{"high":"#))
        #expect(!short.contains(#""labels":{"high":"#) && short.contains(#""labels":[]"#))
        #expect(short.contains(#""highestPercent""#) == whole.contains(#""highestPercent""#))
      }
    }

    @Test func aLongNameListIsCut() throws {
      let json = """
        {"split": "s", "policy": "stratified", "sides": [],
         "balance": {"labels": [], "totals": []},
         "pairs": [{"first": "x", "second": "y", "tracks": 3, "shared":
           {"artists": {"tracks": 3, "percent": 1, "names": ["a", "b", "c"]}}}]}
        """
      let audit = try StrictJSON.decode(SplitAudit.self, from: Array(json.utf8), named: "audit")
      func names(_ count: Int?) -> [String]? {
        ServiceOperations.shortened(audit, names: count, hasLabels: true).pairs[0].shared[.artists]?
          .names
      }
      #expect(names(2) == ["a", "b"] && names(nil) == ["a", "b", "c"])
      #expect(ServiceOperations.shortened(audit, names: nil, hasLabels: true) == audit)
    }
  }
}
