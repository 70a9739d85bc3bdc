import Corpus
import LMDBStore
import Safetensors

/// Something in a cache that is not as it must be.
public struct CacheProblem: Sendable, Hashable, CustomStringConvertible {
  /// What kind of thing.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Bytes that are not what was written, or no valid record or value.
    case damaged
    /// A value or index that a track's record names is not there.
    case missing
    /// A value that no track's record names.
    case orphaned
  }

  /// What kind of thing.
  public let kind: Kind
  /// The database.
  public let database: String
  /// The key; empty where the database as a whole is meant.
  public let key: String
  /// What was found.
  public let detail: String

  /// One line.
  public var description: String { "\(kind.rawValue): '\(key)' in '\(database)': \(detail)" }
}

extension Cache {
  /// Checks everything: every value against its checksum, its header and its record, every
  /// record against the values it names. Nothing is changed, and a problem does not end it.
  ///
  /// - Returns: The problems; empty where all is well. ``repair(_:)`` takes out what they name.
  /// - Complexity: O(n), at the speed of reading the file.
  public func verify() throws(CacheError) -> [CacheProblem] {
    var problems: [CacheProblem] = []
    var tracks: [String: TrackRecord] = [:]
    for (id, json) in try entries(of: Layout.tracks) {
      do throws(CacheError) {
        let record = try RecordJSON.decode(TrackRecord.self, from: json, subject: id)
        tracks[id] = record
        if record.id != id {
          problems.append(.init(Layout.tracks, id, "it is the record of '\(record.id)'"))
        }
      } catch {
        problems.append(.init(Layout.tracks, id, error.detail))
      }
    }
    for (key, json) in try entries(of: Layout.quarantine) {
      do throws(CacheError) {
        _ = try RecordJSON.decode(QuarantineRecord.self, from: json, subject: key)
      } catch {
        problems.append(.init(Layout.quarantine, key, error.detail))
      }
    }

    for (key, json) in try entries(of: Layout.dropped) {
      do throws(CacheError) {
        _ = try RecordJSON.decode(DroppedRecord.self, from: json, subject: key)
      } catch {
        problems.append(.init(Layout.dropped, key, error.detail))
      }
    }

    var seen: [String: Set<String>] = [:]
    let names = try inStore { () throws(StoreError) in try environment.databaseNames() }
    for name in names {
      guard let (view, fingerprint) = Layout.valueDatabase(name) else { continue }
      let checked = try verifyValues(name, view, fingerprint, tracks)
      problems += checked.problems
      seen[name] = checked.ids
    }
    for view in View.allCases {
      let slices = try slices(of: view)
      for (id, record) in tracks {
        guard let fingerprint = record.views[view] else { continue }
        let name = Layout.values(view, fingerprint)
        if seen[name]?.contains(id) != true {
          problems.append(.init(name, id, "its record names it", .missing))
        }
        guard let index = slices[id] else {
          problems.append(.init(Layout.slices(view), id, "there is no slice index", .missing))
          continue
        }
        if index.frames != record.frames {
          problems.append(
            .init(
              Layout.slices(view), id,
              "it is of \(index.frames) samples, its record of \(record.frames)"))
        }
      }
      for id in slices.keys where tracks[id]?.views[view] == nil {
        problems.append(.init(Layout.slices(view), id, "no record names it", .orphaned))
      }
    }
    problems += try verifySplits(tracks.keys)
    problems += try verifyIndex()
    return problems.sorted { ($0.database, $0.key) < ($1.database, $1.key) }
  }

  /// Checks one database of values; a tree that is itself damaged ends it early.
  private func verifyValues(
    _ name: String, _ view: View, _ fingerprint: Fingerprint, _ tracks: [String: TrackRecord]
  ) throws(CacheError) -> (problems: [CacheProblem], ids: Set<String>) {
    guard let database = try database(name) else { return ([], []) }
    let checksums = try self.database(Layout.blocks(of: name))
    let hops = view == .waveform ? try slices(of: view).mapValues(\.hop) : [:]
    var problems: [CacheProblem] = []
    var ids: Set<String> = []
    do throws(StoreError) {
      try environment.read { transaction throws(StoreError) in
        var cursor = try transaction.cursor(in: database)
        while try cursor.next() {
          let id = cursor.keyText
          ids.insert(id)
          if let detail = Self.fault(in: cursor.value, track: id, fingerprint) {
            problems.append(.init(name, id, detail))
          } else if let checksums, let record = try transaction.value(for: id, in: checksums),
            !BlockChecksums.areSound(record, of: cursor.value, in: view, hop: hops[id] ?? 0)
          {
            problems.append(.init(checksums.name, id, "they are not those of its value's blocks"))
          }
          if tracks[id]?.views[view] != fingerprint {
            problems.append(.init(name, id, "no record names it", .orphaned))
          }
        }
      }
    } catch {
      guard error.kind == .damaged else { throw CacheError(error) }
      problems.append(.init(name, "", error.detail))
    }
    return (problems, ids)
  }

  /// Checks that every split can be read and that one made here holds every track.
  private func verifySplits(
    _ tracks: some Collection<String>
  ) throws(CacheError) -> [CacheProblem] {
    var problems: [CacheProblem] = []
    for name in try splitNames() {
      do throws(CacheError) {
        guard let split = try split(named: name) else { continue }
        // A published one leaves tracks out; one of slices names none; one that fits no more is empty.
        if case .published = split.plan.policy { continue }
        if split.plan.policy == .slices || split.assignment.isEmpty { continue }
        if let lost = tracks.filter({ split.assignment[$0] == nil }).min() {
          problems.append(
            .init(Layout.splits, name, "track '\(lost)' is on none of its sides; make it again"))
        }
      } catch {
        problems.append(.init(Layout.splits, name, "it cannot be read; make it again"))
      }
    }
    return problems
  }

  /// Checks what was made from the rest against its checksums.
  private func verifyIndex() throws(CacheError) -> [CacheProblem] {
    var problems: [CacheProblem] = []
    for (key, bytes) in try entries(of: Layout.index) {
      do throws(TensorError) {
        let value = unsafe bytes.span.bytes
        if try SafetensorsHeader(of: value).hasValidChecksum(value) { continue }
        problems.append(.init(Layout.index, key, "its data does not have its checksum"))
      } catch {
        problems.append(.init(Layout.index, key, error.detail))
      }
    }
    for (key, json) in try entries(of: Layout.statistics) {
      let kept = try? RecordJSON.decode(KeptStatistics.self, from: json, subject: key)
      if kept?.isWhole != true {
        problems.append(.init(Layout.statistics, key, "it does not have its checksum"))
      }
    }
    return problems
  }

  private static func fault(
    in value: RawSpan, track id: String, _ fingerprint: Fingerprint
  ) -> String? {
    do throws(TensorError) {
      let header = try SafetensorsHeader(of: value)
      return header.fault(in: value, track: id, fingerprint)
    } catch {
      return error.detail
    }
  }
}

extension SafetensorsHeader {
  /// What is wrong with the value of a track under a fingerprint; nil where it is that.
  ///
  /// - Parameter checked: whether the data is checked against its checksum.
  func fault(
    in value: RawSpan, track id: String, _ fingerprint: Fingerprint, checked: Bool = true
  ) -> String? {
    if checked, !hasValidChecksum(value) { return "its data does not have its checksum" }
    if metadata["track"] != id { return "it is a value of another track" }
    if metadata["fingerprint"] != fingerprint.hex { return "it is a value of another recipe" }
    return nil
  }
}

extension CacheProblem {
  fileprivate init(
    _ database: String, _ key: String, _ detail: String, _ kind: Kind = .damaged
  ) {
    self.init(kind: kind, database: database, key: key, detail: detail)
  }
}
