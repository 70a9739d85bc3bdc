import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// Files that are renamed, moved, swapped or copied keep their values, and a dry run says so.
@Suite struct RenameTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music()
    try folder.write(Wave.pcm16(Wave.notes(seed: 70, count: 12_000)), "jazz/long.wav")
  }

  private func move(_ old: String, _ new: String) throws {
    let target = URL(filePath: "\(folder.audio)/\(new)")
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: "\(folder.audio)/\(old)", toPath: target.path())
  }

  private func copy(_ old: String, _ new: String) throws {
    try FileManager.default.copyItem(
      atPath: "\(folder.audio)/\(old)", toPath: "\(folder.audio)/\(new)")
  }

  private func explain(
    _ recipe: Recipe? = nil, manifest: Manifest? = nil, shard: Shard? = nil
  ) throws -> [String] {
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try recipe ?? .samplesOnly()
    preparation.manifest = manifest
    preparation.shard = shard
    let overview = try preparation.overview(.tracks)
    let changes = try #require(overview.tracksExplained)
    var counts: [String: Int] = [:]
    for kind in changes.flatMap(\.kinds) { counts[kind.rawValue, default: 0] += 1 }
    #expect(overview.changes == counts)
    #expect(try preparation.overview(.counts).changes == counts)
    return changes.map(\.description)
  }

  /// The digest is that of a cache that is made from the folder as it is now.
  private func expectAsNew(_ recipe: Recipe? = nil, manifest: Manifest? = nil) throws {
    let fresh = "\(folder.path)/fresh"
    try? FileManager.default.removeItem(atPath: fresh)
    try folder.prepare(recipe, cache: fresh, manifest: manifest)
    #expect(try folder.digest() == folder.digest(fresh))
    #expect(try folder.open().verify() == [])
    #expect(try explain(recipe, manifest: manifest) == [])
  }

  @Test func aRenamedFileKeepsItsValues() throws {
    try folder.prepare(.small())
    try move("jazz/jazz.00000.wav", "jazz/other.wav")
    #expect(
      try explain(.small()) == [
        "renamed: jazz/other.wav (from jazz/jazz.00000.wav): same content, values are kept"
      ])
    let summary = try folder.prepare(.small())
    #expect(summary.prepared == 0 && summary.takenOver == 1 && summary.removed == 1)
    #expect(summary.tracks == 5 && summary.unchanged == 4)
    try expectAsNew(.small())
  }

  @Test func aFolderThatIsMovedRenamesAndRelabels() throws {
    // The names occur in two folders, so that the folder is in the ids.
    try folder.write(Wave.pcm16(Wave.notes(seed: 80)), "rock/01.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 81)), "pop/01.wav")
    try folder.prepare()
    try move("rock/01.wav", "metal/01.wav")
    #expect(
      try explain() == [
        "renamed, relabelled: metal/01.wav (from rock/01.wav): same content, values are kept; "
          + "label rock → metal"
      ])
    let summary = try folder.prepare()
    #expect(summary.prepared == 0 && summary.takenOver == 1 && summary.removed == 1)
    #expect(try folder.open().trackRecord("metal/01")?.label == "metal")
    try expectAsNew()
  }

  @Test func aTrackThatIsMovedAndKeepsItsIdIsRelabelled() throws {
    try folder.prepare()
    try move("jazz/long.wav", "swing/long.wav")
    #expect(
      try explain() == [
        "renamed, relabelled: swing/long.wav (from jazz/long.wav): same content, values are kept; "
          + "label jazz → swing"
      ])
    let summary = try folder.prepare()
    #expect(summary.prepared == 0 && summary.takenOver == 0 && summary.unchanged == 5)
    try expectAsNew()
  }

  @Test(arguments: ["jazz/jazz.00001.wav", "jazz/long.wav"])
  func twoFilesThatChangeTheirNamesChangeTheirValues(_ other: String) throws {
    try folder.prepare()
    try move("blues/blues.00000.wav", "blues/away.tmp")
    try move(other, "blues/blues.00000.wav")
    try move("blues/away.tmp", other)
    let lines = try explain()
    #expect(lines.count == 2)
    #expect(
      lines.first?.hasPrefix(
        "renamed, relabelled: blues/blues.00000.wav (from \(other)): same content, values are kept")
        == true || lines.first?.hasPrefix("renamed: blues/blues.00000.wav (from \(other))") == true)
    let summary = try folder.prepare()
    #expect(summary.prepared == 0 && summary.takenOver == 2 && summary.removed == 0)
    try expectAsNew()
  }

  /// 0 → 1 → 2 → new: each is read before it is overwritten.
  @Test func namesThatAreCountedUpMoveAlong() throws {
    for number in 0..<5 {
      try folder.write(Wave.pcm16(Wave.notes(seed: 90 + number)), "rock/r\(number).wav")
    }
    try folder.prepare()
    for number in (0..<5).reversed() { try move("rock/r\(number).wav", "rock/r\(number + 1).wav") }
    let summary = try folder.prepare()
    #expect(summary.prepared == 0 && summary.takenOver == 5 && summary.removed == 1)
    try expectAsNew()
  }

  @Test func copiesOfARenamedFileTakeItsValuesToo() throws {
    try folder.prepare()
    try copy("jazz/long.wav", "jazz/b.wav")
    try copy("jazz/long.wav", "jazz/c.wav")
    try folder.remove("jazz/long.wav")
    let summary = try folder.prepare()
    #expect(summary.prepared == 0 && summary.takenOver == 2 && summary.tracks == 6)
    try expectAsNew()
  }

  @Test func aCopyOfAFileThatStaysIsNew() throws {
    try folder.prepare()
    try copy("jazz/long.wav", "jazz/b.wav")
    #expect(try explain() == ["added: jazz/b.wav: computes all views"])
    #expect(try folder.prepare().prepared == 1)
    try expectAsNew()
    // Where two have the same content, and one is renamed.
    try move("jazz/b.wav", "jazz/d.wav")
    let lines = try explain()
    #expect(lines.count == 1 && lines[0].hasPrefix("renamed: jazz/d.wav"), "\(lines)")
    #expect(try folder.prepare().takenOver == 1)
    try expectAsNew()
  }

  @Test func aRenamedFileThatIsChangedTooIsNew() throws {
    try folder.prepare()
    try folder.remove("jazz/jazz.00000.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 99)), "jazz/other.wav")
    #expect(
      try explain() == [
        "removed: jazz/jazz.00000.wav: the collection does not have it any more",
        "added: jazz/other.wav: computes all views",
      ])
    #expect(try folder.prepare().prepared == 1)
    try expectAsNew()
  }

  /// More than half of the tracks are gone by their ids, and none by their content.
  @Test(arguments: [1, 3]) func aCollectionThatIsRenamedWholeIsNoOtherOne(_ shards: Int) throws {
    for index in 0..<shards where shards > 1 {
      var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
      preparation.recipe = try .samplesOnly()
      preparation.shard = Shard(index, of: shards)
      try preparation.run(progress: Recorder())
    }
    try folder.prepare()
    for name in ["jazz.00000", "jazz.00001", "long"] {
      try move("jazz/\(name).wav", "jazz/new-\(name).wav")
    }
    for name in ["blues.00000", "blues.00001"] { try move("blues/\(name).wav", "soul/\(name).wav") }
    try move("soul/blues.00001.wav", "soul/soul.wav")
    #expect(try explain().count == 5)
    let summary = try folder.prepare()
    #expect(summary.tracks == 5 && summary.removed == 4)
    if shards == 1 { #expect(summary.prepared == 0 && summary.takenOver == 4) }
    try expectAsNew()
    for name in ["jazz.00000", "jazz.00001", "long"] {
      try folder.write(
        Wave.pcm16(Wave.notes(seed: 300 + name.utf8.count + Int(name.utf8.last ?? 0))),
        "jazz/x-\(name).wav")
      try folder.remove("jazz/new-\(name).wav")
    }
    #expect(throws: PreparationError.self) { try folder.prepare() }
  }

  @Test func anotherExtensionIsReadAgain() throws {
    try folder.prepare()
    try move("jazz/jazz.00000.wav", "jazz/other.au")
    #expect(try folder.prepare().prepared == 1)
    try expectAsNew()
  }

  @Test func whatTheRecipeAsksForBesidesIsComputed() throws {
    try folder.prepare(.small())
    try move("jazz/long.wav", "jazz/short.wav")
    var recipe = try Recipe.small()
    recipe.views.mel?.bands = 16
    let lines = try explain(recipe)
    #expect(
      lines.contains(
        "renamed: jazz/short.wav (from jazz/long.wav): same content; computes mel (bands 32 → 16)"))
    #expect(
      lines.contains("recomputed: jazz/jazz.00001.wav: computes mel (bands 32 → 16)"), "\(lines)")
    let summary = try folder.prepare(recipe)
    #expect(summary.takenOver == 0 && summary.prepared == 5)
    try expectAsNew(recipe)
  }

  /// The checksums of a manifest go with the track, and one that is not the file's is told as ever.
  @Test func aManifestWithChecksums() throws {
    let md5 = try #require(Self.md5(of: "\(folder.audio)/jazz/long.wav"))
    func manifest(_ name: String, _ md5: String?) throws -> Manifest {
      try Manifest(
        name: "club", labels: ["loud"],
        tracks: [Track(id: name, path: "jazz/\(name).wav", label: "loud", md5: md5)])
    }
    try folder.prepare(manifest: manifest("long", nil))
    #expect(try folder.open().trackRecord("long")?.md5 == nil)
    try move("jazz/long.wav", "jazz/short.wav")
    let later = try manifest("short", md5)
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .samplesOnly()
    preparation.manifest = later
    let summary = try preparation.run(progress: Recorder())
    #expect(summary.takenOver == 1 && summary.prepared == 0 && summary.changed == [])
    #expect(try folder.open().trackRecord("short")?.md5 == md5)
    try expectAsNew(manifest: later)
  }

  private static func md5(of path: String) -> String? {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/md5sum")
    process.arguments = [path]
    process.standardOutput = output
    guard (try? process.run()) != nil, let data = try? output.fileHandleForReading.readToEnd()
    else { return nil }
    process.waitUntilExit()
    return String(decoding: data.prefix(32), as: UTF8.self)
  }

  @Test func everyOtherChangeIsExplained() throws {
    try folder.write([], "rock/empty.wav")
    try folder.prepare()
    try folder.write(Wave.pcm16(Wave.notes(seed: 50)), "pop/new.wav")
    try folder.remove("jazz/jazz.00000.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 51, count: 10_000)), "jazz/long.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 52)), "blues/blues.00000.wav")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)],
      ofItemAtPath: "\(folder.audio)/blues/blues.00001.wav")
    let lines = try explain()
    #expect(
      lines == [
        "changed: blues/blues.00000.wav: other content of the same size, another time; computes all views",
        "touched: blues/blues.00001.wav: another time, the same content",
        "removed: jazz/jazz.00000.wav: the collection does not have it any more",
        "changed: jazz/long.wav: size 24,044 → 20,044 bytes; computes all views",
        "added: pop/new.wav: computes all views",
        "tried-again: rock/empty.wav: was in quarantine: empty, is empty; computes all views",
      ])
    try folder.prepare()
  }

  @Test func aDividedCacheSumsItsReasonsAndKeepsValuesWithinAShard() throws {
    for number in 0..<12 {
      try folder.write(Wave.pcm16(Wave.notes(seed: 200 + number)), "rock/r\(number).wav")
    }
    for index in 0..<3 {
      var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
      preparation.recipe = try .samplesOnly()
      preparation.shard = Shard(index, of: 3)
      try preparation.run(progress: Recorder())
    }
    _ = try ShardMerge(cachePath: folder.cache).run()
    let home = Shard.index(of: "r3", count: 3)
    let near = try #require(
      (0..<99).map { "near\($0)" }.first { Shard.index(of: $0, count: 3) == home })
    let far = try #require(
      (0..<99).map { "far\($0)" }.first {
        Shard.index(of: $0, count: 3) != Shard.index(of: "r4", count: 3)
      })
    try move("rock/r3.wav", "rock/\(near).wav")
    try move("rock/r4.wav", "rock/\(far).wav")
    for number in 20..<32 {
      try folder.write(Wave.pcm16(Wave.notes(seed: 200 + number)), "rock/s\(number).wav")
    }
    let sink = Recorder()
    let lines = try explain()
    #expect(lines.contains { $0.hasPrefix("renamed: rock/\(near).wav (from rock/r3.wav)") })
    let other = Shard.index(of: far, count: 3)
    #expect(
      lines.contains(
        "renamed: rock/\(far).wav (from rock/r4.wav): same content, but its values lie in shard "
          + "\(Shard.index(of: "r4", count: 3)) and belong in shard \(other) now; computes all views"
      ))
    #expect(lines.count == 14 && !lines.contains { $0.hasPrefix("removed") })
    let summary = try folder.prepare(sink: sink)
    // One line for all shards.
    #expect(sink.reasons == ["all views of 14 tracks: new"])
    #expect(summary.takenOver == 1 && summary.prepared == 13 && summary.removed == 2)
    try expectAsNew()
  }
}
