import Corpus
import DatasetCache
import Testing

@Suite struct CacheSamplesTests {
  @Test(arguments: View.loadable) func everySampleIsTheSliceItIsSaidToBe(_ view: View) throws {
    let made = try MadeCache(tracks: 40)
    let cache = try Cache.open(at: made.path, for: .loading)
    let samples = try cache.samples(view: view)
    let expected = made.slices(view)
    #expect(samples.count == expected.count)
    #expect(samples.labels == ["blues", "jazz", "rock"])
    let shapes: [View: [Int]] = [
      .features: [57], .features30s: [57], .waveform: [300], .mel: [4, 6],
    ]
    #expect(samples.shape == shapes[view])
    var types: Set<SampleType> = []
    for (sample, place) in expected.enumerated() {
      let track = made.tracks[place.track]
      #expect(samples.place(of: sample) == SamplePlace(track: place.track, slice: place.slice))
      #expect(samples.trackID(place.track) == track.id)
      #expect(samples.labels[samples.label(of: sample)] == track.label)
      let (values, window) = try numbers(samples, sample)
      let isRight = values == track.slice(view, place.slice)
      #expect(isRight, "sample \(sample)")
      #expect(window.isSignal == (view == .waveform))
      let whole = view == .waveform ? track.frames : track.count(view) * values.count
      #expect(window.trackElements == whole)
      types.insert(window.type)
    }
    #expect(types == (view == .waveform ? [.int16, .float32] : [.float32]))
  }
}
