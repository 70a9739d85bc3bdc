import Corpus
import FoundationEssentials
import Testing

/// Faults, published splits and unknown fields of a manifest: kept when right, refused when wrong.
@Suite struct ManifestFaultTests {
  private static let two = """
    {"id":"t","path":"a/t.wav","label":"a"},{"id":"u","path":"a/u.wav","label":"a"}
    """

  private static func error(
    tracks: String = two, more: String = ""
  ) -> ManifestError? {
    ManifestDecodingTests.error(ManifestDecodingTests.json(tracks: tracks, more: more))
  }

  @Test func everythingIsKept() throws {
    let tracks = #"""
      {"id":"t","path":"a/t.wav","label":"a","bpm":120.5,
       "faults":[{"kind":"same-recording","source":"S","detail":"d","of":"u","page":[3,null]},
        {"kind":"mislabelled","source":"S"}]},
      {"id":"u","path":"a/u.wav","label":"a"}
      """#
    let more = #"""
      ,"splits":{"one":{"source":"P","year":2015,"sides":{"test":["u"],"train":["t"]}}},
       "future":{"deep":[[1]],"big":18446744073709551615}
      """#
    let manifest = try Manifest.decode(ManifestDecodingTests.json(tracks: tracks, more: more))
    let track = try #require(manifest.tracks.first)
    #expect(track.faults.map(\.kind) == [.sameRecording, .mislabelled])
    #expect(track.faults[0].of == "u" && track.faults[0].detail == "d")
    #expect(track.faults[0].otherFields == ["page": .array([.integer(3), .null])])
    #expect(track.otherFields == ["bpm": .number(120.5)])
    #expect(manifest.splits["one"]?.sides == ["train": ["t"], "test": ["u"]])
    #expect(manifest.splits["one"]?.otherFields == ["year": .integer(2015)])
    #expect(manifest.splits["one"]?.assignment == ["t": "train", "u": "test"])
    let text = String(decoding: manifest.canonicalJSON(), as: UTF8.self)
    for part in [
      #""bpm":120.5"#, #""page":[3,null]"#, #""year":2015"#, #""big":18446744073709551615"#,
      #""deep":[[1]]"#,
    ] {
      #expect(text.contains(part))
    }
    #expect(try Manifest.decode(manifest.canonicalJSON()) == manifest)
    #expect(try Manifest.decode(manifest.readableJSON()) == manifest)
    #expect(
      try JSONDecoder().decode(Manifest.self, from: JSONEncoder().encode(manifest)) == manifest)
  }

  @Test(arguments: [
    (#"[{"kind":"boring","source":"S"}]"#, ManifestError.Kind.unknownFault, "[0].kind"),
    (#"[{"kind":"replica"}]"#, .missingField, "[0].source"),
    (#"[{"source":"S"}]"#, .missingField, "[0].kind"),
    (#"[{"kind":"replica","source":"S","of":"x"}]"#, .unknownTrack, "[0].of"),
    (#"[{"kind":"replica","source":"S","of":"t"}]"#, .unknownTrack, "[0].of"),
    (#"[{"kind":"version","source":"S"},7]"#, .wrongType, "[1]"),
    (#"{"kind":"version"}"#, .wrongType, ""),
  ])
  func badFaults(faults: String, kind: ManifestError.Kind, path: String) throws {
    let track = #"{"id":"t","path":"a/t.wav","label":"a","faults":\#(faults)}"#
    let error = try #require(Self.error(tracks: track))
    #expect(error.kind == kind)
    #expect(error.subject == "tracks[0].faults\(path)")
    #expect(!error.hint.isEmpty)
  }

  @Test func aSplitOfTooManySidesIsRefused() throws {
    let sides = (0...10_000).map { #""\#($0)":[]"# }.joined(separator: ",")
    let error = try #require(Self.error(more: #","splits":{"s":{"sides":{\#(sides)}}}"#))
    #expect(error.kind == .tooLarge && error.subject == "splits.s.sides", "\(error)")
  }

  @Test(arguments: [
    (#"{"s":{"sides":{"train":["t","x"]}}}"#, ManifestError.Kind.unknownTrack, "s.sides.train[1]"),
    (#"{"s":{"sides":{"test":["u","t"],"train":["t"]}}}"#, .repeatedInSplit, "s.sides.test[1]"),
    (#"{"s":{"sides":{"train":["t","u","t"]}}}"#, .repeatedInSplit, "s.sides.train[2]"),
    (#"{"s":{"sides":{}}}"#, .missingField, "s.sides"),
    (#"{"s":{}}"#, .missingField, "s.sides"),
    (#"{"s":{"sides":[]}}"#, .wrongType, "s.sides"),
    (#"{"s":{"sides":{"a/b":["t"]}}}"#, .badName, #"s.sides.a/b"#),
    (#"{"s":{"sides":{"":["t"]}}}"#, .badName, #"s.sides."""#),
    (#"{"..":{"sides":{"train":["t"]}}}"#, .badName, ".."),
    (#"{"\u001b[2J":{"sides":{"train":["t"]}}}"#, .badName, #""\u{1B}[2J""#),
  ])
  func badSplits(splits: String, kind: ManifestError.Kind, path: String) throws {
    let error = try #require(Self.error(more: #","splits":\#(splits)"#))
    #expect(error.kind == kind)
    #expect(error.subject == "splits.\(path)")
    #expect(!error.description.unicodeScalars.contains("\u{1B}"))
  }

  /// The decoder takes one of two values without a word.
  @Test func aFieldIsGivenOnce() throws {
    let error = try #require(Self.error(more: ",\n\"future\":{\"a\":1,\n\"\\u0061\":2}"))
    #expect(error.kind == .notJSON && error.subject == "line 3")
    #expect(error.detail == #"gives "a" twice in one object"#)
  }

  @Test func depthIsCountedOutsideTexts() throws {
    let deep = String(repeating: "[", count: Manifest.maximumDepth)
    let text = #","future":"\#(deep)\" [""#
    _ = try Manifest.decode(ManifestDecodingTests.json(more: text))
    let closed = deep + String(repeating: "]", count: Manifest.maximumDepth)
    let error = try #require(Self.error(more: ",\n\n\"future\":\(closed)"))
    #expect(error.kind == .notJSON && error.subject == "line 3")
    let sound = closed.dropFirst().dropLast()
    _ = try Manifest.decode(ManifestDecodingTests.json(more: #","future":\#(sound)"#))
  }

  @Test(arguments: [
    ("{\n\"schema\":\n,}", 3), ("{\"a\":1,\n\"b\" 2}", 2), ("{\"a\":[1,\n2\n}", 3),
    ("\n\n{", 3),
    ("{\"a\":tru\n}", 1), ("{\"a\":\n\"x}", 2), ("{}\n]", 2), ("{\"a\":1\n\"b\":2}", 2), ("", 1),
  ])
  func brokenJSONIsNamedByItsLine(text: String, line: Int) throws {
    let error = try #require(ManifestDecodingTests.error(Array(text.utf8)))
    #expect(error.kind == .notJSON && error.subject == "line \(line)", "\(error)")
  }

  @Test func tooManyTracksAreRefusedBeforeTheyAreRead() throws {
    // Not one of them is a track: a list that was read first would be refused for that.
    let numbers = String(repeating: "0,", count: Manifest.maximumTracks) + "0"
    let error = try #require(Self.error(tracks: numbers))
    #expect(error.kind == .tooLarge && error.subject == "tracks")
  }

  /// No mutation of a rich manifest may do anything but read, and read back, or be refused.
  @Test func mutatedBytesNeverTrap() throws {
    let tracks = #"""
      {"id":"t","path":"a/t.wav","label":"a","x":[1e3,{"y":null}],
       "faults":[{"kind":"version","source":"S","detail":"d","of":"u"}]},
      {"id":"u","path":"a/u.wav","label":"a","group":"g"}
      """#
    let more = #","splits":{"s":{"source":"P","sides":{"test":["u"],"fold-1":["t"]}}}"#
    let sound = ManifestDecodingTests.json(tracks: tracks, more: more)
    var random = CounterGenerator(seed: 17, stream: "faults")
    for _ in 0..<2_000 {
      let bytes = ManifestDecodingTests.mutated(sound, by: &random)
      if let manifest = try? Manifest.decode(bytes) {
        #expect((try? Manifest.decode(manifest.canonicalJSON())) == manifest)
        #expect((try? Manifest.decode(manifest.readableJSON())) == manifest)
      }
    }
  }

  @Test func sidesAreNamedInTheUsualOrder() {
    let sides = ["test", "fold-10", "train", "other", "fold-2", "validation", "fold-02"]
    let split = PublishedSplit(sides: Dictionary(uniqueKeysWithValues: sides.map { ($0, []) }))
    #expect(
      split.sideNames == ["train", "validation", "test", "fold-02", "fold-2", "fold-10", "other"])
  }

  @Test func anOverlayKeepsWhatStillHolds() throws {
    let fault = Fault(.replica, source: "S", of: "u", otherFields: ["page": .integer(1)])
    let manifest = try Manifest(
      name: "set", labels: ["a"],
      tracks: [
        Track(
          id: "t", path: "a/t.wav", label: "a", faults: [fault], otherFields: ["bpm": .integer(9)]),
        Track(id: "u", path: "a/u.wav", label: "a"),
      ],
      splits: ["s": PublishedSplit(source: "P", sides: ["train": ["u"], "test": ["t"]])],
      otherFields: ["x": .bool(true)])
    let whole = manifest.overlay(on: ["a/t.wav", "a/u.wav"]).manifest
    #expect(whole == manifest)
    let part = manifest.overlay(on: ["a/t.wav"]).manifest
    #expect(part.splits["s"]?.sides == ["train": [], "test": ["t"]])
    #expect(part.tracks[0].faults.map(\.of) == [nil])
    #expect(part.tracks[0].faults[0].otherFields == fault.otherFields)
    #expect(part.otherFields == manifest.otherFields)
    #expect(try Manifest.decode(part.canonicalJSON()) == part)
  }
}
