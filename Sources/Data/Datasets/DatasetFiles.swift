public import Diagnostics
import Glibc
import Platform

/// The data files of a dataset input, in a fixed order.
///
/// A file is one data file. Of a folder, every file at any depth is taken whose extension is jsonl, ndjson, json, csv, tsv or
/// parquet, in the order of the paths' bytes. These are left out: hidden files, links to folders, the folder of a workspace's
/// runs, a selection's sample of its rows, and JSON files that describe a dataset or a model and hold no rows (`DatasetFiles.metadataNames`). If some of the
/// remaining files are named for an evaluation split (`test`, `validation`, `valid`, `val`, `dev`, `eval`) and others are not,
/// the evaluation files are left out too. Files of more than one format are an error, because they usually are the same rows
/// twice; `include` chooses.
public struct DatasetFiles: Sendable, Hashable {
  public struct File: Sendable, Hashable {
    /// Where to open it.
    public var path: String
    /// Relative to the input's folder; the file's name when the input is a file. For people: `stableName` is what may
    /// become part of a result.
    public var name: String
    /// The name as far as the input's digest fixes it: that in the folder, or `*.jsonl` of an input that is a file,
    /// because such a file may be renamed without becoming another input.
    public var stableName: String
    /// What messages show.
    public var label: String
    public var format: DatasetFormat

    /// Whether its name says that it is for measuring, such as `test.csv`.
    public var isEvaluationSplit: Bool { DatasetFiles.isEvaluation(name) }
  }

  public var files: [File]
  /// How they are to be read.
  public var reading = ReadingOptions()
  /// Evaluation splits the rule left out, relative to the folder.
  public var leftOut: [String]
  /// Files that hold rows in a form that is not read.
  public var unread: [UnreadFile] = []
  /// Folders and links of the folder that were not followed.
  private var unvisited: [String] = []
  private var label = ""

  public static let metadataNames: Set<String> = [
    "config.json", "configuration.json", "dataset_info.json", "dataset_infos.json", "state.json", "package.json",
    "metadata.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
  ]

  private static let evaluationNames: Set<String> = ["test", "validation", "valid", "val", "dev", "eval"]

  /// Names given files without looking for others: what a selection does.
  /// - Parameter names: stable names, relative to `path`; of the file at `path` itself only the extension counts.
  public init(
    path: String, names: [String], label: String? = nil, reading: ReadingOptions = ReadingOptions()
  ) throws {
    self.reading = reading
    let label = label ?? path
    let isFile = try Self.kind(path, label) == S_IFREG
    leftOut = []
    files = []
    for name in names {
      guard let format = DatasetFormat(fileName: name), !FileSystem.components(of: name).contains(".."),
        !name.hasPrefix("/")
      else { throw Diagnostic(code: "unknown-data-format", "'\(name)' in '\(label)' is not a data file") }
      files.append(
        isFile
          ? File(
            path: path, name: FileSystem.name(of: path), stableName: FileSystem.nameless(name), label: label,
            format: format)
          : File(path: path + "/" + name, name: name, stableName: name, label: label + "/" + name, format: format))
    }
  }

  /// Chooses the files of a file or folder.
  /// - Parameters:
  ///   - label: what messages call it; by default `path`.
  ///   - include: patterns of the shell's kind (`*` also crosses `/`), against paths relative to the folder; empty takes all.
  ///   - reading: how the files are to be read.
  ///   - takesEach: whether every file is taken, whatever stands beside it: of any format, and those of evaluation splits
  ///     too. For who looks at each by itself.
  /// - Throws: `Diagnostic` when nothing fits, or the choice is not clear.
  public init(
    path: String, label: String? = nil, include: [String] = [], reading: ReadingOptions = ReadingOptions(),
    takesEach: Bool = false
  ) throws {
    self.reading = reading
    let label = label ?? path
    if try Self.kind(path, label) == S_IFREG {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      guard let format = DatasetFormat(fileName: name) else { throw Self.unknown(path, name, label: label, reading) }
      files = [File(path: path, name: name, stableName: FileSystem.nameless(name), label: label, format: format)]
      leftOut = []
      return
    }
    guard !DatasetSelection.isSelection(path) else {
      throw Diagnostic(
        code: "selection-as-rows", "'\(label)' is a mix, which names rows but does not hold them",
        remedy: "Give the datasets that the mix was made of.", location: SourceLocation(file: label))
    }
    var all: [String] = []
    try Self.collect(path, label, prefix: "", depth: 0, into: &all, unvisited: &unvisited)
    var names = all.filter { DatasetFormat(fileName: $0) != nil }
    self.label = label
    if include.isEmpty { unread = all.compactMap { UnreadFile(fileName: $0) }.sorted { $0.name < $1.name } }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    if include.isEmpty {
      names.removeAll { Self.describes($0, among: all) }
    } else {
      names = names.filter { name in include.contains { fnmatch($0, name, 0) == 0 } }
    }
    guard !names.isEmpty else {
      if include.isEmpty, let objection = UnreadFile.objection(to: all, label: label) { throw objection }
      throw Diagnostic(
        code: "no-data-files",
        include.isEmpty
          ? "'\(label)' holds no data file" : "no data file in '\(label)' matches include \(include)",
        remedy: unvisited.isEmpty
          ? "Rows are read from \(DatasetFormat.endings) files."
          : "These were not followed: \(Self.list(unvisited)). Name the folder itself.",
        location: SourceLocation(file: label))
    }
    var leftOut: [String] = []
    if include.isEmpty, !takesEach, names.contains(where: { !Self.isEvaluation($0) }) {
      leftOut = names.filter { Self.isEvaluation($0) }
      names.removeAll { Self.isEvaluation($0) }
    }
    files = names.compactMap { name in
      DatasetFormat(fileName: name).map {
        File(path: path + "/" + name, name: name, stableName: name, label: label + "/" + name, format: $0)
      }
    }
    self.leftOut = leftOut
    guard include.isEmpty, !takesEach, Set(files.map(\.format)).count > 1 else { return }
    throw Diagnostic(
      code: "mixed-data-formats",
      "'\(label)' holds data files of several formats: \(names.prefix(6).joined(separator: ", "))",
      remedy: "Say which to read, for example include: [\"\(names[0])\"].", location: SourceLocation(file: label))
  }

  /// Whether a file of this name is read as rows when it lies in a folder.
  static func holdsRows(_ name: String) -> Bool {
    DatasetFormat(fileName: name) != nil && !describes(name, among: [])
  }

  /// Whether a file describes what lies beside it and holds no rows of its own.
  private static func describes(_ name: String, among all: [String]) -> Bool {
    let last = FileSystem.name(of: name).lowercased()
    if metadataNames.contains(last) { return true }
    // Row numbers of other files, with some of these rows for people to look at.
    let selection = [DatasetSelection.fileName, DatasetSelection.sampleName]
    return selection.contains(last)
      && selection.allSatisfy { all.contains(String(name.dropLast(last.count)) + $0) }
  }

  private static func list(_ names: [String]) -> String { names.listed(5) }

  /// A dataset for each file. The list of files that were left out goes to the first one.
  public var each: [DatasetFiles] {
    files.indices.map { index in
      var one = self
      one.files = [files[index]]
      if index > 0 { (one.leftOut, one.unread, one.unvisited) = ([], [], []) }
      return one
    }
  }

  /// Bytes of all files together.
  public var bytes: Int { files.reduce(0) { $0 + Int(FileStamp.of($1.path)?.size ?? 0) } }

  /// Whether they are so small that a plan reads them whole: 8 MiB together.
  public var areSmall: Bool { bytes <= 8 << 20 }

  /// A reader of one of the files.
  public func reader(_ file: File) throws -> DatasetReader {
    try DatasetReader(path: file.path, format: file.format, label: file.label, reading: reading)
  }

  /// Says which columns were to be renamed and are in no row.
  /// - Parameter found: the columns that were met.
  public static func columnWarnings(_ reading: ReadingOptions, found: Set<String>) -> [Diagnostic] {
    let missing = reading.columns.keys.filter { !found.contains($0) }.sorted()
    return missing.map { name in
      Diagnostic(
        .warning, code: "column-not-found", "columns: no row has a column '\(name)'",
        remedy: "Compare it with the names that 'lorapipe data inspect' prints.")
    }
  }

  /// What of the folder is not read although it holds rows.
  public var warnings: [Diagnostic] {
    var warnings: [Diagnostic] = []
    if !leftOut.isEmpty {
      warnings.append(
        Diagnostic(
          .warning, code: "files-left-out",
          "files of '\(label)' are left out as evaluation splits: \(Self.list(leftOut))",
          remedy: "Name them under include: if they are to be read."))
    }
    if !unvisited.isEmpty {
      warnings.append(
        Diagnostic(
          .warning, code: "files-not-read", "parts of '\(label)' are not followed: \(Self.list(unvisited))",
          remedy: "Give them as inputs of their own, or put the files themselves there."))
    }
    if let warning = UnreadFile.warning(unread, label: label) { warnings.append(warning) }
    return warnings
  }

  /// What to say of a file whose name promises no rows.
  private static func unknown(
    _ path: String, _ name: String, label: String, _ reading: ReadingOptions
  ) -> Diagnostic {
    let head = (try? FileBytes.read(path, atMost: 1 << 16)) ?? []
    let other = UnreadFile.told(name: name, bytes: head)
    return Diagnostic(
      code: "unknown-data-format",
      other.map { "'\(label)' is \($0.form), not rows in UTF-8" }
        ?? "cannot tell the data format of '\(label)' from its name",
      remedy: other?.remedy ?? ending(of: head, reading) ?? "Rows are read from \(DatasetFormat.endings) files.",
      location: SourceLocation(file: label))
  }

  /// The ending that a file's first line asks for, such as `.tsv` for what Excel saves as Unicode text; `nil` for any other.
  private static func ending(of head: [UInt8], _ reading: ReadingOptions) -> String? {
    let isUTF16 = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
    let text = isUTF16 ? head.dropFirst(2).filter { $0 != 0 } : head
    let line = text.drop { isJSONSpace($0) || [0xEF, 0xBB, 0xBF].contains($0) }.prefix { $0 != 0x0A && $0 != 0x0D }
    let ending: String
    switch line.first {
    case UInt8(ascii: "{"): ending = ".jsonl"
    case UInt8(ascii: "["): ending = ".json"
    default:
      guard let delimiter = [UInt8(ascii: "\t"), UInt8(ascii: ",")].first(where: line.contains), line.count < 200 else {
        return nil
      }
      ending = delimiter == UInt8(ascii: ",") ? ".csv" : ".tsv"
    }
    let remedy = "Give the file a name that ends in \(ending)."
    return isUTF16 ? remedy + " " + reading.sentence(.encoding(.utf16)) : remedy
  }

  private static func kind(_ path: String, _ label: String) throws -> mode_t {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileWindow.failure("open", label, errno) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFDIR else {
      throw Diagnostic(
        code: "not-a-file", "'\(label)' is neither a file nor a folder",
        remedy: "Write the rows to a file whose name ends in \(DatasetFormat.endings).",
        location: SourceLocation(file: label))
    }
    return kind
  }

  /// Whether a path is named for an evaluation split: `test.csv`, `data/test-00000-of-00001.jsonl`, `validation/x.json`.
  private static func isEvaluation(_ name: String) -> Bool {
    let parts = name.lowercased().split(separator: "/")
    guard let last = parts.last else { return false }
    let stem = last.prefix { $0 != "." && $0 != "-" && $0 != "_" }
    return evaluationNames.contains(String(stem)) || parts.dropLast().contains { evaluationNames.contains(String($0)) }
  }

  private static func collect(
    _ folder: String, _ label: String, prefix: String, depth: Int, into names: inout [String],
    unvisited: inout [String]
  ) throws {
    guard depth < 16 else {
      unvisited.append("\(prefix) (too deep)")
      return
    }
    guard let directory = opendir(folder) else { throw FileWindow.failure("list", label, errno) }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        // What runs left there is the workspace's own, whoever gives the whole workspace as data.
        if FileSystem.exists(path + "/runs.db") { continue }
        try collect(
          path, label, prefix: prefix + name + "/", depth: depth + 1, into: &names, unvisited: &unvisited)
        continue
      }
      guard stat(path, &status) == 0 else {
        unvisited.append("\(prefix)\(name) (a broken link)")
        continue
      }
      if status.st_mode & S_IFMT == S_IFDIR { unvisited.append("\(prefix)\(name) (a link to a folder)") }
      guard status.st_mode & S_IFMT == S_IFREG else { continue }
      names.append(prefix + name)
    }
  }
}

extension DatasetFiles {
  /// No file at all.
  static let none = DatasetFiles()

  private init() {
    files = []
    leftOut = []
  }
}
