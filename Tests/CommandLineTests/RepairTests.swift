import Foundation
import Testing

/// A damaged shard is named as that by every verb, and made whole again from what can be read and
/// the audio.
@Suite struct RepairTests {
  let collection: Collection

  init() throws {
    collection = try Collection(tracks: 12)
    #expect(try collection.prepare("--progress", "none").code == 0)
  }

  private var shard: String { "\(collection.cache)/shard-00000.lmdb" }

  /// Changes a byte of every leaf that holds a text, among them old ones that are free.
  private func damage(leavesWith text: String, at offset: Int) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: shard)))
    var changed = 0
    for start in stride(from: 8_192, to: bytes.count - 4_095, by: 4_096)
    where bytes[start + 10] == 2 && bytes[start + 11] == 0 {
      // Below the upper end of its free space a page may hold what an earlier one of another
      // database did.
      let upper = Int(bytes[start + 14]) | Int(bytes[start + 15]) << 8
      guard upper <= 4_096 else { continue }
      let nodes = String(decoding: bytes[start + upper..<start + 4_096], as: UTF8.self)
      guard nodes.contains(text) else { continue }
      bytes[start + offset] ^= 0x21
      changed += 1
    }
    #expect(changed > 0)
    try Data(bytes).write(to: URL(fileURLWithPath: shard))
  }

  /// The offset is that of the end of the page's free space.
  @Test(arguments: [(#""storage""#, 14), ("features/", 14)])
  func aDamagedPageIsNamedAndRepaired(_ text: String, _ offset: Int) throws {
    let whole = try collection.digest()
    try damage(leavesWith: text, at: offset)
    let table = "\(collection.path)/table.csv"
    for arguments in [
      ["inspect", collection.cache, "--verify"],
      ["inspect", collection.cache, "--digest"],
      ["export", "csv", collection.cache, "--view", "features", "--output", table],
      collection.arguments(["--progress", "none"]),
    ] {
      let result = try Program.start(arguments).end()
      #expect(result.code == 1 && !result.wasKilled, "\(arguments): \(result)")
      #expect((result.output + result.errors).contains("page "), "\(arguments): \(result)")
    }
    let refused = try Program.start(collection.arguments(["--progress", "none"])).end()
    #expect(refused.errors.contains("run lathe repair CACHE AUDIO_DIR"))

    let repaired = try Program.run("repair", collection.cache)
    #expect(repaired.output.contains("damaged: page"))
    if repaired.code == 0 {
      #expect(try Program.run("inspect", collection.cache, "--verify").code == 0)
    } else {
      #expect(repaired.errors.contains("the recipe") && text == "features/")
    }
    #expect(try collection.prepare("--progress", "none").code == 0)
    // Which records share a page, the machine's speed decides; a split that was hit is named, and
    // made again.
    if repaired.output.contains("lost: the split") {
      #expect(try Program.run("split", collection.cache, "--split", "0.8,0.1,0.1").code == 0)
    }
    #expect(try collection.digest() == whole, "\(repaired)")
  }

  /// What no audio can make again is named.
  @Test func aSplitThatIsLostIsNamed() throws {
    try damage(leavesWith: #""assignment""#, at: 14)
    let result = try Program.run("repair", collection.cache)
    #expect(result.output.contains("lost: the split stratified-seed1-0.8-0.1-0.1"))
  }

  @Test func whatIsWholeStaysAsItIs() throws {
    let before = try Data(contentsOf: URL(fileURLWithPath: shard))
    let result = try Program.run("repair", collection.cache)
    #expect(result.code == 0 && result.output.hasPrefix("12 tracks whole, 0 taken out"))
    let kept = try Data(contentsOf: URL(fileURLWithPath: shard))
    #expect(kept.count == before.count)
  }
}
