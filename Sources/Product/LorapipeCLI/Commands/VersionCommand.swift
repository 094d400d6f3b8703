import Dashboard
import JSON

private let licenses = Flag("licenses", help: "Also print which libraries are part of the program, and their licenses.")

extension Command {
  static let version = Command(
    "version", .workspace, abstract: "Print the version, the commit and the kernels in use",
    options: [licenses.spec, CommonOptions.json.spec]
  ) { invocation in
    guard invocation[licenses] else {
      invocation.console.print(invocation.wantsJSON ? Lorapipe.versionJSON.text() : Lorapipe.versionLines)
      return .done
    }
    if invocation.wantsJSON {
      var json = Lorapipe.versionJSON.objectValue ?? JSONObject()
      json["libraries"] = .array(
        BuiltInLibrary.all.map {
          ["name": .string($0.name), "license": .string($0.license), "home": .string($0.home)]
        })
      invocation.console.print(JSONValue.object(json).text())
      return .done
    }
    var text = Lorapipe.versionLines + "\n\n"
    for library in BuiltInLibrary.all { text += "\(library.name): \(library.license), \(library.home)\n" }
    text += "\n" + say("The license of dygraphs:") + "\n\n" + Dashboard.chartLicense
    invocation.console.print(text)
    return .done
  }
}

/// What a release contains of others. The packages hold the whole texts in `share/doc/lorapipe/licenses`.
private struct BuiltInLibrary {
  var name: String
  var license: String
  var home: String

  static let all = [
    BuiltInLibrary(name: "dygraphs", license: "MIT", home: "https://dygraphs.com"),
    BuiltInLibrary(name: "libyaml", license: "MIT", home: "https://pyyaml.org/wiki/LibYAML"),
    BuiltInLibrary(name: "OpenSSL (libcrypto)", license: "Apache-2.0", home: "https://www.openssl.org"),
    BuiltInLibrary(name: "SQLite", license: "public domain", home: "https://sqlite.org"),
    BuiltInLibrary(name: "PCRE2", license: "BSD-3-Clause", home: "https://www.pcre.org"),
    BuiltInLibrary(
      name: "Swift's runtime", license: "Apache-2.0 with the Runtime Library Exception", home: "https://swift.org"),
  ]
}
