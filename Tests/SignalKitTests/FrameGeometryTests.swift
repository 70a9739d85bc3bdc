import Testing

@testable import SignalKit

/// Which samples a frame covers, and what stands beyond the ends.
@Suite struct FrameGeometryTests {
  /// The samples of frame `index` as `withFrame` gives them.
  private func frame(_ index: Int, of signal: [Float], _ geometry: FrameGeometry) -> [Float] {
    var scratch = [Float](repeating: .nan, count: geometry.length)
    return signal.withUnsafeBufferPointer { signal in
      scratch.withUnsafeMutableBufferPointer { scratch in
        guard let base = scratch.baseAddress else { return [] }
        return geometry.withFrame(index, of: signal, scratch: base) {
          Array(UnsafeBufferPointer(start: $0, count: geometry.length))
        }
      }
    }
  }

  /// `numpy.pad(signal, width, mode="reflect")`: walks to and fro, turning at the ends.
  private func walked(_ signal: [Float], width: Int) -> [Float] {
    func walk(from start: Int, step: Int, count: Int) -> [Float] {
      var (position, step) = (start, step)
      return (0..<count).map { _ in
        guard signal.count > 1 else { return signal[0] }
        if !signal.indices.contains(position + step) { step = -step }
        position += step
        return signal[position]
      }
    }
    return walk(from: 0, step: -1, count: width).reversed() + signal
      + walk(from: signal.count - 1, step: 1, count: width)
  }

  @Test func countsFrames() throws {
    let geometry = try FrameGeometry(length: 2_048, hop: 512, padding: .zero)
    #expect(
      [0, 1, 511, 512, 1_023, 1_024, 66_149, 44_100].map(geometry.count(samples:))
        == [1, 1, 1, 2, 2, 3, 130, 87])
  }

  @Test(arguments: [1, 2, 3, 5, 7, 8, 9, 16, 40])
  func reflectsAsOftenAsItTakes(_ count: Int) throws {
    let geometry = try FrameGeometry(length: 16, hop: 3, padding: .reflect)
    let signal = (0..<count).map { Float($0 + 1) }
    let padded = walked(signal, width: 8)
    for index in 0..<geometry.count(samples: count) {
      #expect(frame(index, of: signal, geometry) == Array(padded[index * 3..<index * 3 + 16]))
    }
  }

  @Test(arguments: [1, 2, 7, 8, 9, 16, 40])
  func padsWithZeros(_ count: Int) throws {
    let geometry = try FrameGeometry(length: 16, hop: 5, padding: .zero)
    let signal = (0..<count).map { Float($0 + 1) }
    let zeros = [Float](repeating: 0, count: 8)
    let padded = zeros + signal + zeros
    for index in 0..<geometry.count(samples: count) {
      #expect(frame(index, of: signal, geometry) == Array(padded[index * 5..<index * 5 + 16]))
    }
  }

  @Test func frameIsCentredOnItsHop() throws {
    let geometry = try FrameGeometry(length: 8, hop: 2, padding: .zero)
    #expect(geometry.start(0) == -4)
    #expect(geometry.start(2) == 0)
    let signal = (0..<20).map { Float($0) }
    #expect(frame(4, of: signal, geometry) == [4, 5, 6, 7, 8, 9, 10, 11])
  }

  @Test(arguments: [-2, 0, 1, 65_537])
  func refusesFrameLength(_ length: Int) throws {
    let error = #expect(throws: SignalError.self) {
      try FrameGeometry(length: length, hop: 1, padding: .zero)
    }
    #expect(error?.description.contains("\(length)") == true)
    #expect(error?.hint.isEmpty == false)
  }

  @Test(arguments: [-1, 0, 9])
  func refusesHop(_ hop: Int) throws {
    let error = #expect(throws: SignalError.self) {
      try FrameGeometry(length: 8, hop: hop, padding: .reflect)
    }
    #expect(error?.subject == "hop length \(hop)")
  }

  @Test func acceptsTheBounds() throws {
    for (length, hop) in [(2, 1), (2, 2), (65_536, 1), (65_536, 65_536)] {
      let geometry = try FrameGeometry(length: length, hop: hop, padding: .zero)
      #expect(geometry.length == length && geometry.hop == hop)
    }
  }
}
