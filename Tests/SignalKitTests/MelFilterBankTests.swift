import Foundation
import Testing

@testable import SignalKit

/// Slaney's mel scale and the triangles upon it.
@Suite struct MelFilterBankTests {
  private func weights(_ bank: MelFilterBank, of filter: Int) -> [Float] {
    let first = bank.lengths[..<filter].reduce(0) { $0 + Int($1) }
    return Array(bank.weights[first..<first + Int(bank.lengths[filter])])
  }

  @Test func scaleHasSlaneysPoints() {
    #expect(melOfHertz(0) == 0)
    #expect(melOfHertz(200) == 3)
    #expect(melOfHertz(1_000) == 15)
    #expect(isClose(melOfHertz(6_400), 42, relative: 1e-14))
    #expect(hertzOfMel(0) == 0)
    #expect(hertzOfMel(15) == 1_000)
    #expect(isClose(hertzOfMel(42), 6_400, relative: 1e-14))
    // librosa.hz_to_mel(11025)
    #expect(isClose(melOfHertz(11_025), 49.910_594_480_159_05, relative: 1e-13))
  }

  @Test func scaleReturns() {
    for hertz in stride(from: 0.0, through: 22_050, by: 37) {
      #expect(isClose(hertzOfMel(melOfHertz(hertz)), hertz, absolute: 1e-12, relative: 1e-13))
    }
  }

  @Test func runsOfWeightsAreTheTriangles() throws {
    let (rate, length, count) = (22_050.0, 2_048, 128)
    let bank = try MelFilterBank(
      sampleRate: rate, transformLength: length, count: count, maximum: rate / 2)
    #expect(bank.count == count && bank.starts.count == count && bank.lengths.count == count)
    #expect(bank.weights.count == bank.lengths.reduce(0) { $0 + Int($1) })
    let top = melOfHertz(rate / 2)
    let edges = (0..<count + 2).map { hertzOfMel(top * Double($0) / Double(count + 1)) }
    for filter in 0..<count {
      let (left, centre, right) = (edges[filter], edges[filter + 1], edges[filter + 2])
      let run = weights(bank, of: filter)
      for bin in 0...length / 2 {
        let frequency = Double(bin) * rate / Double(length)
        let height =
          frequency < centre
          ? (frequency - left) / (centre - left) : (right - frequency) / (right - centre)
        let offset = bin - Int(bank.starts[filter])
        let value = run.indices.contains(offset) ? Double(run[offset]) : 0
        let expected = max(0, height) * 2 / (right - left)
        #expect(isClose(value, expected, absolute: 1e-9, relative: 3 * floatStep))
      }
    }
  }

  /// Every triangle has area 1 in hertz, so that noise is as loud in a wide band as in a narrow
  /// one.
  @Test func areasAreOne() throws {
    let (rate, length) = (22_050.0, 65_536)
    let bank = try MelFilterBank(
      sampleRate: rate, transformLength: length, count: 40, minimum: 50, maximum: 8_000)
    for filter in 0..<40 {
      let area = weights(bank, of: filter).reduce(0) { $0 + Double($1) } * rate / Double(length)
      #expect(isClose(area, 1, relative: 1e-3))
    }
  }

  @Test func filtersNarrowerThanABinAreEmpty() throws {
    let bank = try MelFilterBank(
      sampleRate: 22_050, transformLength: 64, count: 128, maximum: 11_025)
    #expect(bank.lengths.contains(0))
    #expect(bank.lengths.count == 128)
    #expect(zip(bank.starts, bank.lengths).allSatisfy { $0 >= 0 && $0 + $1 <= 33 })
  }

  @Test func bandAboveHalfTheRateIsEmpty() throws {
    let bank = try MelFilterBank(
      sampleRate: 8_000, transformLength: 512, count: 64, maximum: 11_025)
    #expect(bank.lengths.last == 0)
    #expect(zip(bank.starts, bank.lengths).allSatisfy { $0 + $1 <= 257 })
  }

  @Test(arguments: [-1, 0, 4_097])
  func refusesCount(_ count: Int) {
    #expect(throws: SignalError.self) {
      try MelFilterBank(sampleRate: 22_050, transformLength: 2_048, count: count, maximum: 8_000)
    }
  }

  @Test(arguments: [-1.0, 8_000, 9_000, .nan, .infinity])
  func refusesRange(_ minimum: Double) {
    let error = #expect(throws: SignalError.self) {
      try MelFilterBank(
        sampleRate: 22_050, transformLength: 2_048, count: 40, minimum: minimum, maximum: 8_000)
    }
    #expect(error?.description.contains("frequency range") == true)
  }

  @Test(arguments: [-4, 0, 1, 65_537])
  func refusesTransformLength(_ length: Int) {
    let error = #expect(throws: SignalError.self) {
      try MelFilterBank(sampleRate: 22_050, transformLength: length, count: 40, maximum: 8_000)
    }
    #expect(error?.subject.contains("\(length)") == true)
  }

  @Test(arguments: [0.0, -1, .nan, .infinity])
  func refusesMaximum(_ maximum: Double) {
    #expect(throws: SignalError.self) {
      try MelFilterBank(sampleRate: 22_050, transformLength: 2_048, count: 40, maximum: maximum)
    }
  }

  @Test(arguments: [0.0, -22_050, .nan, .infinity])
  func refusesSampleRate(_ rate: Double) {
    #expect(throws: SignalError.self) {
      try MelFilterBank(sampleRate: rate, transformLength: 2_048, count: 40, maximum: 8_000)
    }
  }
}
