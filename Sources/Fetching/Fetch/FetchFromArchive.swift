import Archives
import Corpus
import Files
import Glibc
import Wording

/// Archives, whole or, of a zip on a server that sends parts, the members that are wanted.
extension FetchRun {
  /// Of a zip from which more than this share is wanted all is fetched.
  private static let worthwhileShare = 0.9

  func fetchArchive(_ source: RemoteSource, _ tracks: [Track]) throws(FetchError) {
    let target = "\(folder.downloads)/\(source.name)"
    if (try? Files.kind(target)) == .file {
      // It came whole in an earlier run.
      if try source.checksums.objection(to: target) == nil { return try use(target, source) }
      unsafe unlink(target)
    }
    let lack = target + KnownLack.ending
    let known = KnownLack(reading: lack)
    let download = Download(
      title: source.name, target: target, mirrors: fetch.addresses(of: source),
      checksums: source.checksums, provesItself: true)
    let whole = try PartialFile(target)
    defer { whole.sync() }
    // What a killed run had put together and not used yet.
    unsafe unlink("\(target).members.zip")
    let selected =
      try mayTakeParts(of: source, tracks) && whole.count == 0
      ? PartialFile("\(target).members.zip") : nil
    defer { selected?.sync() }
    try client.first(
      of: download.mirrors, for: source.name, received: { whole.count + (selected?.count ?? 0) }
    ) { mirror throws(FetchError) in
      if let known, try known.holds(for: tracks, at: mirror, client) {
        return observe(.lacks(title: source.title, tracks: tracks.count))
      }
      if let selected, try fetch(members: tracks, of: source, at: mirror, into: selected) { return }
      try download.fetch(mirror, into: whole, client)
      received(whole.count)
      try use(target, source)
      let ids = Set(tracks.map(\.id))
      let absent = missing.filter { ids.contains($0.id) }
      if !absent.isEmpty { KnownLack(of: whole.lastState, tracks: absent)?.write(lack) }
    }
  }

  /// Whether the checksum of the whole may stay unseen: where none is known, or each track has its own.
  private func mayTakeParts(of source: RemoteSource, _ tracks: [Track]) -> Bool {
    source.name.lowercased().hasSuffix(".zip")
      && (!source.checksums.areKnown || tracks.allSatisfy { $0.md5 != nil })
  }

  /// Fetches members of a zip.
  ///
  /// - Returns: whether that can be done, and is worth it.
  private func fetch(
    members tracks: [Track], of source: RemoteSource, at mirror: RemoteAddress,
    into part: PartialFile
  ) throws(FetchError) -> Bool {
    guard let zip = try ZipServer(mirror, client) else { return false }
    let names = zip.directory.records.compactMap { $0.name.flatMap(source.path(ofMember:)) }
    let files = Set(try found(of: tracks, in: names, "\(mirror)").map(\.file))
    if files.isEmpty { return true }
    let ranges = zip.ranges { record in
      record.name.flatMap(source.path(ofMember:)).map(files.contains) ?? false
    }
    let count = ranges.count(before: zip.size)
    if Double(count) > Self.worthwhileShare * Double(zip.size) { return false }
    try zip.fetch(ranges, into: part, title: source.name, client)
    received(count)
    try part.finish()
    try use("\(folder.downloads)/\(source.name).members.zip", source, isWhole: false)
    return true
  }
}

extension RemoteSource {
  /// What an archive may be called where somebody has it: its name, and those that its servers give it.
  var fileNames: [String] {
    let others = mirrors.compactMap { $0.identity.lastPathComponent.map(String.init) }
    return others.reduce(into: [name]) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Where a member of the archive lies below its root; nil outside of it.
  func path(ofMember name: String) -> String? {
    if root.isEmpty { return name }
    return name.hasPrefix("\(root)/") ? String(name.dropFirst(root.count + 1)) : nil
  }
}
