import Diagnostics

/// The files of a model that llama.cpp's gguf-split cut up: `NAME-00001-of-00003.gguf` and so on, side by side.
///
/// The first part holds the metadata. Each part says its number (`split.no`, from 0), how many parts there are
/// (`split.count`) and how many tensors they hold together (`split.tensors.count`).
struct GGUFParts {
  /// In order; the first one holds the metadata.
  let files: [GGUFFile]

  /// Opens all parts of the model that `file` belongs to; of a whole model, `file` alone.
  /// - Throws: `Diagnostic` naming the part that is missing, or that belongs to another version of the model.
  init(_ file: GGUFFile) throws {
    guard let count = file.metadata["split.count"]?.intValue, count > 1 else {
      files = [file]
      return
    }
    guard let name = GGUFPartName(file.path), name.count == count else {
      throw ModelFileFailure.unsupported(
        file.path, "the file is one of \(count) parts of a model, but its name does not say which",
        remedy: "name the parts as llama.cpp does, the first one NAME-00001-of-\(GGUFPartName.digits(count)).gguf")
    }
    var files: [GGUFFile] = []
    for number in 1...count {
      let path = name.path(of: number)
      guard number != name.number else {
        files.append(file)
        continue
      }
      guard FileListing.isFile(path) else {
        throw Diagnostic(
          code: "missing-model-file", "part \(number) of \(count) of the model is missing",
          remedy: "download it again; all parts lie in one folder", location: SourceLocation(file: path))
      }
      files.append(try GGUFFile(path))
    }
    self.files = files
    try check(count)
  }

  private func check(_ count: Int) throws {
    func otherVersion(_ file: GGUFFile, _ what: String) -> Diagnostic {
      Diagnostic(
        code: "mixed-model-parts", "the file is not a part of the same model as the others: \(what)",
        remedy: "fetch all parts again, from one place", location: SourceLocation(file: file.path))
    }
    let tensorCount = files[0].metadata["split.tensors.count"]?.intValue
    var owners: [String: Int] = [:]
    for (index, file) in files.enumerated() {
      let given = file.metadata["split.count"]?.intValue
      guard given == count else {
        throw otherVersion(file, "split.count is \(given.map(String.init) ?? "missing"), not \(count)")
      }
      let number = file.metadata["split.no"]?.intValue
      guard number == index else {
        throw otherVersion(file, "split.no is \(number.map(String.init) ?? "missing"), not \(index)")
      }
      let total = file.metadata["split.tensors.count"]?.intValue
      guard total == tensorCount else {
        throw otherVersion(
          file,
          "split.tensors.count is \(total.map(String.init) ?? "missing"), not \(tensorCount.map(String.init) ?? "missing")"
        )
      }
      for tensor in file.tensors {
        if let owner = owners.updateValue(index, forKey: tensor.name) {
          throw otherVersion(file, "tensor '\(tensor.name)' is in part \(owner + 1), too")
        }
      }
    }
    if let tensorCount, tensorCount != owners.count, let last = files.last {
      throw otherVersion(last, "the parts hold \(owners.count) tensors, not \(tensorCount)")
    }
  }
}

/// A file name such as `model-00002-of-00003.gguf`.
struct GGUFPartName {
  let prefix: String
  let number: Int
  let count: Int

  /// - Returns: `nil` when the name is no part's.
  init?(_ path: String) {
    let name = Array(path.utf8)
    // -00002-of-00003.gguf
    guard name.count > 20 else { return nil }
    let end = Array(name[(name.count - 20)...])
    func value(_ range: Range<Int>) -> Int? {
      let digits = end[range]
      return digits.allSatisfy { (48...57).contains($0) } ? Int(String(decoding: digits, as: UTF8.self)) : nil
    }
    guard end[0] == UInt8(ascii: "-"), Array(end[6..<10]) == Array("-of-".utf8),
      Array(end[15...]) == Array(".gguf".utf8),
      let number = value(1..<6), let count = value(10..<15), number >= 1, number <= count
    else { return nil }
    prefix = String(decoding: name[..<(name.count - 20)], as: UTF8.self)
    self.number = number
    self.count = count
  }

  func path(of number: Int) -> String { "\(prefix)-\(Self.digits(number))-of-\(Self.digits(count)).gguf" }

  /// Five digits, as llama.cpp writes them.
  static func digits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
