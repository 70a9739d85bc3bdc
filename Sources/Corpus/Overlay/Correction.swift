/// What somebody says of one track: another label, a group, a remark, or that it is to be left out.
///
/// Every part is optional; what is nil is as it was.
public struct Correction: Sendable, Hashable {
  /// The id of the track.
  public var track: String
  /// Its labels: one where each track of the dataset has one, any number where tracks have tags.
  public var labels: [String]?
  /// Its recording group; tracks of one group do not straddle two sides of a split.
  public var group: String?
  /// What is odd about it, in words; nothing follows from it.
  public var flag: String?
  /// Whether it is left out.
  public var excludes: Bool?
  /// Who says so.
  public var author: String?
  /// When, as RFC 3339 has it: `2026-11-29T17:05:00Z`.
  public var time: String?

  /// A correction of these parts; a ``CollectionOverlay`` checks its corrections.
  public init(
    track: String, labels: [String]? = nil, group: String? = nil, flag: String? = nil,
    excludes: Bool? = nil, author: String? = nil, time: String? = nil
  ) {
    self.track = track
    self.labels = labels?.map(\.composed)
    self.group = group
    self.flag = flag
    self.excludes = excludes
    self.author = author
    self.time = time
  }

  /// Reads one correction from JSON in UTF-8.
  /// - Throws: ``JSONFieldError`` with the field that is not as it must be.
  public static func decode(_ json: [UInt8]) throws(JSONFieldError) -> Correction {
    try form.read(JSONValue(json: json, named: "the correction"), at: "")
  }

  static var form: JSONForm<Correction> {
    .object { fields throws(JSONFieldError) in
      Correction(
        track: try fields.required("track", .name(within: NameRules.maximumNameBytes)),
        labels: try fields.optional(
          "labels", .list(of: .name(within: NameRules.maximumNameBytes), "a list of labels")),
        group: try fields.optional("group", .name(within: NameRules.maximumNameBytes)),
        flag: try fields.optional("flag", .name(within: Self.maximumRemarkBytes)),
        excludes: try fields.optional("exclude", .flag),
        author: try fields.optional("author", .name(within: NameRules.maximumNameBytes)),
        time: try fields.optional("time", .name(within: NameRules.maximumNameBytes)))
    }
  }

  /// The longest remark, in bytes.
  static let maximumRemarkBytes = 4_096

  /// The correction as a JSON object.
  public var json: JSONValue {
    var members: [String: JSONValue] = ["track": .string(track)]
    members["labels"] = labels.map { .array($0.map(JSONValue.string)) }
    members["group"] = group.map(JSONValue.string)
    members["flag"] = flag.map(JSONValue.string)
    members["exclude"] = excludes.map(JSONValue.bool)
    members["author"] = author.map(JSONValue.string)
    members["time"] = time.map(JSONValue.string)
    return .object(members)
  }
}

extension JSONForm where Value == String {
  /// A text that can be shown and stored.
  fileprivate static func name(within maximumBytes: Int) -> JSONForm {
    JSONForm("a text in quotes") { json, path throws(JSONFieldError) in
      guard case .string(let text) = json else { return nil }
      if let problem = NameRules.problem(inText: text, maximumBytes: maximumBytes) {
        throw JSONFieldError(at: path, problem, hint: "give a plain text")
      }
      return text
    }
  }
}
