import CKernels

extension LathePlane {
  /// A window over a blocked plane.
  init(_ window: Window, over input: BlockedShape, output: BlockedShape) {
    self.init(
      blocks: input.blocks, channels: input.channels, height: input.height, width: input.width,
      outputHeight: output.height, outputWidth: output.width, kernel: window.kernel,
      stride: window.stride, padding: window.padding)
  }
}
