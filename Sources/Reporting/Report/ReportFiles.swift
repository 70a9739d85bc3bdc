import Files

extension Report {
  /// What ``write(to:figures:overwriting:)`` has written.
  public struct Written: Sendable, Hashable {
    /// The files beside the page; none where the page is no file, as a pipe.
    public var results: [String]
    /// How many figures there are, each in both forms.
    public var figures: Int
  }

  /// Writes the page, ``results()`` beside it, and where asked for ``figures()`` as PNG and SVG.
  ///
  /// - Parameters:
  ///   - page: the page's file, or a pipe or device, which has no results beside it.
  ///   - folder: where figures go, made where it is missing; nil for none.
  ///   - overwriting: whether files that are there are replaced.
  /// - Throws: ``ReportError``: `.exists` where a file is there that must not be replaced, before
  ///   anything is written; `.drawing`, `.sizes`, `.unwritable`, `.noSpace`.
  public func write(
    to page: String, figures folder: String?, overwriting: Bool
  ) throws(ReportError) -> Written {
    let figures = folder == nil ? [] : figures()
    let isFile = OutputFile.mayBeFile(page)
    let results = isFile ? try self.results() : []
    let parent = page.lastIndex(of: "/").map { String(page[...$0]) } ?? ""
    let paths = results.map { parent + $0.name }
    if let folder, !overwriting {
      for (name, _) in figures {
        for end in ["png", "svg"] { try OutputFile.refuseExisting("\(folder)/\(name).\(end)") }
      }
    }
    if !overwriting {
      for path in [page] + paths where isFile { try OutputFile.refuseExisting(path) }
    }
    try OutputFile.write(try html(), to: page)
    for (path, result) in zip(paths, results) { try OutputFile.write(result.bytes, to: path) }
    if let folder {
      try OutputFile.makeFolder(folder)
      for (name, figure) in figures {
        let path = "\(folder)/\(name)"
        let png = try figure.rendered(.png(scale: 2))
        try OutputFile.write(png, to: "\(path).png", isDurable: false)
        try OutputFile.write(try figure.rendered(.svg), to: "\(path).svg", isDurable: false)
      }
    }
    return Written(results: paths, figures: figures.count)
  }
}
