import Corpus
import FoundationEssentials
import Testing

@Suite struct ManifestDecodingTests {
  static let md5 = "0123456789abcdef0123456789abcdef"

  static func json(
    schema: String = Manifest.schema, labels: String = #"["b","a"]"#,
    tracks: String = #"{"id":"t","path":"a/t.wav","label":"a"}"#, more: String = ""
  ) -> [UInt8] {
    Array(
      #"{"schema":"\#(schema)","name":"set","labels":\#(labels),"tracks":[\#(tracks)]\#(more)}"#
        .utf8)
  }

  static func error(_ bytes: some Collection<UInt8>) -> ManifestError? {
    do {
      _ = try Manifest.decode(bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test func everyFieldIsRead() throws {
    let track = #"""
      {"id":"t","path":"a/t.wav","label":"a","md5":"\#(Self.md5.uppercased())","group":"g",
       "artist":"A","title":"T","bpm":120},{"id":"s","path":"b/s.wav","label":"b"}
      """#
    let more = #","version":"1","licence":"none","citations":["x"],"future":{"a":[1,null]}"#
    let manifest = try Manifest.decode(Self.json(tracks: track, more: more))
    #expect(manifest.name == "set")
    #expect(manifest.version == "1")
    #expect(manifest.licence == "none")
    #expect(manifest.citations == ["x"])
    #expect(manifest.labels == ["a", "b"])
    #expect(
      manifest.tracks == [
        Track(id: "s", path: "b/s.wav", label: "b"),
        Track(
          id: "t", path: "a/t.wav", label: "a", md5: Self.md5, group: "g", artist: "A", title: "T",
          otherFields: ["bpm": .integer(120)]),
      ])
  }

  @Test func canonicalTextIsPinned() throws {
    let manifest = try Manifest.decode(Self.json(more: #","licence":"é\n\"\/"# + #"""#))
    #expect(
      String(decoding: manifest.canonicalJSON(), as: UTF8.self)
        == #"{"citations":[],"labels":["a","b"],"licence":"é\u000a\"/","name":"set","#
        + #""schema":"lathe.manifest/1","tracks":[{"id":"t","label":"a","path":"a/t.wav"}]}"#)
    #expect(try Manifest.decode(manifest.canonicalJSON()) == manifest)
    #expect(
      try JSONDecoder().decode(Manifest.self, from: JSONEncoder().encode(manifest)) == manifest)
  }

  @Test(arguments: [
    (#"{"id":"t","path":"../t.wav","label":"a"}"#, ManifestError.Kind.badPath, "tracks[0].path"),
    (#"{"id":"t","path":"a/../../t","label":"a"}"#, .badPath, "tracks[0].path"),
    (#"{"id":"t","path":"../\u0301t","label":"a"}"#, .badPath, "tracks[0].path"),
    (#"{"id":"t","path":"/etc/passwd","label":"a"}"#, .badPath, "tracks[0].path"),
    (#"{"id":"t","path":"a/\u0000.wav","label":"a"}"#, .badPath, "tracks[0].path"),
    (#"{"id":"t","path":"a/\u001b[2J.wav","label":"a"}"#, .badPath, "tracks[0].path"),
    (#"{"id":"t","path":"","label":"a"}"#, .badPath, "tracks[0].path"),
    (#"{"id":"t","path":"a/./t","label":"a"}"#, .badPath, "tracks[0].path"),
    (#"{"id":"","path":"a/t","label":"a"}"#, .badName, "tracks[0].id"),
    (#"{"id":"../t","path":"a/t","label":"a"}"#, .badName, "tracks[0].id"),
    (#"{"id":"t\u0000","path":"a/t","label":"a"}"#, .badName, "tracks[0].id"),
    (#"{"id":"t","path":"a/t","label":"c"}"#, .undeclaredLabel, "tracks[0].label"),
    (#"{"id":"t","path":"a/t","label":"a","md5":"12"}"#, .badChecksum, "tracks[0].md5"),
    (
      #"{"id":"t","path":"a/t","label":"a","md5":"g123456789abcdef0123456789abcdef"}"#,
      .badChecksum, "tracks[0].md5"
    ),
    (#"{"id":"t","path":"a/t","label":"a","group":""}"#, .badName, "tracks[0].group"),
    (
      #"{"id":"t","path":"a/t","label":"a"},{"id":"t","path":"a/u","label":"a"}"#,
      .duplicateID, "tracks[1].id"
    ),
    (
      #"{"id":"t","path":"a/t","label":"a"},{"id":"u","path":"a/t","label":"a"}"#,
      .duplicatePath, "tracks[1].path"
    ),
    (#"{"id":"t","path":"a/t"}"#, .missingField, "tracks[0].label"),
    (#"{"id":7,"path":"a/t","label":"a"}"#, .wrongType, "tracks[0].id"),
    (#"7"#, .wrongType, "tracks[0]"),
    (#"null"#, .wrongType, "tracks[0]"),
  ])
  func hostileTracks(track: String, kind: ManifestError.Kind, path: String) throws {
    let error = try #require(Self.error(Self.json(tracks: track)))
    #expect(error.kind == kind)
    #expect(error.subject == path)
    #expect(!error.hint.isEmpty)
    #expect(error.description.contains(path))
    #expect(!error.description.contains { $0.isNewline })
    #expect(!error.description.unicodeScalars.contains("\u{1B}"))
  }

  @Test func hostileDocuments() throws {
    #expect(Self.error(Self.json(schema: "lathe.manifest/3"))?.kind == .wrongSchema)
    #expect(Self.error(Self.json(schema: "lathe.manifest/3"))?.subject == "schema")
    #expect(Self.error(Array(#"{"name":"x"}"#.utf8))?.kind == .missingField)
    #expect(Self.error(Self.json(labels: #"["a","a"]"#))?.kind == .duplicateLabel)
    #expect(Self.error(Self.json(labels: #"["a",".."]"#))?.kind == .badName)
    #expect(Self.error(Self.json(labels: #"["a","x/y"]"#))?.kind == .badName)
    #expect(Self.error(Self.json(labels: #"{"a":1}"#))?.kind == .wrongType)
    for text in [
      "", " ", "{", "[]", "null", "12", "{\"schema\":", "RIFF....WAVE", "{\"schema\" 1}",
    ] {
      let kind = try #require(Self.error(Array(text.utf8))?.kind)
      #expect([.notJSON, .wrongType, .missingField].contains(kind), "\(text): \(kind)")
    }
  }

  @Test func bytesThatAreNotUTF8() {
    var bytes = Self.json(more: #","future":"x""#)
    bytes[bytes.count - 3] = 0xFF
    #expect(Self.error(bytes)?.kind == .notUTF8)
    let wide: [UInt8] = Self.json().flatMap { byte -> [UInt8] in [byte, 0] }
    #expect(Self.error(wide)?.kind == .notUTF8)
  }

  @Test func deepNestingIsRefusedNotFollowed() {
    let deep = String(repeating: "[", count: 200_000)
    #expect(Self.error(Array(deep.utf8))?.kind == .notJSON)
    let inside = #","future":"# + deep + String(repeating: "]", count: 200_000)
    #expect(Self.error(Self.json(more: inside))?.kind == .notJSON)
  }

  @Test func absurdSizes() {
    let error = Self.error(Data(count: Manifest.maximumBytes + 1))
    #expect(error?.kind == .tooLarge)
    let longID = String(repeating: "i", count: 512)
    #expect(
      Self.error(Self.json(tracks: #"{"id":"\#(longID)","path":"a/t","label":"a"}"#))?.kind
        == .badName)
    let longPath = String(repeating: "p/", count: 3_000) + "t"
    let refused = Self.error(Self.json(tracks: #"{"id":"t","path":"\#(longPath)","label":"a"}"#))
    #expect(refused?.kind == .badPath)
    #expect((refused?.description.utf8.count ?? .max) < 400)
    let longText = String(repeating: "l", count: 100_000)
    #expect(Self.error(Self.json(more: #","licence":"\#(longText)""#))?.kind == .tooLarge)
  }

  /// `sound` with one to four bytes changed, removed or repeated elsewhere.
  static func mutated(_ sound: [UInt8], by random: inout CounterGenerator) -> [UInt8] {
    var bytes = sound
    for _ in 0...random.next(below: 3) {
      let index = Int(random.next(below: UInt64(bytes.count)))
      switch random.next(below: 3) {
      case 0: bytes[index] = UInt8(random.next(below: 256))
      case 1: bytes.remove(at: index)
      default: bytes.insert(bytes[Int(random.next(below: UInt64(bytes.count)))], at: index)
      }
    }
    return bytes
  }

  /// No mutation of a sound manifest may do anything but read or be refused.
  @Test func mutatedBytesNeverTrap() {
    var random = CounterGenerator(seed: 11, stream: "mutations")
    let sound = Self.json(more: #","future":[1.5e3,true,{"k":"\u00e9"}]"#)
    for _ in 0..<2_000 {
      let bytes = Self.mutated(sound, by: &random)
      if let manifest = try? Manifest.decode(bytes) {
        #expect((try? Manifest.decode(manifest.canonicalJSON())) == manifest)
      }
    }
  }

  @Test func manifestsMadeInCodeAreCheckedToo() {
    #expect(throws: ManifestError.self) {
      try Manifest(name: "a/b", labels: [], tracks: [])
    }
    #expect(throws: ManifestError.self) {
      try Manifest(name: "n", labels: ["a"], tracks: [Track(id: "t", path: "/t", label: "a")])
    }
  }
}
