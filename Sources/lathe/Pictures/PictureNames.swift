import Corpus
import DatasetCache
import Files

/// Where pictures lie in their folder: `SIDE/LABEL/TRACK.SLICE.png`, without the side where there
/// is no split. No two slices have one file; see ``SafeFileNames``.
struct PictureNames {
  /// Names that could not stay as they are, by what they became.
  struct Renamed: Codable, Equatable {
    var sides: [String: String]
    var labels: [String: String]
    var tracks: [String: String]
  }

  /// Names of one kind.
  private struct Names {
    private(set) var names: [[UInt8]: String] = [:]
    private(set) var renamed: [String: String] = [:]
    private var safe: SafeFileNames

    init(_ safe: SafeFileNames) { self.safe = safe }

    /// Equal bytes are one name; letters that only look alike are not.
    mutating func add(_ text: String) {
      let key = Array(text.utf8)
      if names[key] != nil { return }
      let name = safe.name(for: text)
      names[key] = name
      if !name.utf8.elementsEqual(text.utf8) { renamed[name] = text }
    }

    func callAsFunction(_ text: String) -> String { names[Array(text.utf8)] ?? "_" }
  }

  /// What is added to a track's name while its picture is written: the slice, `.png`, `.temporary-`
  /// and the process.
  private static let endingBytes = 40

  private var sides, labels, tracks: Names

  /// - Parameter besides: what else lies in the folder.
  init(_ pictures: [(name: String?, pictures: ViewPictures)], besides: [String]) {
    sides = Names(SafeFileNames(taken: besides))
    labels = Names(SafeFileNames(taken: besides))
    tracks = Names(SafeFileNames(limit: SafeFileNames.maximumBytes - Self.endingBytes))
    for (side, pictures) in pictures {
      if let side { sides.add(side) }
      for label in pictures.samples.labels { labels.add(label) }
      for sample in 0..<pictures.samples.count {
        tracks.add(pictures.samples.trackID(pictures.samples.location(of: sample).track))
      }
    }
  }

  var renamed: Renamed {
    Renamed(sides: sides.renamed, labels: labels.renamed, tracks: tracks.renamed)
  }

  /// The folder of a label.
  func folder(of label: String, side: String?) -> String {
    (side.map { sides($0) + "/" } ?? "") + labels(label)
  }

  /// The file of a slice.
  func file(of sample: Int, in pictures: ViewPictures, side: String?) -> String {
    let location = pictures.samples.location(of: sample)
    let track = tracks(pictures.samples.trackID(location.track))
    return "\(folder(of: pictures.label(of: sample), side: side))/\(track).\(location.slice).png"
  }
}
