import Corpus
import FoundationEssentials
import Safetensors

/// Reads records of tracks as this program writes them, one after the other: about ten times as fast as the general
/// decoder, and records of equal views and files share them in memory.
///
/// What is written otherwise (other types, `null`, known faults) is left to the general decoder, so that it gives
/// what that gives.
struct TrackRecordReader {
  /// The last views and source, by the bytes that they were read from.
  private var views: (bytes: [UInt8], value: [View: Fingerprint])?
  private var source: (bytes: [UInt8], value: TrackRecord.Source)?

  /// The record in JSON.
  ///
  /// - Throws: `CacheError` `.invalidRecord`, which names the subject.
  mutating func record(_ json: [UInt8], subject: String) throws(CacheError) -> TrackRecord {
    if let record = try? written(json) { return record }
    return try RecordJSON.decode(TrackRecord.self, from: json, subject: subject)
  }

  /// The record, or nil where it is not as this program writes it.
  private mutating func written(_ json: [UInt8]) throws(TensorError) -> TrackRecord? {
    var scanner = HeaderScanner(json)
    var texts = [String?](repeating: nil, count: TextField.allCases.count)
    var (frames, rate): (Int?, Int?)
    var storage: Tensor.DataType?
    var views: [View: Fingerprint]?
    var source: TrackRecord.Source?
    var figures: TrackFigures?
    var isUsual = true
    try scanner.members { (scanner, name) throws(TensorError) in
      switch Field(name) {
      case .text(let field):
        isUsual = isUsual && texts[field.rawValue] == nil
        texts[field.rawValue] = try scanner.string()
      case .frames:
        isUsual = isUsual && frames == nil
        frames = Int(written: try scanner.number())
      case .sampleRate:
        isUsual = isUsual && rate == nil
        rate = Int(written: try scanner.number())
      case .storage:
        isUsual = isUsual && storage == nil
        storage = Tensor.DataType(rawValue: try scanner.string())
      case .views:
        isUsual = isUsual && views == nil
        views = try self.views(&scanner)
      case .source:
        isUsual = isUsual && source == nil
        source = try self.source(&scanner)
      case .figures:
        isUsual = isUsual && figures == nil
        figures = try Self.figures(&scanner)
      case .other:
        isUsual = false
        try scanner.skip()
      }
    }
    guard isUsual, scanner.isAtEnd(), let id = texts[TextField.id.rawValue],
      let label = texts[TextField.label.rawValue], let path = texts[TextField.path.rawValue],
      let frames, let rate, let storage, let views, let source
    else { return nil }
    return TrackRecord(
      id: id, label: label, path: path, md5: texts[TextField.md5.rawValue],
      xxh3: texts[TextField.xxh3.rawValue], group: texts[TextField.group.rawValue],
      artist: texts[TextField.artist.rawValue], title: texts[TextField.title.rawValue],
      frames: frames, sampleRate: rate, source: source, storage: storage, views: views,
      figures: figures)
  }

  private enum TextField: Int, CaseIterable {
    case id, label, path, md5, xxh3, group, artist, title
  }

  private enum Field {
    case text(TextField)
    case frames, sampleRate, storage, views, source, figures, other

    init(_ name: ArraySlice<UInt8>) {
      self =
        switch String(decoding: name, as: UTF8.self) {
        case "id": .text(.id)
        case "label": .text(.label)
        case "path": .text(.path)
        case "md5": .text(.md5)
        case "xxh3": .text(.xxh3)
        case "group": .text(.group)
        case "artist": .text(.artist)
        case "title": .text(.title)
        case "frames": .frames
        case "sampleRate": .sampleRate
        case "storage": .storage
        case "views": .views
        case "source": .source
        case "figures": .figures
        default: .other
        }
    }
  }

  private mutating func views(
    _ scanner: inout HeaderScanner
  ) throws(TensorError) -> [View: Fingerprint]? {
    let start = scanner.position
    var ahead = scanner
    try ahead.skip()
    let bytes = ahead.bytes(from: start)
    if let last = views, last.bytes.elementsEqual(bytes) {
      scanner = ahead
      return last.value
    }
    var value: [View: Fingerprint]? = [:]
    try scanner.members { (scanner, name) throws(TensorError) in
      let hex = try scanner.literal()
      guard let view = View(rawValue: String(decoding: name, as: UTF8.self)),
        let fingerprint = Fingerprint(hex: String(decoding: hex, as: UTF8.self)),
        value?[view] == nil
      else {
        value = nil
        return
      }
      value?[view] = fingerprint
    }
    if let value { views = (Array(bytes), value) }
    return value
  }

  private mutating func source(
    _ scanner: inout HeaderScanner
  ) throws(TensorError) -> TrackRecord.Source? {
    let start = scanner.position
    var ahead = scanner
    try ahead.skip()
    let bytes = ahead.bytes(from: start)
    if let last = source, last.bytes.elementsEqual(bytes) {
      scanner = ahead
      return last.value
    }
    var (container, encoding): (String?, String?)
    var (rate, channels, frames): (Int?, Int?, Int?)
    var isUsual = true
    var members = 0
    try scanner.members { (scanner, name) throws(TensorError) in
      members += 1
      switch String(decoding: name, as: UTF8.self) {
      case "container": container = try scanner.string()
      case "encoding": encoding = try scanner.string()
      case "sampleRate": rate = Int(written: try scanner.number())
      case "channels": channels = Int(written: try scanner.number())
      case "frames": frames = Int(written: try scanner.number())
      default:
        isUsual = false
        try scanner.skip()
      }
    }
    guard isUsual, members == 5, let container, let encoding, let rate, let channels, let frames
    else {
      return nil
    }
    let value = TrackRecord.Source(
      container: container, encoding: encoding, sampleRate: rate, channels: channels,
      frames: frames)
    source = (Array(bytes), value)
    return value
  }

  /// - Throws: `TensorError` also where they are not as this program writes them.
  private static func figures(_ scanner: inout HeaderScanner) throws(TensorError) -> TrackFigures {
    var (seconds, peak, level, offset): (Double?, Double?, Double?, Double?)
    var (clipped, silent, longestSilence, infrasonic): (Double?, Double?, Double?, Double?)
    var header: String?
    var members = 0
    try scanner.members { (scanner, name) throws(TensorError) in
      members += 1
      func number() throws(TensorError) -> Double? { Double(written: try scanner.number()) }
      switch String(decoding: name, as: UTF8.self) {
      case "header": header = try scanner.string()
      case "seconds": seconds = try number()
      case "peak": peak = try number()
      case "level": level = try number()
      case "offset": offset = try number()
      case "clipped": clipped = try number()
      case "silent": silent = try number()
      case "longestSilence": longestSilence = try number()
      case "infrasonic": infrasonic = try number()
      default: throw scanner.failure("figures of another kind")
      }
    }
    guard members == 7 + (level == nil ? 0 : 1) + (header == nil ? 0 : 1), let seconds, let peak,
      let offset, let clipped, let silent, let longestSilence, let infrasonic
    else { throw scanner.failure("figures of another kind") }
    return TrackFigures(
      seconds: seconds, peak: peak, level: level, offset: offset, clipped: clipped,
      silent: silent, longestSilence: longestSilence, infrasonic: infrasonic, header: header)
  }
}

extension Int {
  /// A number of digits alone, as JSON has it; nil for another one.
  fileprivate init?(written digits: ArraySlice<UInt8>) {
    guard digits.allSatisfy({ (48...57).contains($0) }),
      digits.count == 1 || digits.first != UInt8(ascii: "0")
    else { return nil }
    self.init(String(decoding: digits, as: UTF8.self))
  }
}

extension Double {
  /// A finite number as JSON has it: digits without a leading zero, and after a point and for an
  /// exponent one at least; nil for another one.
  fileprivate init?(written text: ArraySlice<UInt8>) {
    var rest = text
    func digits() -> Int {
      let count = rest.prefix { (48...57).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    func skips(_ signs: String) -> Bool {
      guard let sign = rest.first, signs.utf8.contains(sign) else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = skips("-")
    let isZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !isZero || whole == 1 else { return nil }
    if skips("."), digits() == 0 { return nil }
    if skips("eE") {
      _ = skips("+-")
      if digits() == 0 { return nil }
    }
    guard rest.isEmpty, let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite
    else { return nil }
    self = value
  }
}
