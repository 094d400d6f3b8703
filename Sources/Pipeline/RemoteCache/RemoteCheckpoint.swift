public import Artifacts
import JSON
import Platform

/// A checkpoint that another machine left in a cache: the unfinished work of an action.
///
/// It lies under `ac/<SHA-256 of "lorapipe-checkpoint" and the key>` as an action result that names one blob, so that any cache
/// that keeps actions keeps it too. A newer one replaces it.
public struct RemoteCheckpoint: Sendable, Hashable {
  public var key: CacheKey
  /// The kind of the stage.
  public var kind: String
  public var position: WorkCheckpoint.Position
  /// The machine that made it.
  public var host: String
  var blob: Digest
  /// Bytes to fetch.
  public var size: Int64
  /// Which of the caches.
  var source: Int

  init(
    key: CacheKey, kind: String, position: WorkCheckpoint.Position, host: String, blob: Digest, size: Int64, source: Int
  ) {
    self.key = key
    self.kind = kind
    self.position = position
    self.host = host
    self.blob = blob
    self.size = size
    self.source = source
  }

  static let form = "lorapipe-checkpoint"
  private static let version: Int64 = 1
  private static let path = "checkpoint"

  /// Where the checkpoint of an action lies.
  static func name(_ key: CacheKey) -> String { "ac/\(SHA256.hash("\(form)\0\(key)"))" }

  private var json: JSONValue {
    [
      "format": .string(Self.form), "version": .integer(Self.version), "key": .string(key.hex), "kind": .string(kind),
      "step": .integer(Int64(position.step)), "part": .integer(Int64(position.part)), "host": .string(host),
      "blob": .string(blob.hex), "size": .integer(size),
    ]
  }

  /// The entry that a cache keeps.
  func entry(signedBy signer: SigningKey?) -> ActionResult {
    let record = json.bytes()
    return ActionResult(
      outputFiles: [.init(path: Self.path, hash: blob.hex, size: size)], record: record,
      signatures: signer.map { RecordSignatures.make(record, by: $0, domain: .checkpoint) } ?? [])
  }

  /// What takes the place of an entry in caches that remove nothing on request.
  static func ended(_ key: CacheKey, signedBy signer: SigningKey?) -> ActionResult {
    let json: JSONValue = [
      "format": .string(form), "version": .integer(version), "key": .string(key.hex), "ended": true,
    ]
    let record = json.bytes()
    return ActionResult(
      outputFiles: [], record: record,
      signatures: signer.map { RecordSignatures.make(record, by: $0, domain: .checkpoint) } ?? [])
  }

  /// Reads an entry.
  /// - Returns: `nil` when the work has ended.
  /// - Throws: `untrusted`, or `damaged` when its parts do not fit together.
  static func read(
    _ entry: ActionResult, key: CacheKey, source: Int, trusted: [PublicKey]
  ) throws(RemoteFailure) -> RemoteCheckpoint? {
    if !trusted.isEmpty,
      !RecordSignatures.verify(entry.signatures, record: entry.record, trusted: trusted, domain: .checkpoint)
    {
      throw .untrusted("no trusted key signed the checkpoint of \(key.short)")
    }
    guard let json = json(entry.record, key) else {
      throw .damaged("the record of the checkpoint of \(key.short) is not whole")
    }
    if json["ended"]?.boolValue == true { return nil }
    guard let checkpoint = RemoteCheckpoint(json, key: key, source: source),
      entry.outputFiles == [.init(path: path, hash: checkpoint.blob.hex, size: checkpoint.size)]
    else { throw .damaged("the record of the checkpoint of \(key.short) is not whole") }
    return checkpoint
  }

  private static func json(_ record: [UInt8], _ key: CacheKey) -> JSONValue? {
    guard let json = try? JSONValue(parsing: record), json["format"]?.stringValue == form,
      json["version"]?.intValue == Int(version), json["key"]?.stringValue == key.hex
    else { return nil }
    return json
  }

  /// Reads the record of an entry alone; `nil` for anything else.
  init?(record: [UInt8], key: CacheKey, source: Int) {
    guard let json = Self.json(record, key) else { return nil }
    self.init(json, key: key, source: source)
  }

  private init?(_ json: JSONValue, key: CacheKey, source: Int) {
    guard let step = json["step"]?.intValue, step >= 0, let part = json["part"]?.intValue, part >= 0,
      let blob = json["blob"]?.stringValue.flatMap({ Digest($0) }), let size = json["size"]?.intValue, size > 0
    else { return nil }
    self.init(
      key: key, kind: json["kind"]?.stringValue ?? "", position: .init(step: step, part: part),
      host: json["host"]?.stringValue ?? "", blob: blob, size: Int64(size), source: source)
  }
}
