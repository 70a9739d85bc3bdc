import Wording
import AudioIO

/// What most files of a collection have in common.
struct UsualFormat {
  /// The share of the files that makes a value usual.
  static let share = 0.75

  private var sampleRate: Int?
  private var channels: Int?
  private var seconds: Double?
  /// What is usual, or that nothing is.
  private(set) var remarks: [String] = []

  init(_ formats: [AudioFormat]) {
    if formats.isEmpty { return }
    let rate = Self.most(formats.map(\.sampleRate))
    if rate.share >= Self.share { sampleRate = rate.value }
    remarks.append(
      "\(Self.percent(rate.share)) of the files have \(rate.value) Hz\(note(sampleRate != nil))")
    let count = Self.most(formats.map(\.channels))
    if count.share >= Self.share { channels = count.value }
    remarks.append(
      "\(Self.percent(count.share)) have \(Words.counted(count.value, "channel"))"
        + note(channels != nil))
    let durations = formats.map(Self.duration).sorted()
    let median = durations[durations.count / 2]
    let near = durations.filter { !Self.isFar($0, from: median) }.count
    let nearShare = Double(near) / Double(durations.count)
    if nearShare >= Self.share { seconds = median }
    remarks.append(
      "\(Self.percent(nearShare)) play for about \(Self.text(median)) s\(note(seconds != nil))")
  }

  /// What is unlike the others in a file.
  func oddities(_ format: AudioFormat) -> [String] {
    var oddities: [String] = []
    if let sampleRate, format.sampleRate != sampleRate {
      oddities.append("has \(format.sampleRate) Hz where most files have \(sampleRate)")
    }
    if let channels, format.channels != channels {
      oddities.append(
        "has \(Words.counted(format.channels, "channel")) where most files have \(channels)")
    }
    if let seconds, Self.isFar(Self.duration(format), from: seconds) {
      oddities.append(
        "plays for \(Self.text(Self.duration(format))) s where most files play for "
          + Self.text(seconds))
    }
    return oddities
  }

  private func note(_ isUsual: Bool) -> String {
    isUsual ? "" : ", too few to call the others odd"
  }

  private static func duration(_ format: AudioFormat) -> Double {
    Double(format.frames) / Double(max(1, format.sampleRate))
  }

  private static func isFar(_ seconds: Double, from usual: Double) -> Bool {
    abs(seconds - usual) > max(0.5, usual / 10)
  }

  /// The most frequent value, the smaller of two that are as frequent, with its share.
  static func most(_ values: [Int]) -> (value: Int, share: Double) {
    let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
    let best = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return (best?.key ?? 0, Double(best?.value ?? 0) / Double(max(1, values.count)))
  }

  static func percent(_ share: Double) -> String {
    // Never a hundred for all but one of a thousand.
    share == 1 ? "all" : "\(min(99, Int((share * 100).rounded()))) %"
  }

  private static func text(_ seconds: Double) -> String {
    "\((seconds * 10).rounded() / 10)"
  }
}
