import Testing

@testable import Transfer

@Suite struct LocalToolsTests {
  @Test func certificatesAreLookedForWhereEachSystemKeepsThem() {
    func chosen(_ present: Set<String>, _ environment: String? = nil) -> String? {
      LocalTools.certificates(environment: environment) { present.contains($0) }
    }
    #expect(chosen([LocalTools.usualCertificates, "/etc/ssl/cert.pem"]) == nil)
    #expect(chosen(["/etc/pki/tls/certs/ca-bundle.crt"]) == "/etc/pki/tls/certs/ca-bundle.crt")
    #expect(chosen([LocalTools.usualCertificates], "/etc/company.pem") == "/etc/company.pem")
    #expect(chosen([LocalTools.usualCertificates], "") == nil)
    #expect(chosen([]) == nil)
  }

  /// `pip install lorapipe` puts the program beside the environment's own Python.
  @Test func aVirtualEnvironmentsPipComesFirst() {
    func first(_ program: String?, _ present: Set<String>) -> String? {
      LocalTools.pips(program: program) { present.contains($0) }.first?.first
    }
    #expect(first("/venv/bin/lorapipe", ["/venv/bin/python3", "/venv/pyvenv.cfg"]) == "/venv/bin/python3")
    #expect(first("/usr/bin/lorapipe", ["/usr/bin/python3"]) == "python3")
    #expect(first("/venv/bin/lorapipe", ["/venv/pyvenv.cfg"]) == "python3")
    #expect(first(nil, []) == "python3")
  }
}
