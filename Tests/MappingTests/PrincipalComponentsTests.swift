import Testing

@testable import Mapping

/// The map's directions, beside those of scikit-learn 1.9.1: `PCA(2).fit_transform` of
/// `StandardScaler().fit_transform`, each with its largest part positive.
@Suite struct PrincipalComponentsTests {
  private let rows: [Float] = [
    2.5, 2.4, 1, 0.5, 0.7, 4, 2.2, 2.9, 2, 1.9, 2.2, 0, 3.1, 3.0, 5, 2.3, 2.7, 3,
  ]

  private static let expected: [(Double, Double)] = [
    (0.494924577, -0.830001787),
    (-2.929116019, 0.714954019),
    (0.653428965, -0.283710256),
    (-0.185172831, -1.477347325),
    (1.440452797, 1.563909713),
    (0.525482511, 0.312195635),
  ]
  private static let explained = (0.646498083778, 0.333688252643)

  @Test func placesAreThoseOfTheReference() {
    let found = PrincipalComponents(rows: rows, columns: 3)
    #expect(found.points.count == 6)
    for (point, expected) in zip(found.points, Self.expected) {
      #expect(abs(point.x - expected.0) < 1e-6 && abs(point.y - expected.1) < 1e-6)
    }
    #expect(abs(found.explained.0 - Self.explained.0) < 1e-9)
    #expect(abs(found.explained.1 - Self.explained.1) < 1e-9)
  }

  @Test func whatIsTheSameEverywhereHasNoDirection() {
    let found = PrincipalComponents(rows: [1, 7, 2, 7, 3, 7], columns: 2)
    #expect(abs(found.explained.0 - 1) < 1e-12 && found.explained.1 == 0)
    #expect(found.points.map { $0.y } == [0, 0, 0])
    let none = PrincipalComponents(rows: [7, 7, 7], columns: 1)
    #expect(none.explained == (0, 0) && none.points.map { $0.x } == [0, 0, 0])
  }
}
