import Diagnostics
import Testing

@Suite struct ByteTextTests {
  @Test(
    arguments: [
      (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (1023, "1.02 kB"), (1024, "1.02 kB"), (9994, "9.99 kB"),
      (9996, "10.0 kB"), (99_940, "99.9 kB"), (99_960, "100 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"),
      (1 << 20, "1.05 MB"), (64 << 20, "67.1 MB"), (1 << 30, "1.07 GB"), (1_449_551_462, "1.45 GB"),
      (2_500_000_000_000, "2.50 TB"), (5_000_000_000_000_000, "5000 TB"), (-1500, "-1.50 kB"), (-5, "-5 B"),
    ] as [(Int64, String)])
  func aSizeHasThreeDigitsAndADecimalUnit(_ count: Int64, _ text: String) {
    #expect(byteText(count) == text)
  }

  @Test func anyIntegerIsTaken() {
    #expect(byteText(UInt64.max) == "18446744 TB")
    #expect(byteText(Int64.min) == "-9223372 TB")
    #expect(byteText(UInt8(7)) == "7 B")
  }
}
