import Archives
import Glibc
import Wording

/// Why a file could not be used: what was done to what, what is wrong and what to do.
public struct AudioError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The verdicts on a file or folder.
  public enum Kind: Sendable, Hashable {
    /// The system refuses to open or read it; its error number.
    case unreadable(errno: Int32)
    /// It is a folder, a pipe or a device.
    case notAFile
    /// It is not a folder.
    case notAFolder
    /// Its name is not UTF-8.
    case badName
    /// A link that leads to a folder that is read already, or to itself.
    case symlinkLoop
    /// It has no bytes at all.
    case empty
    /// Its first bytes are those of no audio format.
    case notAudio
    /// It is of an audio or video format that is not read here; the format's name.
    case otherFormat(String)
    /// It looks like audio, in a form that libsndfile does not decode.
    case unsupported
    /// The decoder met bytes that it could not make sense of.
    case damaged
    /// The header promises more bytes of audio than the file has.
    case headerPromisesMore(declared: Int64, actual: Int64)
    /// The audio ends before it should: frames promised and decoded, where the format counts them.
    case truncated(declared: Int?, actual: Int?)
    /// It is several streams in a row, and rate or channels change after so many samples a channel.
    case formatChanges(frame: Int)
    /// It is sound, and of length zero.
    case noSamples
    /// A sample is NaN or infinite; the first such frame.
    case notFinite(frame: Int)
    /// A sample is beyond a million times full scale, which is no sound; the first such frame.
    case absurd(frame: Int)
    /// It plays for longer than the limit.
    case tooLong(limitSeconds: Double)
    /// It has more channels than ``Decoding/maximumChannels``.
    case tooManyChannels(Int)
    /// Its rate, or the rate asked for, is outside ``Decoding/sampleRates``.
    case sampleRateOutOfRange(Int)
    /// The archive that it lies in, or its entry there, cannot be used; the verdict's stable word
    /// and what to do.
    case packed(code: String, hint: String)
    /// Two folders or archives of one collection have a file of this path, or are the same.
    case repeatedPath
    /// It changed while it was read.
    case changed
    /// A library refused to work, not because of the file.
    case library
    /// It could not be written; the system's error number, or 0.
    case unwritable(errno: Int32)
  }

  /// The verdict.
  public let kind: Kind
  /// What was being done.
  public let operation: String
  /// The path of the file or folder.
  public let subject: String
  /// What is wrong with it.
  public let detail: String

  /// A verdict on the file at `subject`; without a `detail` the kind's own words are used.
  init(_ kind: Kind, _ operation: String, _ subject: String, detail: String? = nil) {
    self.kind = kind
    self.operation = operation
    self.subject = subject
    self.detail = detail ?? kind.words
  }

  /// The verdict on an archive or an entry of it.
  init(_ error: ArchiveError, _ operation: String) {
    let kind: Kind =
      switch error.kind {
      case .unreadable(let number): .unreadable(errno: number)
      case .changed: .changed
      default: .packed(code: error.code, hint: error.hint)
      }
    self.init(kind, operation, error.subject, detail: error.detail)
  }

  /// A stable word for the verdict, for records and tools.
  public var code: String { kind.code }

  /// What to do about it.
  public var hint: String { kind.hint }

  /// One line that a person can act on.
  public var description: String {
    Words.shown("\(operation): \(subject) \(detail); \(hint)")
  }
}

extension AudioError.Kind {
  /// A stable word for the verdict, for records and tools.
  public var code: String {
    switch self {
    case .unreadable: "unreadable"
    case .notAFile: "not-a-file"
    case .notAFolder: "not-a-folder"
    case .badName: "bad-name"
    case .symlinkLoop: "symlink-loop"
    case .empty: "empty"
    case .notAudio: "not-audio"
    case .otherFormat: "other-format"
    case .unsupported: "unsupported"
    case .damaged: "damaged"
    case .headerPromisesMore: "header-promises-more"
    case .truncated: "truncated"
    case .formatChanges: "format-changes"
    case .noSamples: "no-samples"
    case .notFinite: "not-finite"
    case .absurd: "absurd"
    case .tooLong: "too-long"
    case .tooManyChannels: "too-many-channels"
    case .sampleRateOutOfRange: "sample-rate"
    case .packed(let code, _): code
    case .repeatedPath: "repeated-path"
    case .changed: "changed"
    case .library: "library"
    case .unwritable: "unwritable"
    }
  }

  fileprivate var words: String {
    switch self {
    case .unreadable(let number): "cannot be read (\(systemMessage(number)))"
    case .notAFile: "is not a file"
    case .notAFolder: "is not a folder"
    case .badName: "has a name that is not UTF-8"
    case .symlinkLoop: "is a link to a folder that is read already, or to itself"
    case .empty: "is empty"
    case .notAudio: "does not begin like any audio format"
    case .otherFormat(let name): "is of the format \(name), which is not read"
    case .unsupported: "is audio of a form that cannot be decoded"
    case .damaged: "is damaged"
    case .headerPromisesMore(let declared, let actual):
      "should have \(Words.counted(declared, "byte")) of audio and has \(Words.count(Int(clamping: actual)))"
    case .truncated(let declared?, let actual?):
      "should have \(Words.counted(declared, "sample")) a channel and ends after \(Words.count(Int(clamping: actual)))"
    case .truncated: "ends before its audio does"
    case .formatChanges(let frame):
      "changes its rate or channels after \(Words.counted(frame, "sample")) a channel"
    case .noSamples: "holds no samples"
    case .notFinite(let frame): "has a sample that is not a number, or infinite, at frame \(frame)"
    case .absurd(let frame):
      "has a sample beyond a million times full scale at frame \(frame), which is no sound"
    case .tooLong(let limit): "plays for more than \(limit) seconds"
    case .tooManyChannels(let count): "has \(Words.counted(count, "channel"))"
    case .sampleRateOutOfRange(let rate): "has a rate of \(rate) Hz"
    case .packed: "cannot be unpacked"
    case .repeatedPath: "is there more than once"
    case .changed: "changed while it was read"
    case .library: "could not be processed"
    case .unwritable(let number):
      number == 0 ? "cannot be written" : "cannot be written (\(systemMessage(number)))"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .unreadable: "check that it exists and may be read"
    case .notAFile, .notAFolder: "check the path"
    case .badName: "rename it"
    case .symlinkLoop: "remove the link"
    case .empty, .headerPromisesMore, .truncated, .changed: "fetch or copy the file again"
    case .packed(_, let hint): hint
    case .repeatedPath:
      "give the folder above them in their place, or take one of them away"
    case .notAudio, .unsupported: "replace it by a wav, flac, aiff, au, ogg, opus or mp3 file"
    case .otherFormat: "convert it, for instance by: ffmpeg -i FILE -vn FILE.flac"
    case .formatChanges: "cut it where it changes, or bring all of it to one form"
    case .damaged: "replace it by a sound copy"
    case .noSamples: "replace it by a recording"
    case .notFinite, .absurd: "export it again from its source"
    case .tooLong: "cut it, or raise the limit of seconds (maximumSeconds of a recipe)"
    case .tooManyChannels: "mix it down to at most \(Decoding.maximumChannels)"
    case .sampleRateOutOfRange:
      "use \(Decoding.sampleRates.lowerBound) to \(Decoding.sampleRates.upperBound) Hz"
    case .library: "check the installed libraries and the free memory"
    case .unwritable: "check that its folder exists, may be written and has space left"
    }
  }
}

/// The system's words for an error number.
private func systemMessage(_ number: Int32) -> String {
  // Its buffer is the thread's own since glibc 2.32.
  unsafe String(cString: strerror(number))
}
