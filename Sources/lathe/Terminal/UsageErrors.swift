import Wording
import ArgumentParser
import Runs

/// An error as the command line tells it: what other arguments would mend is wrong usage.
func asUsage(_ error: any Error) -> any Error {
  guard let error = error as? RunError else { return error }
  switch error.kind {
  case .choice, .program: return ValidationError(Words.shown("\(error)."))
  case .run, .data: return error
  }
}

/// The result of checking arguments; an error of it is one of usage.
func asUsage<Value>(_ body: () throws -> Value) throws -> Value {
  do { return try body() } catch { throw asUsage(error) }
}
