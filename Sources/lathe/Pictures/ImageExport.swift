import Wording
import Corpus
import DatasetCache
import Dispatch
import Foundation
import Reporting
import Synchronization

/// Writes a picture of every slice into folders by label, those of a split into folders by side
/// above.
///
/// A file is either whole or not there; what is there already is not written again.
struct ImageExport {
  /// How pictures look: what `images.json` in the folder keeps, so that none of another look is
  /// mixed in.
  struct Look: Codable, Equatable {
    var schema = "lathe.images/2"
    var view: String
    var colour: String
    var scale: Int
    var axes: Bool
    /// The identities of the samples, by side; the side of all slices is the empty one.
    var samples: [String: String]
    /// What files and folders whose names were changed are of.
    var renamed: PictureNames.Renamed
  }

  let view: String
  let sides: [(name: String?, pictures: ViewPictures)]
  let folder: String
  let map: ColourMap
  let scale: Int
  let hasAxes: Bool
  private let names: PictureNames

  init(
    view: String, sides: [(name: String?, pictures: ViewPictures)], folder: String, map: ColourMap,
    scale: Int, hasAxes: Bool
  ) {
    self.view = view
    self.sides = sides
    self.folder = folder
    self.map = map
    self.scale = scale
    self.hasAxes = hasAxes
    names = PictureNames(sides, besides: [Self.lookFile])
  }

  private static let lookFile = "images.json"
  /// Pictures between two looks at the cancellation; one takes about a millisecond.
  private static let block = 64

  /// How many pictures there are.
  var total: Int { sides.reduce(0) { $0 + $1.pictures.samples.count } }

  /// Writes what is missing.
  ///
  /// - Parameter advanced: receives how many are done, those that were there included, and how many
  ///   of these were written.
  /// - Returns: how many were written, and whether that was all.
  func run(
    cancellation: Cancellation, advanced: (_ done: Int, _ written: Int) -> Void
  ) throws -> (written: Int, isWhole: Bool) {
    try begin()
    var (done, written) = (0, 0)
    for (side, pictures) in sides {
      for label in pictures.samples.labels {
        try OutputFile.makeFolder("\(folder)/\(names.folder(of: label, side: side))")
      }
      for start in stride(from: 0, to: pictures.samples.count, by: Self.block) {
        if cancellation.isCancelled { return (written, false) }
        let end = min(start + Self.block, pictures.samples.count)
        written += try write(start..<end, of: pictures, side: side)
        done += end - start
        advanced(done, written)
      }
    }
    return (written, true)
  }

  /// Looks at what was begun in the folder, and says there what is being written.
  private func begin() throws {
    try OutputFile.makeFolder(folder)
    let look = Look(
      view: view, colour: map.rawValue, scale: scale, axes: hasAxes,
      samples: Dictionary(
        sides.map { ($0.name ?? "", $0.pictures.samples.identity) },
        uniquingKeysWith: { first, _ in first }),
      renamed: names.renamed)
    let path = "\(folder)/\(Self.lookFile)"
    if let known = FileManager.default.contents(atPath: path) {
      guard (try? StrictJSON.decode(Look.self, from: known, named: path)) == look else {
        throw ValidationFailure(
          "\(folder) holds pictures of another look or of other samples (\(Self.lookFile)); "
            + "take another folder, or remove it")
      }
      return
    }
    // What a killed process left of the file itself is nobody's.
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { !$0.hasPrefix("\(Self.lookFile).temporary-") }
    guard names.isEmpty else {
      throw ValidationFailure(
        "\(folder) holds '\(Words.shown(names.sorted()[0]))' and no pictures of lathe; "
          + "take a new or an empty folder")
    }
    try OutputFile.write(try OrderedJSON.encode(look, isPretty: true), to: path)
  }

  /// Writes those of some slices that are missing; returns how many these were.
  private func write(
    _ range: Range<Int>, of pictures: ViewPictures, side: String?
  ) throws -> Int {
    let written = Atomic(0)
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: range.count) { index in
      if failure.withLock({ $0 != nil }) { return }
      let sample = range.lowerBound + index
      let path = "\(folder)/\(names.file(of: sample, in: pictures, side: side))"
      if Self.isWhole(path) { return }
      do {
        try OutputFile.write(try png(sample, of: pictures), to: path, isDurable: false)
        written.add(1, ordering: .relaxed)
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return written.load(ordering: .relaxed)
  }

  private func png(_ sample: Int, of pictures: ViewPictures) throws -> [UInt8] {
    if hasAxes {
      return try pictures.chart(sample, map).rendered(.png(scale: Double(scale)))
    }
    let spectrogram = try pictures.spectrogram(sample)
    return try SpectrogramImage(spectrogram, map: map, scale: scale)
      .rendered(.png(scale: 1), background: nil)
  }

  /// Whether a file is a PNG up to its end: after a power failure it may be there and empty.
  private static func isWhole(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    guard let size = try? file.seekToEnd(), size > 12,
      (try? file.seek(toOffset: size - 8)) != nil, let end = try? file.readToEnd()
    else { return false }
    return end.starts(with: Array("IEND".utf8))
  }
}
