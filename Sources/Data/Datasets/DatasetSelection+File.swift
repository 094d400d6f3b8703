import Conversations
import Diagnostics
import Glibc
import JSON
public import Platform

extension DatasetSelection {
  /// The name of the file in a dataset's folder that says it is a selection.
  public static let fileName = "selection.json"
  /// Rows of it written out, for people.
  public static let sampleName = "sample.jsonl"
  private static let format = "lorapipe-selection"

  /// Whether a dataset input is a selection rather than a folder of rows.
  public static func isSelection(_ folder: String) -> Bool { access(folder + "/" + fileName, R_OK) == 0 }

  /// The text of `selection.json`: one row a line, the same bytes for equal selections.
  public var bytes: [UInt8] {
    var output = Array("{\"format\":\"\(Self.format)\",\"version\":1,\n\"sources\":[".utf8)
    for (index, source) in sources.enumerated() {
      let files = source.files.map { file -> JSONValue in
        ["name": .string(file.name), "rows": .integer(Int64(file.rows))]
      }
      var value = JSONObject([
        ("name", .string(source.name)), ("role", .string(source.role.rawValue)), ("digest", .string(source.digest.hex)),
        ("on_bad_row", .string(source.onBadRow.rawValue)), ("files", .array(files)),
      ])
      value["draw"] = source.draw.map { .string($0.text) }
      value["reading"] = source.reading.json
      output += (index > 0 ? ",\n" : "\n").utf8
      output += JSONValue.object(value).bytes()
    }
    for (name, rows) in [("train", train), ("validation", validation)] {
      output += "\n],\n\"\(name)\":[".utf8
      for (index, row) in rows.enumerated() {
        output += "\(index > 0 ? ",\n" : "\n")[\(row.source),\(row.row),\"\(row.fingerprint)\"]".utf8
      }
    }
    output += "\n]}\n".utf8
    return output
  }

  /// Reads the text of `selection.json`.
  /// - Parameter label: what messages call the file.
  /// - Throws: `Diagnostic` when it is damaged or of a newer version.
  public init(parsing bytes: [UInt8], label: String) throws {
    let location = SourceLocation(file: label)
    func damaged(_ what: String) -> Diagnostic {
      Diagnostic(
        code: "bad-selection", "'\(label)' is not a usable selection: \(what)", remedy: "Run the mix stage again.",
        location: location)
    }
    let value: JSONValue
    do throws(JSONParseError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw damaged("line \(error.line): \(error.message)")
    }
    guard value["format"]?.stringValue == Self.format else { throw damaged("format is not \(Self.format)") }
    guard value["version"]?.intValue == 1 else { throw damaged("it is of a version this program does not know") }
    var sources: [Source] = []
    for entry in value["sources"]?.arrayValue ?? [] {
      guard let name = entry["name"]?.stringValue, let digest = entry["digest"]?.stringValue.flatMap({ Digest($0) }),
        let role = entry["role"]?.stringValue.flatMap(RowRole.init(rawValue:)),
        let policy = entry["on_bad_row"]?.stringValue.flatMap(BadRowPolicy.init(rawValue:)),
        let list = entry["files"]?.arrayValue
      else { throw damaged("source \(sources.count + 1) lacks a member") }
      var files: [File] = []
      var total = 0
      for file in list {
        guard let name = file["name"]?.stringValue, let rows = file["rows"]?.intValue, rows >= 0 else {
          throw damaged("source \(sources.count + 1) has a file without name or rows")
        }
        let (sum, overflow) = total.addingReportingOverflow(rows)
        guard !overflow else { throw damaged("source \(sources.count + 1) has too many rows") }
        total = sum
        files.append(File(name: name, rows: rows))
      }
      var draw: DrawOrder?
      if let text = entry["draw"]?.stringValue {
        guard let order = DrawOrder(text) else { throw damaged("source \(sources.count + 1) has an odd draw") }
        draw = order
      }
      guard let reading = ReadingOptions(entry["reading"]) else {
        throw damaged("source \(sources.count + 1) is read in a way this program does not know")
      }
      sources.append(
        Source(
          name: name, role: role, digest: digest, onBadRow: policy, files: files, draw: draw, reading: reading))
    }
    let sizes = sources.map(\.rows)
    func references(_ split: Split) throws -> [Reference] {
      guard let list = value[split.rawValue]?.arrayValue else { throw damaged("'\(split.rawValue)' is missing") }
      return try list.enumerated().map { index, entry in
        guard let parts = entry.arrayValue, parts.count == 3, let source = parts[0].intValue,
          sources.indices.contains(source), let row = parts[1].intValue, row >= 1, row <= sizes[source],
          let fingerprint = parts[2].stringValue
        else { throw damaged("\(split.rawValue) row \(index + 1) does not fit its source") }
        return Reference(source: source, row: row, fingerprint: fingerprint)
      }
    }
    self.init(sources: sources, train: try references(.train), validation: try references(.validation))
  }

  /// Reads the selection in a dataset's folder.
  public init(folder: String, label: String? = nil) throws {
    let path = folder + "/" + Self.fileName
    try self.init(parsing: try FileBytes.read(path), label: label.map { $0 + "/" + Self.fileName } ?? path)
  }

  /// Writes `selection.json`, and `sample.jsonl` with the first rows of both splits.
  /// - Parameter path: where a source's file or folder lies, by digest.
  public func write(to folder: String, sampleRows: Int = 12, path: (Digest) throws -> String) throws {
    try FileBytes.write(bytes, to: folder + "/" + Self.fileName)
    var sample: [UInt8] = []
    for split in Split.allCases {
      for row in try rows(split, limit: split == .train ? sampleRows : max(sampleRows / 3, 1), path: path) {
        var object = JSONObject([
          ("split", .string(split.rawValue)), ("source", .string(row.provenance.source)),
          ("role", .string(row.provenance.role.rawValue)), ("file", .string(row.provenance.file)),
          ("row", .integer(Int64(row.provenance.row))),
          ("messages", .array(row.conversation.messages.map(\.json))),
        ])
        if !row.conversation.tools.isEmpty { object["tools"] = .array(row.conversation.tools) }
        sample += JSONValue.object(object).bytes()
        sample.append(0x0A)
      }
    }
    try FileBytes.write(sample, to: folder + "/" + Self.sampleName)
  }
}
