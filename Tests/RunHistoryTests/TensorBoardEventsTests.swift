import PipelineEngine
import Testing

@testable import RunHistory

@Suite struct TensorBoardEventsTests {
  @Test func checksumsAreThoseOfTheStandard() {
    // The check value of CRC-32C, and RFC 3720's 32 zero bytes.
    #expect(CRC32C.of(Array("123456789".utf8)) == 0xe306_9283)
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
  }

  /// The bytes were read by TensorBoard's own EventAccumulator: step 3, tag `loss`, value 1.5.
  @Test func onePointIsTwoFrames() {
    var events = TensorBoardEvents(startingAt: 2)
    events.append([CurvePoint(step: 3, value: 1.5)], tag: "loss", time: 2)
    let first: [UInt8] = [9, 0, 0, 0, 0, 0, 0, 0, 0x40, 26, 13] + Array("brain.Event:2".utf8)
    let second: [UInt8] =
      [9, 0, 0, 0, 0, 0, 0, 0, 0x40, 16, 3, 42, 13, 10, 11, 10, 4] + Array("loss".utf8) + [21, 0, 0, 0xc0, 0x3f]
    let bytes = events.bytes
    #expect(bytes.count == first.count + second.count + 2 * 16)
    #expect(Array(bytes[0..<8]) == [UInt8(first.count), 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[12..<12 + first.count]) == first)
    let next = 16 + first.count
    #expect(bytes[next] == UInt8(second.count))
    #expect(Array(bytes[next + 12..<next + 12 + second.count]) == second)
  }

  @Test func aMissingFigureIsAGapAndALargeStepFits() {
    var events = TensorBoardEvents(startingAt: 0)
    events.append([CurvePoint(step: 1 << 40, value: .nan)], tag: "x", time: 0)
    #expect(events.bytes.count > 40)
    let value = events.bytes.suffix(8).prefix(4)
    #expect(Float(bitPattern: value.reversed().reduce(0) { $0 << 8 | UInt32($1) }).isNaN)
  }
}
