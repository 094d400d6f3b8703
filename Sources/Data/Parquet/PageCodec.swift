import CCodecs

/// How the pages of a column are compressed.
enum PageCodec: Int {
  case uncompressed, snappy, gzip, lzo, brotli, lz4Framed, zstd, lz4

  private static let maximumPageBytes = 1 << 29

  /// - Parameter size: bytes of the page when it is whole, as its header says.
  func decompress(_ bytes: ArraySlice<UInt8>, size: Int) throws(ParquetError) -> [UInt8] {
    if self == .uncompressed {
      guard bytes.count == size else { throw ParquetError("a page has another size than its header says") }
      return Array(bytes)
    }
    guard size >= 0, size <= Self.maximumPageBytes else {
      throw ParquetError("a page is \(size) bytes large", remedy: "write the file again with smaller pages")
    }
    if size == 0 { return [] }
    guard !bytes.isEmpty else { throw ParquetError("a page is empty, and its header says that it is not") }
    var result = [UInt8](repeating: 0, count: size)
    let status: Int32 = bytes.withUnsafeBufferPointer { input in
      result.withUnsafeMutableBufferPointer { output in
        guard let input = input.baseAddress, let output = output.baseAddress else { return Int32(LP_CODEC_FAILED) }
        switch self {
        case .zstd: return lp_zstd(input, bytes.count, output, size)
        case .snappy: return lp_snappy(input, bytes.count, output, size)
        case .gzip: return lp_gzip(input, bytes.count, output, size)
        case .brotli: return lp_brotli(input, bytes.count, output, size)
        case .lz4: return Self.block(lp_lz4(input, bytes.count, output, size), size)
        case .lz4Framed: return Self.framed(input, bytes.count, output, size)
        case .lzo, .uncompressed: return Int32(LP_CODEC_MISSING)
        }
      }
    }
    switch status {
    case Int32(LP_CODEC_OK): return result
    case Int32(LP_CODEC_MISSING):
      guard self != .lzo else {
        throw ParquetError("its pages are compressed with LZO", remedy: "write the file again with another compression")
      }
      throw ParquetError(
        "its pages are compressed with \(name), and \(library.file) is not on this machine",
        remedy: "install it: apt-get install \(library.package)")
    default: throw ParquetError("a page cannot be decompressed (\(name)): the file is damaged")
    }
  }

  private static func block(_ written: Int64, _ size: Int) -> Int32 {
    written == -2 ? Int32(LP_CODEC_MISSING) : written == Int64(size) ? Int32(LP_CODEC_OK) : Int32(LP_CODEC_FAILED)
  }

  /// Hadoop's framing of LZ4: blocks, each after its sizes, whole and compressed, as big-endian integers.
  private static func framed(
    _ input: UnsafePointer<UInt8>, _ count: Int, _ output: UnsafeMutablePointer<UInt8>, _ size: Int
  ) -> Int32 {
    func length(_ at: Int) -> Int {
      Int(input[at]) << 24 | Int(input[at + 1]) << 16 | Int(input[at + 2]) << 8 | Int(input[at + 3])
    }
    var position = 0
    var written = 0
    while position + 8 <= count {
      let whole = length(position)
      let packed = length(position + 4)
      guard packed <= count - position - 8, whole <= size - written else { break }
      let status = block(lp_lz4(input + position + 8, packed, output + written, whole), whole)
      guard status == Int32(LP_CODEC_OK) else {
        if status == Int32(LP_CODEC_MISSING) { return status }
        break
      }
      written += whole
      position += 8 + packed
    }
    if position == count, written == size { return Int32(LP_CODEC_OK) }
    // Some writers left the frame out under the same name.
    return block(lp_lz4(input, count, output, size), size)
  }

  private var name: String {
    switch self {
    case .uncompressed: "none"
    case .snappy: "Snappy"
    case .gzip: "gzip"
    case .lzo: "LZO"
    case .brotli: "Brotli"
    case .lz4, .lz4Framed: "LZ4"
    case .zstd: "Zstandard"
    }
  }

  private var library: (file: String, package: String) {
    switch self {
    case .snappy: ("libsnappy.so.1", "libsnappy1v5")
    case .gzip: ("libz.so.1", "zlib1g")
    case .brotli: ("libbrotlidec.so.1", "libbrotli1")
    case .lz4, .lz4Framed: ("liblz4.so.1", "liblz4-1")
    default: ("libzstd.so.1", "libzstd1")
    }
  }
}
