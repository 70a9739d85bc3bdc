import Corpus
import DatasetCache
import Foundation
import Preparation
import Reporting
import SignalKit

/// The mel spectrograms of a cache, with what their axes mean.
struct MelPictures {
  let samples: CacheSamples
  private let sampleRate: Double
  private let hop: Int
  private let frequencies: [Double]

  /// The slices of all tracks, or of one side of a split.
  init(_ cache: Cache, split: String? = nil, side: String? = nil) throws {
    guard let description = try cache.description() else {
      throw ValidationFailure("\(cache.path) says nothing of its recipe; prepare it again")
    }
    let recipe = try description.recipe()
    guard let mel = recipe.views[.mel, as: MelKind.self] else {
      throw ValidationFailure(
        "\(cache.path) has no mel view; prepare it with a recipe that names the view")
    }
    samples = try cache.samples(view: .mel, split: split, side: side)
    sampleRate = Double(recipe.sampleRate)
    hop = mel.hop
    let (low, high) = (
      melOfHertz(mel.minimumFrequency), melOfHertz(mel.maximumFrequency ?? sampleRate / 2)
    )
    let count = Double(mel.bands + 1)
    frequencies = (1...mel.bands).map { hertzOfMel(low + (high - low) * Double($0) / count) }
  }

  /// The track and number of a slice, such as `rock.00000.3`.
  func name(of sample: Int) -> String {
    let place = samples.place(of: sample)
    return "\(samples.trackID(place.track)).\(place.slice)"
  }

  /// The label of a slice.
  func label(of sample: Int) -> String { samples.labels[samples.label(of: sample)] }

  /// The values of a slice.
  func spectrogram(_ sample: Int) throws -> Spectrogram {
    var values: [Float] = []
    try samples.read(sample) { span, window in
      guard window.type == .float32 else { return }
      values = window.elements.map {
        span.unsafeLoadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
      }
    }
    return try Spectrogram(
      values: values, bands: samples.shape[0], frames: samples.shape.last ?? 0,
      sampleRate: sampleRate, hop: hop, frequencies: frequencies)
  }

  /// A slice with its axes.
  func chart(_ sample: Int, _ map: ColourMap) throws -> SpectrogramChart {
    let place = samples.place(of: sample)
    return SpectrogramChart(
      title: "\(samples.trackID(place.track)), slice \(place.slice) (\(label(of: sample)))",
      spectrogram: try spectrogram(sample), map: map)
  }
}

/// What cannot be done, in one line.
struct ValidationFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
