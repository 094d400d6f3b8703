/// What is wrong with a file, without its place; `ParquetFile` adds the file, the column and the row.
struct ParquetError: Error, Hashable {
  var message: String
  var remedy: String?

  init(_ message: String, remedy: String? = nil) {
    self.message = message
    self.remedy = remedy
  }

  static let truncated = ParquetError("the file ends in the middle of a value, or a length in it is wrong")
}
