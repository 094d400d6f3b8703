"""Signs a few S3 requests with botocore, for Tests/RemoteCacheTests/S3SignerTests.swift, and encodes an ActionResult with
Google's protobuf, for ActionResultTests.swift. Needs botocore and protobuf.
"""
import datetime, os, sys
from unittest import mock

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

now = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
for method, url, payload, token in [
    ('GET', 'http://127.0.0.1:9000/bucket/team%20a/ac/00ff', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', None),
    ('PUT', 'https://bucket.s3.eu-west-1.amazonaws.com/cas/ab', '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae', 'session'),
]:
    request = AWSRequest(method=method, url=url, headers={'X-Amz-Content-SHA256': payload})
    signer = S3SigV4Auth(Credentials('AKIDEXAMPLE', 'secret/key', token), 's3', 'eu-west-1')
    request.context['payload_signing_enabled'] = True
    with mock.patch('botocore.auth.get_current_datetime', return_value=now.replace(tzinfo=None), create=True), \
         mock.patch('botocore.auth.datetime', create=True) as clock:
        clock.datetime.utcnow.return_value = now.replace(tzinfo=None)
        clock.datetime.now.return_value = now
        with mock.patch.object(S3SigV4Auth, 'payload', return_value=payload):
            signer.add_auth(request)
    print(method, url, request.headers['Authorization'])

sys.argv = ['x', '--none']
source = open(os.path.dirname(os.path.abspath(__file__)) + '/../Interop/remote_cache_server.py').read().split('\nif sys.argv[1]')[0]
exec(compile(source, 'remote_cache_server.py', 'exec'))
result = ActionResult()
file = result.output_files.add(path='artifact/größe', is_executable=True)
file.digest.hash, file.digest.size_bytes = 'ab' * 32, 300
empty = result.output_files.add(path='artifact/empty')
empty.digest.hash = 'cd' * 32
result.stdout_raw, result.stderr_raw = b'record', b'signatures'
print(result.SerializeToString(deterministic=True).hex())
