import Corpus
import LMDBStore
import Safetensors

/// What a loader must know of all tracks before it can serve one, in the database `index`, so that
/// a cache of a million tracks opens without reading a million records:
///
///     tracks           id-bytes U8, id-ends I64 [tracks]: the ids one after the other
///                      labels I32 [tracks]: numbers into the names, -1 for none and for several
///                      label-bytes U8, label-ends I64 [labels]: the names of the labels
///                      where tracks may have several labels: tag-labels I32, tag-weights F32 of all
///                      tracks one after the other, tag-ends I64 [tracks]
///                      metadata: content, SHA-256 of the ids with the checksums of the files
///     slices/<view>    counts I32 [tracks], 0 where the track lacks the view
///                      frames I64 [tracks]: samples of the track
///                      metadata: view, fingerprint, and for waveform length and hop
///     split/<name>     sides I16 [tracks]: numbers of sides, -1 for none; none at all of the policy slices
///                      metadata: split, JSON of the plan and the sides
///
/// Tracks and labels are in the order of their bytes. The values are safetensors like all others.
/// Whatever changes tracks, slices or splits takes its part of the index away in the same
/// transaction, so what is there is valid; what is not there is made in memory from the records,
/// with the same bytes.
enum SampleIndex {
  static let tracks = "tracks"
  static func slices(_ view: View) -> String { "slices/\(view.rawValue)" }
  static func split(_ name: String) -> String { "split/\(name)" }
}

/// The ids and labels of all tracks.
struct TrackColumns: Sendable {
  let value: IndexValue
  private let ids: IndexColumn<UInt8>
  private let idEnds: IndexColumn<Int64>
  private let labelNumbers: IndexColumn<Int32>
  let labels: [String]
  private let tags: TagColumns?

  init(_ value: IndexValue) throws(CacheError) {
    self.value = value
    ids = try value.column("id-bytes", as: UInt8.self)
    idEnds = try value.column("id-ends", as: Int64.self)
    labelNumbers = try value.column("labels", as: Int32.self)
    let names = try value.column("label-bytes", as: UInt8.self)
    let ends = try value.column("label-ends", as: Int64.self)
    let numbers = labelNumbers
    guard Self.areEnds(idEnds, of: ids), Self.areEnds(ends, of: names),
      numbers.count == idEnds.count,
      (0..<numbers.count).allSatisfy({ (-1..<ends.count).contains(Int(numbers[$0])) })
    else { throw IndexValue.damage(SampleIndex.tracks, "its columns do not fit each other") }
    labels = (0..<ends.count).map { Self.text(names, ends, $0) }
    tags =
      value.has("tag-ends") ? try TagColumns(value, tracks: numbers.count, labels: ends.count) : nil
  }

  /// Whether tracks may have several labels.
  var isTagged: Bool { tags != nil }

  /// Gives the weight of each label of a track, by the number of the label.
  func forEachWeight(of track: Int, _ body: (_ label: Int, _ weight: Float) -> Void) {
    guard let tags else {
      let label = label(track)
      if label >= 0 { body(label, 1) }
      return
    }
    tags.forEach(of: track, body)
  }

  private static func areEnds(
    _ ends: IndexColumn<Int64>, of bytes: IndexColumn<UInt8>
  ) -> Bool {
    var last: Int64 = 0
    for index in 0..<ends.count {
      let end = ends[index]
      if end < last { return false }
      last = end
    }
    return last == bytes.count
  }

  private static func range(_ ends: IndexColumn<Int64>, _ index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  private static func text(
    _ bytes: IndexColumn<UInt8>, _ ends: IndexColumn<Int64>, _ index: Int
  ) -> String {
    unsafe String(decoding: bytes.bytes(range(ends, index)), as: UTF8.self)
  }

  var count: Int { idEnds.count }

  /// The id of a track as text.
  func id(_ track: Int) -> String { Self.text(ids, idEnds, track) }

  /// The id of a track as the bytes of a key; they end with the value.
  func key(_ track: Int) -> UnsafeRawBufferPointer { unsafe ids.bytes(Self.range(idEnds, track)) }

  /// The label of a track, an index into ``labels``.
  func label(_ track: Int) -> Int { Int(labelNumbers[track]) }
}

/// How many slices each track has in a view.
struct SliceColumns: Sendable {
  let value: IndexValue
  let counts: IndexColumn<Int32>
  let frames: IndexColumn<Int64>
  /// Samples of a window of the waveform, and from one to the next.
  let length: Int
  let hop: Int

  init(_ value: IndexValue, view: View, tracks: Int) throws(CacheError) {
    self.value = value
    counts = try value.column("counts", as: Int32.self)
    frames = try value.column("frames", as: Int64.self)
    length = value.header.metadata["length"].flatMap { Int($0) } ?? 0
    hop = value.header.metadata["hop"].flatMap { Int($0) } ?? 0
    guard counts.count == tracks, frames.count == tracks,
      (0..<tracks).allSatisfy({ counts[$0] >= 0 && frames[$0] >= 0 })
    else {
      throw IndexValue.damage(SampleIndex.slices(view), "its columns do not fit the tracks")
    }
  }
}

/// The labels of tracks that may have several.
struct TagColumns: Sendable {
  private let labels: IndexColumn<Int32>
  private let weights: IndexColumn<Float>
  private let ends: IndexColumn<Int64>

  init(_ value: IndexValue, tracks: Int, labels count: Int) throws(CacheError) {
    labels = try value.column("tag-labels", as: Int32.self)
    weights = try value.column("tag-weights", as: Float.self)
    ends = try value.column("tag-ends", as: Int64.self)
    let (labels, ends) = (labels, ends)
    guard ends.count == tracks, weights.count == labels.count,
      (0..<tracks).allSatisfy({ ends[$0] >= ($0 == 0 ? 0 : ends[$0 - 1]) }),
      tracks == 0 ? labels.count == 0 : ends[tracks - 1] == labels.count,
      (0..<labels.count).allSatisfy({ (0..<count).contains(Int(labels[$0])) })
    else { throw IndexValue.damage(SampleIndex.tracks, "its labels do not fit the tracks") }
  }

  func forEach(of track: Int, _ body: (_ label: Int, _ weight: Float) -> Void) {
    for index in (track == 0 ? 0 : Int(ends[track - 1]))..<Int(ends[track]) {
      body(Int(labels[index]), weights[index])
    }
  }
}

/// The side of each track in a split.
struct SideColumn: Sendable {
  let value: IndexValue
  let numbers: IndexColumn<Int16>
  /// The plan and the sides; no track is assigned in it.
  let split: Split

  init(_ value: IndexValue, name: String, tracks: Int) throws(CacheError) {
    self.value = value
    numbers = try value.column("sides", as: Int16.self)
    split = try Cache.decodeSplit(Array((value.header.metadata["split"] ?? "").utf8), name: name)
    guard numbers.count == (split.plan.policy == .slices ? 0 : tracks) else {
      throw IndexValue.damage(SampleIndex.split(name), "its column does not fit the tracks")
    }
  }
}

extension IndexColumn: @unchecked Sendable {}  // It only reads what nobody writes.
