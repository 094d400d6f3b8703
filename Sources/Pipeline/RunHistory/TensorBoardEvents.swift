/// Curves in the file format TensorBoard reads: TFRecord frames around `Event` messages in protocol buffers' encoding.
///
/// A frame is `u64 length, u32 crc(length), bytes, u32 crc(bytes)`, little-endian, with CRC-32C masked as
/// `rotr(crc, 15) + 0xa282ead8`. The fields of `Event` are `wall_time` = 1, `step` = 2, `file_version` = 3, `summary` = 5; of
/// `Summary`, `value` = 1; of its values, `tag` = 1 and `simple_value` = 2.
public struct TensorBoardEvents: Sendable {
  public private(set) var bytes: [UInt8] = []
  /// Seconds since 1970, the same for every point: when single points came is not recorded.
  private let time: Double

  public init(time: Double) {
    self.time = time
    appendFrame { $0.appendField(3, bytes: Array("brain.Event:2".utf8)) }
  }

  /// - Parameter tag: the curve's name; a slash makes TensorBoard group curves.
  public mutating func append(_ points: [SeriesPoint], tag: String) {
    for point in points {
      // A figure that was not finite is recorded as missing; TensorBoard draws it as a gap.
      let value = point.value.map { Float($0) } ?? .nan
      appendFrame { event in
        event.appendField(2, integer: UInt64(bitPattern: Int64(point.step)))
        var scalar = ProtocolMessage()
        scalar.appendField(1, bytes: Array(tag.utf8))
        scalar.appendField(2, float: value)
        var summary = ProtocolMessage()
        summary.appendField(1, bytes: scalar.bytes)
        event.appendField(5, bytes: summary.bytes)
      }
    }
  }

  private mutating func appendFrame(_ fill: (inout ProtocolMessage) -> Void) {
    var event = ProtocolMessage()
    event.appendField(1, double: time)
    fill(&event)
    let length = UInt64(event.bytes.count).littleEndianBytes
    bytes += length + CRC32C.masked(length).littleEndianBytes
    bytes += event.bytes + CRC32C.masked(event.bytes).littleEndianBytes
  }
}

/// A message of protocol buffers being written: each field is a varint of `number << 3 | wire type`, then its value.
private struct ProtocolMessage {
  var bytes: [UInt8] = []

  mutating func appendField(_ number: UInt64, integer: UInt64) {
    append(varint: number << 3)
    append(varint: integer)
  }
  mutating func appendField(_ number: UInt64, double: Double) {
    append(varint: number << 3 | 1)
    bytes += double.bitPattern.littleEndianBytes
  }
  mutating func appendField(_ number: UInt64, bytes value: [UInt8]) {
    append(varint: number << 3 | 2)
    append(varint: UInt64(value.count))
    bytes += value
  }
  mutating func appendField(_ number: UInt64, float: Float) {
    append(varint: number << 3 | 5)
    bytes += float.bitPattern.littleEndianBytes
  }

  private mutating func append(varint: UInt64) {
    var rest = varint
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// CRC-32 with Castagnoli's polynomial, reflected: RFC 3720, appendix B.4.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
  }

  static func of(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0 as UInt32) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }

  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let crc = of(bytes)
    return (crc >> 15 | crc << 17) &+ 0xa282_ead8
  }
}

extension FixedWidthInteger {
  fileprivate var littleEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) }
  }
}
