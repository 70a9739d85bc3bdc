import DatasetCache

/// The views that the first version's caches hold.
extension View {
  static let features = named("features")
  static let features30s = named("features-30s")
  static let waveform = named("waveform")
  static let mel = named("mel")
  static let acoustic = named("acoustic")
  static let allCases = [features, features30s, waveform, mel, acoustic]

  private static func named(_ name: String) -> View {
    guard let view = View(rawValue: name) else { preconditionFailure("no view is called \(name)") }
    return view
  }
}
