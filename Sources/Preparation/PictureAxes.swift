public import Corpus
public import DatasetCache

extension Cache {
  /// The two axes of a view whose samples are pictures; those of its recipe where the cache is of
  /// the first version, which does not state where the bands lie, and plain numbers where that does
  /// not say either.
  ///
  /// - Throws: `CacheError` where the record of the view cannot be read.
  public func pictureAxes(of view: View) throws(CacheError) -> [SampleAxis] {
    let stated = try viewFacts()[view]?.axes ?? []
    if stated.allSatisfy({ !$0.unit.isEmpty }), stated.count == 2 { return stated }
    let known = try? description()?.recipe().axes(of: view)
    return [known, stated].compactMap(\.self).first { $0.count == 2 }
      ?? [SampleAxis("row"), SampleAxis("column")]
  }
}
