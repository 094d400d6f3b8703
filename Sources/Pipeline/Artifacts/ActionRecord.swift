public import JSON
public import Platform

/// A file of a published artifact, with the stamp it had when its digest was known to be right.
public struct StoredFile: Sendable, Hashable {
  public var entry: TreeEntry
  /// Nanoseconds since 1970.
  public var modified: Int64
  public var changed: Int64
  public var inode: UInt64

  init(entry: TreeEntry, stamp: FileStamp) {
    self.entry = entry
    modified = stamp.modified
    changed = stamp.changed
    inode = stamp.inode
  }

  private init(entry: TreeEntry, modified: Int64, changed: Int64, inode: UInt64) {
    self.entry = entry
    self.modified = modified
    self.changed = changed
    self.inode = inode
  }

  var json: JSONValue {
    [
      .string(entry.path), .integer(entry.size), .string(entry.digest.hex), .bool(entry.isExecutable),
      .integer(modified),
      .integer(changed), .string(String(inode)),
    ]
  }

  init?(json: JSONValue) {
    guard case .array(let fields) = json, fields.count == 7, let path = fields[0].stringValue,
      case .integer(let size) = fields[1], let digest = fields[2].stringValue.flatMap({ Digest($0) }),
      let executable = fields[3].boolValue,
      case .integer(let modified) = fields[4], case .integer(let changed) = fields[5],
      let inode = fields[6].stringValue.flatMap(UInt64.init), isInside(path)
    else { return nil }
    self.init(
      entry: TreeEntry(path: path, size: size, digest: digest, isExecutable: executable), modified: modified,
      changed: changed, inode: inode)
  }
}

/// Whether a path that came out of a file stays below the folder it is relative to.
private func isInside(_ path: String) -> Bool {
  !path.isEmpty && !FileSystem.isAbsolute(path) && !FileSystem.components(of: path).contains("..")
}

/// What a stage cost.
public struct ActionCost: Sendable, Hashable {
  /// Wall clock.
  public var seconds: Double
  public var cpuSeconds: Double
  /// Bytes of resident memory at its highest.
  public var peakMemory: Int64
  public var threads: Int

  public init(seconds: Double = 0, cpuSeconds: Double = 0, peakMemory: Int64 = 0, threads: Int = 1) {
    self.seconds = seconds
    self.cpuSeconds = cpuSeconds
    self.peakMemory = peakMemory
    self.threads = threads
  }
}

/// The truth about one cached action: which artifact a key stands for, and what was measured while making it.
public struct ActionRecord: Sendable, Hashable {
  public var key: CacheKey
  /// The document whose digest is the key: what `explain` compares.
  public var document: JSONValue
  public var artifact: Digest
  public var files: [StoredFile]
  /// Final figures.
  public var metrics: JSONObject
  /// SHA-256 of the file of curves beside this record; `nil` when the stage had none.
  public var series: Digest?
  public var warnings: [String]
  /// Digests of further artifacts that the artifact refers to.
  public var uses: [Digest]
  /// Keys of the pieces of work that have records of their own.
  public var subactions: [CacheKey]
  public var cost: ActionCost
  /// Version, host, processor, instruction set: recorded, never part of the key.
  public var environment: JSONObject
  /// Seconds since 1970 at the end of the work.
  public var finished: Double

  public init(
    key: CacheKey, document: JSONValue, artifact: Digest, files: [StoredFile], metrics: JSONObject = JSONObject(),
    series: Digest? = nil, warnings: [String] = [], uses: [Digest] = [], subactions: [CacheKey] = [],
    cost: ActionCost = ActionCost(), environment: JSONObject = JSONObject(), finished: Double = 0
  ) {
    self.key = key
    self.document = document
    self.artifact = artifact
    self.files = files
    self.metrics = metrics
    self.series = series
    self.warnings = warnings
    self.uses = uses
    self.subactions = subactions
    self.cost = cost
    self.environment = environment
    self.finished = finished
  }

  public var kind: String { document["kind"]?.stringValue ?? "" }
  public var manifest: TreeManifest { TreeManifest(files.map(\.entry)) }
  public var size: Int64 { files.reduce(0) { $0 &+ $1.entry.size } }

  var json: JSONValue { json(files: .array(files.map(\.json))) }

  private func json(files: JSONValue) -> JSONValue {
    var object = JSONObject()
    object["format"] = 1
    object["key"] = .string(key.hex)
    object["document"] = document
    object["artifact"] = .string(artifact.hex)
    object["files"] = files
    object["metrics"] = .object(metrics)
    object["series"] = series.map { .string($0.hex) }
    object["warnings"] = .array(warnings.map { .string($0) })
    object["uses"] = .array(uses.map { .string($0.hex) })
    object["subactions"] = .array(subactions.map { .string($0.hex) })
    object["cost"] = [
      "seconds": .number(cost.seconds), "cpu_seconds": .number(cost.cpuSeconds),
      "peak_memory": .integer(cost.peakMemory), "threads": .integer(Int64(cost.threads)),
    ]
    object["environment"] = .object(environment)
    object["finished"] = .number(finished)
    return .object(object)
  }

  /// One line of JSON whose last member is the digest of all bytes before it, so that a flipped bit or a lost end shows.
  public var bytes: [UInt8] { sealed(json) }

  /// - Returns: `nil` for anything but an undamaged record of `key`.
  public init?(_ bytes: [UInt8], key: CacheKey) {
    guard let json = unsealed(bytes), let files = json["files"]?.arrayValue else { return nil }
    self.init(withoutFiles: json, key: key)
    for file in files {
      guard let file = StoredFile(json: file) else { return nil }
      self.files.append(file)
    }
  }

  /// All but the files.
  private init?(withoutFiles json: JSONValue, key: CacheKey) {
    guard json["format"]?.intValue == 1, json["key"]?.stringValue == key.hex, let document = json["document"],
      let artifact = json["artifact"]?.stringValue.flatMap({ Digest($0) })
    else { return nil }
    self.init(key: key, document: document, artifact: artifact, files: [])
    metrics = json["metrics"]?.objectValue ?? JSONObject()
    series = json["series"]?.stringValue.flatMap { Digest($0) }
    warnings = json["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
    uses = json["uses"]?.arrayValue?.compactMap(\.stringValue).compactMap { Digest($0) } ?? []
    subactions = json["subactions"]?.arrayValue?.compactMap(\.stringValue).compactMap { CacheKey($0) } ?? []
    cost = ActionCost(
      seconds: json["cost"]?["seconds"]?.doubleValue ?? 0, cpuSeconds: json["cost"]?["cpu_seconds"]?.doubleValue ?? 0,
      peakMemory: Int64(json["cost"]?["peak_memory"]?.intValue ?? 0), threads: json["cost"]?["threads"]?.intValue ?? 1)
    environment = json["environment"]?.objectValue ?? JSONObject()
    finished = json["finished"]?.doubleValue ?? 0
  }
}

// MARK: Records that travel

extension ActionRecord {
  /// The record as another store can use it: each file by path, size, digest and mode, without the inode and the times
  /// it has here.
  public var portableBytes: [UInt8] {
    sealed(
      json(
        files: .array(
          files.map {
            [
              .string($0.entry.path), .integer($0.entry.size), .string($0.entry.digest.hex),
              .bool($0.entry.isExecutable),
            ]
          })))
  }

  /// Reads what `portableBytes` wrote in another store. Nothing in it is believed: the document must hash to the key, and
  /// the files to the artifact.
  /// - Returns: the record without files, and the files it wants; `nil` for anything but a whole record of `key`.
  public static func portable(_ bytes: [UInt8], key: CacheKey) -> (record: ActionRecord, manifest: TreeManifest)? {
    guard let json = unsealed(bytes), let list = json["files"]?.arrayValue,
      let record = ActionRecord(withoutFiles: json, key: key), ActionKey(document: record.document).digest == key
    else { return nil }
    var entries: [TreeEntry] = []
    var paths: Set<String> = []
    var folders: Set<String> = []
    for file in list {
      guard case .array(let fields) = file, fields.count == 4, let path = fields[0].stringValue,
        case .integer(let size) = fields[1], size >= 0, let digest = fields[2].stringValue.flatMap({ Digest($0) }),
        let executable = fields[3].boolValue, isPlain(path), paths.insert(path).inserted
      else { return nil }
      var folder = FileSystem.parent(of: path)
      while folder != "." {
        folders.insert(folder)
        folder = FileSystem.parent(of: folder)
      }
      entries.append(TreeEntry(path: path, size: size, digest: digest, isExecutable: executable))
    }
    let manifest = TreeManifest(entries)
    guard paths.isDisjoint(with: folders), manifest.digest == record.artifact else { return nil }
    return (record, manifest)
  }

  /// Whether a path names a file below a folder in its one spelling.
  private static func isPlain(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= 3000, path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      return false
    }
    return FileSystem.components(of: path, omittingEmpty: false)
      .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
  }

  /// Whether doing the work again gives the same bytes: what the kind declares, or the stage says of this time.
  public var isReproducible: Bool { environment["reproducible"]?.boolValue ?? true }
}

private let sealLength = #","check":""#.utf8.count + 64 + "\"}\n".utf8.count

/// An object as one line whose last member, `check`, is the digest of the bytes before it.
package func sealed(_ value: JSONValue) -> [UInt8] {
  var bytes = value.bytes()
  if bytes.last == UInt8(ascii: "}") { bytes.removeLast() }
  let check = SHA256.hash(bytes)
  bytes.append(contentsOf: #","check":"\#(check)"}"#.utf8)
  bytes.append(UInt8(ascii: "\n"))
  return bytes
}

/// The object, if its check still holds.
package func unsealed(_ bytes: [UInt8]) -> JSONValue? {
  guard bytes.count > sealLength, bytes.last == UInt8(ascii: "\n") else { return nil }
  let body = bytes.count - sealLength
  let check = bytes.withUnsafeBytes { SHA256.hash(UnsafeRawBufferPointer(rebasing: $0[0..<body])) }
  guard bytes[body...].elementsEqual(#","check":"\#(check)"}\#n"#.utf8) else { return nil }
  return try? JSONValue(parsing: bytes)
}
