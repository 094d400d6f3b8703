"""A cache that is as strict as bazel-remote's default, and what else remote-cache.sh needs in Python.

remote_cache_server.py PORT FOLDER              serve; /slow/... waits for a minute, /secret/... wants open-sesame
remote_cache_server.py --check-signatures FOLDER KEY   verify the Ed25519 signature of every record with OpenSSL
remote_cache_server.py --prepare-s3 URL         make a bucket and a user, switch signature checks on, print the keys
"""
import base64, hashlib, http.server, json, os, re, subprocess, sys, tempfile, threading, time

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, unknown_fields


def action_result():
    """build.bazel.remote.execution.v2.ActionResult, as far as a cache looks at it."""
    file = descriptor_pb2.FileDescriptorProto(name='reapi.proto', package='reapi', syntax='proto3')
    field = descriptor_pb2.FieldDescriptorProto
    def message(name, *fields):
        made = file.message_type.add(name=name)
        for number, label, kind, text, type_name in fields:
            made.field.add(name=text, number=number, label=label, type=kind, type_name=type_name)
    one, many = field.LABEL_OPTIONAL, field.LABEL_REPEATED
    message('Digest', (1, one, field.TYPE_STRING, 'hash', None), (2, one, field.TYPE_INT64, 'size_bytes', None))
    message('OutputFile', (1, one, field.TYPE_STRING, 'path', None), (2, one, field.TYPE_MESSAGE, 'digest', '.reapi.Digest'),
            (4, one, field.TYPE_BOOL, 'is_executable', None), (5, one, field.TYPE_BYTES, 'contents', None))
    message('ActionResult', (2, many, field.TYPE_MESSAGE, 'output_files', '.reapi.OutputFile'),
            (4, one, field.TYPE_INT32, 'exit_code', None), (5, one, field.TYPE_BYTES, 'stdout_raw', None),
            (6, one, field.TYPE_MESSAGE, 'stdout_digest', '.reapi.Digest'), (7, one, field.TYPE_BYTES, 'stderr_raw', None),
            (8, one, field.TYPE_MESSAGE, 'stderr_digest', '.reapi.Digest'))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName('reapi.ActionResult'))


ActionResult = action_result()


def check(body):
    """The action, when bazel-remote would take it; raises otherwise."""
    result = ActionResult()
    result.ParseFromString(body)
    if len(unknown_fields.UnknownFieldSet(result)):
        raise ValueError('unknown fields')
    if result.exit_code:
        raise ValueError('exit code')
    for file in result.output_files:
        if not file.path or file.path.startswith('/') or '..' in file.path.split('/'):
            raise ValueError('path ' + file.path)
        if not re.fullmatch('[0-9a-f]{64}', file.digest.hash) or file.digest.size_bytes < 0:
            raise ValueError('digest of ' + file.path)
        if len(unknown_fields.UnknownFieldSet(file)):
            raise ValueError('unknown fields of ' + file.path)
    if result.SerializeToString(deterministic=True) != body:
        raise ValueError('not the canonical encoding')
    return result


class Cache(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    folder = ''

    def log_message(self, *arguments): pass

    def answer(self, status, body=b''):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD': self.wfile.write(body)

    def path_of(self):
        path = self.path
        if path.startswith('/slow/'):
            time.sleep(60)
            self.close_connection = True
            return None
        if path.startswith('/secret/'):
            path = path[len('/secret'):]
            given = self.headers.get('Authorization', '')
            basic = 'Basic ' + base64.b64encode(b'ann:open-sesame').decode()
            if given not in ('Bearer open-sesame', basic):
                self.answer(401)
                return None
        if not re.fullmatch('/(ac|cas)/[0-9a-f]{64}', path):
            self.answer(400)
            return None
        return self.folder + path

    def do_GET(self):
        path = self.path_of()
        if path is None: return
        try: body = open(path, 'rb').read()
        except FileNotFoundError: return self.answer(404)
        if '/ac/' in path:
            for file in check(body).output_files:
                blob = f'{self.folder}/cas/{file.digest.hash}'
                if not os.path.exists(blob) or os.path.getsize(blob) != file.digest.size_bytes: return self.answer(404)
        self.answer(200, body)

    do_HEAD = do_GET

    def do_PUT(self):
        if 'Content-Length' not in self.headers: return self.answer(411)
        body = self.rfile.read(int(self.headers['Content-Length']))
        path = self.path_of()
        if path is None: return
        if '/cas/' in path and hashlib.sha256(body).hexdigest() != os.path.basename(path): return self.answer(400)
        if '/ac/' in path:
            try: check(body)
            except Exception as error:
                print('refused:', error, file=sys.stderr)
                return self.answer(400, str(error).encode())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        temporary = f'{path}.{threading.get_ident()}'
        with open(temporary, 'wb') as file: file.write(body)
        os.replace(temporary, path)
        self.answer(200)


def check_signatures(folder, key):
    """Every record, by the openssl program: another implementation than ours of reading key and signature."""
    raw = base64.b64decode(key.removeprefix('ed25519:'))
    der = bytes.fromhex('302a300506032b6570032100') + raw
    with tempfile.TemporaryDirectory() as work:
        def write(name, body):
            with open(f'{work}/{name}', 'wb') as file: file.write(body)
            return f'{work}/{name}'
        public = write('public.der', der)
        names = os.listdir(folder + '/ac')
        for name in names:
            result = check(open(f'{folder}/ac/{name}', 'rb').read())
            signature = base64.b64decode(json.loads(result.stderr_raw)['signatures'][0]['signature'])
            message = write('message', b'lorapipe-action-v1\0' + result.stdout_raw)
            subprocess.run(
                ['openssl', 'pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', public, '-rawin', '-in', message,
                 '-sigfile', write('signature', signature)], check=True, stdout=subprocess.DEVNULL)
    assert names
    print(f'signatures: openssl verifies all {len(names)}')


def prepare_s3(url):
    import boto3, urllib.request
    arguments = dict(endpoint_url=url, region_name='eu-west-1', aws_access_key_id='a', aws_secret_access_key='b')
    boto3.client('s3', **arguments).create_bucket(
        Bucket='lorapipe-cache', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
    iam = boto3.client('iam', **arguments)
    iam.create_user(UserName='ann')
    key = iam.create_access_key(UserName='ann')['AccessKey']
    policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*'}]}
    iam.put_user_policy(UserName='ann', PolicyName='s3', PolicyDocument=json.dumps(policy))
    request = urllib.request.Request(url + '/moto-api/reset-auth', data=b'0', method='POST', headers={'Content-Type': 'text/plain'})
    urllib.request.urlopen(request).read()
    print(f"export AWS_ACCESS_KEY_ID={key['AccessKeyId']} AWS_SECRET_ACCESS_KEY={key['SecretAccessKey']}")


if sys.argv[1] == '--check-signatures': check_signatures(*sys.argv[2:])
elif sys.argv[1] == '--prepare-s3': prepare_s3(sys.argv[2])
else:
    Cache.folder = sys.argv[2]
    http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Cache).serve_forever()
