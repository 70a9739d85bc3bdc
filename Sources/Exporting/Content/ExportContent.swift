public import Corpus
public import DatasetCache
internal import Wording

/// What an export holds: the samples of one view of a cache, by the sides of a split, with all that
/// the cache knows of their tracks. One state of the cache, whatever is written to it meanwhile.
public struct ExportContent: Sendable {
  /// The samples of one side.
  public struct Side: Sendable {
    /// The side's name in the split, or ``ExportContent/undivided``.
    public let name: String
    /// Its samples.
    public let samples: CacheSamples
    /// Its samples track by track, in the order of the ids' bytes.
    public let tracks: [SideTrack]
  }

  /// The samples of a track on a side; they follow each other.
  public struct SideTrack: Sendable {
    /// The track.
    public let track: ExportTrack
    /// The numbers of its samples.
    public let samples: Range<Int>
  }

  /// The name of the only side where no split is named. It is not `all`, which Hugging Face's
  /// `datasets` keeps for itself.
  public static let undivided = "full"

  /// The view.
  public let view: View
  /// The sides that have samples, in the split's order.
  public let sides: [Side]
  /// The split; nil where none was named.
  public let split: Split?
  /// What is known of the dataset.
  public let dataset: ExportDataset

  /// Takes what there is at this moment.
  ///
  /// - Parameters:
  ///   - view: the view whose samples are exported.
  ///   - split: a split of the cache, nil for all samples as one side.
  ///   - verdicts: what was measured to be wrong with tracks, by their ids.
  /// - Throws: ``ExportError/cache(_:)`` where the cache lacks the view or the split, no track has the view
  ///   yet, or it cannot be read.
  public init(
    _ view: View, split: String? = nil, of cache: Cache,
    verdicts: [String: [FaultSubject]] = [:]
  ) throws(ExportError) {
    do throws(CacheError) {
      let cache = try cache.snapshot()
      self.view = view
      dataset = try ExportDataset(cache, verdicts: verdicts)
      self.split = try split.map { name throws(CacheError) in try cache.split(named: name) } ?? nil
      guard let split else {
        let samples = try cache.samples(view: view)
        sides = [Side(Self.undivided, samples, dataset.tracks)]
        return
      }
      var sides: [Side] = []
      // Where there is no such split, this tells which there are.
      for name in self.split?.sides ?? [""] {
        do throws(CacheError) {
          let samples = try cache.samples(view: view, split: split, side: name)
          sides.append(Side(name, samples, dataset.tracks))
        } catch {
          if error.kind != .noSamples { throw error }
        }
      }
      self.sides = sides
    } catch {
      throw .cache(error)
    }
    if sides.isEmpty { throw .empty(view, cache: cache.path) }
  }

  /// How many samples there are.
  public var sampleCount: Int { sides.reduce(0) { $0 + $1.samples.count } }
  /// How many tracks there are; a track counts on every side that has a part of it.
  public var trackCount: Int { sides.reduce(0) { $0 + $1.tracks.count } }
  /// The names of the labels, in byte order; a label's number is its index.
  public var labels: [String] { sides.first?.samples.labels ?? [] }
  /// Whether a track may have any number of labels.
  public var isTagged: Bool { sides.first?.samples.isTagged ?? false }
  /// What is known of the view's values.
  public var facts: ViewFacts? { sides.first?.samples.facts }
  /// Whether the samples are the sound itself, from which it can be played.
  public var isAudio: Bool { facts?.isSignal ?? false }
  /// Whether the slices of one track lie on several sides.
  public var dividesTracks: Bool { split?.plan.policy == .slices }

  /// The ids of the tracks whose licence does not let copies be passed on, in byte order, and the
  /// licences that they have.
  public var withoutPermission: (tracks: [String], licences: [String]) {
    let tracks = sides.flatMap { $0.tracks.map(\.track) }
      .filter { AudioLicence($0.licence) != .permits }
    let licences = Set(tracks.map { $0.licence ?? "" })
    return (
      Set(tracks.map(\.record.id)).sorted(by: ByteOrder.precedes),
      licences.sorted(by: ByteOrder.precedes)
    )
  }
}

extension ExportContent.Side {
  fileprivate init(_ name: String, _ samples: CacheSamples, _ known: [ExportTrack]) {
    self.name = name
    self.samples = samples
    var next = known.startIndex
    var tracks: [ExportContent.SideTrack] = []
    var first = 0
    while first < samples.count {
      let track = samples.location(of: first).track
      var end = first + 1
      while end < samples.count, samples.location(of: end).track == track { end += 1 }
      // Both are in the order of the ids' bytes.
      let id = samples.trackID(track).utf8
      while next < known.endIndex, !known[next].record.id.utf8.elementsEqual(id) { next += 1 }
      if next < known.endIndex {
        tracks.append(ExportContent.SideTrack(track: known[next], samples: first..<end))
      }
      first = end
    }
    self.tracks = tracks
  }
}
