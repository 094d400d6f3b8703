import Diagnostics

extension RecipeFiles {
  /// Where a file that was not found lies instead, as a recipe in `directory` would write it.
  ///
  /// Looks beside the recipe, in the folders above it and in the current one, there and below `data/`, for the path
  /// without its leading `./` and `../` and for the name alone.
  func nearby(_ path: String, from directory: String?) -> String? {
    let directory = absolute(directory ?? workingDirectory)
    let parts = path.split(separator: "/").filter { $0 != "." && $0 != ".." }
    guard let name = parts.last else { return nil }
    var roots = [directory]
    for _ in 0..<2 where roots.last != "/" { roots.append(Self.folder(of: roots[roots.count - 1])) }
    if !roots.contains(workingDirectory) { roots.append(workingDirectory) }
    var tails = [parts.joined(separator: "/"), "data/\(name)", String(name)]
    // From the recipe's point of view `./recipes/data/x` of the root is `./data/x`.
    if parts.count > 1 { tails.insert(parts.dropFirst().joined(separator: "/"), at: 1) }
    for root in roots {
      for tail in tails {
        let candidate = absolute(tail, in: root)
        if exists(candidate) { return Self.relative(candidate, to: directory) }
      }
    }
    return nil
  }

  /// What to do about a file that was not found: where it lies instead, or which other file of its folder may be meant. The
  /// other file is a question, since its rows may be for something else.
  func remedy(forMissing path: String, from directory: String?) -> String? {
    if let near = nearby(path, from: directory) { return "it is at \(near)" }
    return similar(to: path, from: directory).map { "did you mean '\($0)'?" }
  }

  /// The file of the same folder whose name is nearly that of one that was not found, as the recipe would write it.
  func similar(to path: String, from directory: String?) -> String? {
    let directory = absolute(directory ?? workingDirectory)
    let written = absolute(path, in: directory)
    let folder = Self.folder(of: written)
    let name = written.split(separator: "/").last.map(String.init) ?? ""
    return didYouMean(name, among: list(folder)).map { Self.relative(absolute($0, in: folder), to: directory) }
  }

  /// An absolute path as it is written in a recipe of a folder: `./x`, `../x`, or the whole path when they have nothing
  /// in common.
  static func relative(_ path: String, to directory: String) -> String {
    let target = path.split(separator: "/")
    let base = directory.split(separator: "/")
    let common = zip(target, base).prefix { $0 == $1 }.count
    guard common > 0 else { return path }
    let up = base.count - common
    return (up == 0 ? "./" : String(repeating: "../", count: up)) + target[common...].joined(separator: "/")
  }
}
