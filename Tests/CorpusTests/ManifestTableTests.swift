@testable import Corpus
import Testing

/// The tables of published datasets, as small made-up ones, and tables that are not sound.
@Suite struct ManifestTableTests {
  private func table(
    _ text: String, _ layout: DatasetLayout = .csv, subset: FMASubset? = nil
  ) throws -> Manifest.Table {
    try Manifest.table(Array(text.utf8), layout: layout, name: "set", subset: subset)
  }

  private func refusal(_ text: String, _ layout: DatasetLayout = .csv) -> ManifestError? {
    do {
      _ = try table(text, layout)
      return nil
    } catch { return error as? ManifestError }
  }

  @Test func namesThatRepeatTakeTheirPaths() throws {
    let manifest = try table(
      """
      path,label,id,fold,split
      a/01.wav,x,,1,train
      b/01.wav,y,,2,test
      b/02.wav,y,,2,test
      c/01.wav,x,own,1,train

      """
    ).manifest
    #expect(manifest.tracks.map(\.id) == ["02", "a/01", "b/01", "own"])
    #expect(
      manifest.splits["folds"]?.sides == ["fold-1": ["a/01", "own"], "fold-2": ["02", "b/01"]])
    #expect(manifest.splits["published"]?.sides["test"] == ["02", "b/01"])
    // The same file twice is still refused.
    #expect(refusal("path,label\na/01.wav,x\na/01.wav,y\n") != nil)
  }

  @Test func columnsMayHaveOtherNames() throws {
    let text = "file,genre,label\na.wav,rock,7\nb.wav,pop,8\n"
    let made = try Manifest.table(
      Array(text.utf8), layout: .csv, name: "set", columns: ["path": "file", "label": "genre"])
    #expect(made.manifest.tracks.map(\.label) == ["rock", "pop"])
    #expect(made.manifest.tracks.map(\.path) == ["a.wav", "b.wav"])
    let missing = refusal(text)
    #expect(missing?.detail == #"names no column "path""#)
    #expect(missing?.hint.contains(#"it has "file", "genre", "label"; say which"#) == true)
    let wrong = #expect(throws: ManifestError.self) {
      try Manifest.table(
        Array(text.utf8), layout: .csv, name: "set", columns: ["path": "file", "label": "genres"])
    }
    #expect(wrong?.detail == #"names no column "genres""#)
    // A column that stands for another is not its own any more.
    let swapped = try Manifest.table(
      Array("path,label,id\na.wav,rock,7\n".utf8), layout: .csv, name: "set",
      columns: ["label": "id"])
    #expect(swapped.manifest.tracks.map(\.id) == ["a"])
    #expect(swapped.manifest.tracks.map(\.label) == ["7"])
  }

  /// A file is named by its path, by that without extension, by its name or by its id; what several files are
  /// called is refused with them, and what none is called stays.
  @Test func filesAreNamedByLessThanAPath() throws {
    let files = ["blues/a.wav", "jazz/b.wav", "jazz/c.flac", "rock/c.wav", "rock/d.wav"]
    func paths(_ text: String) throws -> [String] {
      try table(text).manifest.naming(files: files).tracks.map(\.path)
    }
    #expect(
      try paths("path,label,id\nblues/a.wav,x,1\njazz/b,x,2\nc.flac,x,3\nd,x,4\nnone,x,5\n") == [
        "blues/a.wav", "jazz/b.wav", "jazz/c.flac", "rock/d.wav", "none",
      ])
    #expect(try paths("id,label\na,x\nb,y\n") == ["blues/a.wav", "jazz/b.wav"])
    let error = #expect(throws: ManifestError.self) { try paths("path,label\na,x\nc,y\n") }
    #expect(
      error?.description.contains(
        #""c", which 2 files are called: "jazz/c.flac", "rock/c.wav"; give the path"#) == true)
    #expect(refusal("file,label\na,x\n")?.detail == #"names no column "path""#)
  }

  @Test func labelsThatDifferInCaseOrBlanksAlone() throws {
    let text = "path,label\na.wav,Hip Hop\nb.wav,hiphop\nc.wav,hip-hop\nd.wav,pop\n"
    #expect(try table(text).manifest.labelsAlike == [["Hip Hop", "hip-hop", "hiphop"]])
  }

  @Test func esc50() throws {
    let manifest = try table(
      """
      filename,fold,target,category,esc10,src_file,take
      1-100032-A-0.wav,1,0,dog,True,100032,A
      1-100032-B-0.wav,1,0,dog,True,100032,B
      5-9032-A-0.wav,5,36,vacuum_cleaner,False,9032,A

      """, .esc50
    ).manifest
    #expect(manifest.labels == ["dog", "vacuum_cleaner"])
    #expect(
      manifest.tracks[0]
        == Track(
          id: "1-100032-A-0", path: "audio/1-100032-A-0.wav", label: "dog", group: "100032"))
    let folds = try #require(manifest.splits["folds"])
    #expect(folds.sideNames == ["fold-1", "fold-5"])
    #expect(folds.sides["fold-1"] == ["1-100032-A-0", "1-100032-B-0"])
  }

  @Test func urbanSound8K() throws {
    let manifest = try table(
      """
      slice_file_name,fsID,start,end,salience,fold,classID,class\r
      100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark\r
      100263-2-0-117.wav,100263,58.5,62.5,1,10,2,children_playing\r

      """, .urbansound8k
    ).manifest
    #expect(
      manifest.tracks.map(\.path) == [
        "audio/fold5/100032-3-0-0.wav", "audio/fold10/100263-2-0-117.wav",
      ])
    #expect(manifest.tracks.map(\.group) == ["100032", "100263"])
    #expect(manifest.splits["folds"]?.sideNames == ["fold-5", "fold-10"])
  }

  private static let fma = """
    ,album,artist,set,set,track,track
    ,title,name,split,subset,genre_top,title
    track_id,,,,,,
    2,"AWOL - A ""Way"" Of
    Life",AWOL,training,small,Hip-Hop,Food
    136,x,Abominog,test,medium,Old-Time / Historic,
    137,x,,validation,large,,Untitled
    155576,"",Kurt Vile,validation,large,Pop,Freeway
    """

  @Test func fma() throws {
    let all = try table(Self.fma, .fma)
    #expect(all.unlabelled == 1 && all.outside == 0)
    #expect(all.manifest.labels == ["Hip-Hop", "Old-Time - Historic", "Pop"])
    #expect(
      all.manifest.tracks[0]
        == Track(
          id: "000002", path: "000/000002.mp3", label: "Hip-Hop", artist: "AWOL", title: "Food",
          otherFields: ["subset": .string("small")]))
    #expect(all.manifest.tracks[2].path == "155/155576.mp3")
    #expect(
      all.manifest.splits["published"]?.sides == [
        "train": ["000002"], "validation": ["155576"], "test": ["000136"],
      ])
    let medium = try table(Self.fma, .fma, subset: .medium)
    #expect(medium.manifest.tracks.map(\.id) == ["000002", "000136"] && medium.outside == 2)
  }

  @Test func anyTable() throws {
    let manifest = try table(
      "\u{FEFF}label,path,split,fold,artist,md5\n"
        + "a,\"x/1, two.wav\",valid,2,\"Björk \"\"B\"\"\",\n\n"
        + "b,x/3.wav,mine,1,,0123456789ABCDEF0123456789ABCDEF"
    ).manifest
    #expect(manifest.tracks.map(\.id) == ["1, two", "3"])
    #expect(manifest.tracks[0].artist == "Björk \"B\"" && manifest.tracks[1].artist == nil)
    #expect(manifest.tracks[1].md5 == "0123456789abcdef0123456789abcdef")
    #expect(manifest.splits["published"]?.sides == ["validation": ["1, two"], "mine": ["3"]])
    #expect(manifest.splits["folds"]?.sideNames == ["fold-1", "fold-2"])
    #expect(try Manifest.decode(manifest.readableJSON()) == manifest)
  }

  @Test(arguments: [
    ("", ManifestError.Kind.badTable, "line 1"),
    ("path,label\n", .badTable, "the table"),
    ("path,artist\na/1.wav,x\n", .badTable, "line 1"),
    ("path,label,path\n", .badTable, "line 1"),
    ("path,label\na/1.wav\n", .badTable, "line 2"),
    ("path,label\na/1.wav,a,b\n", .badTable, "line 2"),
    ("path,label\na/1.wav,\n", .badTable, "line 2"),
    ("path,label\n\"a/1.wav,a\n", .badTable, "line 2"),
    ("path,label\na/\"1.wav,a\n", .badTable, "line 2"),
    ("path,label\n\"a/1.wav\"x,a\n", .badTable, "line 2"),
    ("path,label\na/1.wav,a\n../1.wav,a\n", .badPath, "line 3, path"),
    ("path,label\na/1.wav,a\n\n/etc/x.wav,a\n", .badPath, "line 4, path"),
    ("path,label,id\na/1.wav,a,x\nb/1.wav,b,x\n", .duplicateID, "line 3, id"),
    ("path,label,id\na/1.wav,a,x\na/1.wav,b,y\n", .duplicatePath, "line 3, path"),
    ("path,label,md5\na/1.wav,a,12\n", .badChecksum, "line 2, md5"),
    ("path,label\na/1.wav,a/b\n", .badName, "labels[0]"),
    ("path,label,title\n\"a/\n1.wav\",a,\n", .badName, "line 2, id"),
  ])
  func badTables(text: String, kind: ManifestError.Kind, path: String) throws {
    let error = try #require(refusal(text))
    #expect(error.kind == kind && error.subject == path, "\(error)")
    #expect(!error.hint.isEmpty && !error.description.contains { $0.isNewline })
  }

  @Test func otherBadTables() throws {
    #expect(refusal("filename,fold\n", .esc50)?.subject == "line 1")
    #expect(refusal(Self.fma.replacing("155576", with: "1555760"), .fma)?.subject == "line 8")
    var bytes = Array("path,label\na/1.wav,x".utf8)
    bytes.append(0xFF)
    #expect(throws: ManifestError.self) {
      try Manifest.table(bytes, layout: .csv, name: "set")
    }
  }

  /// A number of its own for each row is no fold.
  @Test(arguments: ["fold", "split"])
  func aColumnOfTooManySidesIsRefused(_ column: String) throws {
    func rows(_ count: Int) -> String {
      (0..<count).reduce(into: "path,label,\(column)\n") { $0 += "a/\($1).wav,a,\($1)\n" }
    }
    #expect(try table(rows(10_000)).manifest.splits.values.first?.sides.count == 10_000)
    let error = try #require(refusal(rows(10_001)))
    #expect(error.kind == .badTable && error.subject == "line 10002", "\(error)")
    #expect(error.description.contains("10000"), "\(error)")
  }

  /// Whatever the fields are, quoting them and reading them gives them back.
  @Test func quotedFieldsSurvive() throws {
    var random = CounterGenerator(seed: 3, stream: "csv")
    let letters = ["a", "\"", ",", "\n", "\r\n", "é", " ", "\r"]
    for _ in 0..<300 {
      let rows = (0..<3).map { _ in
        (0..<3).map { _ in
          "x"
            + (0..<Int(random.next(below: 6))).map { _ in
              letters[Int(random.next(below: UInt64(letters.count)))]
            }.joined()
        }
      }
      let text = rows.map { row in
        row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
      }.joined(separator: "\r\n")
      var reader = try CSVReader(Array(text.utf8))
      for row in rows {
        let read = try #require(try reader.next())
        #expect(try (0..<3).map { try reader.text(read, $0) } == row)
      }
      let end = try reader.next()
      #expect(end == nil)
    }
  }

  @Test func mutatedTablesNeverTrap() {
    var random = CounterGenerator(seed: 5, stream: "tables")
    for _ in 0..<1_000 {
      var bytes = Array(Self.fma.utf8)
      for _ in 0...random.next(below: 3) {
        let index = Int(random.next(below: UInt64(bytes.count)))
        bytes[index] = UInt8(random.next(below: 256))
      }
      if let table = try? Manifest.table(bytes, layout: .fma, name: "set") {
        #expect((try? Manifest.decode(table.manifest.canonicalJSON())) == table.manifest)
      }
    }
  }
}
