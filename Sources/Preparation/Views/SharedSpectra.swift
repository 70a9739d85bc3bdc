internal import Corpus
internal import DatasetCache
internal import Safetensors
internal import SignalKit

/// Computes a view of pictures of a transform.
final class SpectrumComputer: ViewComputer {
  private let name: String
  let picture: any SpectrumPicture
  private var spectra: SpectrumFrames

  /// - Throws: `SignalError` where the transform cannot be.
  init(_ name: String, _ picture: any SpectrumPicture) throws(SignalError) {
    self.name = name
    self.picture = picture
    spectra = try SpectrumFrames(picture.spectrum)
  }

  func frames(samples: Int) -> Int { spectra.frames(samples: samples) }

  var byteCount: Int { spectra.byteCount + picture.byteCount }

  func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor] {
    try values(of: track, slices: slices, with: [])[0]
  }

  /// The values of this view and of others whose pictures are made of the same transform, which
  /// runs once for each slice.
  func values(
    of track: TrackAudio, slices: Slices, with others: [SpectrumComputer]
  ) throws(SignalError) -> [[Tensor]] {
    let computers = [self] + others
    let pictures = computers.map(\.picture)
    let frames = frames(samples: slices.first?.length ?? 0)
    var rows = [[Float]](repeating: [], count: computers.count)
    var buffers: [[Float]] = []
    for (index, picture) in pictures.enumerated() {
      let size = picture.rows * frames
      rows[index].reserveCapacity(slices.count * size)
      buffers.append([Float](repeating: 0, count: size))
    }
    for slice in slices {
      try spectra.analyse(track.floats.span.extracting(slice.range), for: pictures)
      for (index, picture) in pictures.enumerated() {
        var output = buffers[index].mutableSpan
        try picture.finish(to: &output)
        rows[index] += buffers[index]
      }
    }
    return computers.indices.map { index in
      [
        Tensor(
          computers[index].name, shape: [slices.count, pictures[index].rows, frames], rows[index])
      ]
    }
  }
}

/// Which views of a recipe need the same transform of the same slices, and what it gave for the
/// track at hand: the first of them that is computed computes the others that are wanted, too.
struct SharedSpectra {
  /// What must be equal.
  private struct Need: Hashable {
    let spectrum: SpectrumParameters
    let slices: SliceRule
    let channels: ViewChannels
  }

  private var computers: [View: SpectrumComputer] = [:]
  private var needs: [View: Need] = [:]
  /// What a view is due for a channel: those of stereo are computed one after the other.
  private struct Part: Hashable {
    let view: View
    let channel: ViewChannels
  }
  private var values: [Part: [Tensor]] = [:]

  /// Takes note of what computes a view; of one that is made of no transform, nothing.
  mutating func add(_ view: RecipeView, _ computer: any ViewComputer) {
    guard let computer = computer as? SpectrumComputer else { return }
    computers[view.name] = computer
    needs[view.name] = Need(
      spectrum: computer.picture.spectrum, slices: view.slices, channels: view.channels)
  }

  /// Forgets the last track.
  mutating func begin() { values.removeAll(keepingCapacity: true) }

  /// The value of `view` for a channel, to the last bit what its computer alone would give; nil
  /// where it shares nothing with another of the views that are `wanted`, or where one of them
  /// fails: each alone then says why.
  mutating func value(
    of view: View, _ channel: ViewChannels, wanted: Set<View>, track: TrackAudio, slices: Slices
  ) -> [Tensor]? {
    if let value = values.removeValue(forKey: Part(view: view, channel: channel)) { return value }
    guard let computer = computers[view], let need = needs[view] else { return nil }
    let others = wanted.filter { $0 != view && needs[$0] == need }.sorted()
    if others.isEmpty { return nil }
    let shared = try? computer.values(
      of: track, slices: slices, with: others.compactMap { computers[$0] })
    guard let shared else { return nil }
    for (other, value) in zip(others, shared.dropFirst()) {
      values[Part(view: other, channel: channel)] = value
    }
    return shared.first
  }
}
