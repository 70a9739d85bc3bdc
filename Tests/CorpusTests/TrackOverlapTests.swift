import Corpus
import Testing

/// What is measured and what was learnt from, by hand.
@Suite struct TrackOverlapTests {
  private let tracks = [
    SplitTrack(id: "a", label: "x", group: "g", artist: "Ann"),
    SplitTrack(id: "b", label: "x", artist: "Bo"), SplitTrack(id: "c", label: "x"),
    SplitTrack(id: "d", label: "x", group: "g", artist: " ann "),
    SplitTrack(id: "e", label: "x", artist: "Eve"), SplitTrack(id: "f", label: "x", artist: "BO"),
    SplitTrack(id: "h", label: "x"), SplitTrack(id: "i", label: "x", artist: "Ann"),
  ]

  @Test func recordingsCopiesAndArtists() {
    let overlap = TrackOverlap(
      of: ["d", "e", "f", "h", "i"], with: ["a", "b", "c"], among: tracks,
      links: [("c", "h"), ("d", "a"), ("e", "f")])
    // d is of a's group, and a copy of it; h is a copy of c. Two have the artist Ann, one Bo, one
    // Eve.
    #expect(
      overlap
        == TrackOverlap(recordings: 2, artists: 3, sharedArtists: 2, unknownArtists: 1))
  }

  @Test func aTrackOnBothSidesIsItsOwnRecording() {
    let overlap = TrackOverlap(of: ["c", "e", "z"], with: ["c", "z"], among: tracks)
    #expect(
      overlap
        == TrackOverlap(recordings: 1, artists: 1, sharedArtists: 0, unknownArtists: 1))
  }
}
