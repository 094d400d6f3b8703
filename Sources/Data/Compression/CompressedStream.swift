import CArchive
import Diagnostics

/// What a file of gzip, Zstandard, xz or bzip2 holds, decompressed as it is read, by libarchive.
public final class CompressedStream {
  private let label: String
  private let archive: OpaquePointer

  /// - Parameter label: the path to show in messages.
  /// - Throws: `Diagnostic` when the file cannot be opened or is damaged, or the library is missing.
  public init(path: String, label: String) throws {
    self.label = label
    guard lp_archive_is_here() != 0, let archive = lp_archive_read_new() else {
      throw Diagnostic(
        code: "no-decompressor", "'\(label)' is compressed, and libarchive is not on this machine",
        remedy: "Install it: apt-get install libarchive13.", location: SourceLocation(file: label))
    }
    self.archive = archive
    for support in [
      lp_archive_read_support_format_raw, lp_archive_read_support_filter_gzip, lp_archive_read_support_filter_zstd,
      lp_archive_read_support_filter_xz, lp_archive_read_support_filter_bzip2,
    ] { _ = support(archive) }
    var entry: OpaquePointer?
    guard lp_archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK,
      lp_archive_read_next_header(archive, &entry) == ARCHIVE_OK
    else { throw failure() }
  }

  deinit { _ = lp_archive_read_free(archive) }

  /// Fills the front of `buffer`; returns how many bytes it wrote, 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard buffer.count > 0 else { return 0 }
    let got = lp_archive_read_data(archive, buffer.baseAddress, buffer.count)
    guard got >= 0 else { throw failure() }
    return got
  }

  private func failure() -> Diagnostic {
    let reason = lp_archive_error_string(archive).map { String(cString: $0) } ?? "it is damaged"
    return Diagnostic(
      code: "damaged-compression", "'\(label)' cannot be decompressed: \(reason)",
      remedy: "Fetch or compress the file again.", location: SourceLocation(file: label))
  }
}
