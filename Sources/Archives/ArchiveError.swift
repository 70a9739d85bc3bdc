import Glibc
import Wording

/// Why an archive, or an entry of it, could not be used.
package struct ArchiveError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The verdicts.
  package enum Kind: Sendable, Hashable {
    /// The system refuses to open, read or unpack it; its error number.
    case unreadable(errno: Int32)
    /// It is a folder, a pipe or a device.
    case notAFile
    /// Its bytes are those of no archive.
    case notAnArchive
    /// It is an archive of a form that is not read here; the form's name.
    case otherForm(String)
    /// It ends before its entries do.
    case truncated
    /// Its bytes contradict each other or their checksum.
    case damaged
    /// It cannot be read without a password.
    case encrypted
    /// It is packed in a way that is not read here.
    case unsupported
    /// An entry's name may not be a path below a folder; why.
    case unsafeName(String)
    /// Several entries have the name.
    case repeatedName
    /// The entry is a link or a device.
    case notAPlainEntry
    /// It has more entries than the limit.
    case tooManyEntries(limit: Int)
    /// It unpacks to more bytes than the limit.
    case tooLarge(bytes: Int64, limit: Int64)
    /// It unpacks to so many times its own size as no recordings do.
    case swells(bytes: Int64, from: Int64)
    /// Entries share their bytes.
    case overlapping
    /// There is no room to unpack it in a folder; the folder and the system's error number.
    case noRoom(folder: String, errno: Int32)
    /// It changed while it was read.
    case changed
    /// libarchive refused to work, not because of the archive.
    case library
  }

  /// The verdict.
  package let kind: Kind
  /// The path of the archive.
  package let archive: String
  /// The entry's name, where it is about one.
  package let entry: String?
  /// What is wrong.
  package let detail: String

  /// A verdict; without a `detail` the kind's own words are used.
  package init(_ kind: Kind, _ archive: String, entry: String? = nil, detail: String? = nil) {
    self.kind = kind
    self.archive = archive
    self.entry = entry
    self.detail = detail ?? kind.words
  }

  /// A stable word for the verdict, for records and tools.
  package var code: String { kind.code }

  /// What to do about it.
  package var hint: String { kind.hint }

  /// What it is about: the archive, and the entry in it.
  package var subject: String { entry.map { "\(archive): \($0)" } ?? archive }

  /// One line that a person can act on.
  package var description: String { Words.fault("\(subject) \(detail)", hint: hint) }
}

extension ArchiveError.Kind {
  fileprivate var code: String {
    switch self {
    case .unreadable: "unreadable"
    case .notAFile: "not-a-file"
    case .notAnArchive: "not-an-archive"
    case .otherForm: "other-archive"
    case .truncated: "truncated"
    case .damaged: "damaged"
    case .encrypted: "encrypted"
    case .unsupported: "unsupported"
    case .unsafeName: "bad-name"
    case .repeatedName: "repeated-name"
    case .notAPlainEntry: "not-a-file"
    case .tooManyEntries: "too-many-entries"
    case .tooLarge: "too-large"
    case .swells: "swells"
    case .overlapping: "overlapping"
    case .noRoom: "no-room"
    case .changed: "changed"
    case .library: "library"
    }
  }

  fileprivate var words: String {
    switch self {
    // The buffer of strerror is the thread's own since glibc 2.32.
    case .unreadable(let number): "cannot be read (\(unsafe String(cString: strerror(number))))"
    case .notAFile: "is not a file"
    case .notAnArchive: "is no zip, tar or compressed tar"
    case .otherForm(let name): "is an archive of the form \(name), which is not read"
    case .truncated: "ends before its entries do"
    case .damaged: "is damaged"
    case .encrypted: "is encrypted"
    case .unsupported: "is packed in a way that is not read"
    case .unsafeName(let problem): "has a name that \(problem)"
    case .repeatedName: "has the name of another entry"
    case .notAPlainEntry: "is a link or a device"
    case .tooManyEntries(let limit): "has more than \(Words.counted(limit, "entry", "entries"))"
    case .tooLarge(let bytes, let limit):
      "unpacks to \(Words.bytes(Int(bytes))), more than \(Words.bytes(Int(limit)))"
    case .swells(let bytes, let size):
      "unpacks to \(Words.bytes(Int(bytes))) from \(Words.bytes(Int(size))), as no recordings do"
    case .overlapping: "has entries that share their bytes, as no tool writes them"
    case .noRoom(let folder, let number):
      "cannot be unpacked in \(folder) (\(unsafe String(cString: strerror(number))))"
    case .changed: "changed while it was read"
    case .library: "could not be processed"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .unreadable: "check that it exists and may be read"
    case .notAFile: "check the path"
    case .notAnArchive: "give a folder, a zip, a tar or a tar.gz"
    case .otherForm: "unpack it and give the folder"
    case .truncated, .damaged, .changed: "fetch or copy the archive again"
    case .encrypted: "unpack it with its password and give the folder"
    case .unsupported: "unpack it and give the folder, or pack it again as zip or tar"
    case .unsafeName, .repeatedName: "pack it again under another name"
    case .notAPlainEntry: "pack the file that is meant"
    case .tooManyEntries, .tooLarge: "if you trust it, unpack it and give the folder"
    case .swells, .overlapping: "it may be made to fill a disk: don't unpack it"
    case .noRoom: "free some space there, or give a folder that has it with --scratch"
    case .library: "check the installed libraries and the free memory"
    }
  }
}
