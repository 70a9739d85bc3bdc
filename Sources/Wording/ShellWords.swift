extension Words {
  /// A command as it can be typed into a shell; what a terminal would not show as it is stands escaped.
  package static func command(_ arguments: [String]) -> String {
    arguments.map { shellWord(shown($0)) }.joined(separator: " ")
  }

  /// A word as a shell takes it back: as it is where all of it is plain, otherwise in single quotes.
  package static func shellWord(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./:=,+@%".utf8.contains(byte)
      }
    }
    if isPlain, !word.isEmpty { return word }
    return "'" + word.spelling { $0 == "'" ? #"'\''"# : nil } + "'"
  }
}
