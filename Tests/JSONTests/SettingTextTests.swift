import JSON
import Testing

@Suite struct SettingTextTests {
  private static let numbers: [(Double, String)] = [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (20, "20"), (-3, "-3"), (0.02, "0.02"), (0.05, "0.05"), (0.5, "0.5"),
    (2.5, "2.5"), (1e-2, "0.01"), (1e-3, "1e-3"), (1.5e-3, "1.5e-3"), (3e-4, "3e-4"), (3.2e-5, "3.2e-5"),
    (-2e-6, "-2e-6"), (1.23456789e-8, "1.23456789e-8"), (1e-30, "1e-30"), (100, "100"), (1e20, "1e+20"),
    (0.009999, "9.999e-3"),
  ]

  /// Whatever is written reads back as the same number.
  @Test func numbersAreWrittenAsPeopleWriteThem() {
    for (number, text) in Self.numbers {
      #expect(SettingText.number(number) == text)
      #expect(Double(text) == number)
    }
  }

  @Test func otherValuesStayAsTheyAre() throws {
    for (json, text) in [
      ("3", "3"), ("0.02", "0.02"), ("true", "true"), ("\"all-linear\"", "all-linear"), ("null", "null"),
      ("[1, 2]", "[1,2]"),
    ] { #expect(SettingText.text(try JSONValue(parsing: json)) == text) }
  }
}
