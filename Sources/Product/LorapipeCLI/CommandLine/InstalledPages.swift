import Platform

/// The pages of documentation that the packages bring.
enum InstalledPages {
  /// Their folder, beside the folder of the program: `share/doc/lorapipe`. `nil` when they are not there.
  static var folder: String? {
    guard let program = FileSystem.linkTarget("/proc/self/exe") else { return nil }
    let prefix = FileSystem.parent(of: FileSystem.parent(of: program))
    let folder = FileSystem.join(prefix, "share/doc/\(Lorapipe.name)")
    return LocalText.isFile(folder + "/README.md") ? folder : nil
  }
}
