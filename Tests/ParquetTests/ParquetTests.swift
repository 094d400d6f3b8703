import Diagnostics
import Glibc
import JSON
import Testing

@testable import Parquet

/// Files that pyarrow wrote, and their rows as JSON lines: Tests/Fixtures/Parquet/generate_parquet.py.
enum ParquetFixture {
  static let folder =
    #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/Parquet/"

  static let names = [
    "messages.none", "messages.none-v2", "messages.snappy", "messages.snappy-v2", "messages.gzip", "messages.gzip-v2",
    "messages.brotli", "messages.brotli-v2", "messages.zstd", "messages.zstd-v2", "messages.lz4", "messages.lz4-v2",
    "messages.pages", "types.zstd", "types.plain", "types-int96", "delta", "delta-length", "delta-long",
    "lists-of-lists", "empty",
  ]

  static func bytes(_ name: String) throws -> [UInt8] {
    let file = try #require(fopen(folder + name, "rb"), "\(name)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }

  static func rows(_ bytes: [UInt8], name: String = "x.parquet") throws -> [JSONValue] {
    let file = try ParquetFile(name: name, size: bytes.count) { Array(bytes[$0..<($0 + $1)]) }
    var rows: [JSONValue] = []
    while let row = try file.next() { rows.append(row) }
    return rows
  }
}

@Suite struct ParquetTests {
  @Test(arguments: ParquetFixture.names)
  func rowsAreThoseThatPyarrowWrote(_ name: String) throws {
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    let lines = String(decoding: try ParquetFixture.bytes(stem + ".jsonl"), as: UTF8.self).split(separator: "\n")
    let rows = try ParquetFixture.rows(try ParquetFixture.bytes(name + ".parquet"))
    #expect(rows.count == lines.count)
    for (row, line) in zip(rows, lines) {
      let expected = try JSONValue(parsing: String(line))
      #expect(row == expected, "\(row.text()) is not \(line)")
      if row != expected { return }
    }
  }

  @Test func columnsAreNamed() throws {
    let bytes = try ParquetFixture.bytes("messages.zstd.parquet")
    let file = try ParquetFile(name: "m", size: bytes.count) { Array(bytes[$0..<($0 + $1)]) }
    #expect(file.columnNames == ["id", "messages", "scores"])
    #expect(file.rowCount == 60)
  }

  @Test func otherFilesAreRefusedByName() {
    for (bytes, words) in [
      ([UInt8](), "too short"), (Array("{\"a\": 1}\n{\"a\": 2}\n".utf8), "not 'PAR1'"),
      (Array("PAR1aaaaaaaaPARE".utf8), "encrypted"),
      (Array("PAR1".utf8) + [255, 255, 255, 127] + Array("PAR1".utf8), "ends"),
    ] {
      let error = #expect(throws: Diagnostic.self) { try ParquetFixture.rows(bytes, name: "data/x.parquet") }
      #expect(error?.message.contains("data/x.parquet") ?? false)
      #expect(error?.message.contains(words) ?? false, "\(error?.message ?? "")")
    }
  }

  /// Damaged files give rows or a clear error: never a trap, a hang or memory without bound.
  @Test(arguments: [
    "messages.none", "messages.zstd-v2", "messages.pages", "types.plain", "delta", "delta-length", "lists-of-lists",
  ])
  func damagedFilesEndInAnError(_ name: String) throws {
    let whole = try ParquetFixture.bytes(name + ".parquet")
    var state: UInt64 = 99
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    for round in 0..<400 {
      var bytes = whole
      switch round % 4 {
      case 0: for _ in 0...random(3) { bytes[random(bytes.count)] = UInt8(random(256)) }
      case 1: bytes.removeLast(random(bytes.count))
      case 2:
        // The metadata stand at the end.
        for _ in 0...random(3) { bytes[bytes.count - 1 - random(min(bytes.count, 1200))] = UInt8(random(256)) }
      default: for _ in 0...random(2) { bytes[4 + random(min(bytes.count - 4, 200))] ^= UInt8(1 << random(8)) }
      }
      do {
        let file = try ParquetFile(name: "x", size: bytes.count) { Array(bytes[$0..<($0 + $1)]) }
        // A damaged count may promise more rows than anyone would read.
        for _ in 0..<2000 { guard try file.next() != nil else { break } }
      } catch { #expect(error is Diagnostic) }
    }
  }
}

/// Expected texts are numpy's: `numpy.datetime64(VALUE, UNIT)`, where its years have four digits.
@Suite struct CivilTimeTests {
  @Test(arguments: [
    (Int64(0), Int64(1000), "1970-01-01T00:00:00"), (-1, 1000, "1969-12-31T23:59:59.999"),
    (-86_400_000, 1000, "1969-12-31T00:00:00"), (-86_400_001, 1000, "1969-12-30T23:59:59.999"),
    (Int64.min, 1_000_000_000, "1677-09-21T00:12:43.145224192"),
    (Int64.max, 1_000_000_000, "2262-04-11T23:47:16.854775807"),
    (Int64.min, 1000, "-106751991168 daysT16:47:04.192"), (Int64.max, 1000, "106751991167 daysT07:12:55.807"),
  ])
  func everyTimestampHasADate(_ value: Int64, _ ticks: Int64, _ expected: String) {
    #expect(CivilTime.timestamp(value, ticks: ticks) == expected)
  }

  /// A day's remainder is never negative, and days and remainder make the value again.
  @Test func randomTimestampsAreOrderedAsTheirValues() {
    var state: UInt64 = 3
    for _ in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Years 1000 to 9999: their texts sort as their values do.
      let value = Int64(state >> 8) % 200_000_000_000_000
      let next = value + Int64(state % 1_000_000_000)
      guard next < 200_000_000_000_000, value > -30_000_000_000_000 else { continue }
      #expect(CivilTime.timestamp(value, ticks: 1000).prefix(19) <= CivilTime.timestamp(next, ticks: 1000).prefix(19))
    }
  }
}
