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
///
/// Of a record that was read from its file, what a cache hit needs is at hand. The rest is read when somebody first asks.
public struct ActionRecord: Sendable {
  public var key: CacheKey
  public var artifact: Digest
  public var files: [StoredFile]
  /// SHA-256 of the file of curves beside this record; `nil` when the stage had none.
  public var series: Digest?
  /// Digests of further artifacts that the artifact refers to.
  public var uses: [Digest]
  /// Seconds since 1970 at the end of the work.
  public var finished: Double
  private var details: ActionDetails

  public init(
    key: CacheKey, document: JSONValue, artifact: Digest, files: [StoredFile], metrics: JSONObject = JSONObject(),
    series: Digest? = nil, warnings: [String] = [], uses: [Digest] = [], subactions: [CacheKey] = [],
    cost: ActionCost = ActionCost(), environment: JSONObject = JSONObject(), finished: Double = 0
  ) {
    self.init(
      key: key, artifact: artifact, files: files, series: series, uses: uses, finished: finished,
      details: ActionDetails(
        .init(
          document: document, metrics: metrics, warnings: warnings, subactions: subactions, cost: cost,
          environment: environment)))
  }

  private init(
    key: CacheKey, artifact: Digest, files: [StoredFile], series: Digest?, uses: [Digest], finished: Double,
    details: ActionDetails
  ) {
    self.key = key
    self.artifact = artifact
    self.files = files
    self.series = series
    self.uses = uses
    self.finished = finished
    self.details = details
  }

  /// A record of which a `RecordList` has what a cache hit needs.
  /// - Parameter path: the record itself.
  init(
    listed key: CacheKey, artifact: Digest, files: [StoredFile], series: Digest?, finished: Double, in path: String
  ) {
    self.init(
      key: key, artifact: artifact, files: files, series: series, uses: [], finished: finished,
      details: ActionDetails(in: path))
  }

  /// The document whose digest is the key: what `explain` compares.
  public var document: JSONValue { details.values.document }
  /// Final figures.
  public var metrics: JSONObject { details.values.metrics }
  public var warnings: [String] { details.values.warnings }
  /// Keys of the pieces of work that have records of their own.
  public var subactions: [CacheKey] {
    get { details.values.subactions }
    set { change { $0.subactions = newValue } }
  }
  public var cost: ActionCost {
    get { details.values.cost }
    set { change { $0.cost = newValue } }
  }
  /// Version, host, processor, instruction set: recorded, never part of the key.
  public var environment: JSONObject {
    get { details.values.environment }
    set { change { $0.environment = newValue } }
  }

  private mutating func change(_ body: (inout ActionDetails.Values) -> Void) {
    var values = details.values
    body(&values)
    details = ActionDetails(values)
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
    guard isSealed(bytes), let json = try? JSONObject(members: Self.needed, of: bytes),
      let list = json["files"]?.arrayValue
    else { return nil }
    self.init(json, key: key, details: ActionDetails(of: bytes))
    files.reserveCapacity(list.count)
    for file in list {
      guard let file = StoredFile(json: file) else { return nil }
      files.append(file)
    }
  }

  /// The members that a cache hit needs.
  private static let needed = ["format", "key", "artifact", "files", "series", "uses", "finished"]

  /// All but the files.
  private init?(_ json: JSONObject, key: CacheKey, details: ActionDetails) {
    guard json["format"]?.intValue == 1, json["key"]?.stringValue == key.hex,
      let artifact = json["artifact"]?.stringValue.flatMap({ Digest($0) })
    else { return nil }
    self.init(
      key: key, artifact: artifact, files: [], series: json["series"]?.stringValue.flatMap { Digest($0) },
      uses: json["uses"]?.arrayValue?.compactMap(\.stringValue).compactMap { Digest($0) } ?? [],
      finished: json["finished"]?.doubleValue ?? 0, details: details)
  }
}

extension ActionRecord: Hashable {
  public static func == (left: ActionRecord, right: ActionRecord) -> Bool {
    left.key == right.key && left.artifact == right.artifact && left.files == right.files
      && left.series == right.series && left.uses == right.uses && left.finished == right.finished
      && (left.details === right.details || left.details.values == right.details.values)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(artifact)
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
    guard let json = unsealed(bytes)?.objectValue, let list = json["files"]?.arrayValue,
      let details = ActionDetails.Values(json),
      let record = ActionRecord(json, key: key, details: ActionDetails(details)),
      ActionKey(document: record.document).digest == key
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

/// Whether the check that `sealed` wrote still holds.
func isSealed(_ bytes: [UInt8]) -> Bool {
  guard bytes.count > sealLength, bytes.last == UInt8(ascii: "\n") else { return false }
  let body = bytes.count - sealLength
  let check = bytes.withUnsafeBytes { SHA256.hash(UnsafeRawBufferPointer(rebasing: $0[0..<body])) }
  return bytes[body...].elementsEqual(#","check":"\#(check)"}\#n"#.utf8)
}

/// The object, if its check still holds.
package func unsealed(_ bytes: [UInt8]) -> JSONValue? { isSealed(bytes) ? try? JSONValue(parsing: bytes) : nil }
