import Datasets
import Diagnostics
import Glibc
import JSON
import TestSupport
import Testing

/// Rows come out the same whatever the file is packed in.
@Suite struct ContainerTests {
  private static let parquet =
    #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/Parquet/messages.zstd.parquet"

  private func fields(_ path: String) throws -> [JSONObject] {
    let reader = try DatasetReader(path: path)
    var rows: [JSONObject] = []
    while let record = try reader.next() {
      guard case .row(let row) = record else { continue }
      rows.append(row.fields)
    }
    return rows
  }

  @Test func aParquetFileIsADataset() throws {
    let expected = try fields(
      Self.parquet.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/messages.jsonl")
    #expect(try fields(Self.parquet) == expected)
    #expect(try DatasetFiles(path: Self.parquet).files.map(\.format) == [.parquet])
  }

  /// The programs that write these files are on every Debian; a missing one is no failure of the reader.
  @Test(arguments: [("gzip", ".gz"), ("xz", ".xz"), ("bzip2", ".bz2"), ("zstd", ".zst")])
  func compressedLinesAreRead(_ program: String, _ ending: String) throws {
    let folder = try TemporaryFolder()
    var text = ""
    for index in 0..<5000 { text += "{\"query\": \"问题 \(index)\", \"response\": \"\(index * 7919 % 10007)\"}\n" }
    try folder.write("rows.jsonl", text)
    let plain = try fields(folder.path + "/rows.jsonl")
    guard access("/usr/bin/" + program, X_OK) == 0 || access("/bin/" + program, X_OK) == 0 else { return }
    #expect(system("\(program) -k \(folder.path)/rows.jsonl 2>/dev/null") == 0)
    let packed = folder.path + "/rows.jsonl" + ending
    #expect(try fields(packed) == plain)
    // The name need not say it.
    #expect(rename(packed, folder.path + "/other.jsonl") == 0)
    #expect(try fields(folder.path + "/other.jsonl") == plain)
    #expect(truncate(folder.path + "/other.jsonl", 2000) == 0)
    #expect(throws: Diagnostic.self) { try fields(folder.path + "/other.jsonl") }
  }
}
