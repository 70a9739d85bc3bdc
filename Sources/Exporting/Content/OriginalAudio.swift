public import DatasetCache

/// The audio files that a cache was made from, for exports that copy them.
public struct OriginalAudio {
  private let bytes: (TrackRecord) throws(ExportError) -> [UInt8]

  /// - Parameter bytes: gives the bytes of a track's file, checked against the record's checksum.
  public init(_ bytes: @escaping (_ track: TrackRecord) throws(ExportError) -> [UInt8]) {
    self.bytes = bytes
  }

  /// The bytes of a track's file.
  func of(_ track: TrackRecord) throws(ExportError) -> [UInt8] { try bytes(track) }

  /// The ending that the files of all tracks have by their containers, without a dot; nil where
  /// they differ, or a container has none that readers of datasets know.
  static func ending(of content: ExportContent) -> String? {
    var endings = Set<String>()
    for side in content.sides {
      for entry in side.tracks {
        switch entry.track.record.source.container {
        case "WAV", "WAVEX": endings.insert("wav")
        case "FLAC": endings.insert("flac")
        case "OGG": endings.insert("ogg")
        case "MPEG": endings.insert("mp3")
        default: return nil
        }
      }
    }
    return endings.count == 1 ? endings.first : nil
  }
}
