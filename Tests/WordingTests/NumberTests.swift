import Testing

@testable import Wording

/// Numbers as a person reads them.
@Suite struct NumberTests {
  @Test func decimalsAreRounded() {
    #expect(Words.fixed(1.005, 1) == "1.0" && Words.fixed(-0.96, 1) == "-1.0")
    #expect(Words.fixed(0.0004, 3) == "0.000" && Words.fixed(-0.0004, 3) == "0.000")
    #expect(Words.fixed(99.5, 0) == "100" && Words.fixed(.nan, 2) == "–")
    #expect(Words.fixed(-.infinity, 2) == "-∞" && Words.fixed(1e300, 2) == "1e+300")
  }

  @Test func thousandsAreSetApart() {
    #expect([0, 999, 1_000, -12_345].map(Words.count) == ["0", "999", "1,000", "-12,345"])
    #expect(Words.count(.min) == "-9,223,372,036,854,775,808")
  }

  @Test func unitsFollowTheSize() {
    #expect([999, 1_000, 1_500_000].map(Words.bytes) == ["999 B", "1.0 KB", "1.5 MB"])
    #expect([4.2, 200, 7_500].map(Words.duration) == ["4.2 s", "3 min 20 s", "2 h 5 min"])
    #expect([99.9, 100, 3_725].map(Words.duration) == ["99.9 s", "1 min 40 s", "1 h 2 min"])
    #expect(Words.duration(.nan) == "–")
  }

  @Test func oneIsNoMany() {
    #expect(Words.counted(1, "sample") == "1 sample" && Words.counted(0, "sample") == "0 samples")
    #expect(Words.counted(UInt64.max, "entry", "entries") == "9,223,372,036,854,775,807 entries")
    #expect(Words.counted(UInt8(1), "entry", "entries") == "1 entry")
  }
}
