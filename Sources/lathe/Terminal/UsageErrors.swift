import Wording
import ArgumentParser
import DatasetCache
import Preparation
import Runs

/// An error as the command line reports it: what other arguments would mend is wrong usage.
func asUsage(_ error: any Error) -> any Error {
  switch error {
  case let error as RunError where error.kind == .choice || error.kind == .program:
    return ValidationError(Words.shown("\(error)."))
  case PreparationError.program:
    return ValidationError(Words.shown("\(error)."))
  case PreparationError.cache(let error) where error.kind == .otherPlan:
    return ValidationError(Words.shown("\(error)."))
  case let error as FileSampleError where error.isOfProgram:
    return ValidationError(Words.shown("\(error)."))
  default: return error
  }
}

/// The result of checking arguments; an error of it is one of usage.
func asUsage<Value>(_ body: () throws -> Value) throws -> Value {
  do { return try body() } catch { throw asUsage(error) }
}
