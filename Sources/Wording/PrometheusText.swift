/// The text form in which Prometheus reads figures (exposition format 0.0.4).
package struct PrometheusText {
  package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  package private(set) var text = ""

  package init() {}

  /// Says what a figure is; its samples follow.
  package mutating func family(_ name: String, _ type: String, _ about: String) {
    text += "# HELP \(name) \(about)\n# TYPE \(name) \(type)\n"
  }

  /// One number of it.
  package mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
    text += name
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",") + "}"
    }
    text += " \(Self.number(value))\n"
  }

  /// A figure of one number.
  package mutating func single(_ name: String, _ type: String, _ about: String, _ value: Double) {
    family(name, type, about)
    sample(name, [], value)
  }

  package static func number(_ value: Double) -> String {
    if let whole = Int64(exactly: value) { return String(whole) }
    return value.isNaN ? "NaN" : value.isFinite ? value.description : value > 0 ? "+Inf" : "-Inf"
  }

  private static func escaped(_ text: String) -> String {
    text.spelling { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: nil
      }
    }
  }
}
