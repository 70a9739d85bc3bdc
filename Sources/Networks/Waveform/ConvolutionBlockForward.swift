import CKernels

extension ConvolutionBlock {
  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let parts = BatchParts(rows: rows, team: pass.team)
    filters.pack(back: pass.isTraining && passesGradient, team: pass.team)
    if pass.isTraining { normalisation.announceSigns() } else { normalisation.setByAverages() }
    let source = inputLayout == .channels ? UnsafePointer(inputBlocks.start) : input
    self.input = source
    times = pass.team.times
    let needsBlocks = inputLayout == .channels
    pass.team.run(parts.count) { part in
      if needsBlocks {
        for sample in parts[part] {
          lathe_channels_to_blocks(
            input + sample * shape.inputs * shape.length, shape.inputs, shape.length,
            inputBlocks.start + sample * shape.inputCount)
        }
      }
      if pass.isTraining {
        convolve(source, parts[part], part)
      } else {
        predict(source, parts[part], part)
      }
    }
    if pass.isTraining {
      let count = rows * shape.positions
      normalisation.setByBatch(sums: sumsOfParts(parts.count), count: count)
    }
    if pass.isTraining || outputLayout == .channels {
      pass.team.run(parts.count) { part in
        for sample in parts[part] { finish(sample, normalises: pass.isTraining) }
      }
    }
    return outputLayout == .channels ? outputChannels.start : output.start
  }

  /// The sums of all parts in the order of the parts.
  func sumsOfParts(_ parts: Int) -> [Double] {
    let count = blocks * 32
    return (0..<count).map { index in
      (0..<parts).reduce(0) { $0 + sums.start[$1 * count + index] }
    }
  }

  /// The convolution of a part's samples with all that can be done before the batch's mean is
  /// known.
  private func convolve(_ input: UnsafePointer<Float>, _ samples: Range<Int>, _ part: Int) {
    let sums = sums.start + part * blocks * 32
    sums.update(repeating: 0, count: blocks * 32)
    guard isLong else {
      let start = values.start + samples.lowerBound * valueCount
      product(
        input + samples.lowerBound * shape.inputCount, samples: samples.count,
        positions: shape.positions, room: shape.positions, into: start)
      for sample in samples {
        for block in 0..<blocks {
          let blockStart = values.start + sample * valueCount + block * shape.positions * 16
          finish(blockStart, shape.positions, sample, block, at: 0, output: blockStart, sums)
        }
      }
      return
    }
    let tile = partScratch(part)
    for sample in samples {
      for position in Swift.stride(from: 0, to: shape.positions, by: stretch) {
        let count = min(stretch, shape.positions - position)
        product(
          input + sample * shape.inputCount + position * inputStep, samples: 1, positions: count,
          room: stretch, into: tile)
        for block in 0..<blocks {
          let index = sample * valueCount + (block * shape.positions + position) * 16
          finish(
            tile + block * stretch * 16, count, sample, block, at: position,
            output: values.start + index, sums)
        }
      }
    }
  }

  /// The block's output of a part's samples by the running averages; nothing else is kept.
  private func predict(_ input: UnsafePointer<Float>, _ samples: Range<Int>, _ part: Int) {
    let tile = partScratch(part)
    let step = isLong ? 1 : samples.count
    let length = isLong ? stretch : shape.positions
    for sample in Swift.stride(from: samples.lowerBound, to: samples.upperBound, by: step) {
      for position in Swift.stride(from: 0, to: shape.positions, by: length) {
        let count = min(length, shape.positions - position)
        product(
          input + sample * shape.inputCount + position * inputStep, samples: step,
          positions: count, room: length, into: tile)
        for index in 0..<step * blocks {
          let (offset, block) = index.quotientAndRemainder(dividingBy: blocks)
          let from = tile + index * length * 16
          let to = output.start + pooledIndex(sample + offset, block, position)
          let windows = count / window
          lathe_convolution_finish(
            from, count, order == .rectifyFirst ? 1 : 0, window, normalisation.sign(block),
            window == 1 ? from : nil, window == 1 ? nil : to, nil)
          lathe_normalise_block(
            normalisation.block(block), UnsafePointer(window == 1 ? from : to),
            order == .normaliseFirst ? 1 : 0, windows, to)
        }
      }
    }
  }

  /// One block's stretch after the convolution.
  private func finish(
    _ from: UnsafePointer<Float>, _ count: Int, _ sample: Int, _ block: Int, at position: Int,
    output: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Double>
  ) {
    lathe_convolution_finish(
      from, count, order == .rectifyFirst ? 1 : 0, window, normalisation.sign(block), output,
      window == 1 ? nil : extremes.start + pooledIndex(sample, block, position), sums + block * 32)
  }

  /// Normalises what pooling left of a sample, and lays it out.
  private func finish(_ sample: Int, normalises: Bool) {
    let target = output.start + sample * pooledCount
    if normalises {
      let pooled = (window == 1 ? values : extremes).start + sample * pooledCount
      for block in 0..<blocks {
        lathe_normalise_block(
          normalisation.block(block), pooled + block * self.pooled * 16,
          order == .normaliseFirst ? 1 : 0, self.pooled, target + block * self.pooled * 16)
      }
    }
    if outputLayout == .channels {
      lathe_blocks_to_channels(
        target, shape.outputs, pooled, outputChannels.start + sample * outputCount)
    }
  }

  private func product(
    _ input: UnsafePointer<Float>, samples: Int, positions: Int, room: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    var walk = shape.walk(samples: samples, positions: positions, room: room)
    times.product(walk.operations) {
      lathe_convolve(&walk, input, filters.packed.base, filters.packedBias.base, output)
    }
  }

  /// Where the pooled value of a window that begins at a position lies.
  private func pooledIndex(_ sample: Int, _ block: Int, _ position: Int) -> Int {
    sample * pooledCount + (block * pooled + position / window) * 16
  }

  /// Floats from one output position's inputs to the next's.
  var inputStep: Int { shape.stride * (shape.inputs == 1 ? 1 : 16) }

  /// A part's own memory.
  func partScratch(_ part: Int) -> UnsafeMutablePointer<Float> {
    scratch.start + part * scratchCount
  }
}
