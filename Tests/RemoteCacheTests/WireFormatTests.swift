import Artifacts
import Glibc
import Platform
import Testing
import Transfer

@testable import RemoteCache

/// Against botocore and Google's protobuf: the expected texts come from Tests/Goldens/s3_signature.py.
@Suite struct WireFormatTests {
  /// 2026-01-02 03:04:05 UTC.
  private static let now = 1_767_323_045

  private func signer(token: String? = nil, clock: Int = now) -> S3Signer {
    S3Signer(
      credentials: S3Credentials(identifier: "AKIDEXAMPLE", secret: "secret/key", token: token), region: "eu-west-1",
      clock: { clock })
  }

  @Test func requestsAreSignedAsBotocoreSignsThem() {
    let get = signer().headers(
      method: "GET", url: "http://127.0.0.1:9000/bucket/team%20a/ac/00ff", payload: SHA256.hash("").hex)
    #expect(
      get.last
        == "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/s3/aws4_request, "
        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
        + "Signature=f462753183f9c1f7c71987ae9faf51b15b4fa6e2357d9ce39b1bfccda174d50c")
    let put = signer(token: "session").headers(
      method: "PUT", url: "https://bucket.s3.eu-west-1.amazonaws.com/cas/ab", payload: SHA256.hash("foo").hex)
    #expect(
      put.last
        == "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/s3/aws4_request, "
        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
        + "Signature=f35011f014fe5ab3ed42f55f63f6646b39f12628f081c061bcb01473fddc29ff")
    #expect(put.contains("x-amz-security-token: session"))
  }

  @Test func aWrongClockIsSetByTheServersAnswer() throws {
    let late = signer(clock: Self.now - 5 * 3600)
    let request = ("GET", "http://127.0.0.1:9000/bucket/team%20a/ac/00ff", SHA256.hash("").hex)
    let wrong = late.headers(method: request.0, url: request.1, payload: request.2)
    var response = HTTPResponse(url: request.1)
    response.status = 403
    response.headers["date"] = "Fri, 02 Jan 2026 03:04:05 GMT"
    #expect(late.learn(from: response))
    let right = late.headers(method: request.0, url: request.1, payload: request.2)
    #expect(right != wrong && right == signer().headers(method: request.0, url: request.1, payload: request.2))
    // Once set, a further refusal has another cause.
    #expect(!late.learn(from: response))
    response.headers["date"] = "yesterday"
    #expect(!late.learn(from: response))
  }

  @Test func credentialsComeFromTheFilesTheAWSToolsShare() throws {
    let stores = try TwoStores()
    let file = stores.path + "/credentials"
    try FileSystem.replace(
      file,
      with: Array(
        "[default]\naws_access_key_id = one\naws_secret_access_key=two\n\n[ team ]\naws_access_key_id=three\naws_secret_access_key = four\naws_session_token=five\n"
          .utf8))
    let variables = ["AWS_SHARED_CREDENTIALS_FILE": file, "HOME": "/nowhere"]
    #expect(S3Credentials.find(in: variables) == S3Credentials(identifier: "one", secret: "two"))
    #expect(
      S3Credentials.find(in: variables.merging(["AWS_PROFILE": "team"]) { $1 })
        == S3Credentials(identifier: "three", secret: "four", token: "five"))
    #expect(
      S3Credentials.find(in: variables.merging(["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]) { $1 })
        == S3Credentials(identifier: "a", secret: "b"))
    #expect(S3Credentials.find(in: ["HOME": "/nowhere"]) == nil)
  }

  @Test func actionResultsAreWhatProtobufWrites() throws {
    let result = ActionResult(
      outputFiles: [
        .init(path: "artifact/größe", hash: String(repeating: "ab", count: 32), size: 300, isExecutable: true),
        .init(path: "artifact/empty", hash: String(repeating: "cd", count: 32), size: 0),
      ], record: Array("record".utf8), signatures: Array("signatures".utf8))
    let golden =
      "125b0a1061727469666163742f6772c3b6c39f6512450a40" + String(repeating: "6162", count: 32)
      + "10ac02200112540a0e61727469666163742f656d70747912420a40" + String(repeating: "6364", count: 32)
      + "2a067265636f72643a0a7369676e617475726573"
    #expect(result.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == golden)
    #expect(ActionResult(result.bytes) == result)
  }

  @Test func halfAMessageIsNone() throws {
    let result = ActionResult(
      outputFiles: [.init(path: "a", hash: String(repeating: "ab", count: 32), size: 3)], record: Array("r".utf8))
    // A prefix that ends between two fields is a whole message of fewer fields.
    for length in 1..<result.bytes.count - 3 { #expect(ActionResult(Array(result.bytes.prefix(length))) == nil) }
    #expect(ActionResult([0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]) == nil)
    #expect(ActionResult([0x0B]) == nil)
  }
}
