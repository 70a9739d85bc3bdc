import Corpus
import DatasetCache
import Foundation
import Preparation
import Reporting

/// The samples of a view of two axes as pictures, with what their axes mean.
struct ViewPictures {
  let samples: CacheSamples
  private let axes: [SampleAxis]

  /// The slices of all tracks, or of one side of a split.
  init(_ cache: Cache, _ view: View, split: String? = nil, side: String? = nil) throws {
    samples = try cache.samples(view: view, split: split, side: side)
    guard samples.shape.count == 2, !samples.facts.isSignal, samples.shape.allSatisfy({ $0 > 0 })
    else {
      let pictures = try Self.views(of: cache)
      let isOfChannels = samples.facts.axes.contains(where: \.isChannel)
      throw ValidationFailure(
        "\(view.rawValue) is no picture: its samples are "
          + samples.shape.map(String.init).joined(separator: " × ")
          + (isOfChannels ? ", of several channels" : "")
          + (pictures.isEmpty
            ? "; prepare a view of two axes" : "; give \(pictures.joined(separator: " or "))"))
    }
    axes = try cache.pictureAxes(of: view)
  }

  /// The views of two axes, by name.
  static func views(of cache: Cache) throws -> [String] {
    try cache.viewFacts().filter { $0.value.axes.count == 2 && $0.value.form == .rows }
      .keys.sorted().map(\.rawValue)
  }

  /// The track and number of a slice, such as `rock.00000.3`.
  func name(of sample: Int) -> String {
    let location = samples.location(of: sample)
    return "\(samples.trackID(location.track)).\(location.slice)"
  }

  /// The label of a slice.
  func label(of sample: Int) -> String { samples.labels[samples.label(of: sample)] }

  /// The values of a slice.
  func spectrogram(_ sample: Int) throws -> Spectrogram {
    var values: [Float] = []
    try samples.read(sample) { span, window in
      let size = window.type.size
      switch window.type {
      case .int16: break
      case .float16:
        values = window.elements.map {
          Float(span.unsafeLoadUnaligned(fromByteOffset: $0 * size, as: Float16.self))
        }
      case .float32:
        values = window.elements.map {
          span.unsafeLoadUnaligned(fromByteOffset: $0 * size, as: Float.self)
        }
      }
    }
    return try Spectrogram(
      values: values, bands: samples.shape[0], frames: samples.shape[1], rowAxis: axes[0],
      columnAxis: axes[1], unit: samples.facts.unit)
  }

  /// A slice with its axes.
  func chart(_ sample: Int, _ map: ColourMap) throws -> SpectrogramChart {
    let location = samples.location(of: sample)
    return SpectrogramChart(
      title: "\(samples.trackID(location.track)), slice \(location.slice) (\(label(of: sample)))",
      spectrogram: try spectrogram(sample), map: map)
  }
}

/// What cannot be done, in one line.
struct ValidationFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
