import Testing

@testable import Corpus

/// What people have corrected, as a file and over a manifest.
@Suite struct OverlayTests {
  private static let overlay = CollectionOverlay([
    Correction(
      track: "blues.00001", labels: ["jazz"], author: "ada", time: "2026-11-29T17:05:00Z"),
    Correction(track: "=blues", group: "one, session", flag: "sounds like \"t\""),
    Correction(track: "blues.00001", labels: ["rock"]),
    Correction(track: "jazz.00000", excludes: true),
    Correction(track: "jazz.00001", excludes: true),
    Correction(track: "jazz.00001", excludes: false),
  ])

  @Test func bothFormsReadBackAsTheyWere() throws {
    #expect(try CollectionOverlay.decode(Self.overlay.canonicalJSON()) == Self.overlay)
    #expect(try CollectionOverlay.decode(Array(Self.overlay.csv.utf8)) == Self.overlay)
    #expect(
      Self.overlay.csv.split(separator: "\n").prefix(3) == [
        "track,labels,group,flag,exclude,author,time",
        "blues.00001,jazz,,,,ada,2026-11-29T17:05:00Z",
        #"'=blues,,"one, session","sounds like ""t""",,,"#,
      ])
    let several = CollectionOverlay([Correction(track: "t", labels: ["a", "b"])])
    #expect(try CollectionOverlay.decode(Array(several.csv.utf8)) == several)
  }

  @Test func laterWordsTakeThePlaceOfEarlierOnes() {
    #expect(Self.overlay.exclusions == ["jazz.00000"])
    #expect(Self.overlay.merged[Array("blues.00001".utf8)]?.labels == ["rock"])
    #expect(Self.overlay.merged[Array("blues.00001".utf8)]?.author == "ada")
    #expect(
      Self.overlay.unknown(among: ["blues.00001", "jazz.00001"]) == ["=blues", "jazz.00000"])
  }

  @Test func labelsAndGroupsOfAManifest() throws {
    let manifest = try Manifest(
      name: "club", labels: ["blues", "jazz"],
      tracks: [
        Track(
          id: "a", path: "blues/a.wav", label: "blues",
          faults: [
            Fault(.mislabelled, source: "S", label: "jazz"), Fault(.distorted, source: "S"),
          ]),
        Track(id: "b", path: "blues/b.wav", label: "blues"),
      ])
    let corrected = try manifest.corrected(
      by: CollectionOverlay([
        Correction(track: "a", labels: ["jazz"]),
        Correction(track: "b", labels: ["ska"], group: "g"),
        Correction(track: "c", labels: ["ska"]),
      ]))
    #expect(corrected.labels == ["blues", "jazz", "ska"])
    #expect(corrected.tracks.map(\.label) == ["jazz", "ska"])
    #expect(corrected.tracks.map(\.group) == [nil, "g"])
    // Its label is the right one now; what else is wrong with it stays.
    #expect(corrected.tracks[0].faults.map(\.kind) == [.distorted])
    let error = #expect(throws: ManifestError.self) {
      try manifest.corrected(by: CollectionOverlay([Correction(track: "a", labels: ["a", "b"])]))
    }
    #expect(error?.description.contains("the correction of \"a\" gives 2 labels") == true)
  }

  @Test func tracksWithTagsTakeSeveral() throws {
    let manifest = try Manifest(
      name: "club", labels: ["calm", "loud"],
      tracks: [Track(id: "a", path: "a.wav", label: "", tags: TrackTags(["calm"]))])
    let overlay = CollectionOverlay([Correction(track: "a", labels: ["loud", "new"])])
    #expect(try manifest.corrected(by: overlay).tracks[0].labelNames == ["loud", "new"])
  }

  @Test(arguments: [
    (#"{"schema": "lathe.overlay/2", "corrections": []}"#, "schema is \"lathe.overlay/2\""),
    (#"{"schema": "lathe.overlay/1"}"#, "corrections is missing"),
    (
      #"{"schema": "lathe.overlay/1", "corrections": [{"track": "a", "lables": ["b"]}]}"#,
      "corrections[0].lables is not known; did you mean labels"
    ),
    (
      #"{"schema": "lathe.overlay/1", "corrections": [{"track": "a\u0007"}]}"#,
      "corrections[0].track contains a control character"
    ),
    (
      #"{"schema": "lathe.overlay/1", "corrections": [{"track": "a", "exclude": 1}]}"#,
      "corrections[0].exclude is 1; give true or false"
    ),
    ("track,label\na,b\n", "names a column \"label\" that overlays lack"),
    ("labels\na\n", "names no column \"track\""),
    ("track,exclude\na,yes\n", "line 2 has \"yes\" in the column exclude"),
    ("track,labels\n,b\n", "line 2 names no track"),
    ("", "names the columns"),
  ])
  func whatIsNoOverlayIsRefusedByItsPath(_ text: String, _ expected: String) {
    let error = #expect(throws: (any Error).self) {
      try CollectionOverlay.decode(Array(text.utf8))
    }
    #expect(error.map { "\($0)" }?.contains(expected) == true, "\(error.map { "\($0)" } ?? "")")
  }
}
