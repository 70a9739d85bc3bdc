import Corpus
import Files

/// Writes samples as numpy's arrays: a folder for each side with one `.npy` file an array, which
/// `np.load(…, mmap_mode="r")` maps into memory, or one `.npz` file a side with the same arrays.
public enum NumpyExport {
  /// How arrays lie in files.
  public enum Form: String, Sendable, Hashable {
    /// A file for each array.
    case npy
    /// An archive for each side, not compressed.
    case npz
  }

  /// Writes the samples.
  ///
  /// Numbers are as the cache has them, 16-bit integers of audio not scaled; where tracks differ in their
  /// type, all are 32-bit floats as a loader gives them.
  ///
  /// - Throws: ``ExportError``; nothing is left behind then.
  public static func write(
    _ content: ExportContent, as form: Form, to target: ExportTarget
  ) throws(ExportError) {
    let numbers = try SampleNumbers(of: content)
    try target.fillFolder { folder throws(ExportError) in
      var names = SafeFileNames(
        limit: 200, taken: [ExportRecord.file, ExportRecord.tracksFile])
      var done = 0
      for side in content.sides {
        let before = done
        let arrays = NumpyArrays(side: side, content: content, numbers: numbers)
          .all { tracks throws(ExportError) in try target.advance(to: before + tracks) }
        let path = "\(folder)/\(names.name(for: side.name))"
        switch form {
        case .npy: try writeFiles(arrays, to: path)
        case .npz: try writeArchive(arrays, to: "\(path).npz")
        }
        done += side.tracks.count
      }
      try ExportTarget.writing(target.path) { () throws(FileError) in
        try ExportRecord.write(form.rawValue, content, to: folder)
      }
    }
  }

  private static func writeFiles(
    _ arrays: [NumpyArray], to folder: String
  ) throws(ExportError) {
    try ExportTarget.writing(folder) { () throws(FileError) in try Files.makeFolder(folder) }
    for array in arrays {
      var file = try ExportFile("\(folder)/\(array.name).npy")
      try file.write(array.header)
      try array.pieces { bytes throws(ExportError) in try file.write(bytes) }
      try file.finish()
    }
  }

  private static func writeArchive(_ arrays: [NumpyArray], to path: String) throws(ExportError) {
    var archive = try ZipFile(path)
    for array in arrays {
      try archive.begin("\(array.name).npy", byteCount: array.fileBytes)
      try archive.write(array.header)
      try array.pieces { bytes throws(ExportError) in try archive.write(bytes) }
      try archive.end()
    }
    try archive.finish()
  }
}
