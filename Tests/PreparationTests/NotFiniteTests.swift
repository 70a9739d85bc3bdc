import AudioIO
import Corpus
import DatasetCache
import Testing

@testable import Preparation

/// What gives no finite numbers goes to quarantine before it is stored.
@Suite struct NotFiniteTests {
  private func fault(_ sample: Float, views: Set<View>) throws -> TrackFault? {
    let folder = try MusicFolder()
    let path = try folder.write(Wave.pcm16(Wave.notes(seed: 1)), "a/a.wav")
    var audio = try AudioFile.decode(at: path)
    var samples = Wave.notes(seed: 1).map { Float($0) / 32_768 }
    samples[5_000] = sample
    audio.samples = .float32(samples)
    let recipe = try Recipe.small()
    var worker = try TrackWorker(recipe: recipe, fingerprints: recipe.fingerprints())
    do {
      _ = try worker.values(of: audio, views: views)
      return nil
    } catch { return error }
  }

  /// One sample of 1e19: its squares are beyond what 32 bits hold.
  @Test func everyViewIsChecked() throws {
    #expect(try fault(0.5, views: Set(View.allCases)) == nil)
    let features = try #require(try fault(1e19, views: [.features]))
    #expect(features.code == "not-finite" && features.subject == nil)
    #expect(features.message.hasPrefix("gives no finite number as "))
    #expect(features.message.hasSuffix(" in slice 1 of its features"), "\(features.message)")
    let samples = try #require(try fault(.infinity, views: [.waveform]))
    #expect(samples.message == "gives no finite number as sample 5000 of its waveform")
  }

  @Test func figuresThatAreNoNumbersAreNotKept() throws {
    var figures = TrackFigures(
      seconds: 1, peak: 1, level: nil, offset: 0, clipped: 0, silent: 0, longestSilence: 0,
      infrasonic: 0)
    #expect(figures.isFinite)
    figures.level = -.infinity
    #expect(!figures.isFinite)
  }
}
