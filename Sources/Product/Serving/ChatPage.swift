/// The chat page: one document with everything in it, no request to any other place.
enum ChatPage {
  /// The document, under a content policy that lets only its own script and style run.
  static func response(nonce: String) -> HTTPResponse {
    let document = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Chat</title>
      <link rel="icon" href="data:,">
      <style nonce="\(nonce)">\(style)</style>
      </head>
      <body>
      \(markup)
      <script nonce="\(nonce)">\(script)
      \(words)
      \(markdown)
      \(settings)</script>
      </body>
      </html>
      """
    return HTTPResponse(
      status: 200, contentType: "text/html; charset=utf-8",
      headers: [
        "Content-Security-Policy":
          "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
      ], body: Array(document.utf8))
  }
}
