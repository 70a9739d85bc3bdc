import Corpus
import Testing

@testable import DataLoading

@Test func windowsOfIntegersTakeTwoBytesANumber() {
  let window = SampleWindow(type: .int16, elements: 10..<20, trackElements: 40, isSignal: true)
  #expect(window.elements.count * window.type.size == 20)
}
