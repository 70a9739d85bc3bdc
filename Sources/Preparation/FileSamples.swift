import Wording
public import Corpus
public import AudioIO
public import DatasetCache
internal import Safetensors
internal import SignalKit

/// The samples of one view of audio files that are in no cache, such as those to be predicted.
///
/// They are what a cache prepared by the same recipe would hold of them.
public struct FileSamples: ~Copyable {
  private let recipe: Recipe
  private let view: View
  private var worker: TrackWorker

  /// - Parameter mayStart: whether a program may be started that computes the view, whose command is given.
  /// - Throws: ``FileSampleError`` where the recipe cannot be computed or lacks the view, or its program may not be
  ///   started.
  public init(
    _ view: View, recipe: Recipe, mayStart: (_ command: String) -> Bool = { _ in false }
  ) throws(FileSampleError) {
    guard let part = recipe.views[view], part.kind.form != .track else {
      throw FileSampleError(
        path: "recipe", detail: "it has no view \(view.rawValue)", hint: "train on another view")
    }
    if !part.kind.command.isEmpty {
      let command = Words.command(part.kind.command)
      guard mayStart(command) else {
        throw FileSampleError(
          path: "recipe", detail: "view \(view.rawValue) would start this program: \(command)",
          hint: "if you trust whoever wrote the run, allow it with --allow-exec",
          isOfProgram: true)
      }
    }
    // A file need not be long enough for views that nobody asks for.
    var recipe = recipe
    recipe.views = [part]
    recipe.faults = FaultPolicies()
    do {
      let fingerprint = try Fingerprint(hashing: Array(view.rawValue.utf8))
      worker = try TrackWorker(recipe: recipe, fingerprints: [view: fingerprint])
    } catch {
      throw FileSampleError(path: "recipe", detail: "\(error)", hint: "prepare the cache again")
    }
    self.recipe = recipe
    self.view = view
  }

  /// The slices of a file as samples of one track, whose id is the file's name; labels are the given ones, and
  /// that of the samples means nothing.
  /// - Parameter isTagged: whether a sample is to be one that may have any number of the labels.
  /// - Throws: ``FileSampleError`` that names the file: it cannot be decoded or is too short for a slice.
  public mutating func samples(
    of file: AudioSource, labels: [String], isTagged: Bool = false
  ) throws(FileSampleError) -> MemorySamples {
    let path = file.name
    func failure(_ detail: String, _ hint: String) -> FileSampleError {
      FileSampleError(path: path, detail: detail, hint: hint)
    }
    let audio: DecodedTrack
    do throws(AudioError) {
      audio = try file.decode(recipe.decoding)
    } catch {
      throw failure(error.detail, error.hint)
    }
    let values: [PreparedTrack.Value]
    do throws(TrackFault) {
      values = try worker.values(of: audio, id: path, views: [view]).values
    } catch {
      throw failure(error.message, error.hint)
    }
    guard let value = values.first, let tensor = value.tensors.first else {
      throw failure("nothing can be computed of it", "give another file")
    }
    let count = value.slices.count
    var shape = Array(tensor.shape.dropFirst())
    var numbers = tensor.delivered
    if value.facts.isSignal {
      let length = value.slices.length * value.facts.channels
      shape.insert(value.slices.length, at: 0)
      let signal = numbers
      numbers = []
      numbers.reserveCapacity(count * length)
      for slice in 0..<count {
        let start = slice * value.slices.hop * value.facts.channels
        numbers += signal[start..<start + length]
      }
    }
    do throws(SampleError) {
      return try MemorySamples(
        name: path, identity: path, shape: shape, labels: labels, trackIDs: [path],
        rows: (0..<count).map {
          MemorySamples.Row(label: isTagged ? -1 : 0, track: 0, slice: $0)
        }, values: numbers, tags: isTagged ? [[:]] : nil)
    } catch {
      throw failure(error.detail, error.hint)
    }
  }
}

/// Why a file has no samples.
public struct FileSampleError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let detail: String
  /// What to do.
  public let hint: String
  /// Whether it is only that a program was not allowed to be started.
  public var isOfProgram = false

  /// One line that a person can act on.
  public var description: String { Words.shown("\(path): \(detail); \(hint)") }
}
