import CKernels
import Foundation
import Testing

@testable import SignalKit

/// Which instruction set kernels run with. `.ci/run` runs the suites of kernels once for each.
@Suite struct InstructionSetTests {
  @Test func theEnvironmentChooses() {
    let named = ProcessInfo.processInfo.environment[InstructionSet.variable]
    let chosen = named.flatMap(InstructionSet.init(rawValue:))
    let available = InstructionSet.available
    let expected = chosen.flatMap { available.contains($0) ? $0 : nil } ?? available.last
    #expect(InstructionSet.current == expected)
  }

  @Test func everyProcessorHasItsBaseline() throws {
    #expect(Int(lathe_best_instruction_set()) >= LATHE_BASELINE)
    #if arch(x86_64)
      #expect(InstructionSet.available.first == .sse2)
    #else
      #expect(InstructionSet.available.isEmpty && InstructionSet.current == nil)
    #endif
  }

  @Test func whatCannotBeHadIsRefused() throws {
    try InstructionSet.check(nil)
    for set in InstructionSet.allCases {
      guard !InstructionSet.available.contains(set) else {
        try InstructionSet.check(set.rawValue)
        continue
      }
      let error = #expect(throws: SignalError.self) { try InstructionSet.check(set.rawValue) }
      #expect(error?.detail == "is an instruction set that this processor lacks")
    }
    let error = #expect(throws: SignalError.self) { try InstructionSet.check("neon") }
    #expect(error?.subject == "LATHE_INSTRUCTION_SET=neon")
    #expect(error?.detail == "is no instruction set")
  }
}
