import AudioIO
import Corpus
import DataLoading
import DatasetCache
import Files
import Hummingbird
import OpenCaches
import Preparation
import Reporting
import Training

extension Problem {
  /// The problem by which a client is answered for an error of a library.
  init(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as InterfaceError: self.init(interface: error)
    case let error as CacheError: self.init(interface: InterfaceError(error))
    case let error as SampleError: self.init(interface: InterfaceError(error))
    case let error as LoadingError: self.init(interface: InterfaceError(error))
    case let error as JSONFieldError: self.init(interface: InterfaceError(error))
    case let error as TrainingError where error.kind == .run:
      self.init(.notFound, "notFound", "\(error)")
    case let error as ReportError where error.kind == .sizes:
      self.init(.unprocessableContent, "source", "\(error)")
    case let error as HTTPError:
      self.init(error.status, "request", error.body ?? error.status.reasonPhrase)
    default:
      self.init(.internalServerError, "system", "\(error)")
    }
  }

  private init(interface error: InterfaceError) {
    let (status, code): (HTTPResponse.Status, String) =
      switch error.code {
      case .argument: (.badRequest, "argument")
      case .configuration: (.badRequest, "configuration")
      case .notFound: (.notFound, "notFound")
      case .source: (.unprocessableContent, "source")
      case .state: (.conflict, "state")
      case .damaged: (.internalServerError, "damaged")
      case .stopped: (.serviceUnavailable, "stopped")
      default: (.internalServerError, "system")
      }
    self.init(status, code, error.text)
  }
}
