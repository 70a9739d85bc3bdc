import Corpus
import Testing

/// Fields of JSON objects, read by name and form.
@Suite struct StrictObjectTests {
  private enum Colour: String, CaseIterable {
    case red, green, blue
  }

  private struct Mel: Equatable {
    var bands: Int
    var floor: Double
    var colour: Colour
    var tags: [String] = []
    var range: ClosedRange<Double>?
    var isNatural = false
    var seed: UInt64 = 0
    var rest: [String: JSONValue] = [:]
  }

  private static func mel(open isOpen: Bool) -> JSONForm<Mel> {
    .object { fields throws(JSONFieldError) in
      var mel = Mel(
        bands: try fields.required("bands", .whole(in: 1...1_024)),
        floor: try fields.optional("floor", .number(above: -1, upTo: 80, "dB")) ?? 0,
        colour: try fields.optional("colour", .choice) ?? .red)
      mel.tags = try fields.optional("tags", .list(of: .text)) ?? []
      mel.range = try fields.optional("range", .interval)
      mel.isNatural = try fields.optional("natural", .flag) ?? false
      mel.seed = try fields.optional("seed", .unsigned) ?? 0
      if isOpen { mel.rest = fields.rest() }
      return mel
    }
  }

  private static func read(_ json: String, open: Bool = false) throws(JSONFieldError) -> Mel {
    let form = JSONForm<Mel>.object(named: "the sheet") { fields throws(JSONFieldError) in
      try fields.required("mel", mel(open: open))
    }
    return try form.read(try JSONValue(json: Array(json.utf8), named: "the sheet"), at: "")
  }

  @Test func everyForm() throws {
    let mel = try Self.read(
      """
      {"mel": {"seed": 18446744073709551615, "natural": true, "range": [-6, 6.5], "tags": ["a", "b"],
       "colour": "blue", "floor": 80, "bands": 128.0}}
      """)
    #expect(
      mel
        == Mel(
          bands: 128, floor: 80, colour: .blue, tags: ["a", "b"], range: -6...6.5, isNatural: true,
          seed: .max))
    let bare = try Self.read(#"{"mel": {"bands": 1, "floor": null}}"#)
    #expect(bare == Mel(bands: 1, floor: 0, colour: .red))
  }

  @Test func anOpenObjectKeepsTheRest() throws {
    let mel = try Self.read(#"{"mel": {"bands": 1, "note": [1], "hop": 2}}"#, open: true)
    #expect(mel.rest == ["note": .array([.integer(1)]), "hop": .integer(2)])
  }

  @Test(arguments: [
    ("[1]", "the sheet is a list; give an object, {…}"),
    (#"{"mel": 3}"#, "mel is 3; give an object, {…}"),
    ("{}", "mel is missing; give an object, {…}"),
    (#"{"mel": null}"#, "mel is null; give an object, {…}"),
    (#"{"mel": {}}"#, "mel.bands is missing; give a whole number from 1 to 1,024"),
    (#"{"mel": {"bands": 0}}"#, "mel.bands is 0; give a whole number from 1 to 1,024"),
    (#"{"mel": {"bands": 1.5}}"#, "mel.bands is 1.5; give a whole number from 1 to 1,024"),
    (#"{"mel": {"bands": 1e300}}"#, "mel.bands is 1e+300; give a whole number from 1 to 1,024"),
    (#"{"mel": {"bands": "1"}}"#, #"mel.bands is "1"; give a whole number from 1 to 1,024"#),
    (
      #"{"mel": {"band": 1}}"#,
      "mel.band is not known; did you mean bands? here may stand bands"
    ),
    (
      #"{"mel": {"bands": 1, "flor": 2}}"#,
      "mel.flor is not known; did you mean floor? here may stand bands, floor, colour, tags, range, "
        + "natural, seed"
    ),
    (#"{"mel": {"bands": 1}, "x\n": 1}"#, #""x\n" is not known; here may stand mel"#),
    (
      #"{"mel": {"bands": 1, "floor": -1}}"#,
      "mel.floor is -1; give a number above -1 and at most 80 dB"
    ),
    (
      #"{"mel": {"bands": 1, "colour": "gren"}}"#,
      #"mel.colour is "gren"; did you mean green? give one of red, green, blue"#
    ),
    (#"{"mel": {"bands": 1, "tags": ["a", 2]}}"#, "mel.tags[1] is 2; give a text in quotes"),
    (#"{"mel": {"bands": 1, "tags": "a"}}"#, #"mel.tags is "a"; give a list, […]"#),
    (
      #"{"mel": {"bands": 1, "range": [6, -6]}}"#,
      "mel.range is a list; give two numbers, the smaller first, such as [-6, 6]"
    ),
    (#"{"mel": {"bands": 1, "natural": 1}}"#, "mel.natural is 1; give true or false"),
    (
      #"{"mel": {"bands": 1, "seed": -1}}"#,
      "mel.seed is -1; give a whole number from 0 to 2^64 - 1"
    ),
    (
      "{\"mel\":\n {\"bands\" 1}}",
      "the sheet, line 2 is not sound JSON; check the commas, quotes and brackets there"
    ),
  ]) func refusals(_ json: String, _ line: String) {
    #expect {
      try Self.read(json)
    } throws: { error in
      "\(error)" == line
    }
  }

  @Test func twoSpellingsOfOneField() throws {
    let form = JSONForm<Int>.object(spelling: { $0.lowercased() }) {
      fields throws(JSONFieldError) in
      try fields.required("hop", .whole(in: 1 ... .max))
    }
    #expect(try form.read(.object(["Hop": .integer(3)]), at: "") == 3)
    #expect(throws: JSONFieldError(at: "view.hop", "is given twice", hint: "give it once")) {
      try form.read(.object(["hop": .integer(1), "Hop": .integer(2)]), at: "view")
    }
    #expect(
      throws: JSONFieldError(at: "Hop", "is 0", hint: "give a whole number from 1 on")
    ) {
      try form.read(.object(["Hop": .integer(0)]), at: "")
    }
  }

  @Test func nestingIsLimited() {
    let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
    #expect {
      try JSONValue(json: Array(deep.utf8), named: "the sheet")
    } throws: { "\($0)".contains("nested deeper than 64 levels") }
  }
}
