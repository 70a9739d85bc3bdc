import CKernels
import Training

/// The sizes of a convolution along time without padding, and how the kernels walk through it.
///
/// Sequences lie in blocks of sixteen channels, `[block][position][16]`, the channels
/// that are missing to a multiple of sixteen being 0; a sequence of one channel lies as it is.
struct Convolution1dShape: Hashable {
  /// Channels that come in.
  let inputs: Int
  /// Channels that go out.
  let outputs: Int
  /// Positions that a filter sees.
  let kernel: Int
  /// Positions from one output's first input to the next's.
  let stride: Int
  /// Positions that come in.
  let length: Int

  /// A shape in which every filter fits at least once.
  /// - Throws: ``TrainingError/Kind/configuration``, naming `subject`.
  init(
    _ subject: String, inputs: Int, outputs: Int, kernel: Int, stride: Int, length: Int
  ) throws(TrainingError) {
    for (what, value) in [
      ("input channels", inputs), ("output channels", outputs), ("kernel", kernel),
      ("stride", stride), ("length", length),
    ] where value < 1 || value > 1 << 28 {
      throw TrainingError(
        kind: .configuration, subject: subject, detail: "its \(what) of \(value) cannot be used",
        hint: "give at least 1")
    }
    guard kernel <= length else {
      throw TrainingError(
        kind: .configuration, subject: subject,
        detail: "its kernel of \(kernel) is longer than the \(length) positions before it",
        hint: "give smaller kernels, strides or pooling, or longer slices")
    }
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.length = length
  }

  /// Positions that go out.
  var positions: Int { (length - kernel) / stride + 1 }
  /// Blocks that come in, counting one channel as a block.
  var inputBlocks: Int { (inputs + 15) / 16 }
  /// Blocks that go out.
  var outputBlocks: Int { (outputs + 15) / 16 }
  /// Floats of a sample that comes in, as the kernels read it.
  var inputCount: Int { inputs == 1 ? length : inputBlocks * length * 16 }
  /// Floats of the filters of one output block as the kernels read them.
  var packedCount: Int { (inputs == 1 ? 1 : inputBlocks * 16) * kernel * 16 }

  /// Positions of the output that one input position reaches.
  var taps: Int { (kernel + stride - 1) / stride }
  /// Zeroes that stand before a gradient by the output where that by the input is made of it.
  var margin: Int { taps - 1 }
  /// Rows of `stride` positions, the last of which may be cut off.
  var rows: Int { (length + stride - 1) / stride }
  /// Floats of one block of filters of the gradient by the input; there are `stride` such blocks
  /// for every block that comes in.
  var packedGradientCount: Int { outputBlocks * taps * 256 }

  /// Floating-point operations of a plain sum of every output of a sample.
  var operations: Int { 2 * inputs * kernel * outputs * positions }

  /// The filters' sizes for the kernels.
  var filters: LatheFilters {
    LatheFilters(outputs: outputs, inputs: inputs, kernel: kernel, stride: stride)
  }

  /// The walk of `samples` samples' first `positions` outputs.
  /// - Parameter room: positions from one output block to the next.
  func walk(samples: Int, positions: Int, room: Int) -> LatheConvolution {
    let width = inputs == 1 ? 1 : 16
    return LatheConvolution(
      samples: samples, positions: positions, blocks: outputBlocks,
      segments: inputs == 1 ? 1 : inputBlocks, span: kernel * width, rowStride: stride * width,
      segmentStride: length * width, sampleStride: inputCount, phases: 1, outputRowStride: 16,
      outputBlockStride: room * 16, outputSampleStride: outputBlocks * room * 16)
  }

  /// The walk back: from gradients by the output with their margin, in blocks of ``margin`` +
  /// ``rows`` positions, to `positions` rows of the gradient by the input.
  func walkBack(samples: Int, positions: Int) -> LatheConvolution {
    let room = margin + rows
    return LatheConvolution(
      samples: samples, positions: positions, blocks: inputBlocks * stride,
      segments: outputBlocks, span: taps * 16, rowStride: 16, segmentStride: room * 16,
      sampleStride: outputBlocks * room * 16, phases: stride, outputRowStride: stride * 16,
      outputBlockStride: length * 16, outputSampleStride: inputBlocks * length * 16)
  }
}

extension LatheConvolution {
  /// Floating-point operations of the walk, channels filled up to sixteen.
  var operations: Int { 2 * samples * positions * blocks * 16 * segments * span }
}
