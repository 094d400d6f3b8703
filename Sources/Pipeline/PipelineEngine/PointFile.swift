import Platform

/// A point of a curve, with the time at which it came.
public struct CurvePoint: Sendable, Hashable {
  public var step: Int
  /// NaN for a value that was not finite.
  public var value: Double
  /// Seconds since 1970; `nil` in records of versions that did not keep it.
  public var time: Double?

  public init(step: Int, value: Double, time: Double? = nil) {
    self.step = step
    self.value = value
    self.time = time
  }
}

/// One curve as a file that only grows, so that other processes can read it while it is written.
///
/// A header of 16 bytes (`lppoint1`, the length of the curve's name and zero, each a `UInt32`), the name in UTF-8, then 24
/// bytes per point: seconds since 1970 (`Float64`), step (`Int64`), value (`Float64`); all little-endian. The number of a
/// point in the file is its sequence number. A point that a crash tore off at the end is not one.
public enum PointFile {
  static let magic = Array("lppoint1".utf8)
  static let recordBytes = 24
  private static let headerBytes = 16
  /// A longer name was not written by this program.
  private static let longestName = 1 << 16

  static func header(name: String) -> [UInt8] {
    let name = Array(name.utf8)
    return magic + bytes(UInt32(clamping: name.count)) + bytes(0 as UInt32) + name
  }

  static func record(_ point: CurvePoint) -> [UInt8] {
    bytes((point.time ?? .nan).bitPattern) + bytes(Int64(point.step)) + bytes(point.value.bitPattern)
  }

  /// The name of the curve in a file; `nil` for a file that is not one of points.
  public static func name(of path: String) -> String? {
    guard let file = ReadableFile(path) else { return nil }
    return name(in: file)
  }

  private static func name(in file: ReadableFile) -> String? {
    guard let header = file.bytes(at: 0, count: headerBytes), Array(header[..<8]) == magic else { return nil }
    let length = Int(header[8]) | Int(header[9]) << 8 | Int(header[10]) << 16 | Int(header[11]) << 24
    guard length <= longestName, let name = file.bytes(at: headerBytes, count: length) else { return nil }
    return String(decoding: name, as: UTF8.self)
  }

  /// Points after the first `sequence` ones, at most `limit`, in the order in which they came.
  /// - Returns: `nil` for a file that is not there or not one of points.
  public static func points(in path: String, since sequence: Int = 0, limit: Int = .max) -> [CurvePoint]? {
    guard let file = ReadableFile(path), let name = name(in: file) else { return nil }
    let start = headerBytes + name.utf8.count
    let count = max(0, file.size - start) / recordBytes
    let first = min(max(0, sequence), count)
    let wanted = min(count - first, max(0, limit))
    guard wanted > 0, let bytes = file.bytes(at: start + first * recordBytes, count: wanted * recordBytes) else {
      return []
    }
    return bytes.withUnsafeBytes { bytes in
      (0..<wanted).map { index in
        let offset = index * recordBytes
        let time = Double(
          bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        let step = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: Int64.self))
        let value = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self))
        return CurvePoint(step: Int(step), value: Double(bitPattern: value), time: time.isFinite ? time : nil)
      }
    }
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

extension RunsDirectory {
  /// Where a stage's curves of one run lie, a file each.
  func pointsPath(_ run: String, _ stage: String) -> String { "\(runPath(run))/points/\(fileName(for: stage))" }

  /// The file of a stage's curve in one run, whether or not it is there.
  public func pointsFile(_ run: String, stage: String, series: String) -> String {
    pointsPath(run, stage) + "/" + fileName(for: series)
  }

  /// The curves that a stage wrote in one run, by name.
  public func curves(_ run: String, stage: String) -> [String] {
    let folder = pointsPath(run, stage)
    return ((try? FileSystem.names(in: folder)) ?? []).compactMap { PointFile.name(of: folder + "/" + $0) }.sorted()
  }

  /// A curve of the machine during a run: `cpu`, `memory` or `disk_free`.
  public func machineFile(_ run: String, series: String) -> String {
    "\(runPath(run))/machine/\(fileName(for: series))"
  }

  /// The log of a stage of a run, whether or not it is there.
  public func logPath(_ run: String, stage: String) -> String { "\(runPath(run))/logs/\(fileName(for: stage)).log" }
}
