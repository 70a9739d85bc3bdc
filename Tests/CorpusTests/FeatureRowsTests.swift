import Foundation
import Testing

@testable import Corpus

/// Tables of features, as they are published and as people make them.
@Suite struct FeatureRowsTests {
  private func rows(_ text: String) throws -> FeatureRows {
    try FeatureRows(parsing: Array(text.utf8))
  }

  private func refusal(_ text: String) throws -> ManifestError {
    try #require(throws: ManifestError.self) { try rows(text) }
  }

  /// The id of each row's track, its slice and its label.
  private func origins(_ rows: FeatureRows) -> [String] {
    rows.rows.map { "\(rows.trackIDs[$0.track])/\($0.slice)/\(rows.labels[$0.label])" }
  }

  @Test func slicesOfTracks() throws {
    let table = try rows(
      """
      filename,length,tempo,rms mean,label
      rock.00002.1.wav,66149,120.5,1e-3,rock
      blues.00000.0.wav,66149,-1,2,blues
      rock.00002.0.wav,66149,3,4,rock
      blues.00000.10.wav,66149,5,6,blues
      """)
    #expect(table.columns == ["tempo", "rms mean"])
    #expect(table.labels == ["blues", "rock"] && table.trackIDs == ["blues.00000", "rock.00002"])
    #expect(table.trackLabels == ["blues", "rock"])
    #expect(
      origins(table) == [
        "rock.00002/1/rock", "blues.00000/0/blues", "rock.00002/0/rock", "blues.00000/10/blues",
      ])
    #expect(table.values == [120.5, 1e-3, -1, 2, 3, 4, 5, 6])
    let samples = try table.samples(name: "all", identity: "i")
    #expect(samples.count == 4 && samples.shape == [2])
    #expect(try MemorySamplesTests.numbers(samples, 2) == [3, 4])
  }

  /// Apostrophes that `lathe export csv` puts in front of names are taken off again.
  @Test func guardedNamesAreWhatTheyWere() throws {
    let table = try rows(
      """
      filename,tempo,label
      '=cmd.0.wav,1,'+plus
      '=cmd.1.wav,2,'+plus
      ''-x.0.wav,3,'rock
      """)
    #expect(origins(table) == ["=cmd/0/+plus", "=cmd/1/+plus", "'-x/0/'rock"])
  }

  /// In a table of others that guards nothing they are part of the names: none is changed, none
  /// become one.
  @Test func foreignApostrophesStay() throws {
    let table = try rows("filename,tempo,label\n=a.wav,1,x\n'=a.wav,2,'=x\n'=b.wav,2,=x\n")
    #expect(table.trackIDs == ["'=a", "'=b", "=a"] && table.labels == ["'=x", "=x", "x"])
  }

  /// What is learnt from is chosen: strays are refused by name, passed over, or taken.
  @Test func columnsAreChosen() throws {
    let text = "Unnamed: 0,filename,length,b,a,artist,label\n7,x,9,1,2,me,l\n8,y,9,3,4,you,m\n"
    func table(_ features: FeatureColumns) throws -> FeatureRows {
      try FeatureRows(parsing: Array(text.utf8), features: features)
    }
    let among = try table(.among(["a", "b", "c"]))
    #expect(among.columns == ["b", "a"] && among.values == [1, 2, 3, 4] && !among.hasAllColumns)
    let named = try table(.named(["a", "Unnamed: 0", "length"]))
    #expect(named.columns == ["a", "Unnamed: 0", "length"] && named.values == [2, 7, 9, 4, 8, 9])
    for (features, detail, hint) in [
      (
        FeatureColumns.only(["a", "b"]),
        "has the columns \"Unnamed: 0\", \"artist\", which are no features of the view",
        "add --columns view to learn from the others, or --columns NAME,NAME,… to choose"
      ),
      (
        .only(["a", "b", "artist"]),
        "has the column \"Unnamed: 0\", which is no feature of the view",
        "add --columns view to learn from the others, or --columns NAME,NAME,… to choose"
      ),
      (
        .only(["c"]),
        "has the columns \"Unnamed: 0\", \"b\", \"a\", \"artist\", which are no features of the view",
        "if these are your features, add --columns 'Unnamed: 0,b,a,…'"
      ),
      (
        .named(["a", "c"]), "names no column \"c\"",
        "it has \"Unnamed: 0\", \"b\", \"a\", \"artist\""
      ),
      (.named(["a", "b", "a"]), "is to give the column \"a\" twice", "name each column once"),
      (
        .named(["label"]), "has \"label\" to say what a row is",
        "choose other columns to learn from"
      ),
      (.named([]), "has no column of numbers", "add features"),
      (.among(["c"]), "has no column of numbers", "add features"),
    ] {
      let error = try #require(throws: ManifestError.self) { try table(features) }
      #expect(error.detail == detail && error.hint == hint, "\(error)")
    }
    let error = try #require(throws: ManifestError.self) { try table(.named(["a", "artist"])) }
    #expect("\(error)".contains("line 2 has no finite number in the column \"artist\""))
    // A table that has nothing else is the same whoever chooses.
    let clean = Array("filename,b,a,label\nx,1,2,l\n".utf8)
    for features in [
      FeatureColumns.all, .only(["a", "b"]), .among(["a", "b"]), .named(["b", "a"]),
    ] {
      let rows = try FeatureRows(parsing: clean, features: features)
      #expect(rows.columns == ["b", "a"] && rows.hasAllColumns)
    }
    #expect(try !FeatureRows(parsing: clean, features: .named(["a", "b"])).hasAllColumns)
  }

  /// Numbers with leading zeros are the tracks' own, as in GTZAN; one name without a number makes
  /// all rows tracks.
  @Test(arguments: [
    ("blues.00000.wav", "rock.00000.wav", ["blues.00000/0/b", "rock.00000/0/r"]),
    ("blues.00000", "rock.00000", ["blues.00000/0/b", "rock.00000/0/r"]),
    ("a.1.wav", "b.wav", ["a.1/0/b", "b/0/r"]), ("a.1", "b.2", ["a/1/b", "b/2/r"]),
    ("a.-1.wav", "b.1.wav", ["a.-1/0/b", "b.1/0/r"]),
    ("a.+1.wav", "b.1.wav", ["a.+1/0/b", "b.1/0/r"]),
    ("1.wav", "2.wav", ["1/0/b", "2/0/r"]), (".1.wav", ".2.wav", [".1/0/b", ".2/0/r"]),
    ("a.01.wav", "b.1.wav", ["a.01/0/b", "b.1/0/r"]),
    ("a.99999999999999999999.wav", "b.1.wav", ["a.99999999999999999999/0/b", "b.1/0/r"]),
    ("dir/a.0.mp3", "dir/b.0.mp3", ["dir/a/0/b", "dir/b/0/r"]),
    ("é.7.ogg", "ü.7.ogg", ["é/7/b", "ü/7/r"]),
  ])
  func namesSayWhichRowsBelongTogether(_ one: String, _ other: String, _ expected: [String]) throws
  {
    let table = try rows("filename,x,label\n\(one),1,b\n\(other),2,r\n")
    #expect(origins(table) == expected)
  }

  @Test func quotesAndLineEnds() throws {
    let table = try rows(
      "\u{FEFF}label,\"x, \"\"y\"\"\",filename\r\n\r\n\"hip,\nhop\",\"1\",\"a \"\"b\"\".wav\"\r\n"
        + "pop,2,c.wav")
    #expect(table.columns == ["x, \"y\""] && table.labels == ["hip,\nhop", "pop"])
    #expect(table.trackIDs == ["a \"b\"", "c"] && table.values == [1, 2])
  }

  /// What pandas writes where it is not told otherwise: a first column without a name.
  @Test func columnsWithoutANameAreNone() throws {
    #expect(try rows(",filename,x,label\n0,a.wav,1,b\n1,c.wav,2,d\n").columns == ["x"])
  }

  @Test(arguments: [
    ("", 1, "is empty"), ("\n\n", 1, "is empty"),
    ("filename,x,label\n", 1, "is the only row"),
    ("file,x,label\na,1,b\n", 1, "no column \"filename\""),
    ("filename,x\na,1\n", 1, "no column \"label\""), ("Filename,x,Label\na,1,b\n", 1, "no column"),
    ("filename,label\na,b\n", 1, "no column of numbers"),
    ("filename,length,label\na,1,b\n", 1, "no column of numbers"),
    ("filename,x,x,label\na,1,2,b\n", 1, "\"x\" twice"),
    ("filename,x,label\na,1,b\nc,2\n", 3, "2 fields where the first row has 3"),
    ("filename,x,label\na,1,b,\n", 2, "4 fields"), ("filename,x,label\n,1,b\n", 2, "no file name"),
    ("filename,x,label\na,1,\n", 2, "no label"), ("filename,x,label\na,,b\n", 2, "column \"x\""),
    ("filename,x,label\na,nan,b\n", 2, "no finite number"),
    ("filename,x,label\na,NaN,b\n", 2, "no finite number"),
    ("filename,x,label\na,inf,b\n", 2, "no finite number"),
    ("filename,x,label\na,1e39,b\n", 2, "no finite number"),
    ("filename,x,label\na,1.2.3,b\n", 2, "no finite number"),
    ("filename,x,label\na,\"1,5\",b\n", 2, "no finite number"),
    ("filename,x,label\na,1,b\n\na,2,b\n", 4, "the second row of \"a\""),
    ("filename,x,label\na.1.wav,1,b\na.1.mp3,2,b\n", 3, "the second row of \"a.1.mp3\""),
    ("filename,x,label\na,1,b\na,1,c\n", 3, "the second row"),
    ("filename,x,label\na,\"1,b\n", 2, "never closed"),
    ("filename;x;label\na;1;b\n", 1, "no column"),
  ])
  func tablesThatAreNone(_ text: String, line: Int, words: String) throws {
    let error = try refusal(text)
    #expect("\(error)".contains("line \(line)") && "\(error)".contains(words), "\(error)")
    #expect(!error.hint.isEmpty)
  }

  @Test func notUTF8IsRefused() throws {
    let bytes = Array("filename,x,label\na,1,".utf8) + [0xFF, 0xFE, 0x0A]
    let error = try #require(throws: ManifestError.self) { try FeatureRows(parsing: bytes) }
    #expect(error.kind == .notUTF8)
  }

  /// One wrong label must not turn all slices into tracks of their own: parts of a track would be
  /// trained on, and parts tested.
  @Test func aTrackUnderTwoLabels() throws {
    let error = try refusal(
      "filename,x,label\na.00001.0.wav,1,a\nb.00001.0.wav,1,b\na.00001.1.wav,1,b\n")
    #expect("\(error)".contains("line 4"))
    #expect("\(error)".contains("\"a.00001\" under a second label"))
  }

  @Test func sidesKeepTracksWhole() throws {
    var text = "filename,x,label\n"
    for track in 0..<10 {
      for slice in 0..<3 {
        text += "t\(track).000.\(slice).wav,\(track * 3 + slice),\(["a", "b"][track % 2])\n"
      }
    }
    let table = try rows(text)
    let tracks = zip(table.trackIDs, table.trackLabels).map { SplitTrack(id: $0, label: $1) }
    let plan = try SplitPlan(seed: 1, division: .ratios([0.8, 0.2]))
    let split = try Split.make(plan, tracks: tracks)
    let train = try table.samples(name: "train", identity: "", split: split, side: "train")
    let test = try table.samples(name: "test", identity: "", split: split, side: "test")
    #expect(train.count == 24 && test.count == 6 && train.labels == test.labels)
    func ids(_ samples: MemorySamples) -> Set<String> {
      Set((0..<samples.count).map { samples.trackID(samples.location(of: $0).track) })
    }
    #expect(ids(train).isDisjoint(with: ids(test)) && ids(train).count == 8)
    for index in 0..<test.count {
      let location = test.location(of: index)
      let track = try #require(Int(test.trackID(location.track).dropFirst().prefix(1)))
      #expect(try MemorySamplesTests.numbers(test, index) == [Float(track * 3 + location.slice)])
    }
    let error = try #require(throws: SampleError.self) {
      try table.samples(name: "none", identity: "", split: split, side: "validation")
    }
    #expect(error.kind == .missing && error.subject == "none")
  }

  /// The order of the rows is the order of the samples, and nothing else depends on it.
  @Test func rowsOutOfOrder() throws {
    let lines = ["b.2.wav,1,y", "a.0.wav,2,x", "b.0.wav,3,y", "a.7.wav,4,x"]
    let one = try rows("filename,x,label\n" + lines.joined(separator: "\n"))
    let other = try rows("filename,x,label\n" + lines.reversed().joined(separator: "\n"))
    #expect(one.trackIDs == other.trackIDs && one.labels == other.labels)
    #expect(one.rows == other.rows.reversed() && one.values == other.values.reversed())
  }
}

/// The public tables of GTZAN's features, where they are at hand.
@Suite struct PublicFeatureTableTests {
  static let folder: String? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = package.appending(path: "../shared/data/kaggle").standardized
      .path(percentEncoded: false)
    return FileManager.default.fileExists(atPath: "\(path)/features_30_sec.csv") ? path : nil
  }()

  @Test(.enabled(if: folder != nil, "the public table is not at hand"))
  func wholeTracks() throws {
    let folder = try #require(Self.folder)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/features_30_sec.csv"))
    let table = try FeatureRows(parsing: [UInt8](bytes))
    #expect(table.rows.count == 1_000 && table.trackIDs.count == 1_000)
    #expect(table.columns.count == 57 && table.columns.first == "chroma_stft_mean")
    #expect(table.columns.last == "mfcc20_var" && table.labels.count == 10)
    #expect(table.trackIDs.first == "blues.00000" && table.trackIDs.last == "rock.00099")
    #expect(table.rows.allSatisfy { $0.slice == 0 })
    #expect(abs(table.values[0] - 0.350_088) < 1e-5)
  }
}
