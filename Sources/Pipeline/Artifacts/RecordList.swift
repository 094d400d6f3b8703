import Glibc
import JSON
public import Platform

/// What a cache hit needs of many action records, in one file, in the order in which they will be asked for.
///
/// A copy, made to be faster than the records: each entry says which stamp its record had, and holds only while the record
/// still has it. Reading one file and looking at each record costs a third of reading each record.
public enum RecordList {
  private static let title = "lorapipe-records-v1 "

  /// - Parameters:
  ///   - records: those of artifacts that refer to others, and those written since shortly before `begun`, are left out.
  ///   - begun: before the first of them was read, in nanoseconds: a record that was written later may be another one.
  public static func bytes(_ records: [ActionRecord], readSince begun: Int64, in store: ArtifactStore) -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(records.count * 400)
    for record in records where canHold(record) {
      guard let stamp = FileStamp.of(store.actionPath(record.key), followingLinks: false),
        stamp.isSettled(at: begun)
      else { continue }
      let fields = [
        record.key.hex, String(stamp.device), String(stamp.inode), String(stamp.size), String(stamp.modified),
        String(stamp.changed), record.artifact.hex, String(record.finished.bitPattern), record.series?.hex ?? "-",
      ]
      for field in fields {
        body.append(contentsOf: field.utf8)
        body.append(0x20)
      }
      body.append(contentsOf: JSONValue.array(record.files.map(\.json)).bytes())
      body.append(UInt8(ascii: "\n"))
    }
    return Array((title + SHA256.hash(body).hex + "\n").utf8) + body
  }

  /// Whether a list can have the record.
  public static func canHold(_ record: ActionRecord) -> Bool { record.uses.isEmpty }

  /// The lines of a list; none when it was damaged.
  static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let length = title.utf8.count + 65
    guard bytes.count > length else { return [] }
    let check = bytes.withUnsafeBytes { SHA256.hash(UnsafeRawBufferPointer(rebasing: $0[length...])) }
    guard bytes[..<length].elementsEqual((title + check.hex + "\n").utf8) else { return [] }
    var lines: [ArraySlice<UInt8>] = []
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      var start = length
      while start < buffer.count, let end = memchr(base + start, 0x0A, buffer.count - start) {
        let stop = UnsafeRawPointer(end) - base
        lines.append(bytes[start..<stop])
        start = stop + 1
      }
    }
    return lines
  }

  /// The key of a line; `nil` for a line that `bytes` did not write.
  static func key(of line: ArraySlice<UInt8>) -> CacheKey? {
    CacheKey(String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self))
  }

  /// One entry.
  struct Entry {
    var stamp: FileStamp
    var record: ActionRecord
  }

  /// - Returns: `nil` for a line that `bytes` did not write.
  static func entry(_ line: ArraySlice<UInt8>, in store: ArtifactStore) -> Entry? {
    let fields = line.split(separator: 0x20, maxSplits: 9)
    guard fields.count == 10 else { return nil }
    let texts = fields[..<9].map { String(decoding: $0, as: UTF8.self) }
    guard let key = CacheKey(texts[0]), let device = UInt64(texts[1]), let inode = UInt64(texts[2]),
      let size = Int64(texts[3]), let modified = Int64(texts[4]), let changed = Int64(texts[5]),
      let artifact = Digest(texts[6]), let finished = UInt64(texts[7]),
      let list = (try? JSONValue(parsing: fields[9]))?.arrayValue
    else { return nil }
    let files = list.compactMap { StoredFile(json: $0) }
    guard files.count == list.count else { return nil }
    let record = ActionRecord(
      listed: key, artifact: artifact, files: files, series: Digest(texts[8]),
      finished: Double(bitPattern: finished), in: store.actionPath(key))
    return Entry(
      stamp: FileStamp(device: device, inode: inode, size: size, modified: modified, changed: changed), record: record)
  }
}
