import Wording

/// The ends of file names that make a file in an audio folder an audio file, in lower case.
package enum AudioExtensions {
  /// Formats that are read.
  static let read: Set<String> = [
    "wav", "wave", "bwf", "rf64", "bw64", "w64", "aif", "aiff", "aifc", "afc", "au", "snd", "caf",
    "flac", "ogg", "oga", "opus", "spx", "mp1", "mp2", "mp3", "mpa", "m2a",
    // The headers of these are libsndfile's to read.
    "sph", "nist", "voc", "iff", "svx", "8svx", "16svx", "ircam", "sf", "paf", "fap", "pvf", "avr",
  ]

  /// Formats that hold audio and are not read here. Their files are read all the same: some
  /// names are wrong, and the owner of a folder of them must learn that nothing of it is used.
  static let notRead: Set<String> = [
    "m4a", "m4b", "m4p", "m4r", "mp4", "m4v", "mov", "3gp", "3g2", "aac", "adts", "wma", "wmv",
    "asf", "webm", "weba", "mka", "mkv", "avi", "flv", "ape", "wv", "tta", "tak", "mpc", "mpp",
    "mp+", "ofr", "ra", "rm", "ram", "amr", "awb", "ac3", "eac3", "dts", "dsf", "dff",
  ]

  /// The end of a path's last component after its last dot, in lower case; nil where there is none.
  package static func of(_ path: some StringProtocol) -> String? {
    let name = path.lastPathComponent ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    return name[name.index(after: dot)...].lowercased()
  }

  /// The path without that end.
  static func stem(_ path: String) -> Substring {
    guard let end = of(path) else { return path[...] }
    return path.dropLast(end.count + 1)
  }
}
