/// How a dataset comes: where its table lies and what the table's columns mean.
public enum DatasetLayout: String, Sendable, CaseIterable {
  /// One folder a label; there is no table.
  case folders
  /// ESC-50 and ESC-10: `meta/esc50.csv`; five folds; clips cut from one recording share a group.
  case esc50
  /// UrbanSound8K: `metadata/UrbanSound8K.csv`; ten folds; slices of one Freesound recording share
  /// a group.
  case urbansound8k
  /// FMA: `fma_metadata/tracks.csv`; training, validation and test; artists.
  case fma
  /// MTG-Jamendo: `data/autotagging.tsv` or a subset of it, with the splits beside it; any number of tags.
  case mtgJamendo = "mtg-jamendo"
  /// MagnaTagATune: `annotations_final.csv`, with `clip_info_final.csv` beside it; any number of tags.
  case magnatagatune
  /// The Million Song Dataset: an annotation of genres, with `unique_tracks.txt` beside it.
  case msd
  /// GTZAN as the manifest that comes with Lathe knows it.
  case gtzan
  /// Any table with the columns `path` and `label` or `labels`, and optionally `id`, `artist`, `title`,
  /// `group`, `licence`, `md5`, `fold` and `split`.
  case csv

  /// Where the table lies below the folder of the dataset; nil where there is none, or where the
  /// table itself must be named.
  public var table: String? {
    switch self {
    case .folders, .csv, .gtzan, .msd: nil
    case .mtgJamendo: "data/autotagging.tsv"
    case .magnatagatune: "annotations_final.csv"
    case .esc50: "meta/esc50.csv"
    case .urbansound8k: "metadata/UrbanSound8K.csv"
    case .fma: "fma_metadata/tracks.csv"
    }
  }

  /// The columns that a table of the layout ``csv`` may have, as they are called here.
  public static let ownColumns = [
    "path", "label", "labels", "id", "artist", "title", "group", "licence", "md5", "fold", "split",
  ]

  /// The largest table that is read, in bytes; FMA's has 260 million.
  public static let maximumTableBytes = 1 << 30

  /// The rows that name the columns: FMA's table has the group of a column in its first row, the
  /// column in the second and the name of the index in the third.
  var headerRows: Int { self == .fma ? 3 : 1 }
}

/// The subsets of FMA, each part of the next.
public enum FMASubset: String, Sendable, CaseIterable {
  /// 8,000 tracks of 30 s, eight genres alike.
  case small
  /// 25,000 tracks of 30 s, sixteen genres.
  case medium
  /// All tracks, 30 s of each.
  case large
  /// All tracks, whole.
  case full

  /// Whether a track belongs that the table counts to `smallest`.
  func holds(_ smallest: String) -> Bool {
    let order = Self.allCases
    guard let own = order.firstIndex(of: self),
      let other = order.firstIndex(where: { $0.rawValue == smallest })
    else { return false }
    return other <= own
  }
}
