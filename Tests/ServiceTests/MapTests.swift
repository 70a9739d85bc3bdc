import Corpus
import DatasetCache
import OpenCaches
import Safetensors
import Testing

@testable import Service

extension ServiceTests {
  /// Parts of a map, and how long an answer may be.
  @Suite struct MapTests {
    /// A track of no audio.
    private static func record(_ id: String, _ label: String, tags: [String]? = nil) -> TrackRecord
    {
      TrackRecord(
        id: id, label: label, tags: tags.map { TrackTags($0) }, path: "\(id).wav", frames: 1,
        sampleRate: 8_000,
        source: .init(
          container: "WAV", encoding: "PCM_16", sampleRate: 8_000, channels: 1, frames: 1),
        storage: .int16, views: [:])
    }

    /// So many tracks on a square, the names of which are long, of labels of which one is rare.
    private static func many(_ count: Int) -> (map: PlacedTracks, list: TrackList) {
      let records = (0..<count).map { index in
        record(
          "folder \"of\" music/\(1_000_000 + index)",
          index == count / 2 ? "rare" : "label \(index % 7)")
      }
      let list = TrackList(records, limits: VerdictLimits())
      let points = records.enumerated().map { index, record in
        (track: record.id, x: Double(index % 331), y: Double(index / 331))
      }
      return (PlacedTracks(points, among: list, identity: "", facts: [:]), list)
    }

    private static func answer(
      _ part: MapPart, _ made: (map: PlacedTracks, list: TrackList), mistakes: [Int] = []
    ) throws -> (bytes: Int, json: [String: JSONValue]) {
      let bytes = part.json(of: made.map, made.list, mistakes: mistakes)
      guard case .object(let fields) = try JSONValue(json: bytes, named: "map") else {
        throw Reply.Unreadable()
      }
      return (bytes.count, fields)
    }

    private static func names(_ json: [String: JSONValue]) -> [JSONValue] {
      if case .object(let compact)? = json["compact"], case .array(let names)? = compact["track"] {
        return names
      }
      guard case .array(let points)? = json["points"] else { return [] }
      return points.compactMap { if case .object(let point) = $0 { point["track"] } else { nil } }
    }

    @Test(arguments: MapPart.Form.allCases)
    func noAnswerIsLongAndPagesHaveAll(_ form: MapPart.Form) throws {
      let made = Self.many(20_000)
      var part = MapPart(form: form)
      var seen: Set<JSONValue> = []
      while seen.count < 20_000 {
        part.offset = seen.count
        let (bytes, json) = try Self.answer(part, made)
        #expect(bytes <= 200_000 && json["total"] == .integer(20_000))
        let names = Self.names(json)
        // An answer that could be longer is filled.
        #expect(names.count > (form == .compact ? 4_000 : 1_500) || bytes < 190_000)
        if part.offset == 0 {
          #expect(names.contains(.string(made.list.records[10_000].id)))
        }
        let before = seen.count
        seen.formUnion(names)
        try #require(seen.count == before + names.count && !names.isEmpty)
      }
    }

    @Test func aPartHasMoreOfItsOwnAndThoseOfTheWholeAmongThem() throws {
      let made = Self.many(20_000)
      var part = MapPart(limit: 500, form: .compact)
      let whole = Set(Self.names(try Self.answer(part, made).json))
      (part.left, part.right, part.low, part.high) = (100, 130.5, 20, 50)
      let json = try Self.answer(part, made).json
      let inner = Set(Self.names(json))
      #expect(json["total"] == .integer(31 * 31) && inner.count == 500)
      let ids = made.map.order.map(Int.init).filter { point in
        (100...130.5).contains(made.map.xs[point]) && (20...50).contains(made.map.ys[point])
      }.map { JSONValue.string(made.list.records[$0].id) }
      #expect(inner.isSubset(of: ids))
      #expect(inner.isSuperset(of: whole.intersection(ids)) && !whole.isDisjoint(with: ids))
      // Nothing lies there.
      (part.left, part.right) = (900, 950)
      #expect(try Self.answer(part, made).json["total"] == .integer(0))
    }

    @Test func likelyMistakesComeFirst() throws {
      let made = Self.many(3_000)
      var part = MapPart(limit: 10, form: .points)
      let mistakes = [2_999, 17, 5]
      let all = try Self.answer(part, made, mistakes: mistakes).json
      #expect(all["doubtful"] == .integer(3))
      #expect(
        Array(Self.names(all).prefix(3)) == mistakes.map { .string(made.list.records[$0].id) })
      part.offset = 2
      let next = try Self.answer(part, made, mistakes: mistakes).json
      #expect(next["doubtful"] == .integer(1) && Self.names(next)[0] == Self.names(all)[2])
      part.offset = 0
      part.label = "label 5"
      let labelled = try Self.answer(part, made, mistakes: mistakes).json
      #expect(labelled["doubtful"] == .integer(1) && labelled["total"] == .integer(428))
    }

    @Test func aTrackOfSeveralLabelsIsFoundByEach() throws {
      let list = TrackList(
        [Self.record("a", "", tags: ["x", "y"]), Self.record("b", "", tags: ["x"])],
        limits: VerdictLimits())
      let map = PlacedTracks(
        [("a", 0.0, 0.0), ("b", 1.0, 1.0), ("gone", 2.0, 2.0)].map { (track: $0, x: $1, y: $2) },
        among: list, identity: "", facts: [:])
      let json = try Self.answer(MapPart(label: "y"), (map, list)).json
      #expect(Self.names(json) == ["a"] && json["placed"] == .integer(2))
    }

    @Test func bothFormsSayTheSame() async throws {
      try await RunningServer.with { server throws in
        func map(_ query: String) throws -> [String: JSONValue] {
          guard case .object(let fields) = try server.music("/map?view=features&\(query)").json()
          else { throw Reply.Unreadable() }
          return fields
        }
        let all = try map("")
        guard case .array(let points)? = all["points"],
          case .object(let compact)? = try map("form=compact")["compact"],
          case .array(let ids)? = compact["track"], case .array(let xs)? = compact["x"],
          case .array(let labels)? = compact["label"], case .array(let names)? = compact["labels"],
          case .object(let box)? = compact["box"]
        else { throw Reply.Unreadable() }
        #expect(points.count == 12 && all["total"] == .integer(12) && all["placed"] == .integer(12))
        #expect(compact["box"] == all["extent"])
        let (left, right) = (Self.number(box["left"]), Self.number(box["right"]))
        for (index, point) in points.enumerated() {
          guard case .object(let point) = point, case .integer(let label) = labels[index] else {
            throw Reply.Unreadable()
          }
          #expect(point["track"] == ids[index] && point["label"] == names[Int(label)])
          let x = left + Self.number(xs[index]) * (right - left) / 65_535
          #expect(abs(x - Self.number(point["x"])) <= 0.000_5 + (right - left) / 131_070)
        }
        let low = try map("label=low&limit=4")
        #expect(low["total"] == .integer(6) && Self.names(low).count == 4)
        let half = try map("left=\(left)&right=\((left + right) / 2)&form=compact")
        #expect(Self.names(half).count < 12 && !Self.names(half).isEmpty)
        for query in ["left=NaN", "left=inf", "right=1e13", "limit=-1", "form=png"] {
          #expect(try server.music("/map?view=features&\(query)").status == 400)
        }
        let reply = try server.music("/map?view=features&left=0")
        let tag = try #require(reply.headers["etag"])
        let known = ["If-None-Match: \(tag)"]
        #expect(try server.music("/map?view=features&left=0", headers: known).status == 304)
        #expect(try server.music("/map?view=features&right=0", headers: known).status == 200)
      }
    }

    private static func number(_ json: JSONValue?) -> Double {
      switch json {
      case .number(let number): number
      case .integer(let number): Double(number)
      default: .nan
      }
    }
  }
}
