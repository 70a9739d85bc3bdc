import Testing

@testable import Corpus

/// One form of a label, whichever way it comes in.
@Suite struct LabelFormTests {
  private let composed = Array("caf\u{E9}".utf8)
  private let apart = "cafe\u{301}"

  @Test func textsAreComposed() {
    #expect(Array(apart.composed.utf8) == composed)
    #expect("plain".composed == "plain" && Array("\u{212B}".composed.utf8) == [0xC3, 0x85])
    #expect(Array("\u{1100}\u{1161}".composed.utf8) == Array("\u{AC00}".utf8))
  }

  @Test func everyWayInComposesLabelsAndLeavesIDs() throws {
    let folders = Manifest.folders(name: "n", paths: ["\(apart)/\(apart).wav", "caf\u{E9}/b.wav"])
    #expect(folders.manifest.labels.map { Array($0.utf8) } == [composed])
    #expect(folders.manifest.tracks.allSatisfy { Array($0.label.utf8) == composed })
    #expect(folders.manifest.tracks.contains { Array($0.id.utf8) == Array(apart.utf8) })
    let table = try Manifest.table(
      Array("path,label\na.wav,\(apart)\nb.wav,caf\u{E9}\n".utf8), layout: .csv, name: "n")
    #expect(table.manifest.labels.map { Array($0.utf8) } == [composed])
    let json = """
      {"schema":"lathe.manifest/1","name":"n","labels":["\(apart)","x"],"tracks":[
       {"id":"a","path":"a.wav","label":"caf\u{E9}"},{"id":"b","path":"b.wav","label":"x",
        "faults":[{"kind":"mislabelled","source":"S","label":"\(apart)"}]}]}
      """
    let manifest = try Manifest.decode(json.utf8)
    #expect(manifest.labels.map { Array($0.utf8) } == [composed, [UInt8(ascii: "x")]])
    #expect(manifest.tracks[1].faults[0].label.map { Array($0.utf8) } == composed)
    let rows = try FeatureRows(
      parsing:
        Array("filename,x,label\na.wav,1,\(apart)\nb.wav,2,caf\u{E9}\n".utf8))
    #expect(rows.labels.map { Array($0.utf8) } == [composed])
  }
}

@Suite struct NearNamesTests {
  @Test func theNearestComeFirst() {
    let names = ["jazz.00001", "jazz.00010", "blues.00001", "x"]
    #expect(NearNames.near("jazz.0001", in: names) == ["jazz.00001", "jazz.00010"])
    #expect(NearNames.near("JAZZ.00001", in: names).first == "jazz.00001")
    #expect(NearNames.near("something else", in: names) == [])
    #expect(NearNames.near("y", in: names) == ["x"])
    #expect(NearNames.near("jazz.0001", in: names, atMost: 1) == ["jazz.00001"])
  }
}
