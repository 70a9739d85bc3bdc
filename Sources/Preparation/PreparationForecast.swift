internal import AudioIO
internal import Corpus
public import DatasetCache
internal import Files
internal import Safetensors
internal import SignalKit

/// What a preparation will take, from the headers of some of its files.
public struct PreparationForecast: Sendable, Hashable, Codable {
  /// Tracks that are to be computed.
  public var tracks: Int
  /// How long they play, in seconds.
  public var audioSeconds: Double
  /// Slices of each view that is to be computed.
  public var slices: [View: Int]
  /// Bytes of the values that are to be written.
  public var bytes: Int
  /// Bytes that may still be written where the cache lies, or will lie.
  public var freeBytes: Int
  /// Seconds that it will take; nil where that was not measured.
  public var seconds: Double?
  /// The most bytes of memory that computing and writing take at once, besides what the program takes
  /// without a track: for each thread the tables and buffers of its views and the audio of the longest
  /// track, and the values that wait to be written. Without what programs of `exec` views take; nil
  /// where it was not measured.
  public var memoryBytes: Int?

  /// A forecast of parts.
  public init(
    tracks: Int, audioSeconds: Double, slices: [View: Int], bytes: Int, freeBytes: Int,
    seconds: Double?, memoryBytes: Int? = nil
  ) {
    self.tracks = tracks
    self.audioSeconds = audioSeconds
    self.slices = slices
    self.bytes = bytes
    self.freeBytes = freeBytes
    self.seconds = seconds
    self.memoryBytes = memoryBytes
  }

  /// Whether the values will hardly find room.
  public var isTooLarge: Bool { Double(bytes) * 0.95 > Double(freeBytes) }
}

/// Works a forecast out.
struct ForecastMaking {
  let recipe: Recipe
  let roots: AudioRoots
  let cachePath: String
  let threads: Int

  /// So many headers are read.
  private static let mostProbes = 32

  /// The forecast of a plan; nil where it has nothing to compute, or none of the files that were looked at has a
  /// header that says how long it is.
  ///
  /// - Parameter measures: whether some tracks are decoded and computed, without programs, to see how long it
  ///   takes and how much memory.
  func forecast(of plan: PreparationPlan, measures: Bool) -> PreparationForecast? {
    let tasks = plan.tasks.filter { !$0.views.isEmpty }
    let probed = Self.some(Self.mostProbes, of: tasks).compactMap { task in
      (try? roots.probe(task.track.path)).flatMap { format in
        format.frames > 0 ? (task, format) : nil
      }
    }
    guard !probed.isEmpty,
      let system = try? Files.fileSystem(of: cachePath)
    else { return nil }
    var seconds = 0.0
    var bytes = 0.0
    var slices: [View: Double] = [:]
    for (task, format) in probed {
      let length = min(format.seconds, recipe.maximumSeconds)
      seconds += length
      let frames = Int(length * Double(recipe.sampleRate))
      for view in recipe.allViews where task.views.contains(view.name) {
        slices[view.name, default: 0] += Double(view.slices.count(frames: frames))
        bytes += view.storedBytes(ofTrack: frames, format, in: recipe)
      }
    }
    let scale = Double(tasks.count) / Double(probed.count)
    let longest = probed.max { $0.1.seconds < $1.1.seconds }?.0
    let trial = measures ? ForecastTrial(self, tasks, longest: longest) : nil
    return PreparationForecast(
      tracks: tasks.count, audioSeconds: seconds * scale,
      slices: slices.mapValues { Int(($0 * scale).rounded()) }, bytes: Int(bytes * scale),
      freeBytes: system.freeBytes, seconds: trial?.seconds, memoryBytes: trial?.memoryBytes)
  }

  /// Some elements, from all parts of a list.
  static func some<Element>(_ count: Int, of all: [Element]) -> [Element] {
    if all.count <= count { return all }
    return (0..<count).map { all[$0 * all.count / count] }
  }
}

extension RecipeView {
  /// About how many bytes of the store the value of a track takes: large values take whole pages.
  fileprivate func storedBytes(
    ofTrack frames: Int, _ format: AudioFormat, in recipe: Recipe
  ) -> Double {
    let isInteger16 =
      kind.form == .signal && format.encoding.hasSuffix("16")
      && format.sampleRate == recipe.sampleRate
    let width = isInteger16 || precision == .float16 ? 2.0 : 4.0
    let numbers =
      kind.form == .track ? Double(frames) / 1_000 : numbers(ofTrack: frames, in: recipe)
    let bytes = numbers * width + 400
    // Large values take whole pages of the store, small ones share them.
    return bytes < 2_000 ? bytes : (bytes / 4_096).rounded(.up) * 4_096
  }
}
