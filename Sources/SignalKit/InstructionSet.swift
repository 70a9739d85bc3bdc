internal import CKernels
internal import Foundation

/// The instruction sets that the vector kernels are compiled for on x86-64.
///
/// Kernels run with the best that the processor has, or with the one that the environment variable
/// `LATHE_INSTRUCTION_SET` names, so that what another processor would do can be tried on this one.
/// All give the same bits but for constant-Q pictures and networks, whose additions are fused in another
/// order, and Kaldi's filter banks, in which SSE2 has no fused additions.
public enum InstructionSet: String, Sendable, CaseIterable {
  case sse2, avx2, avx512

  /// The environment variable that names one.
  public static let variable = "LATHE_INSTRUCTION_SET"

  /// Those that this processor has.
  public static var available: [InstructionSet] {
    allCases.filter {
      let number = lathe_named_instruction_set($0.rawValue)
      return number > 0 && number <= lathe_best_instruction_set()
    }
  }

  /// The one that kernels run with; nil on processors that are not x86-64.
  public static var current: InstructionSet? {
    allCases.first { lathe_named_instruction_set($0.rawValue) == lathe_instruction_set() }
  }

  /// - Throws: `SignalError` where the environment names an instruction set that there is not, or that
  ///   this processor lacks.
  public static func checkEnvironment() throws(SignalError) {
    try check(ProcessInfo.processInfo.environment[variable])
  }

  static func check(_ name: String?) throws(SignalError) {
    guard let name, !available.contains(where: { $0.rawValue == name }) else { return }
    let isKnown = allCases.contains { $0.rawValue == name }
    throw SignalError(
      "\(variable)=\(name)",
      isKnown ? "is an instruction set that this processor lacks" : "is no instruction set",
      hint: available.isEmpty
        ? "unset it: there is no choice on this processor"
        : "unset it, or name one of " + available.map(\.rawValue).joined(separator: ", "))
  }
}
