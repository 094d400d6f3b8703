import HTTPService

/// `GET /docs`: the routes, with commands to copy.
enum DocsPage {
  static func response(_ state: RouterState, host: String) -> HTTPResponse {
    let address = "http://" + (host.isEmpty ? "\(ServiceDescriptor.usualHost):\(ServiceDescriptor.usualPort)" : host)
    let routes = Route.all.map { route in
      """
      <section>
      <h2><b>\(route.method)</b> \(HTML.escaped(route.path))</h2>
      <p>\(HTML.escaped(route.summary))</p>
      <pre>\(HTML.escaped(route.command(address: address, model: state.usualModel)))</pre>
      </section>
      """
    }
    let models = state.models.map { model in
      let kind = model.adapter == nil ? "base" : "adapter"
      let usual = model.name == state.usualModel ? ", answers when none is named" : ""
      return "<li><code>\(HTML.escaped(model.name))</code> \(kind)\(usual)</li>"
    }
    let document = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.escaped(state.title)): API</title>
      <style>
      body { font: 1rem/1.6 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
      h2 { font-size: 1rem; margin: 2rem 0 0; font-family: ui-monospace, monospace; }
      p { margin: .2rem 0 .5rem; }
      pre { background: #8882; padding: .6rem .8rem; border-radius: 6px; overflow-x: auto; }
      </style>
      </head>
      <body>
      <h1>\(HTML.escaped(state.title)): API</h1>
      <p>The API is OpenAI's; its clients work with the base URL <code>\(HTML.escaped(address))/v1</code>.
      Where the service asks for a key, add <code>-H "Authorization: Bearer KEY"</code> to a command. Models:</p>
      <ul>
      \(models.joined(separator: "\n"))
      </ul>
      <p>A conversation may be \(state.contextLength) tokens long. Parameters that are not offered are refused by name.</p>
      \(routes.joined(separator: "\n"))
      </body>
      </html>
      """
    return HTTPResponse(
      status: 200, contentType: "text/html; charset=utf-8",
      headers: [
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
      ], body: Array(document.utf8))
  }
}
