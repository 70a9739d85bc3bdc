import Wording

/// Whether a licence, as a manifest words it, lets whoever has the audio pass on copies of it.
///
/// Only texts that are the name, the abbreviation or the address of a known free licence, and
/// nothing else, count as a permission; a sentence may say the contrary of the licence that it
/// names. Licences that forbid derivatives are none: samples are resampled, mixed to one channel
/// and cut. Those that allow no commercial use are, for who keeps to that.
public enum AudioLicence: String, Sendable, Hashable, Codable {
  /// Copies of what was made from the audio may be passed on, under the licence's own conditions.
  case permits
  /// The licence forbids it, or says that there is none.
  case forbids
  /// Nothing is known, or nothing that is understood here.
  case unknown

  /// The verdict on a licence; nil where none is stated.
  public init(_ text: String?) {
    let words = Self.words(text ?? "")
    if words.isEmpty {
      self = .unknown
    } else if words.contains(where: Self.forbidding.contains) || Self.isReserved(words) {
      self = .forbids
    } else {
      self = Self.isFree(words) ? .permits : .unknown
    }
  }

  /// Lower-case words and numbers.
  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "." }
      .map { String($0).trimmed(of: ".") }.filter { !$0.isEmpty }
  }

  private static let forbidding: Set = [
    "nd", "noderivs", "noderivatives", "noderivative", "none", "proprietary",
  ]

  private static func isReserved(_ words: [String]) -> Bool {
    let text = " " + words.joined(separator: " ") + " "
    return [
      " all rights reserved ", " no derivatives ", " no derivative ", " no licence ",
      " no license ",
    ]
    .contains { text.contains($0) }
  }

  private static func isFree(_ words: [String]) -> Bool {
    guard words.allSatisfy({ neutral.contains($0) || naming.contains($0) || isVersion($0) }) else {
      return false
    }
    let text = words.joined(separator: " ")
    return words.contains { naming.contains($0) } || text.contains("public domain")
      || text.contains("publicdomain zero") || text.contains("free art")
      || text.contains("art libre")
  }

  /// Words of which one alone names a licence that permits.
  private static let naming: Set = ["by", "attribution", "cc0", "pddl", "fal", "lal"]

  /// Words that stand beside those.
  private static let neutral: Set = [
    "cc", "creative", "commons", "creativecommons.org", "www.creativecommons.org", "http", "https",
    "org", "licenses", "licences", "license", "licence", "legalcode", "deed", "en", "the", "under",
    "sa", "share", "alike", "sharealike", "nc", "non", "commercial", "noncommercial",
    "international", "unported", "generic", "universal", "public", "domain", "publicdomain", "zero",
    "dedication", "mark", "free", "art", "libre", "artlibre.org", "united", "states", "us", "uk",
    "fr", "de", "it", "es", "nl", "be", "ca", "au", "jp", "pl", "odc", "open", "data", "commons",
  ]

  private static func isVersion(_ word: String) -> Bool {
    let digits = word.hasPrefix("v") ? word.dropFirst() : word[...]
    return !digits.isEmpty && digits.allSatisfy { "0123456789.".contains($0) }
  }
}

extension String {
  fileprivate func trimmed(of mark: Character) -> String {
    var text = self[...]
    while text.first == mark { text.removeFirst() }
    while text.last == mark { text.removeLast() }
    return String(text)
  }
}
