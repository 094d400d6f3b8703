import Platform

/// The pages of documentation: what the packages bring, or those of the source that the program was built in.
enum InstalledPages {
  /// The folder that holds README.md and docs/; `nil` when they are not there.
  static var folder: String? {
    guard let program = FileSystem.linkTarget("/proc/self/exe") else { return nil }
    var above = FileSystem.parent(of: program)
    // Packages have it in share/doc beside the program's folder.
    let packaged = FileSystem.join(FileSystem.parent(of: above), "share/doc/\(Lorapipe.name)")
    if LocalText.isFile(packaged + "/README.md") { return packaged }
    // A build lies some folders below the source.
    for _ in 0..<5 where above != "/" {
      if LocalText.isFile(above + "/README.md"), LocalText.isFile(above + "/docs/concepts.md") { return above }
      above = FileSystem.parent(of: above)
    }
    return nil
  }

  /// Where a reader finds a page that a text calls docs/….
  static var place: String {
    folder.map { say("The pages docs/… lie in \($0)") }
      ?? say("The pages docs/… come with the packages, in share/doc/lorapipe, and with the source")
  }
}
