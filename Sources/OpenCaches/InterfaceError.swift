package import Corpus
package import DataLoading
package import DatasetCache
internal import Wording

/// The negative codes of `lathe_code`, as the header documents them.
package enum ErrorCode: Int32, Sendable {
  case argument = -1
  case handle = -2
  case forked = -3
  case configuration = -4
  case notFound = -5
  case source = -6
  case state = -7
  case damaged = -8
  case slot = -9
  case borrowed = -10
  case stopped = -11
  case system = -12
}

/// An error as a caller gets it, whichever way in was taken: a code and one line.
package struct InterfaceError: Error {
  package let code: ErrorCode
  package let text: String

  package init(_ code: ErrorCode, _ text: String) {
    self.code = code
    // Names in it come from the caller and from files.
    self.text = Words.shown(text)
  }
}

extension InterfaceError {
  package init(_ error: CacheError) {
    let code: ErrorCode =
      switch error.kind {
      case .notFound, .isAFile, .notACache, .unfinished, .unknownName: .notFound
      case .noSamples: .source
      case .damaged, .invalidTensors, .invalidRecord, .missingValue: .damaged
      default: .system
      }
    self.init(code, error.description)
  }

  package init(_ error: LoadingError) {
    let code: ErrorCode =
      switch error.kind {
      case .configuration: .configuration
      case .state: .state
      case .source: .source
      case .sample: error.sample.map { InterfaceError($0).code } ?? .system
      case .cancelled: .stopped
      case .exhausted: .borrowed
      case .forked: .forked
      case .system: .system
      }
    self.init(code, error.saying(LoaderOptions.renamedFields[error.subject]).description)
  }

  package init(_ error: JSONFieldError) { self.init(.configuration, error.description) }

  package init(_ error: SampleError) {
    self.init(error.kind == .system ? .system : .damaged, error.description)
  }
}

extension LoadingError {
  /// The same error with another word for its subject, where there is one.
  fileprivate func saying(_ name: String?) -> LoadingError {
    guard let name else { return self }
    return LoadingError(kind: kind, subject: name, detail: detail, hint: hint, sample: sample)
  }
}
