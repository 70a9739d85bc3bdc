public import Corpus
public import Safetensors

/// What the cache knows of a track, under its id in the database `tracks`.
public struct TrackRecord: Sendable, Hashable, Codable {
  /// The audio file as it was found.
  public struct Source: Sendable, Hashable, Codable {
    /// The container, such as "WAV".
    public var container: String
    /// The encoding, such as "PCM_16".
    public var encoding: String
    /// Samples a second.
    public var sampleRate: Int
    /// How many channels.
    public var channels: Int
    /// Samples a channel.
    public var frames: Int

    /// Makes a description of parts.
    public init(container: String, encoding: String, sampleRate: Int, channels: Int, frames: Int) {
      self.container = container
      self.encoding = encoding
      self.sampleRate = sampleRate
      self.channels = channels
      self.frames = frames
    }
  }

  /// Unique in the cache; 1 to 511 bytes.
  public var id: String
  /// The label, such as a genre; empty where it has none, and where it may have several all of them in a line.
  @ComposedText public var label: String
  /// The labels, where a track of the dataset may have any number of them; else nil.
  public var tags: TrackTags?
  /// The file relative to the audio folder.
  public var path: String
  /// MD5 of the file, 32 hex digits: where a manifest has it too, and in caches of earlier
  /// versions.
  public var md5: String?
  /// XXH3-128 of the file, 32 hex digits; nil in caches of earlier versions.
  public var xxh3: String?
  /// What must not straddle splits with it, where the manifest says.
  public var group: String?
  /// Who plays, where the manifest says.
  public var artist: String?
  /// What is played, where the manifest says.
  public var title: String?
  /// Under what licence it may be used, where the manifest says that of the track itself.
  public var licence: String?
  /// What is known to be wrong with it, where the manifest says.
  public var faults: [Fault]?
  /// Samples at the cache's rate.
  public var frames: Int
  /// The cache's rate in samples a second.
  public var sampleRate: Int
  /// The file's own form.
  public var source: Source
  /// The type in which its samples are (or would be) cached.
  public var storage: Tensor.DataType
  /// The fingerprint under which each of its views is cached.
  public var views: [View: Fingerprint]
  /// What was measured when it was decoded; nil in caches of earlier versions.
  public var figures: TrackFigures?

  /// Makes a record of parts.
  public init(
    id: String, label: String, tags: TrackTags? = nil, path: String, md5: String? = nil,
    xxh3: String? = nil, group: String? = nil, artist: String? = nil, title: String? = nil,
    licence: String? = nil, faults: [Fault]? = nil, frames: Int, sampleRate: Int, source: Source,
    storage: Tensor.DataType, views: [View: Fingerprint], figures: TrackFigures? = nil
  ) {
    self.id = id
    self.label = tags?.text ?? label
    self.tags = tags
    self.path = path
    self.md5 = md5
    self.xxh3 = xxh3
    self.group = group
    self.artist = artist
    self.title = title
    self.licence = licence
    self.faults = faults
    self.frames = frames
    self.sampleRate = sampleRate
    self.source = source
    self.storage = storage
    self.views = views
    self.figures = figures
  }
}

extension TrackRecord {
  /// The labels one by one, in byte order.
  public var labelNames: [String] { tags?.names ?? (label.isEmpty ? [] : [label]) }

  /// The checksum that stands for the file's bytes: the MD5 where there is one, else the XXH3-128.
  public var contentChecksum: String { md5 ?? xxh3 ?? "" }
}

/// A file that could not be used, under its path in the database `quarantine`.
public struct QuarantineRecord: Sendable, Hashable, Codable {
  /// The id that it would have.
  public var id: String
  /// The file relative to the audio folder.
  public var path: String
  /// The label that it would have; empty where it has none.
  @ComposedText public var label: String
  /// The reason for programs, such as "not-audio".
  public var code: String
  /// The reason in a sentence.
  public var message: String
  /// What to do about it; may be empty.
  public var hint: String
  /// What was measured, where it could be decoded.
  public var figures: TrackFigures?
  /// What a manifest knows of it; nil where there is none.
  public var facts: Track?

  /// Makes a record of parts.
  public init(
    id: String, path: String, label: String, code: String, message: String, hint: String = "",
    figures: TrackFigures? = nil, facts: Track? = nil
  ) {
    self.id = id
    self.path = path
    self.label = label
    self.code = code
    self.message = message
    self.hint = hint
    self.figures = figures
    self.facts = facts
  }
}

/// A file's size and time when it was read: the same again means that it need not be read again.
/// Kept in the database `sources`, which belongs to this machine and not to the digest.
public struct SourceStamp: Sendable, Hashable, Codable {
  /// Bytes of the file.
  public var byteCount: Int64
  /// When it was last changed, in nanoseconds since 1970.
  public var modifiedNanoseconds: Int64

  /// Makes a stamp of parts.
  public init(byteCount: Int64, modifiedNanoseconds: Int64) {
    self.byteCount = byteCount
    self.modifiedNanoseconds = modifiedNanoseconds
  }
}

/// The slices of a track in a view: slice i is samples [i·hop, i·hop + length), 0 <= i < count.
public struct SliceIndex: Sendable, Hashable {
  /// How many slices there are.
  public var count: Int
  /// Samples of a slice.
  public var length: Int
  /// Samples from one slice's start to the next one's.
  public var hop: Int
  /// Samples of the track.
  public var frames: Int

  /// Makes an index of parts.
  public init(count: Int, length: Int, hop: Int, frames: Int) {
    self.count = count
    self.length = length
    self.hop = hop
    self.frames = frames
  }

  /// Four little-endian 64-bit integers: count, length, hop, frames.
  var encoded: [UInt8] {
    LittleEndian.bytes([count, length, hop, frames].map { UInt64(bitPattern: Int64($0)) })
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    let numbers = unsafe bytes.withUnsafeBytes { bytes in
      (0..<4).map { unsafe Int(Int64(bitPattern: LittleEndian.number($0, in: bytes))) }
    }
    // Damaged numbers must not make sums of them overflow.
    guard numbers.allSatisfy({ 0..<(1 << 40) ~= $0 }) else { return nil }
    self.init(count: numbers[0], length: numbers[1], hop: numbers[2], frames: numbers[3])
  }
}

/// A track ready to be stored: its record, and the values of the views that were computed.
public struct PreparedTrack: Sendable {
  /// The value of one view.
  public struct Value: Sendable {
    /// The view.
    public var view: View
    /// The fingerprint under which it is stored; the record names the same.
    public var fingerprint: Fingerprint
    /// What is stored, all slices of the track in one value.
    public var tensors: [Tensor]
    /// Its slices.
    public var slices: SliceIndex
    /// What is known of all values of the view.
    public var facts: ViewFacts

    /// Makes a value of parts; without facts it is what the first version's caches hold.
    public init(
      view: View, fingerprint: Fingerprint, tensors: [Tensor], slices: SliceIndex,
      facts: ViewFacts? = nil
    ) {
      self.facts = facts ?? .ofFirstVersion(view)
      self.view = view
      self.fingerprint = fingerprint
      self.tensors = tensors
      self.slices = slices
    }
  }

  /// The record; its `views` name those computed now and those in the cache already.
  public var record: TrackRecord
  /// The file's stamp.
  public var stamp: SourceStamp
  /// The views that were computed now.
  public var values: [Value]

  /// Makes a track of parts.
  public init(record: TrackRecord, stamp: SourceStamp, values: [Value]) {
    self.record = record
    self.stamp = stamp
    self.values = values
  }
}
