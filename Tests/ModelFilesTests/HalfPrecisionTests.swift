import Glibc
import ModelFiles
import Testing

@Suite struct HalfPrecisionTests {
  @Test func everyBinary16SurvivesTheRoundTrip() {
    for bits in UInt16.min...UInt16.max {
      let value = HalfPrecision.widen(f16: bits)
      if value.isNaN {
        #expect(bits & 0x7C00 == 0x7C00 && bits & 0x3FF != 0)
      } else if HalfPrecision.f16(value) != bits {
        Issue.record("\(bits) → \(value) → \(HalfPrecision.f16(value))")
        return
      }
    }
  }

  @Test(
    arguments: [
      (Float(65504), UInt16(0x7BFF)), (65519, 0x7BFF), (65520, 0x7C00), (0x1p-24, 1), (0x1p-25, 0), (0x1.8p-25, 1),
      (0x1.8p-24, 2), (1 + 0x1p-11, 0x3C00), (1 + 0x1.8p-10, 0x3C02), (-2, 0xC000), (0x1.ff8p-15, 0x3FF),
      (0x1.ffcp-15, 0x400),
      (0x1.ffep-15, 0x400),
    ] as [(Float, UInt16)])
  func binary16RoundsToNearestEven(_ value: Float, _ bits: UInt16) {
    #expect(HalfPrecision.f16(value) == bits)
  }

  @Test(
    arguments: [
      (Float(1), UInt16(0x3F80)), (1 + 0x1p-8, 0x3F80), (1 + 0x1.8p-7, 0x3F82), (1 + 0x1.01p-8, 0x3F81),
      (-0.0, 0x8000), (.infinity, 0x7F80), (3.4e38, 0x7F80),
    ] as [(Float, UInt16)])
  func bfloat16RoundsToNearestEven(_ value: Float, _ bits: UInt16) {
    #expect(HalfPrecision.bf16(value) == bits)
  }
}
