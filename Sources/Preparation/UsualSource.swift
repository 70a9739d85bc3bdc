import Wording

internal import Corpus
internal import DatasetCache

/// The rate and the channels that most files of a cache have: what a collection usually is cannot
/// be what is wrong with its tracks, where the recipe only keeps them.
struct UsualSource {
  private var sampleRate: Int?
  private var channels: Int?
  /// How the files differ from what is prepared, a line each.
  private(set) var lines: [String] = []

  init(_ records: [TrackRecord], _ recipe: Recipe) {
    if records.isEmpty { return }
    let rate = UsualFormat.most(records.map(\.source.sampleRate))
    if recipe.faults[.otherRate] == .keep, rate.share >= UsualFormat.share {
      sampleRate = rate.value
      if rate.value != recipe.sampleRate {
        lines.append(
          "\(UsualFormat.percent(rate.share)) of the files have \(rate.value) Hz, resampled to "
            + "\(recipe.sampleRate)")
      }
    }
    let count = UsualFormat.most(records.map(\.source.channels))
    if recipe.faults[.otherChannels] == .keep, count.share >= UsualFormat.share {
      channels = count.value
      if count.value > 1 {
        lines.append(
          "\(UsualFormat.percent(count.share)) of the files have "
            + "\(Words.counted(count.value, "channel")), of which the mean is taken"
            + (recipe.takesStereo ? " for views of mono" : ""))
      }
    }
  }

  /// The verdicts on a file without those that say how most files are.
  func unusual(_ verdicts: [FaultSubject], _ source: TrackRecord.Source) -> [FaultSubject] {
    verdicts.filter { subject in
      switch subject {
      case .otherRate: source.sampleRate != sampleRate
      case .otherChannels: source.channels != channels
      default: true
      }
    }
  }
}
