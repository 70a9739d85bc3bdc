import CKernels
import Training

/// The weight gradient is the adjoint of the convolution: what tiles and their outputs' gradients
/// come to at each point, added up over all tiles, transformed back.
extension WinogradConvolution {
  /// Each part adds up the points of its share of the samples, in their order; the parts are added
  /// in theirs.
  func accumulateWeightGradient(
    _ source: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, rows: Int,
    _ team: ThreadTeam
  ) {
    let lanes = Self.lanes
    let slabCount = slabCount(inputs: input)
    let group = group
    let groups = (rows + group - 1) / group
    let parts = min(team.count, groups)
    let sumCount = slabs(output) * slabCount
    team.run(parts) { part in
      let sums = workspace.part(part)
      let columns = sums + sumCount
      let mine = groups * part / parts..<groups * (part + 1) / parts
      for item in mine {
        let first = item * group
        let samples = min(group, rows - first)
        let count = samples * tiles
        let products = columns + points * count * padded(input)
        transformInput(
          source + first * input.count, input, samples: samples, into: columns, tiles: count)
        for sample in 0..<samples {
          lathe_winograd_gradient(
            Int32(tile), gradient + (first + sample) * output.count, output.blocks, output.height,
            output.width, products + sample * tiles * lanes, count * padded(output),
            count * lanes)
        }
        team.times.product(operations(rows: count, input, outputBlocks: output.blocks)) {
          for point in 0..<points {
            for slab in 0..<slabs(output) {
              let blocks = blocks(slab, of: output)
              lathe_blocked_gradient(
                columns + point * count * padded(input), count * lanes, count, input.blocks,
                products + (point * output.blocks + slab * Self.slab) * count * lanes,
                count * lanes, blocks,
                sums + slab * slabCount + point * blocks * padded(input) * lanes,
                padded(input) * lanes, item == mine.lowerBound ? 0 : 1)
            }
          }
        }
      }
    }
    let sums = workspace.part(0)
    // The parts' memories are where they are, so the others are added to the first by slabs.
    team.share(slabs(output)) { _, slab in
      for part in 1..<max(1, parts) {
        lathe_add(workspace.part(part) + slab * slabCount, sums + slab * slabCount, slabCount)
      }
      lathe_winograd_weight_gradient(
        Int32(tile), sums + slab * slabCount, 1, 0, input.channels, output.channels,
        slab * Self.slab, blocks(slab, of: output), weight.gradient.base)
    }
  }

  /// Each thread takes slabs of outputs, with the points of the whole batch.
  func weightGradientBySlabs(
    _ source: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, rows: Int,
    _ team: ThreadTeam
  ) {
    let lanes = Self.lanes
    let shared = workspace.shared.start
    let count = rows * tiles
    transformInputs(source, input, rows: rows, into: shared, team)
    team.share(slabs(output)) { part, slab in
      let blocks = blocks(slab, of: output)
      let sums = workspace.part(part)
      let products = sums + slabCount(inputs: input)
      for sample in 0..<rows {
        lathe_winograd_gradient(
          Int32(tile), gradient + sample * output.count + slab * Self.slab * output.planeCount,
          blocks, output.height, output.width, products + sample * tiles * lanes,
          blocks * count * lanes, count * lanes)
      }
      team.times.product(operations(rows: count, input, outputBlocks: blocks)) {
        for point in 0..<points {
          lathe_blocked_gradient(
            shared + point * count * padded(input), count * lanes, count, input.blocks,
            products + point * blocks * count * lanes, count * lanes, blocks,
            sums + point * blocks * padded(input) * lanes, padded(input) * lanes, 0)
        }
      }
      lathe_winograd_weight_gradient(
        Int32(tile), sums, 1, 0, input.channels, output.channels, slab * Self.slab, blocks,
        weight.gradient.base)
    }
  }
}
