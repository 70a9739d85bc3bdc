import SignalKit
import Testing

/// Kaldi's filter banks: torchaudio's values, shapes, and what is refused.
@Suite struct KaldiFilterBankTests {
  private func picture(_ samples: [Float], _ parameters: KaldiParameters) throws -> [Float] {
    var bank = try KaldiFilterBank(parameters)
    var output = [Float](
      repeating: .nan, count: parameters.rows * bank.frames(samples: samples.count))
    var span = output.mutableSpan
    try bank.write(samples.span, to: &span)
    return output
  }

  /// Rows of torchaudio.compliance.kaldi.fbank, made by Tests/Reference/make_kaldi_pinned.py.
  @Test(arguments: KaldiCases.all)
  func valuesAreThoseOfTorchaudio(_ name: String, _ parameters: KaldiParameters) throws {
    let table = try FixtureFiles.table("kaldi.torchaudio-2.11.1.csv").dropFirst()
    let rows = table.filter { $0[0] == name }
    #expect(rows.count == 21)
    for row in rows {
      let numbers = try row.dropFirst(2).map { try #require(Double($0)) }
      let (first, count, band) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
      let samples = SyntheticSignal.samples(row[1], first: first, count: count)
      let frames = try KaldiFilterBank(parameters).frames(samples: count)
      let values = try picture(samples, parameters)[band * frames..<(band + 1) * frames]
      let difference = firstDifference(
        Array(values), numbers.dropFirst(3).map { Float($0) }, absolute: 1e-4, relative: 1e-5)
      #expect(difference == nil, "\(name), \(row[1]), row \(band)")
    }
  }

  @Test func framesLieInsideOrOneAShift() throws {
    var parameters = KaldiParameters()
    let inside = try KaldiFilterBank(parameters)
    #expect([399, 400, 559, 560, 16_000].map { inside.frames(samples: $0) } == [0, 1, 1, 2, 98])
    parameters.snipsEdges = false
    let centred = try KaldiFilterBank(parameters)
    #expect([399, 400, 559, 560, 16_000].map { centred.frames(samples: $0) } == [0, 3, 3, 4, 100])
  }

  /// A constant has no energy but in its edges once the mean is gone: the floor, −23 ln 2.
  @Test func silenceIsAtTheFloor() throws {
    let values = try picture([Float](repeating: 0.25, count: 4_000), KaldiParameters())
    #expect(values.count == 23 * 23)
    #expect(values.allSatisfy { isClose(Double($0), -15.942385, absolute: 1e-5) })
  }

  /// What a long loud picture leaves in the buffers must not show in a short quiet one.
  @Test func buffersKeepNothing() throws {
    let parameters = KaldiParameters.audioSpectrogramTransformer
    var bank = try KaldiFilterBank(parameters)
    var loud = [Float](repeating: 0, count: 128 * bank.frames(samples: 44_100))
    var span = loud.mutableSpan
    try bank.write(SyntheticSignal.samples("square", count: 44_100).span, to: &span)
    let short = SyntheticSignal.samples("quiet", count: 3_000)
    var again = [Float](repeating: 0, count: 128 * bank.frames(samples: 3_000))
    var output = again.mutableSpan
    try bank.write(short.span, to: &output)
    #expect(try again == picture(short, parameters))
  }

  @Test func refusesShortSignalsAndWrongOutputs() throws {
    var bank = try KaldiFilterBank(KaldiParameters())
    var output = [Float](repeating: 5, count: 23)
    var span = output.mutableSpan
    let short = [Float](repeating: 0, count: 399)
    let long = [Float](repeating: 0, count: 560)
    do {
      try bank.write(short.span, to: &span)
      Issue.record("wrote a frame of 400 samples from 399")
    } catch {
      #expect(error.description.contains("at least 400 samples"))
    }
    do {
      try bank.write(long.span, to: &span)
      Issue.record("wrote two frames into room for one")
    } catch {
      #expect(error.description.contains("23 rows × 2 frames"))
    }
    #expect(output.allSatisfy { $0 == 5 }, "a refused call writes nothing")
  }

  @Test func refusesParameters() {
    func refuses(_ change: (inout KaldiParameters) -> Void) -> Bool {
      var parameters = KaldiParameters()
      change(&parameters)
      do {
        _ = try KaldiFilterBank(parameters)
        return false
      } catch {
        return !error.hint.isEmpty
      }
    }
    #expect(refuses { $0.sampleRate = 0 })
    #expect(refuses { $0.sampleRate = .infinity })
    #expect(refuses { $0.frameLength = 0 })
    #expect(refuses { $0.frameLength = .nan })
    #expect(refuses { $0.frameLength = 1e300 })
    #expect(refuses { $0.frameShift = 0.01 })
    #expect(refuses { $0.bands = 3 })
    #expect(refuses { $0.minimumFrequency = -1 })
    #expect(refuses { $0.minimumFrequency = 8_000 })
    #expect(refuses { $0.maximumFrequency = 8_001 })
    #expect(refuses { $0.maximumFrequency = -8_000 })
    #expect(refuses { $0.preemphasis = 1.5 })
    #expect(refuses { $0.energyFloor = -1 })
    #expect(refuses { $0.sampleScale = 0 })
    #expect(refuses { $0.scale = .nan })
    #expect(refuses { $0.offset = .infinity })
    #expect(
      refuses {
        $0.roundsToPowerOfTwo = false
        $0.sampleRate = 22_050
      }, "551 samples are odd")
    #expect(!refuses { $0.maximumFrequency = -7_000 })
  }
}
