extension Chinese {
  /// Errors of sources: hubs, packages, the web, archives.
  static let sourceErrors = #"""
    = '{0}' is not a web address
    '{0}' 不是网址
    = Write https://host/path/file.
    请写成 https://主机/路径/文件。
    = '{0}' names no file
    '{0}' 没有写文件
    = Write file:path.
    请写成 file:路径。
    = '{0}' names no known kind of source
    '{0}' 不是已知的来源类型
    = Write where it comes from, such as modelscope:Qwen/Qwen3-0.6B, hf:Qwen/Qwen3-0.6B, file:./model.gguf or pip:name==version.
    请写明来源，例如 modelscope:Qwen/Qwen3-0.6B、hf:Qwen/Qwen3-0.6B、file:./model.gguf 或 pip:名字==版本。
    = A file on this machine is written file:{0}.
    本机的文件写成 file:{0}。
    = '{0}' does not name a repository
    '{0}' 没有写出模型库里的名字
    = Write owner/name after the colon.
    冒号后面写 组织/名称。
    = '{0}' does not name one version of a package
    '{0}' 没有写明一个包的版本
    = Write pip:name==version.
    请写成 pip:名称==版本。
    = '{0}' needs {1}, and the disk has {2} free
    '{0}' 需要 {1}，磁盘只剩 {2}
    = Free some space, or take fewer files by include:.
    请腾出空间，或用 include: 少取一些文件。
    = '{0}' would leave its folder
    '{0}' 会写到文件夹外面
    = '{0}' has the SHA-256 {1}, not the one expected
    '{0}' 的 SHA-256 是 {1}，与预期不符
    = Correct sha256:, or get the file again.
    请改正 sha256:，或重新下载文件。
    = pip brought no wheel of {0}=={1}
    pip 没有取到 {0}=={1} 的 wheel
    = The package may have none for this machine; name another version.
    这个包可能没有适合本机的 wheel；请换一个版本。
    = none of the {0} files of '{1}' is included
    '{1}' 的 {0} 个文件一个也没选中
    = Check include: and exclude:.
    请检查 include: 和 exclude:。
    = pip could not download {0}
    pip 无法下载 {0}
    = Check the name, the version and pip's index settings.
    请检查名称、版本和 pip 的软件源设置。
    = '{0}' holds no files
    '{0}' 里没有文件
    = '{0}' does not end in a file's name
    '{0}' 不是以文件名结尾
    = Give the address of one file.
    请给出单个文件的地址。
    = {0} arrived damaged twice: its size or SHA-256 is not what the hub promises
    {0} 两次下载都损坏：大小或 SHA-256 与模型库公布的不符
    = a file needs at least one part
    文件至少要有一个部分
    = name each part once
    每个部分只写一次
    = a stored resolution is damaged
    保存的解析结果已损坏
    = Run 'lorapipe lock' again.
    请重新运行 'lorapipe lock'。
    = the joined file has the SHA-256 {0}, not the one expected
    拼成的文件的 SHA-256 是 {0}，与预期不符
    = Correct sha256:, or the parts and their order.
    请改正 sha256:，或各部分及其顺序。
    = the download was cancelled
    下载已取消
    = the answer to {0} is too large
    {0} 的应答太大
    = cannot get {0} from '{1}': {2} (too many requests)
    无法从 '{1}' 取得{0}：{2}（请求太频繁）
    = cannot get {0} from '{1}': {2}
    无法从 '{1}' 取得{0}：{2}
    = cannot get {0}: '{1}' answers {2}
    无法取得 {0}：'{1}' 返回 {2}
    = the model '{0}' at revision '{1}'
    模型 '{0}'（版本 '{1}'）
    = the dataset '{0}' at revision '{1}'
    数据集 '{0}'（版本 '{1}'）
    = Couldn't resolve host name
    域名解析失败
    = Couldn't connect to server
    连不上服务器
    = Timeout was reached
    超时
    = the server answers {0}
    服务器返回 {0}
    = Wait some minutes and run again. A token (HF_TOKEN or MODELSCOPE_API_TOKEN) allows more requests, and a revision that is a commit needs none.
    等几分钟再运行。设了令牌（HF_TOKEN 或 MODELSCOPE_API_TOKEN）可以多请求几次；revision 写成提交号就不用请求。
    = The server has a fault: run again later, or set a mirror by HF_ENDPOINT.
    服务器有故障：稍后再运行，或用 HF_ENDPOINT 设镜像。
    = Check the network; proxies come from https_proxy, mirrors from HF_ENDPOINT or MODELSCOPE_DOMAIN.
    请检查网络。代理用 https_proxy 设置，镜像用 HF_ENDPOINT（如 https://hf-mirror.com）或 MODELSCOPE_DOMAIN 设置；已有本地文件就写 file:路径。
    = {0} may not be read ({1} from '{2}')
    没有权限读取 {0}（'{2}' 返回 {1}）
    = Set {0} to a token that may read it, and accept its license on the hub.
    把 {0} 设为有权读取的令牌，并在模型库页面上接受它的许可。
    = Check the address and your rights.
    请检查地址和权限。
    = {0} does not exist ({1} from '{2}')
    {0} 不存在（'{2}' 返回 {1}）
    = Check the name and the revision.
    请检查名称和版本（revision）。
    = Check the name and the revision; a private one needs {0}.
    请检查名称和版本（revision）；私有的还需要 {0}。
    = the hub's answer lacks {0}
    模型库的应答里缺少 {0}
    = Check HF_ENDPOINT or MODELSCOPE_DOMAIN: a mirror or a login page may have answered.
    请检查 HF_ENDPOINT 或 MODELSCOPE_DOMAIN：应答的可能是镜像或登录页。
    = the hub's answer about {0} is not JSON (line {1}: {2})
    模型库对 {0} 的应答不是 JSON（第 {1} 行：{2}）
    = ModelScope refuses {0}: {1}
    ModelScope 拒绝了 {0}：{1}
    = Check the name and the revision; a private one needs MODELSCOPE_API_TOKEN.
    请检查名称和版本（revision）；私有的还需要 MODELSCOPE_API_TOKEN。
    = a webhook needs an address that begins with http:// or https://
    webhook 地址要以 http:// 或 https:// 开头
    = cannot notify {0}: {1}
    无法通知 {0}：{1}
    = part {0} of {1}: {2}
    第 {0}/{1} 部分：{=2}
    = cannot unpack '{0}': libarchive is not installed
    无法解开 '{0}'：没有安装 libarchive
    = install it: apt-get install libarchive13
    安装它：apt-get install libarchive13
    = '{0}' is compressed, and libarchive is not on this machine
    '{0}' 是压缩文件，而这台机器上没有 libarchive
    = Install it: apt-get install libarchive13.
    安装它：apt-get install libarchive13。
    = '{0}' cannot be decompressed: {1}
    '{0}' 无法解压：{1}
    = Fetch or compress the file again.
    请重新下载或重新压缩。
    = Get it again; it may be damaged or of an unknown kind.
    请重新下载：它可能已损坏，或格式不认识。
    = no file of the archive '{0}' is included
    压缩包 '{0}' 里没有选中任何文件
    = write the file again, with pyarrow or pandas for example
    请重新写出文件，例如用 pyarrow 或 pandas
    = {0} is not on a server
    {0} 不在服务器上
    = part {0}, '{1}', has {2} files: {3}
    第 {0} 部分 '{1}' 有 {2} 个文件：{3}
    = write join: model.gguf
    写上 join: model.gguf
    = choose the one by include:, such as include: ["*.bin"]
    用 include: 选出一个，例如 include: ["*.bin"]
    = write join: model.gguf; sources that are files of their own are stages of their own
    写上 join: model.gguf；如果各是独立的文件，就各写一个阶段
    = cannot get {0}: {1}
    无法取得 {0}：{1}
    = Check the name and the revision
    请检查名字和版本
    = the hub lists a file whose path would leave its folder: '{0}'
    模型库里有一个文件的路径会跑出文件夹：'{0}'
    = Do not use this repository, or exclude the file by include:.
    不要用这个仓库，或用 include: 排除这个文件。
    = the source is an empty list
    source 是空列表
    = the wheel's RECORD cannot be used: {0}
    无法使用 wheel 的 RECORD：{0}
    = '{0}' in the wheel is not what its RECORD promises
    wheel 里的 '{0}' 与它的 RECORD 不符
    = Get the package again, or another version.
    重新下载这个包，或换一个版本。
    = Get the package again; it may be damaged.
    重新下载这个包：它可能已损坏。
    = give the address as the service shows it
    请照服务上显示的地址填写
    = remove it or exclude it
    删除它，或排除它
    = a name in '{0}' is not valid UTF-8
    '{0}' 里有一个名字不是有效的 UTF-8
    = rename the file
    给文件改名
    = cannot be opened
    无法打开
    = the archive '{0}' {1}
    压缩包 '{0}' {1}
    = Do not use it.
    不要使用它。
    = is damaged
    已损坏
    = has more than {0} entries
    里的条目超过{0}个
    = has an entry that would leave its folder: '{0}'
    里有一个条目会跑出它的文件夹：'{0}'
    = is encrypted
    是加密的
    = has an entry that is neither file nor folder: '{0}'
    里有一个条目既不是文件也不是文件夹：'{0}'
    = has an entry whose name is not UTF-8
    里有一个条目的名字不是 UTF-8
    = has a link that would leave its folder: '{0}'
    里有一个链接指到它的文件夹外面：'{0}'
    = puts an entry below the file '{0}'
    把一个条目放在了文件 '{0}' 下面
    = has two entries named '{0}'
    里有两个条目都叫 '{0}'
    = is damaged inside '{0}'
    在 '{0}' 里已损坏
    = unfolds into more bytes than are allowed, in '{0}'
    解开后超过允许的字节数（在 '{0}'）
    = is empty
    是空的
    = has a link to what is no file of it: '{0}'
    里有一个链接指向它没有的文件：'{0}'
    = there is none
    没有这个文件
    = Name the owner: {0}:OWNER/{1}. Only a few old repositories have none.
    请写上所有者：{=0}:OWNER/{1}。只有少数老的仓库没有所有者。
    = a local file needs no resolving: it is hashed where it lies
    本地文件不需要解析：直接在原处计算摘要
    = a usable next page
    可用的下一页
    = Try again later, or without a mirror or proxy in between.
    请稍后再试，或不要经过镜像或代理。
    = the server has another file than the one that was begun
    服务器上的文件已不是先前开始下载的那个
    = name its sources in order
    请按顺序写出它的各个来源
    = part {0}, '{1}', is on this machine
    第{0}部分 '{1}' 就在本机上
    = join local files with cat, and give the result as file:…
    本地文件请用 cat 拼好，再写成 file:…
    = the server redirects to '{0}', which is no web address
    服务器重定向到 '{0}'，而这不是网址
    = the server redirects from https to '{0}'
    服务器从 https 重定向到 '{0}'
    = more than {0} redirects
    重定向超过{0}次
    = libcurl is not installed (libcurl4), or cannot be started
    没有安装 libcurl（libcurl4），或无法启动它
    = no answer in {0} s
    {0}秒内没有应答
    = the hub says: {0}
    模型库的说明：{0}
    = Make a token with the right to write on the hub's page of tokens, and set {0} to it.
    请在模型库的令牌页面新建一个有写权限的令牌，并设到{0}。
    = Give the token the right to write, or push to a repository of your own.
    请给令牌写权限，或上传到自己的仓库。
    = Push again in {0} s: what arrived is not sent again.
    请过{0}秒再上传：已传到的不会重传。
    = the question about the repository
    对仓库的查询
    = the new repository
    新仓库
    = the list of files
    文件列表
    = how to upload '{0}'
    上传 '{0}' 的方式
    = the list of large files
    大文件列表
    = the file '{0}'
    文件 '{0}'
    = an address for '{0}'
    '{0}' 的地址
    = the check of '{0}'
    对 '{0}' 的校验
    = one address for each part of '{0}'
    '{0}' 每一部分的地址
    = the tag of part {0} of '{1}'
    '{1}' 第{0}部分的标签
    = the end of '{0}'
    '{0}' 的结尾
    = the commit
    提交
    = Wait until nothing writes to it, then push again. What was uploaded before is not sent again.
    等没有程序写它时再上传。已传到的不会重传。
    = there is no file to push
    没有可以上传的文件
    = the address
    该地址
    = it answers {0}
    它返回{0}
    = no answer within {0} s
    {0}秒内没有应答
    = the answer broke off
    应答中断了
    = it is not UTF-8
    它不是 UTF-8
    = line {0} has no three fields
    第{0}行没有三个字段
    = line {0} has no SHA-256
    第{0}行没有 SHA-256
    = it does not list '{0}'
    它没有列出 '{0}'
    = is damaged: {0}
    已损坏：{0}
    = cannot be opened: {0}
    无法打开：{0}
    = is damaged inside '{0}': {1}
    在 '{0}' 里已损坏：{1}
    = code {0}
    代码 {0}
    """#
}
