public import AudioIO
public import Corpus
import Dispatch
import Synchronization
import Wording

/// Compares a folder of audio with a manifest, file by file.
///
/// - Files are found as `lathe prepare` finds them: at the path of the manifest, or under the same
///   innermost folder and name (a moved or converted collection).
/// - Every audio file is looked at, those that the manifest does not name too: its header, and the
///   MD5 of those with a published one.
/// - A file is odd where its rate or its channels are not those of three quarters of the files, or
///   where its duration differs from the median by more than a tenth (and half a second) while
///   three quarters of the files keep to it. Where no value is that common, nothing is judged and a
///   remark says so: UrbanSound8K has files of many rates.
public struct ManifestCheck: Sendable {
  /// The manifest.
  public var manifest: Manifest
  /// The folder of audio.
  public var roots: AudioRoots
  /// Whether every file is decoded to its end.
  public var isDeep = false
  /// The number of threads.
  public var threads = 4

  /// A check of headers and checksums on four threads.
  public init(_ manifest: Manifest, roots: AudioRoots) {
    self.manifest = manifest
    self.roots = roots
  }

  /// Looks at everything; a file that cannot be used is a finding, not an error.
  /// - Throws: `AudioError` where the folder cannot be listed.
  public func run() throws(AudioError) -> ManifestReport {
    let listing = try roots.list()
    let (found, absent, unlisted) = manifest.overlay(on: listing.audio)
    let files =
      found.tracks.map { AudioFileCheck(path: $0.path, track: $0) }
      + unlisted.map { AudioFileCheck(path: $0, track: nil) }
    let looked = examined(files).sorted { ByteOrder.precedes($0.path, $1.path) }
    let usual = UsualFormat(looked.compactMap(\.format))
    let changed = looked.compactMap(\.changed)
    let undecodable = looked.compactMap(\.undecodable)
    let odd = looked.compactMap { $0.oddity(beside: usual) }
    return ManifestReport(
      name: manifest.name, tracks: manifest.tracks.count, present: found.tracks.count,
      absent: absent.map(\.id), changed: changed, undecodable: undecodable, odd: odd,
      unlisted: unlisted,
      unreachable: listing.problems.map {
        ManifestReport.Finding(
          path: $0.path, id: nil, code: $0.error.code, detail: $0.error.detail, hint: $0.error.hint)
      }, remarks: usual.remarks + manifest.labelRemarks, isDeep: isDeep,
      problems: changed.count + undecodable.count + odd.count + unlisted.count
        + listing.problems.count)
  }

  private func examined(_ files: [AudioFileCheck]) -> [AudioFileCheck] {
    let workers = max(1, min(threads, files.count))
    let next = Atomic(0)
    let results = Mutex<[AudioFileCheck]>([])
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= files.count { return }
        var file = files[index]
        file.examine(in: roots, isDeep: isDeep)
        results.withLock { $0.append(file) }
      }
    }
    return results.withLock { $0 }
  }
}

/// One file and what was found in it.
struct AudioFileCheck: Sendable {
  let path: String
  let track: Track?
  private(set) var format: AudioFormat?
  private(set) var changed: ManifestReport.Finding?
  private(set) var undecodable: ManifestReport.Finding?

  init(path: String, track: Track?) {
    self.path = path
    self.track = track
  }

  mutating func examine(in roots: AudioRoots, isDeep: Bool) {
    do throws(AudioError) {
      var format = try roots.probe(path)
      if isDeep, Decoding.sampleRates.contains(format.sampleRate) {
        format = try roots.decode(path, Decoding(sampleRate: format.sampleRate)).source
      }
      self.format = format
    } catch {
      var detail = error.detail
      if let known = track?.faults.first(where: { $0.kind == .unreadable }) {
        detail += " (a known fault: \(known.source))"
      }
      undecodable = finding(error.code, detail, hint: error.hint)
    }
    guard let published = track?.md5 else { return }
    // A file that cannot be read is a finding already.
    guard let md5 = try? roots.md5(path), md5 != published else { return }
    changed = finding(
      "changed", "has the MD5 \(md5), not the published \(published)",
      hint: "fetch it again from its source")
  }

  /// What is unusual about the file; nil where nothing is, or where it could not be read.
  func oddity(beside usual: UsualFormat) -> ManifestReport.Finding? {
    guard let format else { return nil }
    let oddities = usual.oddities(format)
    if oddities.isEmpty { return nil }
    return finding(
      "odd", oddities.joined(separator: "; "), hint: "check that it is the right file")
  }

  private func finding(_ code: String, _ detail: String, hint: String) -> ManifestReport.Finding {
    ManifestReport.Finding(path: path, id: track?.id, code: code, detail: detail, hint: hint)
  }
}

extension Manifest {
  /// Labels that are one in all likelihood, and labels that are in vain.
  fileprivate var labelRemarks: [String] {
    let alike = labelsAlike.map {
      "labels that differ in case or blanks only: \(Words.list($0.map { Words.quoted($0) }))"
    }
    let unused = unusedLabels
    if unused.isEmpty { return alike }
    let has = unused.count == 1 ? "a label that no track has" : "labels that no track has"
    return alike + ["\(has): \(Words.list(unused.map { Words.quoted($0) }))"]
  }
}
