import Corpus
import FoundationEssentials
import Testing

/// Manifests whose tracks have several labels, or none.
@Suite struct TrackTagsTests {
  private func manifest(_ tracks: String, schema: String = Manifest.secondSchema) -> [UInt8] {
    ManifestDecodingTests.json(
      schema: schema, labels: #"["rock","guitar","slow"]"#, tracks: tracks)
  }

  @Test func listsWeightsOneLabelAndNoneAreRead() throws {
    let tracks = #"""
      {"id":"a","path":"a.wav","labels":["slow","guitar","slow"]},
      {"id":"b","path":"b.wav","labels":{"rock":1,"guitar":0.4}},
      {"id":"c","path":"c.wav","label":"rock"},
      {"id":"d","path":"d.wav","labels":[]},{"id":"e","path":"e.wav"}
      """#
    let found = try Manifest.decode(manifest(tracks))
    #expect(found.isTagged && found.labels == ["guitar", "rock", "slow"])
    #expect(
      found.tracks.map(\.tags) == [
        TrackTags(["guitar", "slow"]), TrackTags(["rock": 1, "guitar": 0.4]), TrackTags(["rock"]),
        TrackTags(), TrackTags(),
      ])
    #expect(found.tracks.map(\.label) == ["guitar|slow", "guitar|rock", "rock", "", ""])
    #expect(found.tracks[1].tags?.weights == [0.4, 1])
    let json = String(decoding: found.canonicalJSON(), as: UTF8.self)
    #expect(json.contains(#""schema":"lathe.manifest/2""#))
    #expect(json.contains(#"{"id":"b","labels":{"guitar":0.4,"rock":1},"path":"b.wav"}"#))
    #expect(json.contains(#"{"id":"d","labels":[],"path":"d.wav"}"#))
    #expect(try Manifest.decode(found.canonicalJSON()) == found)
  }

  @Test func aTrackWithoutALabelAmongOthersWithOneStays() throws {
    let tracks = #"{"id":"a","path":"a.wav","label":"rock"},{"id":"b","path":"b.wav"}"#
    let found = try Manifest.decode(manifest(tracks))
    #expect(!found.isTagged && found.tracks.map(\.labelNames) == [["rock"], []])
    #expect(try Manifest.decode(found.canonicalJSON()) == found)
    let split = try Split.make(SplitPlan(seed: 1, division: .ratios([1, 0])), tracks: found.tracks)
    #expect(split.assignment == ["a": "train"])
  }

  @Test func whatTheFirstVersionCanTellIsWrittenInIt() throws {
    let tracks = #"{"id":"a","path":"a.wav","label":"rock"}"#
    let found = try Manifest.decode(manifest(tracks))
    let json = String(decoding: found.canonicalJSON(), as: UTF8.self)
    #expect(json.contains(#""schema":"lathe.manifest/1""#))
  }

  @Test(arguments: [
    (#"{"id":"a","path":"a.wav"}"#, Manifest.schema, "tracks[0].label"),
    (#"{"id":"a","path":"a.wav","labels":["rock"]}"#, Manifest.schema, "tracks[0].label"),
    (
      #"{"id":"a","path":"a.wav","labels":["rock","none"]}"#, Manifest.secondSchema,
      "tracks[0].labels"
    ),
    (
      #"{"id":"a","path":"a.wav","labels":{"rock":0}}"#, Manifest.secondSchema,
      "tracks[0].labels.rock"
    ),
    (
      #"{"id":"a","path":"a.wav","labels":{"rock":1.5}}"#, Manifest.secondSchema,
      "tracks[0].labels.rock"
    ),
    (#"{"id":"a","path":"a.wav","labels":3}"#, Manifest.secondSchema, "tracks[0].labels"),
    (#"{"id":"a","path":"a.wav","label":["rock"]}"#, Manifest.secondSchema, "tracks[0].label"),
  ])
  func whatCannotBeIsRefusedByItsPath(
    _ tracks: String, _ schema: String, _ path: String
  ) throws {
    let error = ManifestDecodingTests.error(manifest(tracks, schema: schema))
    #expect(error?.subject == path, "\(String(describing: error))")
  }

  @Test func formsOfAccentsAreOneLabel() {
    let tags = TrackTags(["e\u{301}t\u{e9}", "\u{e9}te\u{301}"])
    #expect(tags.names == ["\u{e9}t\u{e9}"])
    #expect(tags.names[0].utf8.elementsEqual("\u{e9}t\u{e9}".utf8))
  }
}
