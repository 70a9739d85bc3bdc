import CCairo

/// A surface to draw on, for PNG and SVG alike; a unit is a pixel of an SVG, or a pixel of a PNG of
/// scale 1.
///
/// The drawing calls cannot fail; what cairo could not do is an error when the canvas is finished.
@safe public struct Canvas: ~Copyable {
  /// The kind of file that the drawing becomes.
  public enum Form: Sendable, Hashable {
    /// Pixels, so many of them to a unit.
    case png(scale: Double)
    /// Shapes; text as outlines, so that it looks the same without the font.
    case svg
  }

  /// The font of all text: it has Latin, Greek, Cyrillic, Arabic and Hebrew letters, and its digits
  /// have one width.
  static let font = "DejaVu Sans"

  /// How large it is.
  public let size: Size
  let context: OpaquePointer
  private let surface: OpaquePointer
  private let form: Form
  private let sink: ByteSink

  /// The widest or highest picture that cairo makes of pixels.
  private static let limit = 32_767.0

  /// An empty canvas.
  /// - Throws: ``ReportError``: `.sizes` where a side is not 1 to 32,767 pixels, `.drawing` where
  ///   the library has no memory for it.
  public init(_ size: Size, _ form: Form) throws(ReportError) {
    let scale = if case .png(let scale) = form { scale } else { 1.0 }
    let width = (size.width * scale).rounded(.up)
    let height = (size.height * scale).rounded(.up)
    guard (1...Self.limit).contains(width), (1...Self.limit).contains(height) else {
      throw ReportError(
        kind: .sizes, subject: "picture", detail: "it would have \(width) by \(height) pixels",
        hint: "make it 1 to 32,767 wide and high")
    }
    let sink = ByteSink()
    let surface: OpaquePointer
    switch form {
    case .png:
      unsafe surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
    case .svg:
      unsafe surface = cairo_svg_surface_create_for_stream(
        ByteSink.write, Unmanaged.passUnretained(sink).toOpaque(), size.width, size.height)
      unsafe cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX)
    }
    let context: OpaquePointer = unsafe cairo_create(surface)
    // A surface that could not be made has its reason, and must be let go like any other.
    let status = unsafe cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else {
      unsafe cairo_destroy(context)
      unsafe cairo_surface_destroy(surface)
      throw Self.failure(status)
    }
    unsafe self.surface = surface
    unsafe self.context = context
    self.size = size
    self.form = form
    self.sink = sink
    unsafe cairo_scale(context, scale, scale)
    // Outlines that are bent to pixels would differ between PNG and SVG, and between screens.
    let options = unsafe cairo_font_options_create()
    unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    unsafe cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    unsafe cairo_set_font_options(context, options)
    unsafe cairo_font_options_destroy(options)
  }

  deinit {
    unsafe cairo_destroy(context)
    unsafe cairo_surface_destroy(surface)
  }

  /// The finished picture: a PNG or an SVG file.
  /// - Throws: ``ReportError`` `.drawing` where anything went wrong since the canvas was made.
  public consuming func finish() throws(ReportError) -> [UInt8] {
    try check()
    switch form {
    case .svg:
      unsafe cairo_surface_finish(surface)
      try Self.check(unsafe cairo_surface_status(surface))
      return SVGNames.renumbered(sink.bytes)
    case .png:
      unsafe cairo_surface_flush(surface)
      let status = unsafe cairo_surface_write_to_png_stream(
        surface, ByteSink.write, Unmanaged.passUnretained(sink).toOpaque())
      try Self.check(status)
      return sink.bytes
    }
  }

  private func check() throws(ReportError) {
    try Self.check(unsafe cairo_surface_status(surface))
    try Self.check(unsafe cairo_status(context))
  }

  private static func check(_ status: cairo_status_t) throws(ReportError) {
    if status != CAIRO_STATUS_SUCCESS { throw failure(status) }
  }

  private static func failure(_ status: cairo_status_t) -> ReportError {
    ReportError(
      kind: .drawing, subject: "picture",
      detail: unsafe cairo_status_to_string(status).map { unsafe String(cString: $0) } ?? "failed",
      hint: "make it smaller, or free some memory")
  }
}
