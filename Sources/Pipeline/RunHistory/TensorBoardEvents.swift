public import JSON
public import PipelineEngine

/// The file format that TensorBoard reads: TFRecord frames around `Event` messages in protocol buffers' encoding.
///
/// A frame is `u64 length, u32 crc(length), bytes, u32 crc(bytes)`, little-endian, with CRC-32C masked as
/// `rotr(crc, 15) + 0xa282ead8`. The fields of `Event` are `wall_time` = 1, `step` = 2, `file_version` = 3, `summary` = 5; of
/// `Summary`, `value` = 1; of its values, `tag` = 1, `simple_value` = 2, `tensor` = 8 and `metadata` = 9. Frames are
/// independent of each other, so a file can be written a frame at a time, and a reader skips one that a crash tore off.
public struct TensorBoardEvents: Sendable {
  public private(set) var bytes: [UInt8] = []

  /// No frames yet: what is appended continues a file.
  public init() {}

  /// A new file, which says its version first.
  /// - Parameter time: seconds since 1970.
  public init(startingAt time: Double) {
    appendFrame(time) { $0.appendField(3, bytes: Array("brain.Event:2".utf8)) }
  }

  /// Takes the frames out.
  public mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  /// - Parameters:
  ///   - tag: the curve's name; a slash makes TensorBoard group curves.
  ///   - time: of points that have none.
  public mutating func append(_ points: some Sequence<CurvePoint>, tag: String, time: Double) {
    for point in points {
      // A metric that was not finite is recorded as missing; TensorBoard draws it as a gap.
      let value = point.value.isFinite ? Float(point.value) : .nan
      append(tag: tag, step: point.step, time: point.time ?? time) { $0.appendField(2, float: value) }
    }
  }

  /// A text, which TensorBoard shows as Markdown.
  public mutating func append(text: String, tag: String, step: Int, time: Double) {
    append(tag: tag, step: step, time: time) { value in
      var size = ProtocolMessage()
      size.appendField(1, integer: 1)
      var shape = ProtocolMessage()
      shape.appendField(2, bytes: size.bytes)
      var tensor = ProtocolMessage()
      tensor.appendField(1, integer: 7)  // DT_STRING
      tensor.appendField(2, bytes: shape.bytes)
      tensor.appendField(8, bytes: Array(text.utf8))
      value.appendField(8, bytes: tensor.bytes)
      value.appendField(9, bytes: Self.metadata("text", content: []))
    }
  }

  /// The parameters of a run for TensorBoard's hparams page: numbers, texts and truth values.
  public mutating func append(hyperparameters: [(name: String, value: JSONValue)], time: Double) {
    var start = ProtocolMessage()
    for (name, value) in hyperparameters {
      guard let value = Self.protocolValue(value) else { continue }
      var entry = ProtocolMessage()
      entry.appendField(1, bytes: Array(name.utf8))
      entry.appendField(2, bytes: value.bytes)
      start.appendField(1, bytes: entry.bytes)
    }
    start.appendField(5, double: time)
    append(session: "_hparams_/session_start_info", field: 3, start, time: time)
  }

  /// How a run ended, for the hparams page.
  public mutating func append(end status: RunStatus, time: Double) {
    let code: UInt64 =
      switch status {
      case .succeeded: 1
      case .failed, .interrupted: 2
      case .running: 3
      }
    var end = ProtocolMessage()
    end.appendField(1, integer: code)
    end.appendField(2, double: time)
    append(session: "_hparams_/session_end_info", field: 4, end, time: time)
  }

  /// - Parameter field: the number of the message in `HParamsPluginData`.
  private mutating func append(session tag: String, field: UInt64, _ message: ProtocolMessage, time: Double) {
    append(tag: tag, step: 0, time: time) { value in
      var content = ProtocolMessage()
      content.appendField(field, bytes: message.bytes)
      var tensor = ProtocolMessage()
      tensor.appendField(1, integer: 1)  // DT_FLOAT, of no value: all there is stands in the metadata
      tensor.appendField(2, bytes: [])
      tensor.appendField(5, float: 0)
      value.appendField(8, bytes: tensor.bytes)
      value.appendField(9, bytes: Self.metadata("hparams", content: content.bytes))
    }
  }

  /// `google.protobuf.Value`; `nil` for what the hparams page has no column for.
  private static func protocolValue(_ value: JSONValue) -> ProtocolMessage? {
    var message = ProtocolMessage()
    switch value {
    case .bool(let flag): message.appendField(4, integer: flag ? 1 : 0)
    case .integer, .number: message.appendField(2, double: value.doubleValue ?? .nan)
    case .numeral(let digits): message.appendField(3, bytes: Array(digits.utf8))
    case .string(let text): message.appendField(3, bytes: Array(text.utf8))
    case .array: message.appendField(3, bytes: Array(value.text().utf8))
    case .null, .object: return nil
    }
    return message
  }

  private static func metadata(_ plugin: String, content: [UInt8]) -> [UInt8] {
    var data = ProtocolMessage()
    data.appendField(1, bytes: Array(plugin.utf8))
    data.appendField(2, bytes: content)
    var metadata = ProtocolMessage()
    metadata.appendField(1, bytes: data.bytes)
    metadata.appendField(4, integer: 2)  // DATA_CLASS_TENSOR
    return metadata.bytes
  }

  private mutating func append(
    tag: String, step: Int, time: Double, _ fill: (inout ProtocolMessage) -> Void
  ) {
    var value = ProtocolMessage()
    value.appendField(1, bytes: Array(tag.utf8))
    fill(&value)
    var summary = ProtocolMessage()
    summary.appendField(1, bytes: value.bytes)
    appendFrame(time) { event in
      event.appendField(2, integer: UInt64(bitPattern: Int64(step)))
      event.appendField(5, bytes: summary.bytes)
    }
  }

  private mutating func appendFrame(_ time: Double, _ fill: (inout ProtocolMessage) -> Void) {
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
