import DatasetCache
import Preparation
import Wording

/// What a preparation will take, as a person reads it.
enum ForecastText {
  /// One line.
  static func line(_ forecast: PreparationForecast) -> String {
    let slices = forecast.slices.sorted { $0.key < $1.key }.map {
      "\(Words.count($1)) of \($0.rawValue)"
    }
    let time = forecast.seconds.map { "about \(Words.duration($0)), " } ?? ""
    let memory =
      forecast.memoryBytes.map { "about \(Words.bytes($0)) of memory besides its own, " } ?? ""
    return "forecast: \(Words.duration(forecast.audioSeconds)) of audio, \(time)\(memory)"
      + "\(Words.bytes(forecast.bytes)) of values (\(Words.bytes(forecast.freeBytes)) are free); "
      + "slices: \(slices.joined(separator: ", "))"
  }
}
