import Wording

/// The one writer of JSON: how it is ordered, numbered, escaped and laid out.
///
/// Keys are in the order of their UTF-8 bytes in every form, and texts are UTF-8, slashes as they
/// are. What differs is the writing of control characters, of some numbers, and the white space.
struct JSONWriter {
  /// What the text is for.
  enum Form {
    /// Fingerprints: no white space, control characters by their number (`\u000a`), whole numbers
    /// below 2^53 without a fraction, and `null` for a number that is not finite.
    case canonical
    /// Records and lines: no white space, `\n` for a line end, numbers as the shortest digits that
    /// read back, without `.0`.
    case record
    /// Files that people read: a record with a value a line, indented by two spaces.
    case pretty
  }

  /// What is written so far, in UTF-8.
  private(set) var bytes: [UInt8] = []
  private let form: Form
  private var level = 0

  init(_ form: Form) { self.form = form }

  /// `null`, `true`, `false`, or a number that is written already.
  mutating func word(_ word: String) { bytes.append(contentsOf: word.utf8) }

  /// A number; in other forms than the canonical one it must be finite.
  mutating func number(_ number: Double) {
    guard form == .canonical else { return shortest(number.description) }
    // Whole numbers are written alike whether they came as 1 or as 1.0; beyond 2^53 a Double no
    // longer holds every integer, so there its own notation is kept.
    if let whole = Int64(exactly: number), whole.magnitude < 1 << 53 {
      word(String(whole))
    } else {
      word(number.isFinite ? number.description : "null")
    }
  }

  /// The shortest digits of a number as Swift describes it.
  mutating func shortest(_ digits: String) {
    word(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits)
  }

  /// A text.
  mutating func text(_ text: String) {
    JSONText.append(text, form == .canonical ? .numbered : .lettered, to: &bytes)
  }

  /// A list, whose elements `write` writes one by one.
  mutating func list<Element>(_ items: [Element], _ write: (Element, inout JSONWriter) -> Void) {
    enclosed("[", items, "]", write)
  }

  /// An object, whose values `write` writes one by one.
  mutating func object<Value>(
    _ members: [String: Value], _ write: (Value, inout JSONWriter) -> Void
  ) {
    let ordered = members.sorted { ByteOrder.precedes($0.key, $1.key) }
    enclosed("{", ordered, "}") { member, writer in
      writer.text(member.key)
      writer.word(writer.form == .pretty ? " : " : ":")
      write(member.value, &writer)
    }
  }

  private mutating func enclosed<Element>(
    _ open: String, _ items: [Element], _ close: String,
    _ write: (Element, inout JSONWriter) -> Void
  ) {
    word(open)
    level += 1
    if form == .pretty { word("\n") }
    for (index, item) in items.enumerated() {
      if index > 0 { word(form == .pretty ? ",\n" : ",") }
      indent()
      write(item, &self)
    }
    level -= 1
    if form == .pretty { word("\n") }
    indent()
    word(close)
  }

  private mutating func indent() {
    if form == .pretty { word(String(repeating: "  ", count: level)) }
  }
}
