extension Manifest {
  /// The longest free text (licence, citation, artist, title), in bytes.
  private static let maximumTextBytes = 65_536

  /// The tracks with their checksums in lower case, once everything about them has been checked.
  static func checked(
    name: String, labels: [String], tracks: [Track]
  ) throws(ManifestError) -> [Track] {
    if let problem = NameRules.problem(inComponent: name) {
      throw ManifestError(.badName, at: "name", problem, hint: "give the dataset a plain name")
    }
    let declared = try declaredLabels(labels)
    var indexOfID: [String: Int] = [:]
    var indexOfPath: [String: Int] = [:]
    var checked = tracks
    if tracks.count > maximumTracks { throw tooManyTracks(tracks.count) }
    for (index, track) in tracks.enumerated() {
      try check(track, at: "tracks[\(index)]", declared: declared)
      if let first = indexOfID.updateValue(index, forKey: track.id) {
        throw ManifestError(
          .duplicateID, at: "tracks[\(index)].id",
          "\(NameRules.quoted(track.id)) is also the id of tracks[\(first)]",
          hint: "give every track its own id")
      }
      if let first = indexOfPath.updateValue(index, forKey: track.path) {
        throw ManifestError(
          .duplicatePath, at: "tracks[\(index)].path",
          "\(NameRules.quoted(track.path)) is also the path of tracks[\(first)]",
          hint: "list every file once")
      }
      checked[index].md5 = track.md5?.lowercased()
    }
    return checked
  }

  private static func declaredLabels(_ labels: [String]) throws(ManifestError) -> Set<String> {
    var declared: Set<String> = []
    for (index, label) in labels.enumerated() {
      if let problem = NameRules.problem(inComponent: label) {
        throw ManifestError(
          .badName, at: "labels[\(index)]", problem,
          hint: "a label is a plain name of at most \(NameRules.maximumNameBytes) bytes")
      }
      if !declared.insert(label).inserted {
        throw ManifestError(
          .duplicateLabel, at: "labels[\(index)]",
          "\(NameRules.quoted(label)) is declared twice", hint: "declare every label once")
      }
    }
    return declared
  }

  private static func check(
    _ track: Track, at path: @autoclosure () -> String, declared: Set<String>
  ) throws(ManifestError) {
    let nameBytes = NameRules.maximumNameBytes
    if let problem = NameRules.problem(inRelativePath: track.id, maximumBytes: nameBytes) {
      throw ManifestError(
        .badName, at: "\(path()).id", "\(NameRules.quoted(track.id)) \(problem)",
        hint: "an id is a plain name, with \"/\" at most between parts, of up to \(nameBytes) bytes"
      )
    }
    let pathBytes = NameRules.maximumPathBytes
    if let problem = NameRules.problem(inRelativePath: track.path, maximumBytes: pathBytes) {
      throw ManifestError(
        .badPath, at: "\(path()).path", "\(NameRules.quoted(track.path)) \(problem)",
        hint: "give the path relative to the audio folder, such as blues/blues.00000.wav")
    }
    try checkLabels(of: track, at: path(), declared: declared)
    if let md5 = track.md5 { try check(md5: md5, at: "\(path()).md5") }
    if let group = track.group,
      let problem = NameRules.problem(inText: group, maximumBytes: nameBytes)
    {
      throw ManifestError(
        .badName, at: "\(path()).group", problem, hint: "leave the field out where it is unknown")
    }
    try check(text: track.artist, at: "\(path()).artist")
    try check(text: track.title, at: "\(path()).title")
    try check(text: track.licence, at: "\(path()).licence")
    for (index, fault) in track.faults.enumerated() {
      try check(text: fault.source, at: "\(path()).faults[\(index)].source")
      try check(text: fault.detail, at: "\(path()).faults[\(index)].detail")
    }
  }

  private static func checkLabels(
    of track: Track, at path: @autoclosure () -> String, declared: Set<String>
  ) throws(ManifestError) {
    let field = track.tags == nil ? "label" : "labels"
    for name in track.labelNames where !declared.contains(name) {
      throw ManifestError(
        .undeclaredLabel, at: "\(path()).\(field)",
        "\(NameRules.quoted(name)) is not in labels", hint: "add it to labels or correct it")
    }
    guard let tags = track.tags else { return }
    for (name, weight) in zip(tags.names, tags.weights) where !(weight > 0 && weight <= 1) {
      throw ManifestError(
        .wrongType, at: "\(path()).labels.\(JSONPath.shown(name))",
        "weighs \(weight), which is not above 0 and at most 1",
        hint: "leave out labels that do not hold, and divide the others by the largest weight")
    }
  }

  /// Checks the tracks of a manifest of the first version.
  static func checkHaveOneLabel(_ tracks: [Track]) throws(ManifestError) {
    guard let index = tracks.firstIndex(where: \.needsSecondVersion) else { return }
    let hasSeveral = tracks[index].tags != nil
    throw ManifestError(
      .missingField, at: "tracks[\(index)].label",
      hasSeveral ? "is a list, labels, of the second version" : "is missing",
      hint: "add the field, or set schema to \(secondSchema)")
  }

  static func tooManyTracks(_ count: Int) -> ManifestError {
    ManifestError(
      .tooLarge, at: "tracks", "are \(count), more than \(maximumTracks)",
      hint: "divide the dataset into several manifests")
  }

  /// The most sides that a split may have: the folds of a leave-one-out validation, one a speaker or an album.
  static let maximumSides = 10_000

  static func tooManySides(_ count: Int, at path: String) -> ManifestError {
    ManifestError(
      .tooLarge, at: "\(path).sides", "are \(count), more than \(maximumSides)",
      hint: "check that the sides are parts of the dataset, not its tracks")
  }

  /// Whether a text is an MD5: 32 hexadecimal digits.
  static func isChecksum(_ text: String) -> Bool {
    text.utf8.count == 32
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte
          || (UInt8(ascii: "a")...UInt8(ascii: "f")) ~= byte | 0x20
      }
  }

  private static func check(md5: String, at path: @autoclosure () -> String) throws(ManifestError) {
    if !isChecksum(md5) {
      throw ManifestError(
        .badChecksum, at: path(), "\(NameRules.quoted(md5)) is not 32 hexadecimal digits",
        hint: "give the MD5 of the file as md5sum prints it, or leave the field out")
    }
  }

  /// Checks the free texts of the dataset itself.
  static func checkTexts(
    version: String?, licence: String?, citations: [String]
  ) throws(ManifestError) {
    try check(text: version, at: "version")
    try check(text: licence, at: "licence")
    for (index, citation) in citations.enumerated() {
      try check(text: citation, at: "citations[\(index)]")
    }
  }

  static func check(text: String?, at path: @autoclosure () -> String) throws(ManifestError) {
    guard let text, text.utf8.count > maximumTextBytes else { return }
    throw ManifestError(
      .tooLarge, at: path(), "has \(text.utf8.count) bytes, more than \(maximumTextBytes)",
      hint: "shorten it")
  }
}
