internal import Corpus
internal import DatasetCache

/// What has to be done to bring a cache up to a collection and a recipe.
public struct PreparationPlan: Sendable {
  /// The plan in numbers and words.
  public struct Overview: Sendable, Hashable, Codable {
    /// Tracks of the collection.
    public var tracks: Int
    /// Tracks with something to do.
    public var pending: Int
    /// Tracks that are all done.
    public var unchanged: Int
    /// Tracks that are dropped by what is known of them already.
    public var dropped: Int
    /// Tracks of the cache that the collection no longer has.
    public var removed: Int
    /// What is done and why, a line each: `features of 100 tracks: profile librosa-0.8 → librosa-1.0`.
    public var reasons: [String]
    /// Computed values that are thrown away because something else was chosen, a line each.
    public var losses: [String]
    /// What looks wrong in the collection and may be meant, a line each.
    public var warnings: [String] = []
    /// How many tracks are added, removed, renamed and so on, by the words of ``TrackChange/Kind``; nil where that
    /// was not asked for.
    public var changes: [String: Int]?
    /// What becomes of each track that is not as it was, and why; nil where that was not asked for.
    public var tracksExplained: [TrackChange]?
    /// What it will take; nil where nothing is computed, or nothing is known.
    public var forecast: PreparationForecast?
  }

  /// How much an overview says of the tracks.
  public enum Detail: Sendable, Hashable {
    /// Why there is something to do.
    case reasons
    /// Also how many tracks are added, removed, renamed and so on.
    case counts
    /// Also what becomes of each of them.
    case tracks
  }

  /// Why there is something to do for a track.
  enum Cause: Sendable {
    /// Nothing is known of it.
    case new
    /// It was in quarantine.
    case again
    /// It was left out.
    case restored
    /// Its record cannot be read.
    case damaged
    /// The size of its file is another than it was, or it cannot be looked at; the stamp before.
    case changed(SourceStamp?)
    /// The time or path of its file is another.
    case touched
    /// Its content is compared though size and time are the same.
    case checked
    /// It is longer than the recipe's maximum now.
    case tooLong
    /// An earlier version may have read a part of it.
    case partial
    /// Views are missing, or what is known of it is another.
    case views
  }

  /// One track's share.
  struct Task: Sendable {
    let track: Track
    let cause: Cause
    /// The views to compute.
    var views: Set<View>
    /// Views in the cache that stay.
    var kept: [View: Fingerprint]
    let stamp: SourceStamp?
    /// The record as it is to be stored, where the cache has the track already.
    var record: TrackRecord?
    /// Whether the file may hold something else than the record says: then its checksum decides.
    var isInDoubt = false
    /// Whether the file may be one that the cache knows under another id, or hold what another track's did.
    var isSought = false
    /// Whether the file was compared and holds what the record says.
    var isConfirmed = false
    /// Whether the record is to be stored again where nothing is computed.
    var isRewritten = true

    /// Whether the file's content is compared with what the cache has read.
    var isCompared: Bool { isInDoubt || isSought }

    /// Whether the audio is decoded, if the file is the one that the record is of.
    var needsAudio: Bool { !views.isEmpty || record?.figures == nil }

    /// The task where the file turns out to be another one.
    func whole(_ all: Set<View>) -> Task {
      Task(track: track, cause: cause, views: all, kept: [:], stamp: stamp)
    }
  }

  var tasks: [Task]
  /// Files that are not used, as fault policies and what is known of them say, without being read.
  let unused: PreparedBatch
  let removed: [String]
  var overview: Overview
  /// What the overview's lines are made from.
  var findings = PlanFindings()
  /// The records of what is removed.
  var removedRecords: [TrackRecord] = []
  /// How many of these are of files that are no longer there.
  var missing = 0
  /// Tracks that the cache has.
  var tracksBefore = 0
  /// The sizes of files whose content the cache has under an id that has it no more, or perhaps no more.
  var lostSizes: Set<Int64> = []
  /// Whether the MD5 of every file is taken, not only where the manifest has one: earlier versions took
  /// no other checksum, and files of the same bytes are found by one that both have.
  var takesMD5 = false

  /// Whether tracks are computed, stored again or removed.
  var changesTracks: Bool { !tasks.isEmpty || !removed.isEmpty }

  init(tasks: [Task], unused: PreparedBatch, removed: [String], overview: Overview) {
    self.tasks = tasks
    self.unused = unused
    self.removed = removed
    self.overview = overview
  }

  /// A plan that does nothing but these tasks.
  init(tasks: [Task], reasons: [String], tracks: Int) {
    self.init(
      tasks: tasks, unused: PreparedBatch(), removed: [],
      overview: Overview(
        tracks: tracks, pending: tasks.count, unchanged: 0, dropped: 0, removed: 0,
        reasons: reasons, losses: []))
  }
}
