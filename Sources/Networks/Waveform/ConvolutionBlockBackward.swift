import CKernels

extension ConvolutionBlock {
  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard let input else { return nil }
    times = pass.team.times
    let parts = BatchParts(rows: rows, team: pass.team)
    let passes = needsInput && passesGradient
    let given = outputLayout == .channels ? gradientBlocks.start : gradient
    pass.team.run(parts.count) { part in
      let sums = sums.start + part * blocks * 32
      sums.update(repeating: 0, count: blocks * 32)
      for sample in parts[part] {
        let target = given + sample * pooledCount
        if outputLayout == .channels {
          lathe_channels_to_blocks(gradient + sample * outputCount, shape.outputs, pooled, target)
        }
        for block in 0..<blocks {
          let offset = block * pooled * 16
          lathe_normalisation_sums(
            normalisation.block(block), extremes(sample) + offset, target + offset,
            order == .normaliseFirst ? 1 : 0, pooled, sums + block * 32)
        }
      }
    }
    normalisation.setGradients(sums: sumsOfParts(parts.count), count: rows * shape.positions)
    pass.team.run(parts.count) { part in
      filters.beginPart(part)
      if isLong {
        for sample in parts[part] { differentiate(sample, input, given, part, passes) }
      } else {
        differentiate(parts[part], input, given, part, passes)
      }
    }
    filters.finishParts(parts.count, team: pass.team)
    guard passes else { return nil }
    return inputGradientChannels == nil ? inputGradient.start : inputGradientChannels.start
  }

  /// One long sample, a stretch at a time.
  private func differentiate(
    _ sample: Int, _ input: UnsafePointer<Float>, _ given: UnsafePointer<Float>, _ part: Int,
    _ passes: Bool
  ) {
    let begin = partScratch(part)
    let room = gradientRoom
    if passesGradient { clearMargins(begin, samples: 1) }
    for position in Swift.stride(from: 0, to: shape.positions, by: stretch) {
      let count = min(stretch, shape.positions - position)
      // Without a gradient to pass on, nothing needs the stretches before.
      let start = passesGradient ? begin + (shape.margin + position) * 16 : begin
      for block in 0..<blocks {
        unfinish(sample, block, position, count, given, part, into: start + block * room * 16)
      }
      // While the products of this stretch are taken, the next one comes from memory (of the first
      // block; those of several have fewer bytes for each product).
      let next = position + count
      addProduct(
        input + sample * shape.inputCount + position * inputStep, samples: 1, positions: count,
        start, part, soon: values.start + sample * valueCount + next * 16,
        count: min(stretch, shape.positions - next) * 16)
    }
    if passes { passOn(sample..<sample + 1, begin, part) }
  }

  /// Short samples together.
  private func differentiate(
    _ samples: Range<Int>, _ input: UnsafePointer<Float>, _ given: UnsafePointer<Float>,
    _ part: Int, _ passes: Bool
  ) {
    let begin = partScratch(part)
    let room = gradientRoom
    if passesGradient { clearMargins(begin, samples: samples.count) }
    let start = begin + (passesGradient ? shape.margin * 16 : 0)
    for (index, sample) in samples.enumerated() {
      for block in 0..<blocks {
        unfinish(
          sample, block, 0, shape.positions, given, part,
          into: start + (index * blocks + block) * room * 16)
      }
    }
    addProduct(
      input + samples.lowerBound * shape.inputCount, samples: samples.count,
      positions: shape.positions, start, part)
    if passes { passOn(samples, begin, part) }
  }

  /// The zeroes before and after each block's gradients; the forward pass uses the same memory.
  private func clearMargins(_ start: UnsafeMutablePointer<Float>, samples: Int) {
    let (before, after) = (shape.margin, shape.rows - shape.positions)
    for block in 0..<samples * blocks {
      let padded = start + block * gradientRoom * 16
      padded.update(repeating: 0, count: before * 16)
      (padded + (before + shape.positions) * 16).update(repeating: 0, count: after * 16)
    }
  }

  private func unfinish(
    _ sample: Int, _ block: Int, _ position: Int, _ count: Int, _ given: UnsafePointer<Float>,
    _ part: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let offset = (block * pooled + position / window) * 16
    lathe_convolution_unfinish(
      normalisation.block(block),
      values.start + sample * valueCount + (block * shape.positions + position) * 16, count,
      order == .rectifyFirst ? LATHE_RECTIFIED_BEFORE : LATHE_RECTIFIED_AFTER, window,
      extremes(sample) + offset,
      given + sample * pooledCount + offset, output, filters.biasSums(part) + block * 16)
  }

  private func addProduct(
    _ input: UnsafePointer<Float>, samples: Int, positions: Int, _ gradient: UnsafePointer<Float>,
    _ part: Int, soon: UnsafePointer<Float>? = nil, count: Int = 0
  ) {
    guard filters.areLearnt else { return }
    var walk = shape.walk(samples: samples, positions: positions, room: gradientRoom)
    times.product(walk.operations) {
      lathe_convolution_add_gradient(&walk, input, gradient, filters.partial(part), soon, count)
    }
  }

  /// The gradient by the input, from that by the output with its margins.
  private func passOn(_ samples: Range<Int>, _ gradient: UnsafePointer<Float>, _ part: Int) {
    let count = shape.inputBlocks * shape.length * 16
    let start = inputGradient.start + samples.lowerBound * count
    let whole = shape.length / shape.stride
    var walk = shape.walkBack(samples: samples.count, positions: whole)
    times.product(walk.operations) {
      lathe_convolve(&walk, gradient, filters.back, nil, start)
    }
    let rest = shape.length % shape.stride
    if rest > 0 {
      let row = lastRow.start + part * shape.inputBlocks * shape.stride * 16
      walk = shape.walkBack(samples: 1, positions: 1)
      walk.outputBlockStride = shape.stride * 16
      for index in 0..<samples.count {
        let from = gradient + index * walk.sampleStride + whole * 16
        times.product(walk.operations) { lathe_convolve(&walk, from, filters.back, nil, row) }
        for block in 0..<shape.inputBlocks {
          (start + index * count + (block * shape.length + whole * shape.stride) * 16).update(
            from: row + block * shape.stride * 16, count: rest * 16)
        }
      }
    }
    guard inputGradientChannels != nil else { return }
    let channels = shape.inputs * shape.length
    for (index, sample) in samples.enumerated() {
      lathe_blocks_to_channels(
        start + index * count, shape.inputs, shape.length,
        inputGradientChannels.start + sample * channels)
    }
  }

  /// A sample's pooled values before normalisation.
  private func extremes(_ sample: Int) -> UnsafePointer<Float> {
    UnsafePointer((window == 1 ? values : extremes).start + sample * pooledCount)
  }
}
