import Files
import Foundation
import TestSupport
import Testing

/// Names of files made of names from elsewhere.
@Suite struct SafeFileNamesTests {
  private func names(_ texts: [String], limit: Int = SafeFileNames.maximumBytes) -> [String] {
    var names = SafeFileNames(limit: limit)
    return texts.map { names.name(for: $0) }
  }

  @Test(arguments: [
    "rock", "blues.00000", "R&B", "Ünïcode 長い", "a b", "01 - Intro (live)", "=cmd", "a-b",
    "CONCERT",
    "console", "COM10", "com", "ß", "'", "~x", "a.b.c", String(repeating: "é", count: 127) + "x",
  ])
  func safeNamesStay(text: String) {
    #expect(names([text]) == [text])
  }

  @Test(arguments: [
    ("AC/DC", "AC_DC-"), ("a\\b", "a_b-"), ("a:b*c?d\"e<f>g|h", "a_b_c_d_e_f_g_h-"), ("", "_-"),
    (".", "_-"), ("..", "_._-"), (".hidden", "_.hidden-"), ("-rf", "_-rf-"), (" a", "_ a-"),
    ("a.", "a_-"), ("a ", "a_-"), ("CON", "_CON-"), ("con.wav", "_con.wav-"),
    ("Aux .b", "_Aux .b-"),
    ("COM1", "_COM1-"), ("lpt³.x", "_lpt³.x-"), ("CONIN$", "_CONIN$-"), ("a\u{202E}gpj", "a_gpj-"),
    ("a\nb\t\u{0}c\u{7F}", "a_b__c_-"), ("a\u{200B}b", "a_b-"), ("a\u{2028}b", "a_b-"),
    ("a\u{0378}b", "a_b-"),
  ])
  func othersAreSpeltAnewWithDigits(text: String, begin: String) throws {
    let name = try #require(names([text]).first)
    #expect(name.hasPrefix(begin), "\(name)")
    let digits = name.dropFirst(begin.count)
    #expect(digits.utf8.count == 16 && digits.allSatisfy(\.isHexDigit), "\(name)")
  }

  /// The digits are FNV-1a's, which published values tell: of "" and of "a".
  @Test func digitsAreOfTheWholeText() {
    #expect(names([""]) == ["_-cbf29ce484222325"])
    #expect(names(["a", "A"]) == ["a", "A-af63fc4c860222ec"])
  }

  @Test func clashesAreToldApart() {
    // Capital letters, composed letters, both, and a name that another has been given.
    let texts = [
      "Straße", "STRASSE", "é", "e\u{301}", "É", "E\u{301}", "Å", "\u{212B}", "ſ", "s", "K",
      "\u{212A}",
      "a/b", "a:b", "a_b", "ς", "σ", "Σ",
    ]
    let made = names(texts)
    expectDistinct(made)
    #expect(made[0] == "Straße" && made[1].hasPrefix("STRASSE-") && made[14] == "a_b")
    let again = names([made[1], made[12], "STRASSE", "a/b"])
    expectDistinct(again)
    #expect(again[0] == made[1] && again[2] == "STRASSE" && again[3] == made[12] + "-2")
    var besides = SafeFileNames(taken: ["images.json"])
    #expect(besides.name(for: "IMAGES.JSON").hasPrefix("IMAGES.JSON-"))
  }

  @Test func longNamesAreCutBetweenCharacters() {
    let stem = String(repeating: "é", count: 200)
    let made = names([stem + "1", stem + "2", stem])
    expectDistinct(made)
    for name in made {
      #expect(name.utf8.count == 255 && name.hasPrefix("éé") && name.contains("é-"))
    }
    // One letter with a thousand accents.
    let accents = "e" + String(repeating: "\u{301}", count: 1_000)
    #expect(names([accents])[0].utf8.count <= 255)
    #expect(names([stem], limit: 64)[0].utf8.count <= 64)
  }

  /// Whatever the texts are, no two names are one file and each may be used everywhere.
  @Test(arguments: 0..<20)
  func anyTexts(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "a", "A", "b", "ß", "SS", "é", "e\u{301}", "E\u{301}", "\u{345}", "α", "ᾳ", "İ", "i\u{307}",
      "/", "\\",
      ".", "-", " ", "_", "\u{202E}", "\u{200D}", "\0", "\r\n", "con", "CON", "nul", "lpt1", "長",
      "👩🏽‍🚀", "=", "ﬁ",
      "-af63fc4c860222ec", "-2", String(repeating: "x", count: 100),
      String(repeating: "長", count: 40),
    ]
    var texts: [[UInt8]: String] = [:]
    for _ in 0..<3_000 {
      let count = Int.random(in: 0...5, using: &generator)
      var text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      if Bool.random(using: &generator) {
        let any = UInt32.random(in: 0...0x1FFFF, using: &generator)
        if let scalar = Unicode.Scalar(any) { text.unicodeScalars.append(scalar) }
      }
      texts[Array(text.utf8)] = text
    }
    let sorted = texts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    let made = names(sorted)
    expectDistinct(made)
    for name in made {
      let first = name.unicodeScalars.first ?? "."
      #expect(!".- ".unicodeScalars.contains(first) && name.utf8.count <= 255, "\(name)")
      let forbidden = name.unicodeScalars.contains { scalar in
        #"/\:*?"<>|"#.unicodeScalars.contains(scalar)
          || [.control, .format, .lineSeparator, .unassigned].contains(
            scalar.properties.generalCategory)
      }
      #expect(!forbidden, "\(name)")
    }
    #expect(names(sorted) == made)
  }

  /// As a file system without capital letters, that composes or decomposes, tells names apart.
  private func expectDistinct(
    _ names: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for fold in [
      { $0.precomposedStringWithCanonicalMapping.lowercased() },
      { $0.decomposedStringWithCanonicalMapping.uppercased() },
      { $0.decomposedStringWithCanonicalMapping.folding(options: .caseInsensitive, locale: nil) },
    ] as [(String) -> String] {
      let bytes = Set(names.map { Array(fold($0).utf8) })
      #expect(bytes.count == names.count, sourceLocation: sourceLocation)
    }
  }
}
