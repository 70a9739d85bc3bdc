import Corpus
import TestSupport
import Testing

@testable import DatasetCache

@Suite struct DefaultSplitTests {
  private let folder: TemporaryFolder
  private let cache: Cache

  init() throws {
    folder = try TemporaryFolder()
    cache = try Cache.open(at: folder.path("cache"), for: .creating)
  }

  private func refusal(_ body: () throws(CacheError) -> Void) -> CacheError? {
    do throws(CacheError) { try body() } catch { return error }
    return nil
  }

  @Test func theFirstIsMeantUntilAnotherIsChosen() throws {
    #expect(try cache.defaultSplit() == nil)
    let none = try #require(refusal { () throws(CacheError) in _ = try cache.chosenSplit(nil) })
    #expect(none.kind == .unknownName && none.hint == "make one with: lathe split \(cache.path)")
    for name in ["b", "a", "c"] { try cache.putSplit(name: name, json: Array("{}".utf8)) }
    let digest = try cache.digest()
    #expect(try cache.chosenSplit(nil) == "b" && cache.chosenSplit("a") == "a")
    try cache.putDefaultSplit("c")
    #expect(try cache.chosenSplit(nil) == "c" && cache.digest() == digest)
    try cache.putSplit(name: "c", json: Array("[]".utf8))
    #expect(try cache.defaultSplit() == "c")
    let wrong = try #require(
      refusal { () throws(CacheError) in try cache.putDefaultSplit("d") })
    #expect(wrong.kind == .unknownName)
    #expect(wrong.hint == "it has a, b, c; make another with: lathe split \(cache.path)")

    try cache.removeSplit(name: "a")
    #expect(try cache.defaultSplit() == "c")
    try cache.removeSplit(name: "c")
    #expect(try cache.defaultSplit() == "b", "the only one is meant")
    try cache.putSplit(name: "d", json: Array("{}".utf8))
    let left = try #require(refusal { () throws(CacheError) in _ = try cache.chosenSplit(nil) })
    #expect(left.detail == "it has 2 splits and none is the default: b, d")
    #expect(left.hint.hasSuffix("lathe split \(cache.path) --default b"))
  }

  @Test func repairKeepsIt() throws {
    for name in ["a", "b", "c"] { try cache.putSplit(name: name, json: Array("{}".utf8)) }
    try cache.putDefaultSplit("b")
    try cache.repair([CacheProblem(Layout.splits, "a", "damaged")])
    #expect(try cache.defaultSplit() == "b")
    try cache.putSplit(name: "a", json: Array("{}".utf8))
    try cache.repair([CacheProblem(Layout.splits, "b", "damaged")])
    #expect(try cache.defaultSplit() == nil)
  }
}
