import Wording

internal import AudioIO
internal import Corpus
internal import DatasetCache
internal import Foundation
internal import SignalKit

/// What becomes of a track that has been decoded and measured.
enum Judgement: Sendable, Equatable {
  case use
  case drop(FaultSubject)
  case quarantine(FaultSubject)

  /// The first verdict that drops; failing that the first that quarantines.
  init(_ verdicts: [FaultSubject], _ policies: FaultPolicies) {
    if let subject = verdicts.first(where: { policies[$0] == .drop }) {
      self = .drop(subject)
    } else if let subject = verdicts.first(where: { policies[$0] == .quarantine }) {
      self = .quarantine(subject)
    } else {
      self = .use
    }
  }
}

extension TrackFigures {
  /// The figures of a decoded track, rounded to what they are good for.
  init(_ levels: SignalLevels, of audio: DecodedTrack) {
    func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
    let rate = Double(audio.sampleRate)
    let all = Double(max(1, audio.source.frames * audio.source.channels))
    self.init(
      seconds: rounded(Double(audio.samples.count) / rate, 1e6),
      peak: rounded(levels.peak, 1e6),
      level: levels.power > 0 ? rounded(10 * log10(levels.power), 1e3) : nil,
      offset: rounded(levels.mean, 1e7), clipped: rounded(Double(audio.clippedSamples) / all, 1e9),
      silent: rounded(Double(levels.silentSeconds) / Double(max(1, levels.seconds)), 1e6),
      longestSilence: rounded(Double(levels.longestSilence) / rate, 1e6),
      infrasonic: rounded(levels.infrasonic, 1e9), header: audio.remark)
  }

  /// What a verdict says, with the figure and its limit.
  func message(
    of subject: FaultSubject, _ recipe: Recipe, source: TrackRecord.Source
  ) -> String {
    func percent(_ share: Double) -> String { "\((share * 100_000).rounded() / 1_000) %" }
    let limit = recipe.verdicts.limit(of: subject) ?? 0
    switch subject {
    case .silent:
      return "is silent in \(percent(silent)) of its seconds (peak \(peak)); the limit is "
        + percent(limit)
    case .clipped:
      return "has \(percent(clipped)) of its samples clipped; the limit is \(percent(limit))"
    case .offset:
      return "has a mean of \(offset), not zero; the limit is \(limit)"
    case .infrasonic:
      return "has \(percent(infrasonic)) of its energy below 20 Hz; the limit is \(percent(limit))"
    case .otherRate:
      return "has \(source.sampleRate) Hz, and the recipe \(recipe.sampleRate) Hz"
    case .otherChannels: return "has \(Words.counted(source.channels, "channel"))"
    case .header: return header ?? subject.rawValue
    default: return subject.rawValue
    }
  }
}

extension FaultSubject {
  /// What to do about a track that this verdict has put into quarantine.
  var hint: String {
    "listen to it; --fault \(rawValue)=keep uses it, \(rawValue)=drop leaves it out"
  }
}

extension TrackRecord {
  /// The record of this track as one that a verdict keeps from being used.
  func quarantined(_ subject: FaultSubject, _ track: Track, _ recipe: Recipe) -> QuarantineRecord {
    QuarantineRecord(
      id: id, path: path, label: label, code: subject.rawValue,
      message: figures?.message(of: subject, recipe, source: source) ?? subject.rawValue,
      hint: subject.hint, figures: figures, facts: track.facts)
  }

  /// The record of this track as one that a verdict drops.
  func dropped(_ subject: FaultSubject, _ track: Track, _ recipe: Recipe) -> DroppedRecord {
    DroppedRecord(
      track: track, reason: .fault(subject),
      message: figures?.message(of: subject, recipe, source: source) ?? subject.rawValue,
      figures: figures, source: source)
  }
}
