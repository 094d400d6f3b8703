/// The files of the chat page. They are part of the program itself, so that it can be moved anywhere.
public enum ChatPage {
  public struct File: Sendable {
    public let contentType: String
    public let bytes: [UInt8]
  }

  /// All names, in no order.
  public static var fileNames: [String] { Array(files.keys) }

  /// - Returns: `nil` when there is no such file.
  public static func file(_ name: String) -> File? {
    guard let bytes = files[name] else { return nil }
    let type =
      name.hasSuffix(".html") ? "text/html" : name.hasSuffix(".css") ? "text/css" : "text/javascript"
    return File(contentType: type + "; charset=utf-8", bytes: bytes)
  }

  private static let files: [String: [UInt8]] = [
    "chat.html": PackageResources.chat_html,
    "theme.css": PackageResources.theme_css, "frame.css": PackageResources.frame_css,
    "conversation.css": PackageResources.conversation_css, "composer.css": PackageResources.composer_css,
    "panels.css": PackageResources.panels_css, "narrow.css": PackageResources.narrow_css,
    "asking.js": PackageResources.asking_js, "conversation.js": PackageResources.conversation_js,
    "markdown.js": PackageResources.markdown_js, "page.js": PackageResources.page_js,
    "settings.js": PackageResources.settings_js, "words.js": PackageResources.words_js,
  ]
}
