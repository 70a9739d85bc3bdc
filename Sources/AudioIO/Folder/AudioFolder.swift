/// The audio files below a folder.
public enum AudioFolder {
  /// What was found below a folder.
  public struct Listing: Sendable, Hashable {
    /// The audio files, as paths relative to the folder, in byte order.
    public var audio: [String]
    /// What could not be listed, in byte order of the path relative to the folder.
    public var problems: [Problem]
    /// The files that are not audio by their names, as paths relative to the folder, in byte order.
    public var others: [String]
  }

  /// A file, link or folder that was passed over.
  public struct Problem: Sendable, Hashable {
    /// Its path relative to the folder; bytes that are not UTF-8 are replaced.
    public var path: String
    /// Why.
    public var error: AudioError
  }

  /// The extensions, in lower case, that make a file an audio file; case does not matter. Among
  /// them are formats that are not read: whoever has such files hears of it by their verdicts.
  public static let extensions = AudioExtensions.read.union(AudioExtensions.notRead)

  /// Folders that systems put among a user's own: no label.
  static let systemFolders: Set<String> = [
    "__MACOSX", "@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "$RECYCLE.BIN",
    "RECYCLER", "System Volume Information", "lost+found", "__pycache__",
  ]

  /// Lists the audio files below `root`, at any depth, by their extensions.
  ///
  /// - Names that begin with a dot, and folders that systems make (`__MACOSX`, `@eaDir`,
  ///   `$RECYCLE.BIN`, `System Volume Information`, `lost+found` and the like), are passed over.
  /// - Links are followed, out of `root` too: data sets from Hugging Face, DVC and git-annex hold
  ///   nothing but links. Each folder is read once, known by its device and inode: a link to one
  ///   that is read anyway, or to one that `root` lies in, is a problem, and so is a link to
  ///   nothing.
  /// - A file of a format that is not read is a problem where another has its name but for the
  ///   extension (`a.m4a` beside `a.wav`); else it is listed, and its content decides.
  /// - A folder that may not be read is a problem, the others are read; no file is opened.
  /// - Throws: ``AudioError`` when `root` itself is missing, not a folder or not readable.
  public static func list(_ root: String) throws(AudioError) -> Listing {
    var walk = try FolderWalk(root)
    while let folder = walk.nextFolder() { try walk.read(folder) }
    walk.listing.finish { "\(root)/\($0)" }
    return walk.listing
  }
}
